"""Adjudications as rows: one decision a row, in the columns of an answer.

A row names its `record`, the `cause`, the `adjudicator` and what is decided: the columns of an answer
(`verdict`, `score.<dimension>.A`, `ruling.<section>.A`, `step.A.0`, `attack.outcome`, `errors`,
`stands_as_is`, `written`), where A is the record's first candidate, B its second; or
`decision: preserved`; or `decision: returned` with the reason as its `note`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.contracts.rubric import Rubric
from assay.core.errors import AssayError, InputError
from assay.core.ports import FactStore
from assay.records import ports
from assay.records.record import Record
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.assignment import Assignment
from assay.review.cells import Row, fault, text_of
from assay.review.decision import with_revision
from assay.review.exchange import Answered, stated_judgment
from assay.review.service import SetAside, adjudicate

OWN = frozenset({"record", "decision", "cause", "adjudicator", "note", "written"})
"""Columns of a row that are not part of an answer."""

DECISIONS = ("decided", "preserved", "returned")


class ImportedAdjudications(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: `read` is the sum of the other three."""

    read: int
    """Rows read."""
    stored: int
    """New adjudications."""
    already_there: int
    """Rows whose adjudication was there before."""
    set_aside: tuple[SetAside, ...]
    """Rows that could not be used."""


class StatedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What a row states."""

    record: Record
    """The record that is decided."""
    decision: Decided | Preserved | Returned
    """The decision, in the record's own order."""
    cause: Cause
    """Why the judgments disagreed."""
    adjudicator: str
    """Pseudonym of the adjudicator."""
    note: str | None
    """The adjudicator's words."""
    revision: Record | None
    """The record that holds what the adjudicator wrote."""


class DecisionReader:
    """Reads rows of decisions in one program."""

    def __init__(
        self,
        store: FactStore,
        rubric: Rubric,
        *,
        pseudonym: Callable[[str], str],
        written_source: str | None,
    ) -> None:
        """Read decisions on the records of a store.

        Args:
            store: the store.
            rubric: the rubric in force.
            pseudonym: turns the name of an adjudicator into a pseudonym.
            written_source: source class of what people write, if the program names one.
        """
        self._store = store
        self._rubric = rubric
        self._pseudonym = pseudonym
        self._written_source = written_source

    def read(self, row: Row) -> StatedDecision:
        """What a row states.

        Raises:
            InputError: if the row cannot be understood or does not fit; `where` names the column.
            UsageError: if there is no such record.
        """
        record = self._store.get(Record, _needed(row, "record"))
        adjudicator = self._pseudonym(_needed(row, "adjudicator"))
        cause = _needed(row, "cause")
        if cause not in get_args(Cause):
            known = ", ".join(get_args(Cause))
            raise fault(
                "unknown-cause", f"{cause!r} is not a cause", "cause", hint=f"one of {known}"
            )
        decision, revision = self._decision(row, record, adjudicator)
        return StatedDecision(
            record=record,
            decision=decision,
            cause=msgspec.convert(cause, Cause),
            adjudicator=adjudicator,
            note=text_of(row, "note") or None,
            revision=revision,
        )

    def _decision(
        self, row: Row, record: Record, adjudicator: str
    ) -> tuple[Decided | Preserved | Returned, Record | None]:
        word = text_of(row, "decision") or "decided"
        answer = {column: value for column, value in row.items() if column not in OWN}
        stated = [column for column, value in answer.items() if _filled(value)]
        if word not in DECISIONS:
            raise fault("unknown-decision", f"{word!r} is not a decision", "decision", hint=f"one of {', '.join(DECISIONS)}")  # fmt: skip
        if word != "decided" and (stated or text_of(row, "written")):
            raise fault(
                "one-decision", f"{word} decides nothing else", stated[0] if stated else "written"
            )
        if word == "preserved":
            return Preserved(), None
        if word == "returned":
            return Returned(reason=_needed(row, "note")), None
        decision = self._decided(answer, record, adjudicator)
        if text := text_of(row, "written"):
            return with_revision(
                decision, record, text, adjudicator=adjudicator, source=self._written_source
            )
        return decision, None

    def _decided(self, answer: Row, record: Record, adjudicator: str) -> Decided:
        order = tuple(range(len(record.candidates)))
        own = Assignment(record=record.id, reviewer=adjudicator, number=0, order=order)
        about = Answered(assignment=own, record=record, rubric=self._rubric, role="adjudicator")
        stated = stated_judgment(answer, about)
        if stated.skipped_steps:
            raise fault("no-decision", "an adjudication labels a step, or leaves it out", "step")
        return Decided(
            verdict=stated.verdict,
            scores=stated.scores,
            errors=stated.errors,
            step_labels=stated.step_labels,
            rulings=stated.rulings,
            attack=stated.attack,
            stands_as_is=stated.stands_as_is,
        )


def store_decision(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    stated: StatedDecision,
    *,
    actor: str,
) -> Adjudication:
    """Write a decision that was read.

    Raises:
        UsageError, InputError: as `service.weigh` says.
    """
    return adjudicate(
        store,
        documents,
        stated.record.id,
        stated.decision,
        cause=stated.cause,
        adjudicator=stated.adjudicator,
        note=stated.note,
        revision=stated.revision,
        actor=actor,
    )


def import_adjudications(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    rows: Iterable[ports.Row],
    reader: DecisionReader,
    *,
    actor: str,
) -> ImportedAdjudications:
    """Take rows of decisions in; what cannot be used is set aside, and the rest goes in.

    Args:
        store: the store.
        documents: the documents in force by kind.
        rows: one decision each.
        reader: reads them.
        actor: who does it.
    """
    read = stored = 0
    set_aside: list[SetAside] = []
    for row in rows:
        read += 1
        try:
            stated = reader.read(ports.row_values(row))
            known = {each.id for each in store.scan(Adjudication, record=stated.record.id)}
            made = store_decision(store, documents, stated, actor=actor)
        except AssayError as error:
            set_aside.append(SetAside(row=row.number, code=error.code, reason=_reason(error)))
            continue
        stored += made.id not in known
    return ImportedAdjudications(
        read=read,
        stored=stored,
        already_there=read - stored - len(set_aside),
        set_aside=tuple(set_aside),
    )


def _reason(error: AssayError) -> str:
    faults: tuple[InputError, ...] = getattr(error, "faults", ())
    return "; ".join(map(str, faults)) or str(error)


def _needed(row: Row, column: str) -> str:
    text = text_of(row, column)
    if not text:
        raise fault("missing-column", f"the row names no {column}", column)
    return text


def _filled(value: Any) -> bool:
    return value not in {None, ""} if isinstance(value, str | None) else True
