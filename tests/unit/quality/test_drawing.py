"""Drawings: text is text, nothing is fetched, marks have the lengths of their numbers."""

import re
import xml.etree.ElementTree as ET

import pytest

from assay.quality.drawing import THEMES, draw
from assay.quality.figures.picture import (
    Axis,
    Bar,
    BarPart,
    BarPicture,
    ControlPicture,
    HeatPicture,
    Interval,
    IntervalPicture,
    Picture,
)
from assay.quality.picture_cache import ThemeName

HOSTILE = "<script>alert(1)</script>\" onload='x' \"]+alert(1)//"
PARTS = (BarPart("met", "blue"), BarPart("not met", "orange"))


def _bar_picture(*lengths: float, target: float | None = None) -> BarPicture:
    bar = Bar(label=HOSTILE, lengths=lengths, note="5 of 10", target=target)
    return BarPicture(name="a", title=HOSTILE, parts=PARTS, bars=(bar,), unit="records")


def _intervals(*intervals: Interval) -> IntervalPicture:
    axis = Axis(low=0, high=1, title=HOSTILE, marks=(0.0,))
    return IntervalPicture(name="b", title=HOSTILE, intervals=intervals, axis=axis)


UNDEFINED = Interval(
    label=HOSTILE, aside="0 items", value=None, low=None, high=None, note="nobody answered"
)
PICTURES: tuple[Picture, ...] = (
    _bar_picture(2, 3, target=10),
    _intervals(UNDEFINED),
    HeatPicture(name="c", title=HOSTILE, rows=(HOSTILE,), columns=(HOSTILE,), counts=((1,),)),
    ControlPicture(
        name="d", title=HOSTILE, statistics=(0.0, 0.5, 1.0, 0.1, 0.0), upper=1, lower=-1, signals=(2,)
    ),
)  # fmt: skip


def _elements(picture: Picture, theme: ThemeName = "light") -> list[ET.Element]:
    drawing = draw(picture, theme)
    return list(ET.fromstring(drawing).iter())  # noqa: S314  our own, parsed to find what should not be there


def _texts(picture: Picture, theme: ThemeName = "light") -> list[str]:
    return [
        element.text or "" for element in _elements(picture, theme) if element.tag.endswith("}text")
    ]


def _paths(picture: Picture, colour: str) -> list[str]:
    """Shapes that are filled or drawn in a colour."""
    return [
        element.attrib["d"]
        for element in _elements(picture)
        if element.tag.endswith("}path")
        and colour in {element.attrib.get("fill"), element.attrib.get("stroke")}
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: type(picture).__name__)
def test_a_hostile_name_stays_text(picture: Picture, theme: ThemeName) -> None:
    """No drawing has an element or attribute that acts or fetches, in either theme."""
    elements = _elements(picture, theme)
    tags = {element.tag.split("}")[1] for element in elements}
    assert tags <= {"svg", "g", "path", "rect", "line", "text"}
    names = {name for element in elements for name in element.attrib}
    assert not names & {"style", "onload", "href", "id"}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: type(picture).__name__)
def test_each_theme_has_its_own_ground(picture: Picture) -> None:
    """A light and a dark drawing differ in their ground, and both have one."""
    for theme, colours in THEMES.items():
        assert f'fill="{colours.ground}"' in draw(picture, theme)


def test_the_same_picture_gives_the_same_bytes() -> None:
    """A drawing is what its picture says, so it can be kept by its digest."""
    assert draw(PICTURES[0], "light") == draw(PICTURES[0], "light")


def test_bars_are_as_long_as_their_numbers() -> None:
    """Parts of 2 and 3 are drawn as 2 and 3; a part of nothing has no box and the row its number."""
    blue, orange = THEMES["light"].tones["blue"], THEMES["light"].tones["orange"]
    picture = _bar_picture(2, 3, target=10)
    widths = [_width_of(_paths(picture, colour)[0]) for colour in (blue, orange)]
    assert widths[1] / widths[0] == pytest.approx(1.5, rel=0.01)
    # The legend has a box of each colour, too.
    empty = _bar_picture(0, 3)
    assert len(_paths(empty, blue)) == len(_paths(picture, blue)) - 1
    assert "5 of 10" in _texts(empty)


def _width_of(path: str) -> float:
    numbers = [
        float(number)
        for number in path.replace("M", " ").replace(",", " ").split("h")[1].split("v")[:1]
    ]
    return numbers[0]


def test_an_undefined_number_has_words_and_no_point() -> None:
    """Its row says why; nothing is drawn at zero."""
    blue = THEMES["light"].tones["blue"]
    defined = Interval(label="x", aside="", value=0.5, low=0.2, high=0.8, note="0.500")
    assert len(_paths(_intervals(defined), blue)) == 1
    assert _paths(_intervals(UNDEFINED), blue) == []
    assert "nobody answered" in _texts(_intervals(UNDEFINED))


def test_a_control_chart_marks_each_alarm() -> None:
    """One shape in the colour of alarms for each of them."""
    assert len(_paths(PICTURES[3], THEMES["light"].alarm)) == 1


def test_a_heat_map_writes_every_number() -> None:
    """Six cells, six numbers, a zero among them."""
    counts = ((0, 3), (10, 2), (9, 8))
    heat = HeatPicture(name="h", title="t", rows=("a", "b", "c"), columns=("d", "e"), counts=counts)
    assert {"0", "3", "10", "2", "9", "8"} <= set(_texts(heat))


def test_a_long_label_is_cut_and_shows_that_it_was() -> None:
    """A label gives way to its number; the data has the whole name."""
    bar = Bar(label="x" * 100, lengths=(1, 0), note="1 of 1", aside="3 held")
    picture = BarPicture(name="a", title="t", parts=PARTS, bars=(bar,), unit="passes")
    assert "x" * 41 + "…" in _texts(picture)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: type(picture).__name__)
def test_the_dark_drawing_is_the_light_one_in_other_colours(picture: Picture) -> None:
    """Shapes and texts are the same, and no colour of the light ground alone is left."""
    light, dark = draw(picture, "light"), draw(picture, "dark")
    bare = [re.sub(r' (fill|stroke)="[^"]*"', "", drawing) for drawing in (light, dark)]
    assert bare[0] == bare[1]
    only_light = {THEMES["light"].ink, THEMES["light"].faint, THEMES["light"].tones["blue"]}
    assert not only_light & set(re.findall(r'(?:fill|stroke)="([^"]*)"', dark))


def test_a_shade_of_a_heat_map_keeps_its_place_in_the_dark() -> None:
    """The ends are those of the dark theme, and the middle lies between them."""
    counts = ((0, 4), (2, 1))
    heat = HeatPicture(name="h", title="t", rows=("a", "b"), columns=("d", "e"), counts=counts)
    shades = re.findall(r'fill="rgb\((\d+), ?(\d+), ?(\d+)\)"', draw(heat, "dark"))
    tones = THEMES["dark"].tones
    low, high = (tuple(bytes.fromhex(tones[name][1:])) for name in ("empty", "blue"))
    assert len(shades) >= 3
    for shade in shades:
        for channel, start, end in zip(map(int, shade), low, high, strict=True):
            assert min(start, end) <= channel <= max(start, end)


def test_a_label_that_names_a_colour_keeps_its_words() -> None:
    """Only the colours of shapes change from theme to theme."""
    label = f'a fill="{THEMES["light"].ink}" b'
    bar = Interval(label=label, aside="", value=0.5, low=0.2, high=0.8, note="0.5")
    assert label in _texts(_intervals(bar), "dark")
