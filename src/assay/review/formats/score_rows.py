"""Judgments as scores of the runs that they judge: Langfuse's scores, LangSmith's feedback.

Shapes after the request bodies of Langfuse's `POST /api/public/scores` and LangSmith's
`POST /api/v1/feedback`.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from assay.core.errors import UsageError
from assay.records.formats import langfuse, langsmith
from assay.records.judgment import Judgment, standing
from assay.records.record import Record
from assay.records.verdict import Category, DimensionScore, Scored

ScoreTool = Literal["langfuse", "langsmith"]
"""The tools to which scores are written back."""

LOCATORS: Mapping[ScoreTool, str] = {"langfuse": langfuse.LOCATOR, "langsmith": langsmith.LOCATOR}
"""Tool -> how the locator of a record begins that came from it; the run's id follows."""

_IDS = uuid.UUID("5f0d6d2e-0f4b-5b69-9a6b-0f3c1c9f0a11")
"""The name space of feedback ids: the same score has the same id, and replaces itself."""


class JudgmentScore(msgspec.Struct, frozen=True, kw_only=True):
    """One score of one judgment, on its way to a tool."""

    run: str
    """The tool's id of the run."""
    judgment: str
    """Id of the judgment."""
    score: DimensionScore
    """The score."""
    comment: str
    """The reasons for it; empty where none was given."""
    about: Mapping[str, str]
    """Who judged, and under which rubric."""


class ScoreCounts:
    """What became of the judgments of one run."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        """Why a judgment, or a score of one, is not written -> how many."""


def tool_of(name: str) -> ScoreTool:
    """The tool of a name.

    Raises:
        UsageError: if scores are written back to no such tool.
    """
    for tool in LOCATORS:
        if tool == name:
            return tool
    raise UsageError(
        code="unknown-format",
        message=f"scores are not written back to {name!r}",
        where="--to",
        hint=f"there are: {', '.join(LOCATORS)}",
    )


def run_of(record: Record, tool: ScoreTool) -> str | None:
    """The tool's id of the run that a record was read from; None for any other record."""
    prefix = LOCATORS[tool]
    locators = (source.locator or "" for source in record.sources)
    return next((text.removeprefix(prefix) for text in locators if text.startswith(prefix)), None)


def score_rows(
    run: str, judgments: Iterable[Judgment], tool: ScoreTool, counts: ScoreCounts
) -> Iterator[dict[str, Any]]:
    """The scores of one run that our own reviewers and judges gave, one row each.

    Judgments without our rubric came with the run, and the tool has them already.

    Args:
        run: the tool's id of the run.
        judgments: all judgments of its record.
        tool: the tool.
        counts: counts what is left out.
    """
    write = _WRITERS[tool]
    for judgment in standing(judgments):
        if judgment.rubric is None:
            counts.left_out["came with the run"] += 1
            continue
        if not judgment.scores:
            counts.left_out["no score"] += 1
        for place, score in enumerate(judgment.scores):
            if isinstance(score.score, Scored | Category):
                yield write(_judgment_score(run, judgment, score, first=not place))
            else:
                counts.left_out["score not given"] += 1


def _judgment_score(
    run: str, judgment: Judgment, score: DimensionScore, *, first: bool
) -> JudgmentScore:
    reviewer = judgment.reviewer
    # A reason for the whole answer stands once, beside the first score.
    reasons = [
        reason.text
        for reason in judgment.reasons
        if reason.dimension == score.dimension or (first and reason.dimension is None)
    ]
    return JudgmentScore(
        run=run,
        judgment=judgment.id,
        score=score,
        comment="\n".join(reasons),
        about={
            "judgment": judgment.id,
            "reviewer": reviewer.pseudonym,
            "reviewer_kind": reviewer.kind,
            "role": reviewer.role,
            "rubric": judgment.rubric or "",
        },
    )


def _langfuse(entry: JudgmentScore) -> dict[str, Any]:
    score = entry.score.score
    numeric = isinstance(score, Scored)
    row: dict[str, Any] = {
        "id": f"{entry.judgment}/{entry.score.dimension}",
        "traceId": entry.run,
        "name": entry.score.dimension,
        "value": _value(score),
        "dataType": "NUMERIC" if numeric else "CATEGORICAL",
        "metadata": dict(entry.about),
    }
    return row | ({"comment": entry.comment} if entry.comment else {})


def _langsmith(entry: JudgmentScore) -> dict[str, Any]:
    score = entry.score.score
    row: dict[str, Any] = {
        "id": str(uuid.uuid5(_IDS, f"{entry.judgment}/{entry.score.dimension}")),
        "run_id": entry.run,
        "key": entry.score.dimension,
        "score" if isinstance(score, Scored) else "value": _value(score),
        "feedback_source": {"type": "api", "metadata": dict(entry.about)},
    }
    return row | ({"comment": entry.comment} if entry.comment else {})


def _value(score: Any) -> int | float | str:
    if isinstance(score, Category):
        return score.value
    numerator, denominator = int(score.value), score.denominator
    return numerator / denominator if denominator else numerator


_WRITERS: Mapping[ScoreTool, Callable[[JudgmentScore], dict[str, Any]]] = {
    "langfuse": _langfuse,
    "langsmith": _langsmith,
}
