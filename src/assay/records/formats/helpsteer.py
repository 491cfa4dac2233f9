"""HelpSteer: one response scored on several attributes, or two compared with a strength."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.formats.conversation import read_messages, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, comparison, scored, signed, unnamed, whole_source
from assay.records.judgment import Judgment, Reason
from assay.records.kinds import Outcome
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.task import Message, Task
from assay.records.verdict import DimensionScore, NotAsked

ATTRIBUTES = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
"""The attributes of HelpSteer 1 and 2, whole numbers from 0 to 4."""

_DIMENSION = re.compile("[a-z][a-z0-9_]*")
_AXES = ("domain", "language", "split")
_ASKED = ("prompt", "context", *_AXES, "id")
_RAW = ("individual_preference", "all_preferences_unprocessed")
_SELECTED = "three_most_similar_preferences"
"""The raw preferences that the overall one was made of: each is among the raw ones already."""


class HelpSteer:
    """Reads `prompt` or `context`, and either one response with attributes or two responses.

    - outcome: `response` and the five attributes, or attributes of other names: every other field
      whose value is a number or a list of numbers. A list of numbers holds one rater a place: the
      raters become `SOURCE: 1`, `SOURCE: 2` and so on, all of kind unknown.
    - preference: `response1` and `response2` (or `response_1`, `response_2`) with
      `overall_preference` or `preference_strength`, from -3 (the first is much better) to 3; 0
      is a tie. Single raters' preferences, where given, become judgments of their own, and the
      overall one is then that of an adjudicator. `preference_statement` and
      `preference_elaboration` become reasons.

    `domain`, `language` and `split` become taxonomy axes, `id` the key. A list of
    `three_most_similar_preferences` is passed over where all raw preferences are there as well, and
    read in their place where they do not.
    """

    name = "helpsteer"
    kinds = ("outcome", "preference")
    summary = "HelpSteer 1 to 3: attributes of one response, or two responses compared"

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        return [_compared(row, context) if context.kind == "preference" else _scored(row, context)]


def _task(fields: Fields) -> Task:
    asked: tuple[Message, ...]
    if fields.has("context"):
        asked = read_messages(fields.items("context"), "context")
    else:
        asked = (user(fields.text("prompt")),)
    axes = ((axis, fields.text_or_none(axis)) for axis in _AXES)
    return Task(messages=asked, taxonomy={axis: value for axis, value in axes if value})


def _scored(row: Mapping[str, Any], context: RowContext) -> Read:
    attributes = (*ATTRIBUTES, *_other_attributes(row))
    fields = Fields(row, (*_ASKED, "response", *attributes))
    given = fields.rest(*attributes)
    if not given:
        raise fields.error("", f"none of the attributes is there: {', '.join(ATTRIBUTES)}")
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Outcome(),
        task=_task(fields),
        sources=whole_source(context),
        candidates=(text_candidate(fields.text("response")),),
        key=fields.name_or_none("id"),
    )
    several = [name for name, value in given.items() if isinstance(value, list | tuple)]
    raters = max((len(given[name]) for name in several), default=1)
    judgments = []
    for rater in range(raters):
        scores = _scores(given, rater)
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
    named = (name for name in sorted(row) if name not in {*_ASKED, "response", *ATTRIBUTES})
    return [name for name in named if _DIMENSION.fullmatch(name) and _holds_numbers(row[name])]


def _holds_numbers(value: Any) -> bool:
    values = value if isinstance(value, list | tuple) and value else [value]
    return all(isinstance(entry, int | float) and not isinstance(entry, bool) for entry in values)


def _scores(given: Mapping[str, Any], rater: int) -> tuple[DimensionScore, ...]:
    scores = []
    for name, value in given.items():
        values = value if isinstance(value, list | tuple) else [value]
        if rater < len(values) and values[rater] is not None:
            score = scored(values[rater], name)
            scores.append(DimensionScore(dimension=name, score=score, candidate=0))
    return tuple(scores)


def _compared(row: Mapping[str, Any], context: RowContext) -> Read:
    joint = "" if "response1" in row else "_"
    responses = tuple(f"response{joint}{number}" for number in (1, 2))
    overall = "overall_preference" if "overall_preference" in row else "preference_strength"
    notes = ("preference_statement", "preference_elaboration")
    fields = Fields(row, (*_ASKED, *responses, overall, *notes, *_RAW, _SELECTED))
    raters = [*fields.items(_RAW[0]), *fields.items(_RAW[1])] or fields.items(_SELECTED)
    opinions = [_rater(value, number, context) for number, value in enumerate(raters, start=1)]
    if fields.has(overall):
        better, strength = signed(fields.whole(overall))
        reasons = [
            Reason(text=text, code=note) for note in notes if (text := fields.text_or_none(note))
        ]
        who = unnamed(context, "overall", final=True) if raters else unnamed(context)
        opinions.append(Opinion(who, better=better, strength=strength, reasons=reasons))
    if not opinions:
        raise fields.error(overall, f"{overall!r} is missing")
    candidates = [text_candidate(fields.text(name)) for name in responses]
    return comparison(context, _task(fields), candidates, opinions, key=fields.name_or_none("id"))


def _rater(value: Any, number: int, context: RowContext) -> Opinion:
    notes = ("reasoning", "feedback1", "feedback2", "statement", "elaboration")
    fields = Fields(value, ("score", "strength", *notes), f"rater {number}")
    better, strength = signed(fields.whole("score" if fields.has("score") else "strength"))
    reasons = [
        Reason(text=text, code=note) for note in notes if (text := fields.text_or_none(note))
    ]
    return Opinion(unnamed(context, str(number)), better=better, strength=strength, reasons=reasons)


READER = HelpSteer()
"""The reader that `--format helpsteer` asks for."""
