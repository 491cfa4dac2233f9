"""HelpSteer: one response scored or criticised, two compared with a strength, or one edited."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByEdit
from assay.records.evidence import Evidence
from assay.records.extra_fields import HOMES
from assay.records.formats.conversation import read_messages, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import (
    Opinion,
    as_score,
    comparison,
    signed,
    unnamed,
    whole_source,
)
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.kinds import Critique, Outcome
from assay.records.number import as_number
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.task import Message, Task
from assay.records.verdict import Abstained, DimensionScore, NotAsked

ATTRIBUTES = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
"""The attributes of HelpSteer 1 and 2, from 0 to 4."""

_DIMENSION = re.compile("[a-z][a-z0-9_]*")
_SCALE = (0, 4)
_STRENGTH = 3
"""A preference is a whole number from -3 to 3."""
_AXES = ("domain", "language", "split")
_ASKED = ("prompt", "context", *_AXES, "id")
_RAW = ("individual_preference", "all_preferences_unprocessed")
_SELECTED = "three_most_similar_preferences"
"""The raw preferences that the overall one was made of: each is among the raw ones already."""
_OVERALL = ("overall_preference", "preference_strength")
_NOTES = ("preference_statement", "preference_elaboration")
_PAIRS = (("response1", "response2"), ("response_1", "response_2"))
_EDITS = ("good_edited_response", "bad_edited_response")
_ORIGINAL = "original_response"


class HelpSteer:
    """Reads `prompt` or `context`, and one response with attributes, two responses, or an edit.

    - outcome: `response` and the five attributes, each from 0 to 4, or attributes of other names:
      every other field whose value is a number or a list of numbers. A list of numbers holds one
      rater a place: the raters become `SOURCE: 1`, `SOURCE: 2` and so on, all of kind unknown.
    - preference: `response1` and `response2` (or `response_1`, `response_2`) with
      `overall_preference` or `preference_strength`, from -3 (the first is much better) to 3; 0
      is a tie. Single raters' preferences, where given, become judgments of their own, and the
      overall one is then that of an adjudicator. `preference_statement` and
      `preference_elaboration` become reasons. `good_edited_response` is preferred to
      `bad_edited_response`; `original_response` and `feedback` are then evidence.
    - critique: `response` with `feedback`, or two of them with `feedback1` and `feedback2`, one
      record each: every text of the feedback is a reason by a rater of its own. With
      `original_response` and `edited_response` the edit is the revision, and `change_summary` a
      reason.

    A rater without a score abstained; an overall preference that is missing says nothing. A value
    off its scale sets that rater's judgment aside. `domain`, `language` and `split` become
    taxonomy axes, `id` the key. A list of `three_most_similar_preferences` is passed over where
    all raw preferences are there as well, and read in their place where they do not.
    """

    name = "helpsteer"
    kinds = ("outcome", "preference", "critique")
    summary = "HelpSteer 1 to 3: attributes, comparisons, feedback and edits"
    columns = {
        "preference": (
            *_ASKED, *_PAIRS[0], *_PAIRS[1], *_OVERALL, *_NOTES, *_RAW, _SELECTED,
            _ORIGINAL, "feedback", *_EDITS,
        ),
        "critique": (
            *_ASKED, "response", "feedback", *_PAIRS[0], "feedback1", "feedback2",
            _ORIGINAL, "edited_response", "change_summary",
        ),
    }  # fmt: skip

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        if context.kind == "outcome":
            return [_outcome_read(row, context)]
        fields = Fields(row, self.columns[context.kind])
        if context.kind == "critique":
            return _critique_reads(fields, context)
        if fields.has(_EDITS[0]):
            return [_edits_comparison(fields, context)]
        return [_comparison_read(fields, context)]


def _task(fields: Fields) -> Task:
    messages: tuple[Message, ...]
    if fields.has("context"):
        messages = read_messages(fields.items("context"), "context")
    else:
        messages = (user(fields.text("prompt")),)
    axes = ((axis, fields.text_or_none(axis)) for axis in _AXES)
    return Task(messages=messages, taxonomy={axis: value for axis, value in axes if value})


def _outcome_read(row: Mapping[str, Any], context: RowContext) -> Read:
    attributes = (*ATTRIBUTES, *_other_attributes(row))
    fields = Fields(row, (*_ASKED, "response", *attributes))
    ratings = fields.rest(*attributes)
    if not ratings and not any(map(fields.has_field, ATTRIBUTES)):
        raise InputError(
            code="wrong-field",
            message=f"none of the attributes is there: {', '.join(ATTRIBUTES)}",
            hint="read rows with feedback or an edit as critique (`--kind critique`)",
        )
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Outcome(),
        task=_task(fields),
        sources=whole_source(context),
        candidates=(text_candidate(fields.text("response")),),
        key=fields.name_or_none("id"),
    )
    several = [name for name, value in ratings.items() if isinstance(value, list | tuple)]
    raters = max((len(ratings[name]) for name in several), default=1)
    judgments = []
    for rater in range(raters):
        scores = _scores(fields, ratings, rater)
        if scores:
            label = str(rater + 1) if several else ""
            judgments.append(
                Judgment(
                    record=record.id,
                    reviewer=unnamed(context, label),
                    verdict=NotAsked(),
                    scores=scores,
                )
            )
    return Read(record=record, judgments=judgments)


def _other_attributes(row: Mapping[str, Any]) -> list[str]:
    """Fields that hold numbers and are named as a dimension can be, in the order of their names."""
    others = (
        name for name in sorted(row) if name not in {*_ASKED, "response", *ATTRIBUTES, *HOMES}
    )
    return [name for name in others if _DIMENSION.fullmatch(name) and _holds_numbers(row[name])]


def _holds_numbers(value: Any) -> bool:
    values = value if isinstance(value, list | tuple) and value else [value]
    return all(isinstance(entry, int | float) and not isinstance(entry, bool) for entry in values)


def _scores(fields: Fields, ratings: Mapping[str, Any], rater: int) -> tuple[DimensionScore, ...]:
    """One rater's scores; none of them where one is off the scale."""
    scores = []
    low, high = _SCALE
    for name, value in ratings.items():
        values = value if isinstance(value, list | tuple) else [value]
        stated = values[rater] if rater < len(values) else None
        if stated is None or stated == "":
            continue
        number = as_number(stated)
        on_scale = number is not None and (name not in ATTRIBUTES or low <= number <= high)
        if number is None or not on_scale:
            fields.unusable(name)
            return ()
        scores.append(DimensionScore(dimension=name, score=as_score(number), candidate=0))
    return tuple(scores)


