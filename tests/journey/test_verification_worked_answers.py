"""Worked answers on real data: right answers with a wrong step, and flags that are re-derived."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from simulators.examples import DATA, ROOT, needs_data

pytestmark = needs_data("NO EXAMPLE WAS RUN")

Figures = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Figures:
    """The figures of an example over a set."""
    monkeypatch.syspath_prepend(ROOT / "examples" / "verification")

    def of(script: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = importlib.import_module(script).figures(DATA / name)
        return found

    return of


def test_54_of_600_right_answers_have_a_wrong_step(figures: Figures) -> None:
    """By task as well, each named by its line; nothing was set aside."""
    found = figures("bbmistake", "bbmistake-a")
    assert found["records"] == 600
    assert found["right answers with a wrong step"] == {
        "all": "54 of 600",
        "logical deduction": "39 of 300",
        "word sorting": "15 of 300",
    }
    assert found["verdicts"] == {"normalised-match": {"fail": 510, "pass": 90}}
    assert len(set(found["they are"])) == 54
    assert "word_sorting.jsonl:22, step 10" in found["they are"]


def test_2800_flags_are_re_derived_and_the_hollow_answer_is_named(figures: Figures) -> None:
    """No flag is contradicted; one right answer rests on a wrong calculation."""
    found = figures("gsm8k", "gsm8k-model-solutions")
    assert found["flags re-derived"] == "2800 of 2800"
    assert found["verdicts"] == {
        "numeric-answer": {"fail": 1728, "pass": 1072},
        "calculator-steps": {"fail": 21, "pass": 2744, "uncarried": 14},
    }
    [hollow] = found["right answers with a wrong step"]
    assert (hollow["line"], hollow["model"], hollow["answer"], hollow["step"]) == (
        581, "175b_verification", "A: 500", 2,
    )  # fmt: skip
