"""Number formats on MGSM: right ones are accepted, wrong ones never pass silently."""

from typing import Any

import pytest

from simulators import examples
from simulators.examples import example_script, needs_data

DATA = examples.DATA / "mgsm-latin"

pytestmark = needs_data("NO EXAMPLE WAS RUN", DATA)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The figures of the example."""
    script = example_script("verification/mgsm")
    found: dict[str, Any] = script.figures(DATA)
    return found


def test_every_answer_is_accepted_as_its_language_writes_it(figures: dict[str, Any]) -> None:
    """All 250 answers pass in every rendering, in three languages."""
    for language in ("en", "de", "fr"):
        accepted = figures["answers"][language]["accepted under its own format"]
        assert set(accepted.values()) == {"250 of 250"}
        assert len(accepted) == 5 + (language == "fr")


def test_no_answer_passes_that_is_read_as_another_value(figures: dict[str, Any]) -> None:
    """Under a wrong format, what does not mean the same is caught, each one."""
    misread = 0
    for language in ("en", "de", "fr"):
        for found in figures["answers"][language]["under a wrong format"].values():
            other = found.get("reads as another value", 0)
            assert found["caught"] == found["cannot be read"] + other
            misread += other
    assert misread == 4 * 46


def test_auto_decides_by_the_language_or_says_that_it_cannot(figures: dict[str, Any]) -> None:
    """With the language named all pass; without, each answer passes or is an error."""
    for language, count in (("en", 1250), ("de", 1250), ("fr", 1500)):
        found = figures["answers"][language]
        assert found["under auto, language named"] == {"pass": count}
        assert set(found["under auto, no language named"]) == {"pass", "uncarried"}


def test_numbers_of_the_questions_are_compared_between_languages(figures: dict[str, Any]) -> None:
    """A rebate of 20 for 0.20, and a number that was lost, are among the differing items."""
    german, french = figures["questions"]["de"], figures["questions"]["fr"]
    assert (german["numbers equal"], french["numbers equal"]) == ("246 of 250", "236 of 250")
    assert german["differing items, counted from 0"][109] == {
        "only here": ["20"],
        "only in English": ["1/5"],
    }
    assert french["differing items, counted from 0"][84]["only in English"] == ["8"]
