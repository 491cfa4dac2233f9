"""Answers that our documents do not know are counted and named at import."""

from typing import Any

import pytest

from assay.records.judgment import SectionRuling
from assay.records.outside_answers import OutsideAnswers
from assay.records.verdict import Category, DimensionScore, NotApplicable, Scored
from simulators.small_program import judged, pair

SCALES = {"clarity": ("1", "2", "3", "4", "5"), "tone": ("plain", "warm")}


def _found(*scores: tuple[str, Any], sections: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    answers = OutsideAnswers(SCALES, ("fees", "evasion"))
    judgment = judged(
        pair(),
        "a",
        scores=tuple(DimensionScore(dimension=name, score=score) for name, score in scores),
        rulings=tuple(SectionRuling(section=name, ruling="violates") for name in sections),
    )
    answers.add(judgment)
    return [(x.what, x.name, x.value, x.answers, x.nearest) for x in answers.outside()]


@pytest.mark.parametrize(
    ("name", "score", "outside"),
    [
        ("clarity", Scored(value=5), []),
        ("clarity", Scored(value=7, denominator=2), []),
        ("clarity", NotApplicable(), []),
        ("clarity", Scored(value=9), [("score", "clarity", "9", 1, None)]),
        ("tone", Category(value="warm"), []),
        ("tone", Category(value="warmm"), [("score", "tone", "warmm", 1, "warm")]),
        ("clarty", Scored(value=1), [("dimension", "clarty", None, 1, "clarity")]),
    ],
)
def test_a_score_off_its_scale_is_named(name: str, score: Any, outside: list[Any]) -> None:
    """Fractions between the ends are on a scale of numbers; unknown dimensions are named too."""
    assert _found((name, score)) == outside


def test_a_ruling_on_a_section_that_is_not_there_is_named() -> None:
    """The nearest section of the policy stands beside it."""
    assert _found(sections=("fees", "evasoin")) == [("section", "evasoin", None, 1, "evasion")]


def test_without_documents_nothing_is_outside() -> None:
    """A reader that is not told of a rubric or policy looks at neither."""
    answers = OutsideAnswers({}, None)
    answers.add(judged(pair(), "a", rulings=(SectionRuling(section="x", ruling="violates"),)))
    assert answers.outside() == ()
