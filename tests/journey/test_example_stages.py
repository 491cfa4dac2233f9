"""The stages after review, on real data: the figures that the examples' page states."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.examples import DATA, example_script, needs_data

pytestmark = needs_data("NO STAGE WAS RUN")

Figures = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def figures() -> Figures:
    """The figures of one set, as the script computes them."""
    script = example_script("stages")
    return lambda name: script.SETS[name](DATA / name)


def test_locating_is_not_supporting(figures: Figures) -> None:
    """Located words are nearly always attributable; absent words are supported now and then."""
    found = figures("begin-wow")
    assert sum(sum(labels.values()) for labels in found.values()) == 4037
    assert found["located"]["Fully attributable"] == 275
    assert found["absent"]["Fully attributable"] == 234


def test_a_judge_model_prefers_a_place_and_people_hardly_do(figures: Figures) -> None:
    """One judge's first place wins 1,352 to 593; among people it is 53 in a hundred."""
    found = figures("llmfao-pairs")
    judge = next(each for each in found.values() if each["shown first wins"] == 1352)
    assert (judge["shown second wins"], judge["tie"]) == (593, 194)
    people = found["people"]
    assert (people["shown first wins"], people["shown second wins"], people["tie"]) == (
        2911,
        2549,
        3471,
    )


def test_unsafe_compliance_and_over_refusal_stay_apart(figures: Figures) -> None:
    """Two rates with their own denominators, by people and by two automatic judges."""
    people = figures("xstest-mistralinstruct")["people"]
    assert people["unsafe compliance"].startswith("128 of 200")
    assert people["over-refusal"].startswith("2 of 250")


def test_a_sealed_quarter_stops_its_own_rows(figures: Figures) -> None:
    """Rows that come back are refused, beside the near copies that the set holds itself."""
    found = figures("gsm8k-train")
    assert (found["sealed"], found["compared"], found["overlap"]) == (500, 1500, 2)
    assert found["overlap after three sealed rows came back"] == 5
    assert found["gate"][1].startswith("refused")


def test_distributions_are_kept_beside_their_majority(figures: Figures) -> None:
    """65 of 800 items have no majority; the others match the gold in 685 of 735."""
    found = figures("crowdtruth-rte")
    assert found["items without a majority, kept as a distribution"] == 65
    assert found["majority is gold"].startswith("685 of 735")
