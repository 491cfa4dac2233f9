"""Label Studio: the JSON export, one task with all its annotations a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.candidate import Candidate
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.formats.conversation import read_messages, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import scored, whole_source
from assay.records.formats.label_studio_export import (
    StudioResult,
    lead_time_ms,
    side_of,
    studio_result,
)
from assay.records.formats.shapes import as_name, as_word
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
        person = as_name(fields.any("completed_by"))
        if person is None:
            raise fields.error("completed_by", "it names no person")
        results = [_result(value) for value in fields.items("result")]
        cancelled = fields.has("was_cancelled") and fields.flag("was_cancelled")
        errors = tuple(each for result in results for each in self._errors(result))
        return Judgment(
            record=self.record.id,
            reviewer=Reviewer(
                pseudonym=self.context.pseudonym(person), kind="human", role="reviewer"
            ),
            verdict=Abstained(reason="cancelled") if cancelled else self._verdict(results),
            scores=tuple(each for result in results for each in self._scores(result)),
            reasons=tuple(each for result in results for each in self._reasons(result)),
            errors=errors if errors or self.record.kind == "critique" else None,
            order=self.presented if any(result.kind == "pairwise" for result in results) else None,
            active_ms=lead_time_ms(value.get("lead_time")),
            judged_at=fields.text_or_none("created_at"),
        )

    def _verdict(self, results: Sequence[StudioResult]) -> Verdict:
        pairs = [result for result in results if result.kind == "pairwise"]
        if not pairs:
            return NotAsked()
        if len(pairs) > 1:
            raise InputError(
                code="wrong-field",
                message=f"{len(pairs)} results choose between left and right",
                where="result.value",
            )
        if not pairs[0].values:
            return Tie()
        return Prefers(candidate=self.presented[side_of(pairs[0])])

    def _scores(self, result: StudioResult) -> Iterator[DimensionScore]:
        dimension, candidate = result.control, self._candidate(result)
        if result.kind in {"rating", "number"}:
            score = scored(result.value.get(result.kind), result.kind)
            yield DimensionScore(dimension=dimension, score=score, candidate=candidate)
        if result.kind == "choices":
            several = len(result.values) > 1
            for choice in result.values:
                name = f"{dimension}_{choice}".lower() if several else dimension
                category = Category(value="yes" if several else str(choice))
                yield DimensionScore(dimension=name, score=category, candidate=candidate)

    def _reasons(self, result: StudioResult) -> Iterator[Reason]:
        if result.kind == "textarea":
            for value in result.values:
                text = as_word(value, result.control)
                if text:
                    yield Reason(text=text, code=result.control, candidate=self._candidate(result))

    def _errors(self, result: StudioResult) -> Iterator[LocalizedError]:
        if result.kind != "labels":
            return
        for label in result.values:
            yield LocalizedError(place=self._span(result), category=str(label))

    def _span(self, result: StudioResult) -> TextSpan | Unanchored:
        place, value = self._candidate(result), result.value
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

    def _candidate(self, result: StudioResult) -> int | None:
        return self.places.get(result.about, 0 if len(self.places) == 1 else None)


def _result(value: Any) -> StudioResult:
    """A result of which every field is known: an import leaves nothing out in silence."""
    Fields(value, _RESULT, "result")
    return studio_result(value)


READER = LabelStudio()
"""The reader that `--format label-studio` asks for."""
