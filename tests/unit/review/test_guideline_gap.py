"""Guideline gaps and re-reviews."""

from typing import Any

import pytest

from assay.contracts.rubric import Rubric
from assay.core.errors import UsageError
from assay.records.verdict import NotAsked
from assay.review.guideline_gap import (
    GapAnswer,
    GuidelineGap,
    ReReviews,
    answers_for,
    open_gaps,
    re_reviews,
)
from simulators.known_work import RUBRIC, answer, records
from simulators.small_program import rubric

RECORDS = records(3)
OLD = rubric()
NEW = "doc_new"


def _changed(dimension: int, **changes: Any) -> Rubric:
    dimensions = [each.model_dump(mode="json", exclude_defaults=True) for each in OLD.dimensions]
    dimensions[dimension] |= changes
    return rubric(dimensions=dimensions, version="1.1.0")


def _gap(place: int = 0, dimension: str | None = "clarity", reviewer: str = "ada") -> GuidelineGap:
    return GuidelineGap(
        record=RECORDS[place].id, reviewer=reviewer, rubric=RUBRIC,
        text="Does a missing unit count?", dimension=dimension,
    )  # fmt: skip


def _answer(*gaps: GuidelineGap, dimensions: tuple[str, ...] = (), new: str = NEW) -> GapAnswer:
    return GapAnswer(
        gaps=tuple(each.id for each in gaps), rubric=new, text="It does.",
        dimensions=dimensions, answered_by="lea",
    )  # fmt: skip


def _look(new: Rubric, *given: Any, **parts: Any) -> ReReviews:
    return re_reviews(given, rubrics={RUBRIC: OLD, NEW: new}, new=NEW, **parts)


def test_a_changed_dimension_touches_the_judgments_that_score_it() -> None:
    """A new anchor asks for a re-review at that score, and leaves the verdict alone."""
    scored, unscored = answer(RECORDS[0]), answer(RECORDS[1], clarity=None)
    found = _look(_changed(1, anchors={"5": "Nothing could be misread."}), scored, unscored)
    assert [(each.judgment, each.dimensions, each.why) for each in found.needed] == [
        (scored.id, ("clarity",), ("meaning_changed",))
    ]
    assert (found.untouched, found.current, found.unknown) == (1, 0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "Could a pupil follow it?"},
        {"scale": "1..7"},
        {"anchors": {"1": "Nobody follows."}},
        {"interpolation": "Half the class follows at the middle."},
        {"exclusions": ["Spelling."]},
    ],
)
def test_what_bears_meaning_asks_for_a_re_review(changes: dict[str, Any]) -> None:
    """Question, scale, anchors, interpolation and exclusions each alter what a score means."""
    assert len(_look(_changed(1, **changes), answer(RECORDS[0])).needed) == 1


def test_what_bears_no_meaning_asks_for_nothing() -> None:
    """A new verifier, another escalation and a new title leave every judgment as it is."""
    new = _changed(1, escalation="the lead", action="Read it twice.")
    assert _look(new, answer(RECORDS[0])).untouched == 1
    assert _look(rubric(title="Better", version="1.0.1"), answer(RECORDS[0])).untouched == 1


def test_new_priority_rules_touch_verdicts_and_no_scores() -> None:
    """A judgment of which no verdict was asked is not touched by them."""
    new = rubric(priority=[{"compare": "clarity"}], version="1.1.0")
    found = _look(new, answer(RECORDS[0]), answer(RECORDS[1], verdict=NotAsked()))
    assert [each.dimensions for each in found.needed] == [("verdict",)]
    assert found.untouched == 1


def test_an_answered_gap_touches_its_own_record_alone() -> None:
    """Judgments of other records stay as they are, though they score the same dimension."""
    gap = _gap()
    found = _look(
        OLD, answer(RECORDS[0]), answer(RECORDS[0], "bob"), answer(RECORDS[1]),
        gaps=[gap], answers=[_answer(gap)],
    )  # fmt: skip
    assert [(each.record, each.reviewer) for each in found.needed] == [
        (RECORDS[0].id, "ada"), (RECORDS[0].id, "bob"),
    ]  # fmt: skip
    assert {(each.dimensions, each.why, each.gaps) for each in found.needed} == {
        (("clarity",), ("gap_answered",), (gap.id,))
    }
    assert found.untouched == 1


def test_an_answer_speaks_to_the_dimensions_that_it_names() -> None:
    """They outweigh the gap's own; a gap and an answer that name none speak to everything."""
    gap, open_question = _gap(), _gap(dimension=None)
    named = _look(
        OLD, answer(RECORDS[0]), gaps=[gap], answers=[_answer(gap, dimensions=("taste",))]
    )
    assert named.needed == ()
    whole = _look(OLD, answer(RECORDS[0]), gaps=[open_question], answers=[_answer(open_question)])
    assert whole.needed[0].dimensions == ("clarity", "verdict")


def test_an_answer_to_everything_is_not_narrowed_by_a_second_one() -> None:
    """Two answers to one gap speak to all that either speaks to."""
    gap = _gap(dimension=None)
    answers = [_answer(gap), _answer(gap, dimensions=("taste",))]
    for order in (answers, answers[::-1]):
        found = _look(OLD, answer(RECORDS[0]), gaps=[gap], answers=order)
        assert found.needed[0].dimensions == ("clarity", "verdict")


def test_both_reasons_are_named_together() -> None:
    """A judgment that a change and an answer touch is listed once."""
    gap = _gap()
    found = _look(
        _changed(0, question="Is it exactly right?"),
        answer(RECORDS[0], scores=(*answer(RECORDS[0]).scores,
               answer(RECORDS[0]).scores[0].__class__(
                   dimension="correctness", score=answer(RECORDS[0]).scores[0].score))),
        gaps=[gap], answers=[_answer(gap)],
    )  # fmt: skip
    assert [(each.dimensions, each.why) for each in found.needed] == [
        (("clarity", "correctness"), ("gap_answered", "meaning_changed"))
    ]


def test_every_standing_judgment_is_accounted_for() -> None:
    """Under the new version, under an unknown one, replaced: each is counted, or stands no more."""
    first = answer(RECORDS[0])
    given = [
        first,
        answer(RECORDS[0], supersedes=first.id, rubric=NEW),
        answer(RECORDS[1], rubric="doc_lost"),
        answer(RECORDS[2], rubric=None, guideline="theirs"),
        answer(RECORDS[2], "bob"),
    ]
    found = _look(_changed(1, scale="1..7"), *given)
    assert (len(found.needed), found.untouched, found.current, found.unknown) == (1, 0, 1, 2)


def test_answers_in_another_version_are_left_aside() -> None:
    """Only what the new version itself says counts."""
    gap = _gap()
    found = _look(OLD, answer(RECORDS[0]), gaps=[gap], answers=[_answer(gap, new="doc_other")])
    assert found.needed == ()


def test_the_new_version_must_be_given() -> None:
    """Without its words nothing can be compared."""
    with pytest.raises(UsageError, match="not among the rubrics"):
        re_reviews([], rubrics={RUBRIC: OLD}, new=NEW)


def test_whoever_asked_hears_of_the_answer() -> None:
    """One's own gaps with their answers; a gap that no answer names stays open."""
    mine, theirs, left = _gap(0), _gap(1, reviewer="bob"), _gap(2)
    said = _answer(mine, theirs)
    gaps = [mine, theirs, left]
    assert answers_for("ada", gaps, [said]) == [(mine, said)]
    assert answers_for("cem", gaps, [said]) == []
    assert open_gaps(gaps, [said]) == [left]
