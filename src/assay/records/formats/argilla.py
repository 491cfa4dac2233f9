"""Argilla 2: exported records with the responses of people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.errors import InputError, input_error_at
from assay.records.attachment import Attachment, read_attachment
from assay.records.attachment_lists import before_question
from assay.records.candidate import Candidate
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.formats.argilla_export import (
    RESPONSES,
    ArgillaResponse,
    argilla_response,
    argilla_responses,
)
from assay.records.formats.conversation import read_messages, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.inspect_sample import score_name
from assay.records.formats.label import any_score, require_sound, unnamed, whole_source
from assay.records.formats.shapes import as_list, as_object, as_word
from assay.records.judgment import Judgment, LocalizedError, Reason, Reviewer, Unanchored
from assay.records.kinds import Critique, Outcome, Policy, Preference
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record, sort_candidates
from assay.records.task import Message, Task
from assay.records.verdict import (
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Ranks,
    Tie,
    Verdict,
)

_RECORD = ("id", "external_id", "fields", "metadata", "responses", "suggestions", "vectors",
           "status", "inserted_at", "updated_at", "dataset_id", "_server_id")  # fmt: skip

PROMPT = ("prompt", "question", "instruction", "input", "messages", "conversation")
"""Fields that may hold the task."""

_ANSWER = re.compile(r"(answer|response|output|completion|generation|text|candidate)([-_.]?\w)?")
"""Fields that may hold a candidate, with a number or a letter where there are several."""

_IMAGE = re.compile(r"(image|picture|photo)(_url)?([-_.]?(\d+|\w))?")
"""Fields that may hold an image: Argilla's export has it as a `data:` URI or an address."""

_PARTS = {"preference": Preference, "critique": Critique, "policy": Policy, "outcome": Outcome}


