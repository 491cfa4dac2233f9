"""Use cases of the exchange: hand work out and import answers. Passes: `queue.pass_service`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind, contract_of, rubric_of
from assay.core.batches import batches
from assay.core.errors import InputError
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights
from assay.records import ports
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.answer import faults_of
from assay.review.assignment import Assignment
from assay.review.cells import Row
from assay.review.exchange import (
    AnswerContext,
    RoleName,
    flat_work_row,
    is_unanswered,
    read_answer,
    work_row,
)
from assay.review.layer import layer_of
from assay.review.queue.pass_service import waiting_work
from assay.review.queue.ports import PassRegister

ROLES: tuple[RoleName, ...] = (
    "reviewer", "policy_reviewer", "language_specialist", "author", "adjudicator",
)  # fmt: skip
"""Roles of a judgment, in the order in which they are taken where a layer names several."""


Whose = Callable[[str], str | None]
"""Name of a person, as a file or a tool has it -> pseudonym; None where nobody is known by it."""


BATCH = 500
"""Rows or records that are handled in one transaction."""


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """One row of answers that could not be used."""

    row: int
    """Number of the row, from 1."""
    code: str
    """Stable short name of the fault."""
    reason: str
    """What is wrong, where, and what to do."""


class ImportedAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: `read` is the sum of the other four."""

    read: int
    """Number of rows that were read, unusable ones included."""
    stored: int
    """New judgments; those that replace an earlier answer included."""
    already_there: int
    """Rows whose judgment was there before."""
    unanswered: int
    """Rows without an answer."""
    set_aside: tuple[SetAside, ...]
    """Rows that could not be used."""
    rejects: str | None = None
    """Name of the file that keeps those rows; absent where none was, or none is kept."""


def export_work(
    store: FactStore,
    register: PassRegister,
    documents: Mapping[DocumentKind, Document],
    *,
    rights: ExitRights,
    reviewer: str | None = None,
    flat: bool = False,
) -> Iterator[dict[str, Any]]:
    """The assignments that wait outside the desk, blinded: no identity, provenance or judgments.

    Args:
        store: the store.
        register: which assignments the desk gave.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        rights: what may be read today, and by whom; it counts what is held back.
        reviewer: pseudonym of the one reviewer who is to get work; everybody's where absent.
        flat: rows of text for a spreadsheet instead of nested JSON.
    """
    rubric = rubric_of(documents)
    waiting = waiting_work(
        store,
        register,
        documents,
        rights=rights,
        reviewer=reviewer,
    )
    for assignment, record in waiting:
        if flat:
            yield dict(flat_work_row(record, assignment, rubric))
        else:
            yield work_row(record, assignment)


def import_judgments(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    rows: Iterable[ports.Row],
    *,
    actor: str,
    subject: str = "",
    roles: Mapping[str, RoleName] | None = None,
    rejects: ports.Rejects | None = None,
    whose: Whose | None = None,
) -> ImportedAnswers:
    """Take answered rows in as judgments, in the records' own order.

    The same answer twice counts once; a changed answer to the same assignment becomes a new
    judgment that supersedes the earlier one.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        rows: answered rows, each naming its assignment.
        actor: who does it.
        subject: name of the file, for the audit entry.
        roles: role of each reviewer by pseudonym; by default the role that the layer asks for.
        rejects: where rows that were set aside are kept; those of an earlier run stay next to
            them.
        whose: who answers under a name; a row whose `answered_by` is known and is not the
            one who was asked is set aside.
    """
    answer_import = _AnswerImport(store, documents, roles or {}, rejects, whose)
    if rejects:
        rejects.resume(0)
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    for batch in batches(rows, BATCH):
        judgments = answer_import.batch(batch)
        if judgments:
            with store.write(
                "judgment.import", actor=actor, subject=subject, documents=ids
            ) as writing:
                writing.add(judgments)
    if rejects:
        rejects.settle()
    return answer_import.result()


