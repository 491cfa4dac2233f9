"""Disguises of whole texts: markup, escapes and characters that do not show."""

import re

import pytest

from assay.reserve.markup_and_escapes import markup_readings, may_be_disguised

SENTENCE = "The ferry carries nine copper kettles past the empty harbour wall."


@pytest.mark.parametrize(
    "text",
    [
        "The ferry carries <!-- and not --> nine copper kettles past the empty harbour wall.",
        "The ferry carries nine [copper kettles](https://example.org) past the empty harbour wall.",
        "The ferry carries nine cop\\/per ket{}tles past the empty harbour wall.",
        "The ferry car-\nries nine copper kettles past the empty harbour wall.",
        (
            "The ferry carries nine <i style='display:none'>away</i>copper kettles past the empty "
            "harbour wall."
        ),
    ],
    ids=["comment", "link", "latex", "hyphen", "hidden"],
)
def test_markup_is_undone(text: str) -> None:
    """The reading is the sentence as a reader sees it."""
    readings = [" ".join(reading.split()) for _, reading in markup_readings(text)]
    assert SENTENCE in readings


def test_tag_characters_are_read() -> None:
    """A sentence in characters that do not show, behind a word that does."""
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in SENTENCE)
    assert ("invisible", SENTENCE) in [*markup_readings(f"Hello{hidden}")]


def test_zero_width_characters_are_read_as_bits_both_ways() -> None:
    """Which of two characters stands for 1 is not known, so both readings are given."""
    bits = "".join(f"{byte:08b}" for byte in SENTENCE.encode())
    hidden = bits.translate({ord("0"): "\u200b", ord("1"): "\u200c"})
    readings = [reading for name, reading in markup_readings(f"A{hidden}") if name == "invisible"]
    assert SENTENCE in readings
    assert len(readings) == 2


def test_plain_prose_needs_no_look() -> None:
    """A sentence of words and punctuation cannot be disguised; an address can."""
    assert not may_be_disguised(SENTENCE)
    assert may_be_disguised("xn--mnchen-3ya")


HIDDEN = [
    "<b hidden>{}</b>", "<B HIDDEN=''>{}</B>", "<p hidden='until-found'>{}</p>", "<b hidden/>{}</b>",
    "<i class=x hidden>{}</i>", "<i style=display:none>{}</i>", "<i style='DISPLAY : none;'>{}</i>",
    "<i style='color:red;display:/**/none'>{}</i>", "<i style='d\\69splay:none'>{}</i>",
    "<i style='display&#58;none'>{}</i>", "<i title='>' hidden>{}</i>", "<i aria-hidden='true'>{}</i>",
    "<i style='visibility:collapse'>{}</i>", "<i style='font-size:0px'>{}</i>",
    "<i style='font-size:.0em'>{}</i>", "<i style='opacity:0.0'>{}</i>", "<i style='width:0;height:0'>{}</i>",
    "<i style='max-height:0;overflow:hidden'>{}</i>", "<i style='text-indent:-9999px'>{}</i>",
    "<i style='color:transparent'>{}</i>", "<template>{}</template>", "<script>{}</script>",
    "<div hidden><div>{}</div></div>", "<img hidden><b hidden>{}</b>", "<b hidden><b>x</b>{}</b>",
]  # fmt: skip
SHOWN = [
    "<i style='font-size:0.9em'>{}</i>", "<i style='opacity:0.5'>{}</i>", "<i class=hidden>{}</i>",
    "<i title='is hidden here'>{}</i>", "<i aria-hidden='false'>{}</i>", "<i style='width:0.5em'>{}</i>",
    "<img hidden>{}", "<i data-hidden=1>{}</i>", "<i style='display:inline'>{}</i>",
]  # fmt: skip


def _unwrapped(text: str) -> str:
    return " ".join(dict(markup_readings(text))["unwrapped"].split())


@pytest.mark.parametrize("element", HIDDEN)
def test_what_a_browser_hides_is_not_in_the_reading(element: str) -> None:
    """Filler in a hidden element is left out, and what stands around it comes together."""
    text = f"The ferry carries {element.format('filler')} nine copper kettles."
    reading = re.sub(r"<[^<>]*>", "", _unwrapped(text))
    assert "filler" not in reading
    assert " ".join(reading.split()) == "The ferry carries nine copper kettles."


@pytest.mark.parametrize("element", SHOWN)
def test_what_a_browser_shows_stays_in_the_reading(element: str) -> None:
    """Words that only look like hiding hide nothing."""
    assert "kettles" in _unwrapped(f"Nine copper {element.format('kettles')}")


def test_a_hidden_element_that_is_never_closed_hides_the_rest() -> None:
    """As in a browser; the text before it stays."""
    assert _unwrapped("Nine kettles <b hidden>and <i>more</i>") == "Nine kettles"


@pytest.mark.parametrize("piece", ["<b hidden>", '<a "', "<a '\"", '<i style="', "<b hidden></b>"])
def test_many_openings_cost_what_their_number_costs(piece: str) -> None:
    """A hundred thousand of them are read at once, not a hundred thousand times."""
    assert isinstance(_unwrapped(piece * 100_000), str)
