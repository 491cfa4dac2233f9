"""Sealed texts that leave in disguise, or in any field: what the gate finds is what the docs say."""

import re
from pathlib import Path

import pytest

from assay.reserve.contamination import Compared, ReserveIndex
from simulators.disguises import DISGUISES, problem
from unit.reserve.test_contamination import index, record

ITEMS = 60
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keep-a-reserve.md"
FILLER = "Please consider the following and then tell me what you think of it as a whole. "


@pytest.fixture(scope="module")
def sealed() -> ReserveIndex:
    """A reserve of sixty word problems."""
    return index(*(record(problem(number)) for number in range(ITEMS)))


def found(sealed: ReserveIndex, texts: list[str]) -> int:
    """In how many of these texts a sealed item is found."""
    things = [Compared.of(str(number), text) for number, text in enumerate(texts)]
    return sum(bool(overlaps) for overlaps in sealed.overlaps(things))


def test_recall_by_disguise_is_what_the_docs_say(sealed: ReserveIndex) -> None:
    """Each disguise is found in as many of sixty items as the table of the page has."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) of 60 \|$", PAGE.read_text(), re.MULTILINE)
    shown = {name: int(count) for name, count in rows}
    measured = {
        name: found(sealed, [FILLER + dress(problem(number)) for number in range(ITEMS)])
        for name, dress in DISGUISES.items()
    }
    assert measured == shown


def test_other_problems_of_the_same_kind_are_not_found(sealed: ReserveIndex) -> None:
    """Two hundred problems that are not sealed, in every disguise, are not taken for sealed ones."""
    fresh = [problem(number) for number in range(1000, 1200)]
    for name, dress in DISGUISES.items():
        assert found(sealed, [dress(text) for text in fresh]) <= 2, name