def _comparison_read(fields: Fields, context: RowContext) -> Read:
    responses = next((pair for pair in _PAIRS if fields.has_field(pair[0])), _PAIRS[1])
    overall = next((name for name in _OVERALL if fields.has_field(name)), _OVERALL[1])
    listed = _RAW if any(map(fields.has, _RAW)) else (_SELECTED,)
    raters = [
        Fields(value, ("score", "strength", *_RATER_NOTES), f"{name}[{number}]")
        for name in listed
        for number, value in enumerate(fields.items(name))
    ]
    opinions = [
        opinion
        for number, rater in enumerate(raters, start=1)
        if (opinion := _rater_opinion(rater, unnamed(context, str(number)))) is not None
    ]
    if fields.has(overall):
        who = unnamed(context, "overall", final=True) if raters else unnamed(context)
        opinion = _opinion(fields, overall, who, _NOTES)
        opinions += [opinion] if opinion else []
    elif not raters and not fields.has_field(overall):
        raise fields.error(overall, f"{overall!r} is missing")
    candidates = [text_candidate(fields.text(name)) for name in responses]
    return comparison(context, _task(fields), candidates, opinions, key=fields.name_or_none("id"))


_RATER_NOTES = ("reasoning", "feedback1", "feedback2", "statement", "elaboration")


