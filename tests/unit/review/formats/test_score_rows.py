"""Judgments as scores of Langfuse and LangSmith."""

import uuid

import pytest

from assay.core.errors import UsageError
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.records.verdict import Category, DimensionScore, NotAsked, ScoreAbstained, Scored
from assay.review.formats.score_rows import ScoreCounts, run_of, score_rows, tool_of

PERSON = Reviewer(pseudonym="rvr_a", kind="human", role="reviewer")


def _record(locator: str | None) -> Record:
    return Record(
        schema_version=1,
        part=Outcome(),
        task=Task(messages=(Message(role="user", content="How deep?"),)),
        sources=(Source(source_class="own", locator=locator),),
        candidates=(Candidate(content="4 m", provenance=MadeByUnknown(reason="x")),),
    )


def _judgment(**fields: object) -> Judgment:
    scores = (
        DimensionScore(dimension="fit", score=Scored(value=1, denominator=2), candidate=0),
        DimensionScore(dimension="tone", score=Category(value="warm"), candidate=0),
        DimensionScore(dimension="safe", score=ScoreAbstained(reason="unsure"), candidate=0),
    )
    reasons = (Reason(text="units", dimension="tone"), Reason(text="short"))
    return Judgment(
        record="rec_x", reviewer=PERSON, verdict=NotAsked(), scores=scores, reasons=reasons,
        rubric="doc_r",
    ).replace(**fields)  # fmt: skip


def test_scores_are_bodies_of_langfuse_requests() -> None:
    """Numbers and categories, each with its comment; a score that was not given is counted."""
    counts, judgment = ScoreCounts(), _judgment()
    fit, tone = score_rows("t1", [judgment], "langfuse", counts)
    assert (fit["traceId"], fit["name"], fit["value"], fit["dataType"]) == (
        "t1", "fit", 0.5, "NUMERIC"
    )  # fmt: skip
    assert (tone["value"], tone["dataType"], tone["comment"]) == ("warm", "CATEGORICAL", "units")
    assert fit["comment"] == "short"
    assert fit["metadata"]["reviewer"] == "rvr_a"
    assert fit["id"] == f"{judgment.id}/fit"
    assert counts.left_out == {"score not given": 1}


def test_scores_are_bodies_of_langsmith_requests() -> None:
    """A number is a `score`, a category a `value`, and the same score always has the same id."""
    twice = [list(score_rows("r1", [_judgment()], "langsmith", ScoreCounts())) for _ in range(2)]
    assert twice[0] == twice[1]
    fit, tone = twice[0]
    assert (fit["run_id"], fit["key"], fit["score"]) == ("r1", "fit", 0.5)
    assert tone["value"] == "warm"
    assert "score" not in tone
    assert fit["feedback_source"]["type"] == "api"
    assert uuid.UUID(fit["id"]) != uuid.UUID(tone["id"])


def test_what_the_tool_has_already_is_not_written_back() -> None:
    """A judgment without our rubric came with the run; one that is superseded does not stand."""
    counts, own = ScoreCounts(), _judgment()
    later = own.replace(supersedes=own.id, scores=())
    assert not list(score_rows("r", [_judgment(rubric=None), own, later], "langsmith", counts))
    assert counts.left_out == {"came with the run": 1, "no score": 1}


def test_a_record_has_the_run_that_its_locator_names() -> None:
    """A record of another tool, or of none, has no run there."""
    assert run_of(_record("langfuse:trace/t1"), "langfuse") == "t1"
    assert run_of(_record("langfuse:trace/t1"), "langsmith") is None
    assert run_of(_record(None), "langfuse") is None


def test_an_unknown_tool_is_refused() -> None:
    """The refusal names those that there are."""
    with pytest.raises(UsageError, match="elsewhere") as caught:
        tool_of("elsewhere")
    assert "langfuse, langsmith" in caught.value.hint
