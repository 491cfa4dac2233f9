"""What tracing tools hold of a run or trace: LangSmith's feedback, Langfuse's scores.

Shapes after LangSmith's page on the feedback data format and Langfuse's on its data model of
scores. The readers of imported data and the format of review work both read them here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from assay.core.canonical import json_text
from assay.core.errors import InputError, input_error_at
from assay.records.formats.inspect_sample import score_name
from assay.records.formats.label import any_score, require_sound, unnamed
from assay.records.formats.shapes import as_name, as_object, as_word
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.verdict import DimensionScore, NotAsked

Giver = Literal["human", "model", "unknown"]

GIVERS: Mapping[str, Giver] = {"app": "human", "ANNOTATION": "human", "model": "model",
                               "EVAL": "model"}  # fmt: skip
"""Where feedback (LangSmith) and scores (Langfuse) come from -> who gave them.

What came by the API may be anybody's: a user's, a rule's, a model's.
"""

_TIMES = ("modified_at", "updatedAt", "created_at", "createdAt", "timestamp")
_CORRECTION = "CORRECTION"
"""Langfuse's type of a score that holds what the output should have been."""


class TraceScore(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of feedback, or one score."""

    name: str
    """What it is about."""
    giver: Giver
    """Who gave it."""
    person: str | None
    """The person, as the tool names people; absent where it names nobody."""
    value: Any
    """The value: a number, a truth value, a text; None where only words were given."""
    comment: str
    """The words beside it."""
    correction: str
    """What the output should have been; empty where nothing is said of it."""
    given_at: str
    """When it was last changed; empty where the tool does not say."""


def trace_score(value: Any, where: str) -> TraceScore:
    """One piece of feedback of LangSmith, or one score of Langfuse.

    Raises:
        InputError: if it is none.
    """
    entry = as_object(value, where)
    name = as_word(entry.get("key") or entry.get("name"), f"{where}.name")
    correction = entry.get("correction")
    stated = _stated_value(entry)
    if entry.get("dataType") == _CORRECTION:
        correction, stated = entry.get("stringValue"), None
    return TraceScore(
        name=name,
        giver=GIVERS.get(_source(entry), "unknown"),
        person=_person(entry),
        value=stated,
        comment=as_word(entry.get("comment"), f"{where}.comment"),
        correction=correction if isinstance(correction, str) else _json(correction),
        given_at=next((as_word(entry[key], key) for key in _TIMES if entry.get(key)), ""),
    )


def _json(value: Any) -> str:
    return json_text(value) if value else ""


def _stated_value(entry: Mapping[str, Any]) -> Any:
    if entry.get("dataType") == "BOOLEAN" and entry.get("value") in (0, 1):
        return bool(entry["value"])
    names = ("stringValue", "value", "score")
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def _source(entry: Mapping[str, Any]) -> str:
    if "feedback_source" in entry:
        source = as_object(entry["feedback_source"] or {}, "feedback_source")
        return as_word(source.get("type"), "feedback_source.type")
    return as_word(entry.get("source"), "source")


def _person(entry: Mapping[str, Any]) -> str | None:
    source = entry.get("feedback_source")
    if isinstance(source, Mapping):
        return as_name(source.get("user_id"))
    return as_name(entry.get("authorUserId"))


def latest_by_name(scores: Iterable[TraceScore]) -> Sequence[TraceScore]:
    """The last score of each name: in both tools one given again takes the earlier one's place."""
    ordered = sorted(scores, key=lambda score: score.given_at)
    return list({score.name: score for score in ordered}.values())


def scored_judgments(
    record: Record, values: Sequence[Any], where: str, context: RowContext
) -> tuple[list[Judgment], list[InputError]]:
    """The judgments that scores of one record make, one for each person or evaluator.

    Args:
        record: the record, whose only candidate was scored.
        values: the scores as the tool has them.
        where: their place in the row.
        context: gives pseudonyms.

    Returns:
        The judgments, and why others cannot be used.
    """
    reviewers: dict[tuple[str, str], Reviewer] = {}
    by_reviewer: dict[tuple[str, str], list[TraceScore]] = {}
    set_aside: list[InputError] = []
    for number, value in enumerate(values):
        try:
            score = trace_score(value, f"{where}[{number}]")
        except InputError as error:
            set_aside.append(error)
        else:
            reviewer = _reviewer(score, context)
            key = (str(reviewer.kind), reviewer.pseudonym)
            reviewers[key] = reviewer
            by_reviewer.setdefault(key, []).append(score)
    judgments: list[Judgment] = []
    for name, scores in by_reviewer.items():
        try:
            judgments.append(_judgment(record, reviewers[name], latest_by_name(scores)))
        except InputError as error:
            set_aside.append(input_error_at(error, where))
    return judgments, set_aside


def _reviewer(score: TraceScore, context: RowContext) -> Reviewer:
    if score.giver == "model":
        return Reviewer(pseudonym=score.name, kind="model", role="reviewer")
    if score.giver == "human" and score.person:
        return Reviewer(pseudonym=context.pseudonym(score.person), kind="human", role="reviewer")
    return unnamed(context, "annotation" if score.giver == "human" else "api")


def _judgment(record: Record, reviewer: Reviewer, scores: Sequence[TraceScore]) -> Judgment:
    reasons = [
        Reason(text=text, code=code, dimension=score_name(score.name))
        for score in scores
        for code, text in (("comment", score.comment), ("correction", score.correction))
        if text
    ]
    judgment = Judgment(
        record=record.id,
        reviewer=reviewer,
        verdict=NotAsked(),
        scores=tuple(
            DimensionScore(
                dimension=score_name(score.name), score=any_score(score.value), candidate=0
            )
            for score in scores
            if score.value is not None
        ),
        reasons=tuple(reasons),
        judged_at=max(score.given_at for score in scores) or None,
    )
    return require_sound(record, judgment)
