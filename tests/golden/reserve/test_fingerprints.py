"""Fingerprints of method words5-siphash/1 keep their bytes for ever: sealed items stay comparable.

`fingerprints.json` holds texts of many kinds, each with the groups that a sealing of it left behind,
under the key that stands there. A reserve that was sealed with them must find each text unchanged.
"""

import json
from pathlib import Path

import pytest

from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
from assay.reserve.fingerprint import METHOD, Hasher, key_check, to_text
from assay.reserve.sealing import Fingerprint

GOLDEN = json.loads((Path(__file__).parent / "v1" / "fingerprints.json").read_text())
KEY = GOLDEN["key"].encode()
INDEX = ReserveIndex(
    [
        Fingerprint(
            sealing="sea_x",
            reserve="r",
            item=each["kind"],
            part="task",
            words=each["words"],
            grams=each["grams"],
        )
        for each in GOLDEN["texts"]
    ],
    KEY,
)


def test_the_method_and_the_check_of_its_key_are_those_of_the_sealing() -> None:
    """A reserve that was sealed with them is neither refused nor taken for one of another key."""
    assert GOLDEN["method"] == METHOD
    assert GOLDEN["key_check"] == key_check(KEY)


@pytest.mark.parametrize("sealed", GOLDEN["texts"], ids=[each["kind"] for each in GOLDEN["texts"]])
def test_a_text_has_the_fingerprint_that_was_sealed(sealed: dict[str, str]) -> None:
    """Its words in canonical form, and the hashes of their groups, are the same to the bit."""
    given = words(sealed["text"])
    assert len(given) == sealed["words"]
    assert to_text(Hasher(KEY).fingerprint(given)) == sealed["grams"]


@pytest.mark.parametrize("sealed", GOLDEN["texts"], ids=[each["kind"] for each in GOLDEN["texts"]])
def test_a_text_that_was_sealed_is_found(sealed: dict[str, str]) -> None:
    """The whole of it overlaps the item of that name, and no word of it is missing."""
    [found] = INDEX.overlaps([Compared.of("here", sealed["text"])])
    assert (sealed["kind"], 1.0) in [(each.item, each.containment) for each in found]
