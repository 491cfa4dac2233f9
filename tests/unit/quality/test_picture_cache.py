"""The cache of pictures: drawn once, by what they show, and bounded."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from assay.quality.figures.picture import Bar, BarPart, BarPicture, Picture, digest_of
from assay.quality.picture_cache import PictureCache, ThemeName


def _picture(length: float) -> BarPicture:
    bar = Bar(label="a", lengths=(length,), note=f"{length}")
    return BarPicture(
        name="p", title="t", parts=(BarPart("x", "blue"),), bars=(bar,), unit="records"
    )


class _Counting:
    """Draws words, and remembers what it drew."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, ThemeName]] = []

    def __call__(self, picture: Picture, theme: ThemeName) -> str:
        self.drawn.append((digest_of(picture), theme))
        return f"{digest_of(picture)} {theme}"


def test_adding_draws_nothing_and_asking_draws_once() -> None:
    """A picture is drawn when it is first asked for, once for each theme."""
    draw = _Counting()
    cache = PictureCache(draw)
    digest = cache.add(_picture(1))
    assert cache.add(_picture(1)) == digest
    assert draw.drawn == []
    assert [cache.drawing(digest, "light") for _ in range(3)] == [f"{digest} light"] * 3
    assert cache.drawing(digest, "dark") == f"{digest} dark"
    assert draw.drawn == [(digest, "light"), (digest, "dark")]


def test_what_shows_something_else_has_another_digest() -> None:
    """One number changed is another picture, with a drawing of its own."""
    cache = PictureCache(_Counting())
    before, after = cache.add(_picture(1)), cache.add(_picture(2))
    assert before != after
    assert cache.drawing(before, "light") != cache.drawing(after, "light")


def test_a_picture_that_was_not_added_has_no_drawing() -> None:
    """None, so that the page can say that it is out of date."""
    assert PictureCache(_Counting()).drawing(digest_of(_picture(1)), "light") is None


def test_many_who_ask_at_once_cost_one_drawing() -> None:
    """Eight threads that start together get the same drawing, made once."""
    draw = _Counting()
    cache = PictureCache(draw)
    digest = cache.add(_picture(1))
    start = Barrier(8)

    def ask(_: int) -> str | None:
        start.wait()
        return cache.drawing(digest, "light")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {f"{digest} light"}
    assert len(draw.drawn) == 1


def test_the_least_recently_asked_for_goes_first() -> None:
    """A full cache drops a picture or a drawing for a new one, and never the one in use."""
    draw = _Counting()
    cache = PictureCache(draw, most_pictures=2, most_drawings=1)
    one, two = cache.add(_picture(1)), cache.add(_picture(2))
    cache.add(_picture(1))
    three = cache.add(_picture(3))
    assert cache.drawing(two, "light") is None
    for digest in (one, three, one):
        assert cache.drawing(digest, "light") is not None
    assert [digest for digest, _ in draw.drawn] == [one, three, one]
