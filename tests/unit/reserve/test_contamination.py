"""Overlaps with the reserve are found by fingerprints alone, and shown by the record's own words."""

import random
from typing import Any

import pytest

from assay.core.errors import UsageError
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.reserve.canonical_text import places, words
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex, require_same_key
from assay.reserve.fingerprint import (
    METHOD,
    Hasher,
    from_text,
    item_name,
    item_texts,
    to_text,
)
from assay.reserve.overlap import Overlap
from assay.reserve.sealing import Fingerprint, Sealing
from builders import model_answer, small_record

KEY = b"a key of at least sixteen bytes"
DRAW = random.Random(3)
WORDS = [
    "".join(DRAW.choices("abcdefghijklmnopqrstuvwxyz", k=DRAW.randint(3, 9))) for _ in range(3000)
]


def prose(count: int, seed: int) -> str:
    """Words without sense, the same for the same seed."""
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(count)).capitalize() + "."


def record(question: str, answer: str = "So.", **part: Any) -> Record:
    """A record with this question and answer."""
    return small_record(Outcome(criterion="right", **part), question, model_answer(answer))


def index(*items: Record) -> ReserveIndex:
    """An index over these items."""
    hasher = Hasher(KEY)
    return ReserveIndex(
        [
            Fingerprint(
                sealing="sea_x",
                reserve="r",
                item=item_name(KEY, item),
                part=part,
                words=len(words(text)),
                grams=to_text(hasher.fingerprint(words(text))),
            )
            for item in items
            for part, text in item_texts(item)
        ],
        KEY,
    )


def overlaps(compared: ReserveIndex, given: Record) -> tuple[Overlap, ...]:
    """What one record overlaps."""
    [found] = compared.overlaps([Compared.of(given.id, given)])
    return found


ITEMS = [record(prose(40, seed)) for seed in range(60)]
INDEX = index(*ITEMS)
SECRET = ITEMS[0].task.messages[0].content
HALF = " ".join(SECRET.split()[:20])


def _edited(text: str) -> str:
    given = text.split()
    return " ".join("changed" if place % 20 == 10 else word for place, word in enumerate(given))


@pytest.mark.parametrize(
    "leak",
    [
        record(SECRET),
        record(f"## {SECRET.upper()}\n\n".replace(" ", "  ")),
        record(f"*{SECRET}*".replace(" ", " _", 3)),
        record(prose(80, 901) + f' "{SECRET}" ' + prose(80, 902)),
        record(prose(30, 903) + " " + HALF + " " + prose(30, 904)),
        record(_edited(SECRET)),
        record(prose(20, 905), answer=SECRET),
        record(prose(20, 906), reference=SECRET),
    ],
    ids=[
        "verbatim",
        "reformatted",
        "markdown",
        "quoted",
        "half",
        "edited",
        "in the answer",
        "in the reference",
    ],
)
def test_a_leak_is_found_however_it_is_dressed(leak: Record) -> None:
    """The overlap names the item and shows the record's own words at their place."""
    [overlap] = overlaps(INDEX, leak)
    assert overlap.item == item_name(KEY, ITEMS[0])
    assert overlap.longest_run >= 5
    for span in overlap.spans:
        value: Any = leak
        for key in span.pointer.strip("/").split("/"):
            value = value[int(key)] if key.isdigit() else getattr(value, key)
        assert value[span.start : span.end] == span.quote
        assert words(span.quote)


def test_other_texts_do_not_overlap() -> None:
    """Two hundred other texts over the same words share nothing that counts."""
    assert [
        overlap
        for seed in range(1000, 1200)
        for overlap in overlaps(INDEX, record(prose(150, seed)))
    ] == []


def test_a_template_that_all_items_share_is_no_overlap() -> None:
    """The words that a whole set has in common weigh nothing; the item's own words do."""
    frame = "Read the following passage with care and then answer the question that comes below it"
    items = [record(f"{frame} {prose(30, seed)}") for seed in range(2000, 2040)]
    framed = index(*items)
    assert overlaps(framed, record(f"{frame} {prose(30, 5000)}")) == ()
    assert overlaps(framed, record(items[3].task.messages[0].content))


def test_short_and_ideographic_items_are_found() -> None:
    """A question of a few words, and one without spaces, are compared too."""
    short = record("Who built the Corrie viaduct?")
    chinese = record("请计算从北京到上海的火车票价是多少元")
    both = index(short, chinese, *ITEMS)
    assert overlaps(both, record("WHO BUILT   the Corrie viaduct"))
    assert overlaps(both, record("题目：请计算从北京到上海的火车票价是多少元？"))
    assert overlaps(both, record("Who built the house?")) == ()


def test_an_item_without_a_word_is_counted_apart() -> None:
    """Emoji and marks alone hold nothing to compare; one word is enough."""
    found = index(record("\U0001f600 !?"), record("Reykjavik"), record(prose(30, 5)))
    assert (found.items, found.wordless, sum(found.sealed.values())) == (2, 1, 3)


def test_another_key_or_an_older_method_is_refused() -> None:
    """Fingerprints of another key compare with nothing, so comparing is refused, not clean."""
    assert overlaps(ReserveIndex([], KEY), record(SECRET)) == ()
    with pytest.raises(UsageError, match="another key"):
        require_same_key([_sealing()], "sha256:other")
    with pytest.raises(UsageError, match="'words5/1', which is no longer"):
        require_same_key([_sealing(method="words5/1")], "sha256:one")
    require_same_key([_sealing()], "sha256:one")


def _sealing(method: str = METHOD) -> Sealing:
    return Sealing(
        reserve="r", items=1, commitment="", salt_check="sha256:one", method=method, recipients=()
    )


def test_a_fingerprint_says_nothing_of_the_text() -> None:
    """The hashes differ under another key, and are sorted, so that their order says nothing."""
    mine, other = Hasher(KEY), Hasher(b"another key of sixteen bytes")
    given = words(SECRET)
    prints = mine.fingerprint(given)
    assert set(prints.tolist()).isdisjoint(other.fingerprint(given).tolist())
    assert (from_text(to_text(prints)) == prints).all()
    assert (prints[1:] > prints[:-1]).all()
    assert len(prints) == len(given) - 4


@pytest.mark.parametrize(
    "text", ["Ärger über Straße 12", "a_b c-d", "北京 to 上海", "ＡＢＣ x²", "", "don't"]
)
def test_every_word_has_its_place(text: str) -> None:
    """There are as many places as words."""
    assert len(words(text)) == len(places(text))


def test_a_batch_without_enough_words_overlaps_nothing() -> None:
    """Nothing to compare, or fewer words than the smallest group has, is no overlap and no fault."""
    short = Compared("rec_short", (("/task", "two words"),))
    assert list(INDEX.overlaps([])) == []
    assert list(INDEX.overlaps([short])) == [()]


def test_an_escaped_separator_moves_no_finding_to_another_thing() -> None:
    """A text with an escaped zero character is one text: the next thing is the one that overlaps."""
    sealed = index(record(prose(40, 1)))
    for zero in ("\\u0000", "\\x00", "%00", "&#0;", "\x00"):
        things = [Compared.of("a", f"one {zero} two {zero} three"), Compared.of("b", prose(40, 1))]
        first, second = sealed.overlaps(things)
        assert (first, bool(second)) == ((), True), zero
