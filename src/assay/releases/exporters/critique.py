"""Rows of critiques: how to find and correct errors, and where exactly they stand."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from assay.quality.located_errors import ErrorSummary
from assay.records.evidence import TextSpan
from assay.records.judgment import Unanchored
from assay.records.kinds import Critique
from assay.records.task import Message
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.conversation import (
    Form,
    messages_column,
    plain_response,
    response_messages,
    side_column,
    spell_messages,
    text_column,
)
from assay.releases.exporters.endorsed import refuse_unless_endorsed
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in, response_in

Target = Literal["critique", "revision", "critique+revision"]
"""What the model learns to write after the answer."""

_REQUESTS: Mapping[Target, str] = {
    "critique": "Name the errors in this answer.",
    "revision": "Correct the errors in this answer.",
    "critique+revision": "Name the errors in this answer, then correct it.",
}

NO_ERRORS = "No errors."
"""The critique of an answer in which reviewers looked for errors and found none."""


class CritiqueExport(ExportFormat, frozen=True, kw_only=True):
    """Task and answer as the prompt; its critique, its revision or both as the completion."""

    name: ClassVar[str] = "critique"
    summary: ClassVar[str] = "an answer as `prompt` and its critique or revision as `completion`"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "localized_errors"})
    limits: ClassVar[tuple[str, ...]] = (
        "The critique has one line an agreed error: quote, category, severity, correction.",
        "Where reviewers looked and found none, the critique is `No errors.`",
        "A revision is written only where it is endorsed.",
        "The rows are TRL's prompt-completion type: SFT with the loss on the completion reads them.",
    )

    target: Target = "critique"
    """What the completion holds: `critique`, `revision`, or `critique+revision`."""
    request: str = ""
    """The user's message that asks for it; empty: one sentence in English, by the target."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return messages_column("prompt"), messages_column("completion")

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a critique."""
        record, part = released.record, released.record.part
        if not isinstance(part, Critique):
            raise NotCarriedError("wrong_kind", record.kind)
        refuse_disagreement(released)
        texts, shown, errors = [], [part.subject], 0
        if self.target != "revision":
            agreed = agreed_errors(released, part.subject)
            texts.append("\n".join(map(_line, agreed)) or NO_ERRORS)
            errors = sum(error.found for error in agreed)
        if self.target != "critique":
            texts.append(_revision_text(released, part))
            shown.append(part.revision or 0)
        request = Message(role="user", content=self.request or _REQUESTS[self.target])
        turns = (*response_messages(record.candidates[part.subject]), request)
        answer = Message(role="assistant", content="\n\n".join(texts))
        values = {
            "prompt": spell_messages((*record.task.messages, *turns), "template"),
            "completion": spell_messages((answer,), "template"),
        }
        return Carried(
            rows=(ExportRow(values=values, candidates=tuple(shown)),),
            carried={"candidates": len(shown), "localized_errors": errors},
        )


class CritiqueSpans(ExportFormat, frozen=True, kw_only=True):
    """One row for each response in which errors were looked for."""

    name: ClassVar[str] = "critique:spans"
    summary: ClassVar[str] = "responses with their errors by first and last character"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "localized_errors"})
    limits: ClassVar[tuple[str, ...]] = (
        "`start` and `end` count code points of `response`; `end` is one past the last.",
        "`found` of `looked` reviewers located the error.",
        "`unplaced` counts errors without a place in the text: of a step, a whole or unanchored.",
        "A response whose errors have no place at all has no row: it would look free of errors.",
    )

    form: Form = "conversational"
    """`standard` (the prompt as text) or `conversational` (the prompt as messages)."""
    errors: Literal["agreed", "all"] = "agreed"
    """`agreed`: those that enough reviewers located; `all`: those that any reviewer located."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (
            side_column("prompt", self.form),
            text_column("response"),
            messages_column("errors"),
            {"name": "unplaced", "dtype": "int64"},
        )

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each candidate of which every error is known."""
        record, part = released.record, released.record.part
        refuse_disagreement(released)
        places = [part.subject] if isinstance(part, Critique) else range(len(record.candidates))
        rows, written, refusal = [], 0, NotCarriedError("too_few_candidates", "candidates: 0")
        for place in places:
            try:
                errors = self._errors(released, place)
                rows.append(self._row(released, place, errors))
            except NotCarriedError as error:
                refusal = error
                continue
            written += sum(error.found for error in errors if _is_placed(error, place))
        if not rows:
            raise refusal
        return Carried(
            rows=tuple(rows), carried={"candidates": len(rows), "localized_errors": written}
        )

    def _errors(self, released: ReleasedRecord, place: int) -> list[ErrorSummary]:
        if self.errors == "agreed":
            return agreed_errors(released, place)
        return _errors_of(released, place)

    def _row(self, released: ReleasedRecord, place: int, errors: list[ErrorSummary]) -> ExportRow:
        record = released.record
        placed = [error for error in errors if _is_placed(error, place)]
        if errors and not placed:
            raise NotCarriedError("unanchored_error", f"errors: {len(errors)}")
        values = {
            "prompt": prompt_in(record.task, self.form),
            "response": plain_response(record.candidates[place]),
            "errors": [_span(error) for error in placed],
            "unplaced": len(errors) - len(placed),
        }
        return ExportRow(values=values, candidates=(place,))


def agreed_errors(released: ReleasedRecord, place: int) -> list[ErrorSummary]:
    """The errors in a candidate on which the reviewers agree; empty where none was found.

    Raises:
        NotCarriedError: if nobody looked for errors, or only some of the reviewers found any.
    """
    located = _errors_of(released, place)
    agreed = [error for error in located if error.agreed]
    if located and not agreed:
        raise NotCarriedError("disputed_errors", f"errors: {len(located)}")
    return agreed


def _errors_of(released: ReleasedRecord, place: int) -> list[ErrorSummary]:
    errors = released.consensus.errors
    if errors is None:
        raise NotCarriedError("errors_not_asked")
    # A place that names no candidate is in what the record criticises, or in its only candidate.
    part = released.record.part
    default = part.subject if isinstance(part, Critique) else 0
    return [
        error
        for error in errors
        if (default if error.candidate is None else error.candidate) == place
    ]


def _is_placed(error: ErrorSummary, place: int) -> bool:
    spot = error.place
    return isinstance(spot, TextSpan) and spot.pointer == f"/candidates/{place}/content"


def _span(error: ErrorSummary) -> dict[str, Any]:
    spot = error.place
    assert isinstance(spot, TextSpan)
    span: dict[str, Any] = {
        "start": spot.start, "end": spot.end, "quote": spot.quote,
        "categories": sorted(error.categories), "severities": sorted(error.severities),
        "corrections": list(error.corrections), "found": error.found, "looked": error.looked,
    }  # fmt: skip
    return span


def _line(error: ErrorSummary) -> str:
    """One error as a line of a critique."""
    spot = error.place
    quote = (
        f'"{spot.quote}"' if isinstance(spot, TextSpan) else
        spot.stated if isinstance(spot, Unanchored) else "The answer"
    )  # fmt: skip
    labels = ", ".join((*error.categories, *error.severities))
    corrections = " or ".join(error.corrections)
    return f"- {quote}: {labels}." + (f" Correction: {corrections}" if corrections else "")


def _revision_text(released: ReleasedRecord, part: Critique) -> str:
    if part.revision is None:
        raise NotCarriedError("no_revision")
    refuse_unless_endorsed(released, part.revision)
    text: str = response_in(released.record.candidates[part.revision], "standard")
    return text