class _AnswerImport:
    """One run of importing answers."""

    def __init__(
        self,
        store: FactStore,
        documents: Mapping[DocumentKind, Document],
        roles: Mapping[str, RoleName],
        rejects: ports.Rejects | None,
        whose: Whose | None,
    ) -> None:
        self._store = store
        self._contract = contract_of(documents)
        self._rubric = rubric_of(documents)
        self._roles = roles
        self._rejects = rejects
        self._whose = whose
        self._counts: Counter[str] = Counter()
        self._set_aside: list[SetAside] = []

    def batch(self, rows: Sequence[ports.Row]) -> list[Judgment]:
        """The new judgments of some rows; the others are kept before anything is stored."""
        answers = [_values(row) for row in rows]
        named = {
            _assignment_named(answer) for answer in answers if not isinstance(answer, InputError)
        }
        assignments = {
            assignment.id: assignment
            for assignment in self._store.scan(Assignment, id=sorted(named))
        }
        records = _records(self._store, list(assignments.values()))
        before = {
            (judgment.record, judgment.reviewer.pseudonym): judgment
            for judgment in self._store.scan(Judgment, record=sorted(records))
            if not judgment.reviewer.automatic
        }
        new: list[Judgment] = []
        for row, values in zip(rows, answers, strict=True):
            self._counts["read"] += 1
            try:
                answer = self._judgment_of(values, assignments, records)
            except InputError as error:
                self._put_aside(row, error)
                continue
            if answer is not None and not isinstance(values, InputError):
                new += self._new(answer, before, assignments[_assignment_named(values)].renews)
        # Rejects are on the disk before judgments are stored: a crash between the two loses no row,
        # and rows imported again count as already there.
        if self._rejects:
            self._rejects.flush()
        return new

    def _put_aside(self, row: ports.Row, error: InputError) -> None:
        self._set_aside.append(SetAside(row=row.number, code=error.code, reason=str(error)))
        if self._rejects:
            several = len(faults_of(error)) > 1
            # The file has one place for a reason: several stand in it with their columns.
            self._rejects.put(
                row, InputError(code=error.code, message=str(error)) if several else error
            )

    def _judgment_of(
        self,
        row: Row | InputError,
        assignments: Mapping[str, Assignment],
        records: Mapping[str, Record],
    ) -> Judgment | None:
        if isinstance(row, InputError):
            raise row
        named = _assignment_named(row)
        if named not in assignments:
            raise InputError(
                code="unknown-assignment",
                message=f"no assignment {named!r} was made",
                where="assignment",
                hint="keep the column as it was handed out",
            )
        if is_unanswered(row):
            self._counts["unanswered"] += 1
            return None
        assignment = assignments[named]
        self._refuse_others(row, assignment)
        record = records[assignment.record]
        role = self._roles.get(assignment.reviewer) or _role(record, self._contract)
        context = AnswerContext(
            assignment=assignment, record=record, rubric=self._rubric, role=role
        )
        return read_answer(row, context)

    def _refuse_others(self, row: Row, assignment: Assignment) -> None:
        """Refuse an answer that somebody else is known to have given."""
        name = str(row.get("answered_by") or "")
        person = self._whose(name) if name and self._whose else None
        if person is not None and person != assignment.reviewer:
            raise InputError(
                code="somebody-else",
                message=f"{name} answered what somebody else was asked",
                where="answered_by",
                hint="an assignment is one person's; ask the others with `assay review assign`",
            )

    def _new(
        self, judgment: Judgment, before: dict[tuple[str, str], Judgment], renews: str | None
    ) -> Iterator[Judgment]:
        key = (judgment.record, judgment.reviewer.pseudonym)
        earlier = before.get(key)
        if earlier is not None:
            # The same answer, given again under a text that has changed, is another judgment.
            again = renews is not None and earlier.id == renews
            if not again and earlier.replace(supersedes=None, occasion=0) == judgment:
                self._counts["already_there"] += 1
                return
            judgment = judgment.replace(supersedes=earlier.id, occasion=earlier.occasion)
        # Rows of one batch see each other: the second answer supersedes the first.
        before[key] = judgment
        self._counts["stored"] += 1
        yield judgment

    def result(self) -> ImportedAnswers:
        """What became of the rows."""
        return ImportedAnswers(
            read=self._counts["read"],
            stored=self._counts["stored"],
            already_there=self._counts["already_there"],
            unanswered=self._counts["unanswered"],
            set_aside=tuple(self._set_aside),
            rejects=self._rejects.name if self._rejects and self._set_aside else None,
        )


def _values(row: ports.Row) -> Row | InputError:
    """The row's cells, or why it cannot be read."""
    try:
        return ports.row_values(row)
    except InputError as error:
        return error


def _assignment_named(row: Row) -> str:
    """The assignment that a row names; empty where it names none."""
    return str(row.get("assignment") or "")


def _records(store: FactStore, assignments: Sequence[Assignment]) -> dict[str, Record]:
    ids = sorted({assignment.record for assignment in assignments})
    return {record.id: record for record in store.scan(Record, id=ids)}


def _role(record: Record, contract: Contract) -> RoleName:
    """The role that the record's layer asks for; plain reviewers where they may judge it."""
    layer = layer_of(record, contract)
    layer_roles = layer.roles if layer else ()
    return next((role for role in ROLES if role in layer_roles), "reviewer")
