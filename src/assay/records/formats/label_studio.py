"""Label Studio: the JSON export, one task with all its annotations a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.contracts.terms import SEVERITIES
from assay.core.errors import InputError, input_error_at
from assay.records.anchoring import find_quote
from assay.records.attachment import Attachment, read_attachment
from assay.records.attachment_lists import before_question
from assay.records.candidate import Candidate
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.extra_fields import note_extra
from assay.records.formats.conversation import read_messages, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.inspect_sample import score_name
from assay.records.formats.label import require_sound, scored, unnamed, whole_source
from assay.records.formats.label_studio_export import (
    StudioAnnotation,
    StudioResult,
    buckets_of,
    ranking_of,
    side_of,
    studio_annotation,
)
from assay.records.formats.shapes import as_object, as_word
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
    Ranks,
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

PROMPT = ("prompt", "question", "instruction", "messages")
"""Keys of `data` that may hold the task."""

ANSWERS = ("answer", "response", "output", "text", "answer1", "answer2", "response1", "response2",
           "left", "right")  # fmt: skip
"""Keys of `data` that may hold a candidate."""

ITEMS = "items"
"""The key of `data` that holds a list of candidates, each with an `id`."""

_ITEM_TEXTS = ("body", "html", "title")
"""Where an item of a list holds its text, the first that is there."""

FILES = ("image", "images", "audio", "video", "pdf")
"""Keys of `data` that may hold files: an address, a path of the tool's server, or a list of them."""

_UPLOADED, _LOCAL = "/data/upload/", "/data/local-files/?d="
"""How the paths begin under which the tool's server gives uploaded and local files."""

_PARTS = {"preference": Preference, "critique": Critique, "policy": Policy, "outcome": Outcome}

_REMARKS = ("correction", "verification")
"""Fields of an error that a remark fills whose control is named after them; another is a note."""


class LabelStudio:
    """Reads tasks of a Label Studio JSON export with all annotations.

    An export does not hold the labeling interface, so the keys of `data` say what is what:
    `prompt`, `question`, `instruction` (text) or `messages` is the task, and `answer`,
    `response`, `output`, `text`, `answer1` and `answer2`, `response1` and `response2`, `left` and
    `right` are candidates, as are the entries of `items` (`id` and `body`, `html` or `title`).
    `image`, `images`, `audio`, `video` and `pdf` are files that stand before the question: addresses,
    or paths of the tool's server, looked for beside the export (`/data/upload/1/a.png` at
    `upload/1/a.png`, `/data/local-files/?d=b/c.png` at `b/c.png`).
    Without a task the message is empty. `id` becomes the key; any other key is counted as not read.

    Each annotation is one judgment by a pseudonymised person, `lead_time` its active time; one
    that names nobody is a label of an unnamed rater, and one that cannot be read is set aside
    alone. By type of result: `pairwise` is the verdict (`left` and `right` are the first and second
    candidate, which is the presented order); so is `ranker` over all items, and its several
    buckets are scores; `rating`, `number` and `choices` are scores on the dimension named by
    `from_name`; `labels` and `hypertextlabels` are localized errors at their span, for the
    candidate that `to_name` names; `textarea` is a reason. A result that shares the id of a span
    says something of that error: its severity, its correction, or a note. A cancelled annotation
    is an abstention; `ground_truth` is kept as a flag. Relations and results of other types are counted as not read; predictions
    are not judgments and are left in the export.
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
        data = Fields(fields.any("data"), (*PROMPT, *ANSWERS, *FILES, ITEMS, "id"), "data")
        named = [*_answers(data), *_items(data)]
        candidates: tuple[Candidate, ...] = tuple(text_candidate(text) for _, text in named)
        moved = list(range(len(named)))
        if context.kind == "preference":
            candidates, moved = sort_candidates(candidates)
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=_PARTS[context.kind](),
            task=Task(messages=before_question(_task_messages(data), _files(data), "data")),
            sources=whole_source(context),
            candidates=candidates,
            key=data.name_or_none("id") or fields.name_or_none("id"),
        )
        places = {key: place for (key, _), place in zip(named, moved, strict=True)}
        task = _AnnotatedTask(record, places, tuple(moved), context)
        judgments: list[Judgment] = []
        set_aside: list[InputError] = []
        for number, annotation in enumerate(fields.items("annotations")):
            try:
                judgments.append(task.judgment(annotation, number))
            except InputError as error:
                set_aside.append(input_error_at(error, f"annotations[{number}]"))
        return [Read(record=record, judgments=judgments, set_aside=set_aside)]


def _answers(data: Fields) -> Iterator[tuple[str, str]]:
    """The key and the text of each candidate that has a key of its own."""
    for key in ANSWERS:
        if data.has(key):
            yield key, data.text(key)


def _items(data: Fields) -> Iterator[tuple[str, str]]:
    """The id and the text of each candidate of a list."""
    for number, value in enumerate(data.items(ITEMS)):
        where = f"data.{ITEMS}[{number}]"
        item = as_object(value, where)
        text = next((item[name] for name in _ITEM_TEXTS if item.get(name)), None)
        if not isinstance(text, str):
            raise data.error(f"{ITEMS}[{number}]", f"it has no text: {', '.join(_ITEM_TEXTS)}")
        yield as_word(item.get("id"), where), text


def _files(data: Fields) -> tuple[Attachment, ...]:
    """The files that a task shows, key by key."""
    return tuple(
        read_attachment(_place_of(value), 0, data.place(key))
        for key in FILES
        if data.has(key)
        for value in (data.items(key) if isinstance(data.any(key), list) else [data.any(key)])
    )


def _place_of(value: Any) -> Any:
    """Where a file is: a path of the tool's server as the path beside the export that it stands for."""
    if isinstance(value, str) and value.startswith(_UPLOADED):
        return value.removeprefix("/data/")
    if isinstance(value, str) and value.startswith(_LOCAL):
        return value.removeprefix(_LOCAL)
    return value