def _rater_opinion(fields: Fields, reviewer: Reviewer) -> Opinion | None:
    name = "score" if fields.has_field("score") else "strength"
    if fields.has(name):
        return _opinion(fields, name, reviewer, _RATER_NOTES)
    abstained = Abstained(reason="the rater gave no score")
    return Opinion(reviewer, verdict=abstained, reasons=_reasons(fields, _RATER_NOTES))


def _opinion(fields: Fields, name: str, reviewer: Reviewer, notes: Sequence[str]) -> Opinion | None:
    """A preference with its reasons; None where it is off the scale."""
    stated = fields.whole_within(name, -_STRENGTH, _STRENGTH)
    if stated is None:
        return None
    better, strength = signed(stated)
    return Opinion(reviewer, better=better, strength=strength, reasons=_reasons(fields, notes))


def _reasons(fields: Fields, notes: Sequence[str]) -> list[Reason]:
    return [Reason(text=text, code=note) for note in notes if (text := fields.text_or_none(note))]


def _edits_comparison(fields: Fields, context: RowContext) -> Read:
    evidence = [Evidence(kind="source", text=fields.text(_ORIGINAL))]
    evidence += [
        Evidence(kind="expert_check", text=text) for text in fields.texts("feedback") if text
    ]
    return comparison(
        context,
        _task(fields),
        [text_candidate(fields.text(name)) for name in _EDITS],
        [Opinion(unnamed(context), better=0)],
        key=fields.name_or_none("id"),
        evidence=evidence,
    )


def _critique_reads(fields: Fields, context: RowContext) -> list[Read]:
    if fields.has(_ORIGINAL):
        return [_edit_read(fields, context)]
    if fields.has("response"):
        return [_critique_read(fields, context, "response", "feedback")]
    return [
        _critique_read(fields, context, response, f"feedback{number}")
        for number, response in enumerate(_PAIRS[0], start=1)
    ]


def _critique_read(fields: Fields, context: RowContext, response: str, feedback: str) -> Read:
    candidates = (text_candidate(fields.text(response)),)
    record = _critique_record(fields, context, Critique(), candidates)
    return Read(record=record, judgments=_feedback(fields, context, record, feedback))


def _edit_read(fields: Fields, context: RowContext) -> Read:
    edit = text_candidate(fields.text("edited_response"), MadeByEdit(original="0"))
    candidates = (text_candidate(fields.text(_ORIGINAL)), edit)
    record = _critique_record(fields, context, Critique(revision=1), candidates)
    judgments = _feedback(fields, context, record, "feedback")
    summary = fields.text_or_none("change_summary")
    if summary:
        reason = Reason(text=summary, code="change_summary", candidate=1)
        judgments.append(_remarks(record, unnamed(context, "editor"), reason))
    return Read(record=record, judgments=judgments)


def _critique_record(
    fields: Fields, context: RowContext, part: Critique, candidates: tuple[Candidate, ...]
) -> Record:
    return Record(
        schema_version=SCHEMA_VERSION,
        part=part,
        task=_task(fields),
        sources=whole_source(context),
        candidates=candidates,
        key=fields.name_or_none("id"),
    )


def _feedback(fields: Fields, context: RowContext, record: Record, name: str) -> list[Judgment]:
    """One judgment a text: each is another rater's."""
    return [
        _remarks(
            record,
            unnamed(context, str(number)),
            Reason(text=text, code="feedback", candidate=0),
        )
        for number, text in enumerate(fields.texts(name), start=1)
        if text
    ]


def _remarks(record: Record, reviewer: Reviewer, reason: Reason) -> Judgment:
    return Judgment(record=record.id, reviewer=reviewer, verdict=NotAsked(), reasons=(reason,))


READER = HelpSteer()
"""The reader that `--format helpsteer` asks for."""
