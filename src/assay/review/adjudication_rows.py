"""Adjudications as rows: one decision a row, in the columns of an answer.

A row names its `record`, the `cause`, the `adjudicator` and what is decided: the columns of an answer
(`verdict`, `score.<dimension>.A`, `ruling.<section>.A`, `step.A.0`, `attack.outcome`, `errors`,
`stands_as_is`, `written`), where A is the record's first candidate, B its second; or
`decision: preserved`; or `decision: returned` with the reason as its `note`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import cast, get_args

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.contracts.rubric import Rubric
from assay.core.batches import batches
from assay.core.errors import InputError, UsageError
from assay.core.ports import FactStore
from assay.records import ports
from assay.records.record import Record
from assay.records.verdict import NotAsked
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.adjudication_service import JudgedRecord, adjudicate, judged_records, weigh_on
from assay.review.answer import together
from assay.review.assignment import Assignment
from assay.review.cells import Row, fault, is_filled, text_of
from assay.review.decision import as_decided, with_revision
from assay.review.exchange import AnswerContext, stated_judgment
from assay.review.row_reader import RowReader
from assay.review.service import BATCH, SetAside

OWN = frozenset({"record", "decision", "cause", "adjudicator", "note", "written"})
"""Columns of a row that are not part of an answer."""

DECISIONS = ("decided", "preserved", "returned")


_UNNAMED = "unnamed"
"""Stands for the adjudicator while the rest of a row that names none is read for its faults."""


class ImportedAdjudications(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were stored and set aside: `read` is the sum of the other three."""

    read: int
    """Number of rows that were read, unusable ones included."""
    stored: int
    """Number of adjudications that were new to the store."""
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
    """Remarks of the adjudicator; None where the row has none."""
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
            RefusedAnswerError: if the row cannot be understood or does not fit; it names every
                fault, each with its column.
            UsageError: if there is no such record.
        """
        reader = RowReader(row)
        record = reader.part(lambda: self._store.get(Record, _required_text(row, "record")), None)
        adjudicator = reader.part(
            lambda: self._pseudonym(_required_text(row, "adjudicator")), _UNNAMED
        )
        cause = reader.part(lambda: _cause(row), None)
        decision: Decided | Preserved | Returned | None = None
        revision: Record | None = None
        if record is not None:
            decision, revision = reader.part(
                partial(self._decision, reader, record, adjudicator), (decision, revision)
            )
        note = reader.text("note") or None
        if record is None or cause is None or decision is None or reader.faults:
            raise together(reader.faults)
        return StatedDecision(
            record=record,
            decision=decision,
            cause=cause,
            adjudicator=adjudicator,
            note=note,
            revision=revision,
        )

    def _decision(
        self, reader: RowReader, record: Record, adjudicator: str
    ) -> tuple[Decided | Preserved | Returned, Record | None]:
        row = reader.row
        word = text_of(row, "decision") or "decided"
        answer = {column: value for column, value in row.items() if column not in OWN}
        written = reader.text("written")
        if word not in DECISIONS:
            raise fault("unknown-decision", f"{word!r} is not a decision", "decision", hint=f"one of {', '.join(DECISIONS)}")  # fmt: skip
        if word == "decided":
            decision = reader.part(
                lambda: self._decision_of_answer(answer, record, adjudicator),
                Decided(verdict=NotAsked()),
            )
            if not written:
                return decision, None
            return with_revision(
                decision, record, written, adjudicator=adjudicator, source=self._written_source
            )
        stated = [column for column, value in answer.items() if is_filled(value)]
        if stated or written:
            column = stated[0] if stated else "written"
            reader.faults.append(fault("one-decision", f"{word} decides nothing else", column))
        return (
            Preserved() if word == "preserved" else Returned(reason=_required_text(row, "note"))
        ), None

    def _decision_of_answer(self, answer: Row, record: Record, adjudicator: str) -> Decided:
        order = tuple(range(len(record.candidates)))
        own = Assignment(record=record.id, reviewer=adjudicator, number=0, order=order)
        context = AnswerContext(
            assignment=own, record=record, rubric=self._rubric, role="adjudicator"
        )
        reader = RowReader(answer)
        stated = stated_judgment(reader, context)
        if stated.skipped_steps:
            reader.faults.append(
                fault("no-decision", "an adjudication labels a step, or leaves it out", "step")
            )
        reader.refuse_faults()
        return as_decided(stated)


def store_decision(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    stated: StatedDecision,
    *,
    actor: str,
) -> Adjudication:
    """Write a decision that was read.

    Raises:
        UsageError, InputError: for the reasons that `weigh` names.
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
    subject: str = "",
) -> ImportedAdjudications:
    """Import rows of decisions; a row that cannot be used is set aside and stops no other.

    Args:
        store: the store.
        documents: the documents in force by kind.
        rows: one decision each.
        reader: reads them.
        actor: who does it.
        subject: name of the file, for the audit entry.
    """
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    read = stored = 0
    set_aside: list[SetAside] = []
    for batch in batches(rows, BATCH):
        read += len(batch)
        adjudications, refused = _adjudications_of(store, batch, reader)
        set_aside += refused
        if not adjudications:
            continue
        with store.write(
            "adjudication.import", actor=actor, subject=subject, documents=ids
        ) as writing:
            # Revisions go in first: the decisions name them.
            writing.add([revision for _, revision in adjudications if revision is not None])
            stored += writing.add([adjudication for adjudication, _ in adjudications]).stored
    return ImportedAdjudications(
        read=read,
        stored=stored,
        already_there=read - stored - len(set_aside),
        set_aside=tuple(set_aside),
    )


def _adjudications_of(
    store: FactStore, rows: Sequence[ports.Row], reader: DecisionReader
) -> tuple[list[tuple[Adjudication, Record | None]], list[SetAside]]:
    """The adjudications of some rows, each with what it wrote; and the rows that give none."""
    decisions = [_decision_or_error(row, reader) for row in rows]
    records = (decision.record for decision in decisions if isinstance(decision, StatedDecision))
    judged = judged_records(store, records)
    adjudications: list[tuple[Adjudication, Record | None]] = []
    refused: list[SetAside] = []
    for row, stated in zip(rows, decisions, strict=True):
        try:
            if not isinstance(stated, StatedDecision):
                raise stated
            adjudications.append((_weigh(judged[stated.record.id], stated), stated.revision))
        except (InputError, UsageError) as error:
            refused.append(SetAside(row=row.number, code=error.code, reason=str(error)))
    return adjudications, refused


def _decision_or_error(
    row: ports.Row, reader: DecisionReader
) -> StatedDecision | InputError | UsageError:
    """What a row states, or why it cannot be used."""
    try:
        return reader.read(ports.row_values(row))
    except (InputError, UsageError) as error:
        return error


def _weigh(judged: JudgedRecord, stated: StatedDecision) -> Adjudication:
    return weigh_on(
        judged,
        stated.decision,
        cause=stated.cause,
        adjudicator=stated.adjudicator,
        note=stated.note,
    )


def _cause(row: Row) -> Cause:
    cause = _required_text(row, "cause")
    if cause not in get_args(Cause):
        causes = ", ".join(get_args(Cause))
        raise fault("unknown-cause", f"{cause!r} is not a cause", "cause", hint=f"one of {causes}")
    return cast("Cause", cause)


def _required_text(row: Row, column: str) -> str:
    text = text_of(row, column)
    if not text:
        raise fault("missing-column", f"the row names no {column}", column)
    return text
