"""Sealed texts that leave in disguise, or in any field: what the gate finds is what the docs say."""

import re
from pathlib import Path

import pytest

from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
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


@pytest.mark.long
def test_recall_by_disguise_is_what_the_docs_say(sealed: ReserveIndex) -> None:
    """Each disguise is found in as many of sixty items as the table of the page has."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) of 60 \|$", PAGE.read_text(), re.MULTILINE)
    shown = {name: int(count) for name, count in rows}
    measured = {
        name: found(sealed, [FILLER + dress(problem(number)) for number in range(ITEMS)])
        for name, dress in DISGUISES.items()
    }
    assert measured == shown


@pytest.mark.long
def test_other_problems_of_the_same_kind_are_not_found(sealed: ReserveIndex) -> None:
    """Of two hundred problems that are not sealed two are taken for sealed ones, in no dress more."""
    fresh = [problem(number) for number in range(1000, 1200)]
    close = [text for text in fresh if found(sealed, [text])]
    assert len(close) == 2
    others = [text for text in fresh if text not in close][:30]
    for name, dress in DISGUISES.items():
        assert found(sealed, [dress(text) for text in others]) == 0, name


@pytest.mark.long
def test_ordinary_pages_and_programs_are_not_found(sealed: ReserveIndex) -> None:
    """No page of the docs and no module, with all that it can be read as, is taken for a sealed item."""
    root = Path(__file__).parents[2]
    texts = [
        each.read_text() for kind in ("docs/**/*.md", "src/**/*.py") for each in root.glob(kind)
    ]
    assert len(texts) > 300
    assert found(sealed, texts) == 0


def test_a_sealed_text_deep_in_an_ordinary_page_is_found(sealed: ReserveIndex) -> None:
    """The page around it does not use up what may be read of a text."""
    page = PAGE.read_text()
    half = len(page) // 2
    for name in ("rot13", "a list of numbers", "base64 of gzip", "comments with text in words"):
        texts = [f"{page[:half]}\n{DISGUISES[name](problem(n))}\n{page[half:]}" for n in range(20)]
        assert found(sealed, texts) == 20, name
