"""What else a text reads as: found by its marks, and never more than its budget."""

import base64
import gzip

import pytest

from assay.reserve.disguised_readings import (
    BUDGET_LEAST,
    BUDGET_TIMES,
    LEAST_ENCODED,
    READINGS_LEAST,
    readings,
)

SENTENCE = "The heron counts eleven blue lanterns beside the quiet northern weir at dawn."


def read(text: str, *, marked: bool = False) -> list[str]:
    """The readings of a text."""
    return [each.text for each in readings(text, marked=marked)]


def test_plain_prose_reads_as_nothing_else() -> None:
    """A sentence without marks of a disguise has no reading, and no cipher is tried on it."""
    assert read(SENTENCE, marked=True) == []


def test_the_place_is_that_of_the_outermost_stretch() -> None:
    """What was encoded twice is placed where the outer stretch stands."""
    once = base64.b64encode(SENTENCE.encode())
    twice = base64.b64encode(once).decode()
    found = {each.text: each for each in readings(f"See {twice} there.")}
    assert (found[SENTENCE].start, found[SENTENCE].end) == (4, 4 + len(twice))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(gzip.compress(b"a sentence of many words " * 400_000, mtime=0)).decode(),
        "<!--" * 20_000,
        "[" * 40_000 + "](" * 20_000,
        "<span style='display:none'>" * 4_000,
        "6f " * 30_000,
        "&amp;" * 20_000 + "%25" * 20_000,
        "=20" * 30_000,
        '"a" + ' * 20_000,
        "h e " * 30_000,
        "jvgu siht gsrh " * 8_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_reads_as_more_than_its_budget(text: str) -> None:
    """Packed floods, openings without an end and ciphers of ciphers end at the budget."""
    found = read(text, marked=True)
    assert sum(map(len, found)) <= BUDGET_TIMES * len(text) + BUDGET_LEAST
    assert len(found) <= len(text) // LEAST_ENCODED + READINGS_LEAST


def test_a_stretch_is_found_at_its_place_behind_signs_of_any_script() -> None:
    """What comes before an encoded stretch, question marks and signs of no ASCII, moves nothing."""
    for before in ("Why? ", "\u767d\u9e6d ", "\U0001f600?\x01 ", "\x01" * 40 + " ", "?" * 40 + " "):
        for encode in (base64.b64encode, base64.b85encode):
            stretch = encode(SENTENCE.encode()).decode()
            [found] = [each for each in readings(before + stretch) if each.text == SENTENCE]
            assert (found.start, found.end) == (len(before), len(before) + len(stretch))


@pytest.mark.parametrize("size", [8, 12, 20])
@pytest.mark.parametrize("between", ["\n", "\r\n", '" + "', " ", "', '", "\\\n"])
def test_an_encoded_text_in_pieces_is_read_whole(size: int, between: str) -> None:
    """Short pieces of base64 or base32 are put together, whatever stands between them."""
    for encode in (base64.b64encode, base64.b32encode):
        whole = encode(SENTENCE.encode()).decode()
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert SENTENCE in read(f"It reads: {between.join(pieces)}")


def test_bytes_that_are_no_text_are_no_reading() -> None:
    """A digest in hexadecimal or base64 of noise reads as nothing."""
    noise = bytes((place * 97 + 131) % 256 for place in range(96))
    assert read(noise.hex()) == []
    assert read(base64.b64encode(noise).decode()) == []
