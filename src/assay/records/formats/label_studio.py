"""Label Studio: the JSON export, one task with all its annotations a row."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.candidate import Candidate
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.formats.conversation import read_messages, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import scored, whole_source
from assay.records.judgment import Judgment, LocalizedError, Reason, Reviewer, Unanchored
from assay.records.kinds import Critique, Outcome, Policy, Preference
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record, sort_candidates
from assay.records.task import Message, Task
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Tie,
    Verdict,
)

_TASK = ("id", "data", "annotations", "predictions", "meta", "created_at", "updated_at", "inner_id",
         "project", "total_annotations", "cancelled_annotations", "total_predictions",
         "comment_count", "unresolved_comment_count", "last_comment_updated_at", "updated_by",
         "comment_authors", "drafts", "file_upload", "allow_skip", "precomputed_agreement")  # fmt: skip
_ANNOTATION = ("id", "completed_by", "result", "was_cancelled", "ground_truth", "created_at",
               "updated_at", "draft_created_at", "lead_time", "prediction", "result_count",
               "unique_id", "import_id", "last_action", "bulk_created", "task", "project",
               "updated_by", "parent_prediction", "parent_annotation", "last_created_by")  # fmt: skip
_RESULT = ("id", "from_name", "to_name", "type", "value", "origin", "readonly", "hidden", "score",
           "parentID", "item_index", "meta", "original_length")  # fmt: skip

PROMPT = ("prompt", "question", "instruction", "messages")
"""Keys of `data` that may hold the task."""

ANSWERS = ("answer", "response", "output", "text", "answer1", "answer2", "response1", "response2",
           "left", "right")  # fmt: skip
"""Keys of `data` that may hold a candidate."""

_SIDES = {"left": 0, "right": 1}
_PARTS = {"preference": Preference, "critique": Critique, "policy": Policy, "outcome": Outcome}


class LabelStudio:
    """Reads tasks of a Label Studio JSON export with all annotations.

    An export does not hold the labelling interface, so the keys of `data` say what is what:
    `prompt`, `question`, `instruction` (text) or `messages` is the task, and `answer`,
    `response`, `output`, `text`, `answer1` and `answer2`, `response1` and `response2`, `left` and
    `right` are candidates. Without a task the message is empty. Any other key sets the row aside,
    except `id`, which becomes the key.

    Each annotation is one judgment by a pseudonymised person, `lead_time` its active time. By
    type of result: `pairwise` is the verdict (`left` and `right` are the first and second
    candidate, which is the presented order); `rating`, `number` and `choices` are scores on the
    dimension named by `from_name`; `labels` are localized errors at their span, for the
    candidate that `to_name` names; `textarea` is a reason. A cancelled annotation is an
    abstention. Predictions are not judgments and are left in the export.
    """

    name = "label-studio"
    kinds = ("preference", "critique", "policy", "outcome")
    summary = "Label Studio JSON exports, all annotations of each task"

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one task.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, _TASK)
        data = Fields(fields.any("data"), (*PROMPT, *ANSWERS, "id"), "data")
        named = [(key, data.text(key)) for key in ANSWERS if data.has(key)]
        candidates: tuple[Candidate, ...] = tuple(text_candidate(text) for _, text in named)
        moved = list(range(len(named)))
        if context.kind == "preference":
            candidates, moved = sort_candidates(candidates)
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=_PARTS[context.kind](),
            task=Task(messages=_asked(data)),
            sources=whole_source(context),
            candidates=candidates,
            key=data.name_or_none("id") or fields.name_or_none("id"),
        )
        places = {key: place for (key, _), place in zip(named, moved, strict=True)}
        task = _Annotated(record, places, tuple(moved), context)
        judgments = [task.judged(value) for value in fields.items("annotations")]
        return [Read(record=record, judgments=judgments)]


def _asked(data: Fields) -> tuple[Message, ...]:
    given = [key for key in PROMPT if data.has(key)]
    if len(given) > 1:
        raise data.error(given[1], f"both {given[0]!r} and {given[1]!r} could be the task")
    if not given:
        return (user(""),)
    if given[0] == "messages":
        return read_messages(data.items("messages"), "data.messages")
    return (user(data.text(given[0])),)


class _Annotated(msgspec.Struct, frozen=True):
    """One task, while its annotations are read."""

    record: Record
    places: Mapping[str, int]
    presented: tuple[int, ...]
    context: RowContext

    def judged(self, value: Any) -> Judgment:
        fields = Fields(value, _ANNOTATION, "annotations")
        person = _person(fields)
        results = [Fields(each, _RESULT, "result") for each in fields.items("result")]
        cancelled = fields.has("was_cancelled") and fields.flag("was_cancelled")
        kinds = {result.text("type") for result in results}
        errors = tuple(each for result in results for each in self._errors(result))
        judgment = Judgment(
            record=self.record.id,
            reviewer=Reviewer(
                pseudonym=self.context.pseudonym(person), kind="human", role="reviewer"
            ),
            verdict=Abstained(reason="cancelled") if cancelled else self._verdict(results),
            scores=tuple(each for result in results for each in self._scores(result)),
            reasons=tuple(each for result in results for each in self._reasons(result)),
            errors=errors if errors or self.record.kind == "critique" else None,
            order=self.presented if "pairwise" in kinds else None,
            active_ms=_milliseconds(fields),
            judged_at=fields.text_or_none("created_at"),
        )
        _refuse_unknown_types(kinds)
        return judgment

    def _verdict(self, results: Sequence[Fields]) -> Verdict:
        chosen = [
            result.any("value").get("selected") for result in results if _is(result, "pairwise")
        ]
        if not chosen:
            return NotAsked()
        side = chosen[0]
        if len(chosen) > 1 or (side is not None and side not in _SIDES):
            raise results[0].error("value", f"{chosen} is not one of left, right")
        if side is None:
            return Tie()
        return Prefers(candidate=self.presented[_SIDES[side]])

    def _scores(self, result: Fields) -> Iterator[DimensionScore]:
        value = result.any("value")
        dimension, candidate = result.text("from_name"), self._candidate(result)
        for name in ("rating", "number"):
            if _is(result, name):
                score = scored(value.get(name), name)
                yield DimensionScore(dimension=dimension, score=score, candidate=candidate)
        if _is(result, "choices"):
            chosen = value.get("choices") or []
            for choice in chosen:
                several = len(chosen) > 1
                name = f"{dimension}_{choice}".lower() if several else dimension
                category = Category(value="yes" if several else str(choice))
                yield DimensionScore(dimension=name, score=category, candidate=candidate)

    def _reasons(self, result: Fields) -> Iterator[Reason]:
        if _is(result, "textarea"):
            stated = result.any("value").get("text") or []
            for text in [stated] if isinstance(stated, str) else stated:
                yield Reason(
                    text=text, code=result.text("from_name"), candidate=self._candidate(result)
                )

    def _errors(self, result: Fields) -> Iterator[LocalizedError]:
        if not _is(result, "labels"):
            return
        value = result.any("value")
        for label in value.get("labels") or []:
            yield LocalizedError(place=self._span(result, value), category=str(label))

    def _span(self, result: Fields, value: Mapping[str, Any]) -> TextSpan | Unanchored:
        place = self._candidate(result)
        pointer = "/task/messages/0/content" if place is None else f"/candidates/{place}/content"
        text = text_at(self.record, pointer) or ""
        start, end, quote = value.get("start"), value.get("end"), value.get("text")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= len(text)):
            return Unanchored(
                stated=f"{quote} [{start}:{end}]", reason="the offsets are outside the text"
            )
        if quote is not None and text[start:end] != quote:
            return Unanchored(
                stated=f"{quote} [{start}:{end}]", reason="the text does not hold it there"
            )
        return TextSpan(pointer=pointer, start=start, end=end, quote=text[start:end])

    def _candidate(self, result: Fields) -> int | None:
        return self.places.get(result.text("to_name"), 0 if len(self.places) == 1 else None)


_TYPES = frozenset({"pairwise", "rating", "number", "choices", "labels", "textarea"})


def _is(result: Fields, kind: str) -> bool:
    return result.text("type") == kind


def _refuse_unknown_types(kinds: set[str]) -> None:
    unknown = sorted(kinds - _TYPES)
    if unknown:
        raise InputError(
            code="unknown-result",
            message=f"results of type {', '.join(unknown)} are not read",
            where="result.type",
            hint=f"read: {', '.join(sorted(_TYPES))}; for others use a mapping",
        )


def _person(annotation: Fields) -> str:
    stated = annotation.any("completed_by")
    if isinstance(stated, Mapping):
        stated = stated.get("email") or stated.get("id")
    return str(stated)


def _milliseconds(annotation: Fields) -> int | None:
    if not annotation.has("lead_time"):
        return None
    return round(Fraction(str(annotation.any("lead_time"))) * 1000)


READER = LabelStudio()
"""The reader that `--format label-studio` asks for."""