def _task_messages(data: Fields) -> tuple[Message, ...]:
    stated = [key for key in PROMPT if data.has(key)]
    if len(stated) > 1:
        raise data.error(stated[1], f"both {stated[0]!r} and {stated[1]!r} could be the task")
    if not stated:
        return (user(""),)
    if stated[0] == "messages":
        return read_messages(data.items("messages"), "data.messages")
    return (user(data.text(stated[0])),)


class _AnnotatedTask(msgspec.Struct, frozen=True):
    """One task, while its annotations are read."""

    record: Record
    places: Mapping[str, int]
    presented: tuple[int, ...]
    context: RowContext

    def judgment(self, value: Any, number: int) -> Judgment:
        fields = Fields(value, _ANNOTATION, "annotations[]")
        annotation = studio_annotation(value)
        for kind in annotation.unread:
            note_extra("annotations[].result", kind, kind)
        named = fields.name_or_none("id") or str(number)
        errors = tuple(
            error for span in annotation.spans for error in self._errors(annotation, span)
        )
        judgment = Judgment(
            record=self.record.id,
            reviewer=self._reviewer(annotation, named),
            verdict=self._verdict(annotation),
            scores=tuple(score for result in annotation.answers for score in self._scores(result)),
            reasons=tuple(
                reason for result in annotation.answers for reason in self._reasons(result)
            ),
            errors=errors if errors or self.record.kind == "critique" else None,
            order=self.presented if _is_pairwise(annotation) else None,
            active_ms=annotation.active_ms,
            judged_at=annotation.judged_at,
            source_flags={"ground_truth": "true"} if value.get("ground_truth") is True else {},
        )
        return require_sound(self.record, judgment)

    def _reviewer(self, annotation: StudioAnnotation, named: str) -> Reviewer:
        if annotation.answered_by is None:
            return unnamed(self.context, f"annotation {named}")
        return Reviewer(
            pseudonym=self.context.pseudonym(annotation.answered_by), kind="human", role="reviewer"
        )

    def _verdict(self, annotation: StudioAnnotation) -> Verdict:
        if annotation.cancelled:
            return Abstained(reason="cancelled")
        verdicts = [
            verdict
            for result in annotation.answers
            if (verdict := self._stated_verdict(result)) is not None
        ]
        if len(verdicts) > 1:
            raise InputError(
                code="wrong-field",
                message=f"{len(verdicts)} results choose between the candidates",
                where="result.value",
            )
        return verdicts[0] if verdicts else NotAsked()

    def _stated_verdict(self, result: StudioResult) -> Verdict | None:
        if result.kind == "pairwise":
            if not result.values:
                return Tie()
            side = side_of(result)
            if side >= len(self.presented):
                raise InputError(
                    code="wrong-field",
                    message=f"the result chooses between two texts, and the task shows {len(self.presented)}",
                    where=result.control,
                    hint="name the texts of the task as docs/formats/tool-logs.md shows",
                )
            return Prefers(candidate=self.presented[side])
        ranking = ranking_of(result) if result.kind == "ranker" else None
        if ranking is None:
            return None
        order = tuple(self._place_of_ranked(result, identity) for identity in ranking)
        if sorted(order) != list(range(len(self.record.candidates))):
            raise InputError(
                code="incomplete-ranking",
                message=f"the ranking names {len(set(order))} of {len(self.record.candidates)} items",
                where=result.control,
            )
        if len(order) == 2:  # noqa: PLR2004  a pair
            return Prefers(candidate=order[0])
        return Ranks(order=tuple((place,) for place in order))

    def _place_of_ranked(self, result: StudioResult, identity: str) -> int:
        if identity not in self.places:
            raise InputError(
                code="unknown-item",
                message=f"the ranking names {identity!r}, which is no item of the task",
                where=result.control,
            )
        return self.places[identity]

    def _scores(self, result: StudioResult) -> Iterator[DimensionScore]:
        dimension, candidate = score_name(result.control), self._candidate(result)
        if result.kind in {"rating", "number"} and result.values:
            score = scored(result.value.get(result.kind), result.kind)
            yield DimensionScore(dimension=dimension, score=score, candidate=candidate)
        if result.kind == "choices":
            several = len(result.values) > 1
            for choice in result.values:
                name = score_name(f"{dimension}_{choice}") if several else dimension
                category = Category(value="yes" if several else str(choice))
                yield DimensionScore(dimension=name, score=category, candidate=candidate)
        if result.kind == "ranker" and ranking_of(result) is None:
            for identity, bucket in buckets_of(result).items():
                place = self._place_of_ranked(result, identity)
                category = Category(value=bucket)
                yield DimensionScore(dimension=dimension, score=category, candidate=place)

    def _reasons(self, result: StudioResult) -> Iterator[Reason]:
        if result.kind == "textarea":
            for value in result.values:
                text = as_word(value, result.control)
                if text:
                    yield Reason(text=text, code=result.control, candidate=self._candidate(result))

    def _errors(self, annotation: StudioAnnotation, span: StudioResult) -> Iterator[LocalizedError]:
        remarks = _remarks(annotation.remarks(span))
        for label in span.values:
            yield LocalizedError(place=self._span(span), category=str(label), **remarks)

    def _span(self, result: StudioResult) -> TextSpan | Unanchored:
        place, stretch = self._candidate(result), result.stretch
        pointer = "/task/messages/0/content" if place is None else f"/candidates/{place}/content"
        text = text_at(self.record, pointer) or ""
        start, end, quote = stretch.get("start"), stretch.get("end"), stretch.get("text")
        offsets = (start, end) if isinstance(start, int) and isinstance(end, int) else None
        if quote is None and offsets and 0 <= offsets[0] <= offsets[1] <= len(text):
            quote = text[offsets[0] : offsets[1]]
        words = quote if isinstance(quote, str) else ""
        words_at = find_quote(text, words, offsets[0] if offsets else None, utf16=True)
        if words_at is None:
            return Unanchored(
                stated=f"{quote} [{start}:{end}]", reason="no single place in the text holds it"
            )
        return TextSpan(
            pointer=pointer,
            start=words_at.start,
            end=words_at.end,
            quote=text[words_at.start : words_at.end],
        )

    def _candidate(self, result: StudioResult) -> int | None:
        return self.places.get(result.about, 0 if len(self.places) == 1 else None)


def _is_pairwise(annotation: StudioAnnotation) -> bool:
    return any(result.kind == "pairwise" for result in annotation.answers)


def _remarks(results: Sequence[StudioResult]) -> dict[str, Any]:
    """What the results of one region say of its error, by the error's fields."""
    remarks: dict[str, Any] = {}
    notes: list[str] = []
    for result in results:
        text = "\n".join(as_word(value, result.control) for value in result.values)
        control = result.control.lower()
        field = next((name for name in _REMARKS if name in control), None)
        if "severity" in control and "severity" not in remarks:
            remarks |= _severity(text)
        elif field and field not in remarks:
            remarks[field] = text
        elif text:
            notes.append(text if "note" in control else f"{result.control}: {text}")
    return remarks | ({"note": "\n".join(notes)} if notes else {})


def _severity(text: str) -> dict[str, str]:
    """The severity in our words where it is one of them, else in the source's own."""
    return {"severity" if text in SEVERITIES else "source_severity": text}


READER = LabelStudio()
"""The reader that `--format label-studio` asks for."""