class ArgillaRecords:
    """Reads records of Argilla 2 with their responses, as its server and its client export them.

    The names of the fields say what is what: `prompt`, `question`, `instruction`, `input` (text),
    `messages` or `conversation` (messages) is the task; `answer`, `response`, `output`,
    `completion`, `generation`, `text` and `candidate`, alone or with a number or letter behind
    them, are the candidates; `image`, `picture` and `photo` (or `image_url`), alone or with a number
    or letter, are images that stand before the question. `external_id`, else `id`, is the key.

    Each submitted response is one judgment by a pseudonymised person; drafts and discarded
    responses are none. A ranking of all candidates is the verdict; ratings and labels are scores
    on the dimension named by their question; spans are localized errors; texts are reasons.
    Suggestions, vectors and metadata are left in the export; a field of another name is counted
    as not read.
    """

    name = "argilla"
    kinds = ("preference", "critique", "policy", "outcome")
    summary = "Argilla 2 records with the submitted responses of each"

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one record.

        Raises:
            InputError: if the row is not of this format.
        """
        flat = tuple(name for name in row if RESPONSES in name or ".suggestion" in name)
        nested = row.get("fields")
        texts = nested if isinstance(nested, Mapping) else row
        own = tuple(name for name in texts if _has_place(name))
        fields = Fields(row, (*_RECORD, *flat, *(own if texts is row else ())))
        shown = Fields(texts, own if texts is not row else tuple(row), "fields")
        named = [
            (name, shown.text(name)) for name in own if _ANSWER.fullmatch(name) and shown.has(name)
        ]
        candidates: tuple[Candidate, ...] = tuple(text_candidate(text) for _, text in named)
        moved = list(range(len(named)))
        if context.kind == "preference":
            candidates, moved = sort_candidates(candidates)
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=_PARTS[context.kind](),
            task=Task(
                messages=before_question(_task_messages(shown), _images(shown, own), "fields")
            ),
            sources=whole_source(context),
            candidates=candidates,
            key=fields.name_or_none("external_id") or fields.name_or_none("id"),
        )
        places = {name: place for (name, _), place in zip(named, moved, strict=True)}
        task = _RespondedRecord(record, places, context)
        judgments: list[Judgment] = []
        set_aside: list[InputError] = []
        for number, value in enumerate(argilla_responses(row)):
            try:
                response = argilla_response(value)
                if response.submitted:
                    judgments.append(task.judgment(response, number))
            except InputError as error:
                set_aside.append(input_error_at(error, f"responses[{number}]"))
        return [Read(record=record, judgments=judgments, set_aside=set_aside)]


def _has_place(name: str) -> bool:
    return name in PROMPT or bool(_ANSWER.fullmatch(name) or _IMAGE.fullmatch(name))


def _images(shown: Fields, names: Sequence[str]) -> tuple[Attachment, ...]:
    """The images of a record, in the order of its fields."""
    return tuple(
        read_attachment(shown.any(name), 0, shown.place(name))
        for name in names
        if _IMAGE.fullmatch(name) and shown.has(name)
    )


def _task_messages(shown: Fields) -> tuple[Message, ...]:
    stated = [name for name in PROMPT if shown.has(name)]
    if len(stated) > 1:
        raise shown.error(stated[1], f"both {stated[0]!r} and {stated[1]!r} could be the task")
    if not stated:
        return (user(""),)
    value = shown.any(stated[0])
    if isinstance(value, list):
        return read_messages(value, f"fields.{stated[0]}")
    return (user(shown.text(stated[0])),)


class _RespondedRecord(msgspec.Struct, frozen=True):
    """One record, while its responses are read."""

    record: Record
    places: Mapping[str, int]
    context: RowContext

    def judgment(self, response: ArgillaResponse, number: int) -> Judgment:
        verdicts: list[Verdict] = []
        scores: list[DimensionScore] = []
        errors: list[LocalizedError] = []
        reasons: list[Reason] = []
        for question, value in response.values.items():
            if isinstance(value, list) and value and isinstance(value[0], Mapping):
                ranks = "rank" in value[0]
                verdicts += [self._ranking(question, value)] if ranks else []
                errors += () if ranks else self._errors(question, value)
            elif isinstance(value, list):
                scores += self._labels(question, value)
            elif isinstance(value, str) and self._is_words(value):
                reasons.append(Reason(text=value, code=question, candidate=self._about(question)))
            elif value is not None:
                scores.append(self._score(question, value))
        if len(verdicts) > 1:
            raise InputError(
                code="wrong-field",
                message=f"{len(verdicts)} questions rank the candidates",
                where="values",
            )
        judgment = Judgment(
            record=self.record.id,
            reviewer=self._reviewer(response, number),
            verdict=verdicts[0] if verdicts else NotAsked(),
            scores=tuple(scores),
            reasons=tuple(reasons),
            errors=tuple(errors) if errors or self.record.kind == "critique" else None,
        )
        return require_sound(self.record, judgment)

    def _reviewer(self, response: ArgillaResponse, number: int) -> Reviewer:
        if response.answered_by is None:
            return unnamed(self.context, f"response {number}")
        return Reviewer(
            pseudonym=self.context.pseudonym(response.answered_by), kind="human", role="reviewer"
        )

    def _is_words(self, value: str) -> bool:
        """Whether a text is words of the reviewer: an export does not say what its question is."""
        return " " in value.strip() or "\n" in value

    def _about(self, question: str) -> int | None:
        """The candidate that a question names, or the only one."""
        named = [place for name, place in self.places.items() if question.endswith(name)]
        only = 0 if len(self.places) == 1 else None
        return named[0] if len(named) == 1 else only

    def _score(self, question: str, value: Any) -> DimensionScore:
        return DimensionScore(
            dimension=score_name(question), score=any_score(value), candidate=self._about(question)
        )

    def _labels(self, question: str, values: Sequence[Any]) -> Iterator[DimensionScore]:
        """Several labels of one question, each a dimension of its own."""
        for value in values:
            yield DimensionScore(
                dimension=score_name(f"{question}_{as_word(value, question)}"),
                score=Category(value="yes"),
                candidate=self._about(question),
            )

    def _ranking(self, question: str, values: Sequence[Any]) -> Verdict:
        by_rank: dict[int, list[int]] = {}
        for value in values:
            entry = as_object(value, question)
            name, rank = as_word(entry.get("value"), question), entry.get("rank")
            if name not in self.places or not isinstance(rank, int):
                raise InputError(
                    code="unknown-item",
                    message=f"the ranking names {name!r}, which is no candidate with a rank",
                    where=question,
                )
            by_rank.setdefault(rank, []).append(self.places[name])
        order = tuple(tuple(sorted(by_rank[rank])) for rank in sorted(by_rank))
        if sorted(place for group in order for place in group) != list(range(len(self.places))):
            raise InputError(
                code="incomplete-ranking",
                message=f"the ranking does not name each of {len(self.places)} candidates once",
                where=question,
            )
        if len(order) == 1:
            return Tie()
        return Prefers(candidate=order[0][0]) if len(self.places) == 2 else Ranks(order=order)  # noqa: PLR2004  a pair

    def _errors(self, question: str, values: Sequence[Any]) -> Iterator[LocalizedError]:
        place = self._about(question)
        pointer = "/task/messages/0/content" if place is None else f"/candidates/{place}/content"
        text = text_at(self.record, pointer) or ""
        for value in as_list(values, question):
            span = as_object(value, question)
            start, end = span.get("start"), span.get("end")
            category = as_word(span.get("label"), question)
            if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
                # The tool keeps no words beside its offsets, so nothing could confirm another count.
                stretch = TextSpan(pointer=pointer, start=start, end=end, quote=text[start:end])
                yield LocalizedError(place=stretch, category=category)
            else:
                stated = Unanchored(stated=f"[{start}:{end}]", reason="the text is not as long")
                yield LocalizedError(place=stated, category=category)


READER = ArgillaRecords()
"""The reader that `--format argilla` asks for."""
