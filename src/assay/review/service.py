"""Use cases of review: hand work out, take answers in, adjudicate. Passes: `pass_service`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind, contract_of, rubric_of
from assay.core.batches import batches
from assay.core.errors import InputError, UsageError
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights
from assay.records import ports
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.answer import faults_of, score_faults, together
from assay.review.assign import authors
from assay.review.assignment import Assignment
from assay.review.cells import Row
from assay.review.decision import decides_anything, decision_faults
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
    """Kind of fault."""
    reason: str
    """What is wrong, where, and what to do."""


class ImportedAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: `read` is the sum of the other four."""

    read: int
    """Rows read."""
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


class JudgedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record with all that a senior decision on it is weighed by."""

    record: Record
    """The record."""
    judgments: tuple[Judgment, ...]
    """Its judgments in their order of entry, those of models included."""
    asked: frozenset[str]
    """Pseudonyms of those who were asked to judge it."""


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
        rejects: where rows that were set aside are kept; those of an earlier run are kept next to
            them.
        whose: who answers under a name; a row whose `answered_by` is known and is not the
            one who was asked is set aside.
    """
    taking = _Taking(store, documents, roles or {}, rejects, whose)
    if rejects:
        rejects.resume(0)
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    for batch in batches(rows, BATCH):
        judgments = taking.batch(batch)
        if judgments:
            with store.write(
                "judgment.import", actor=actor, subject=subject, documents=ids
            ) as writing:
                writing.add(judgments)
    if rejects:
        rejects.settle()
    return taking.result()


class _Taking:
    """One run of taking answers in."""

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
        named = {_named(each) for each in answers if not isinstance(each, InputError)}
        assignments = {each.id: each for each in self._store.scan(Assignment, id=sorted(named))}
        records = _records(self._store, list(assignments.values()))
        before = {
            (each.record, each.reviewer.pseudonym): each
            for each in self._store.scan(Judgment, record=sorted(records))
            if not each.reviewer.automatic
        }
        new: list[Judgment] = []
        for row, values in zip(rows, answers, strict=True):
            self._counts["read"] += 1
            try:
                answer = self._read(values, assignments, records)
            except InputError as error:
                self._put_aside(row, error)
                continue
            if answer is not None and not isinstance(values, InputError):
                new += self._new(answer, before, assignments[_named(values)].renews)
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

    def _read(
        self,
        row: Row | InputError,
        assignments: Mapping[str, Assignment],
        records: Mapping[str, Record],
    ) -> Judgment | None:
        if isinstance(row, InputError):
            raise row
        named = _named(row)
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
        about = AnswerContext(assignment=assignment, record=record, rubric=self._rubric, role=role)
        return read_answer(row, about)

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


def _named(row: Row) -> str:
    """The assignment that a row names; empty where it names none."""
    return str(row.get("assignment") or "")


def adjudicate(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    record: str,
    decision: Decided | Preserved | Returned,
    *,
    cause: Cause,
    adjudicator: str,
    judgments: Sequence[str] = (),
    note: str | None = None,
    revision: Record | None = None,
    actor: str,
) -> Adjudication:
    """Write a senior decision over judgments; the judgments stay as they are.

    Args:
        store: the store.
        documents: the documents in force by kind.
        record: id of the record, or a unique prefix of it.
        decision: what is decided.
        cause: why the judgments disagreed.
        adjudicator: pseudonym of the adjudicator.
        judgments: ids of the judgments weighed; all that people gave on the record where empty.
        note: the adjudicator's words.
        revision: the record that holds what the adjudicator wrote; the decision names it.
        actor: who does it.

    Raises:
        UsageError, InputError: as `weigh` says.
    """
    if isinstance(decision, Decided):
        faults = list(score_faults(decision.scores, rubric_of(documents)))
        if faults:
            raise together(faults)
    adjudication = weigh(
        store,
        record,
        decision,
        cause=cause,
        adjudicator=adjudicator,
        judgments=judgments,
        note=note,
    )
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write(
        "review.adjudicate", actor=actor, subject=adjudication.record, documents=ids
    ) as writing:
        if revision is not None:
            writing.add([revision])
        writing.add([adjudication])
    return adjudication


def weigh(
    store: FactStore,
    record: str,
    decision: Decided | Preserved | Returned,
    *,
    cause: Cause,
    adjudicator: str,
    judgments: Sequence[str] = (),
    note: str | None = None,
) -> Adjudication:
    """The senior decision that may be written over judgments; nothing is stored.

    Args:
        store: the store.
        record: id of the record, or a unique prefix of it.
        decision: what is decided.
        cause: why the judgments disagreed.
        adjudicator: pseudonym of the adjudicator.
        judgments: ids of the judgments weighed; all that people gave on the record where empty.
        note: the adjudicator's words.

    Raises:
        UsageError: for an unknown id or cause, no person's judgment to weigh, a decision that decides
            nothing, or an adjudicator who judged or wrote it or is asked to judge it.
        RefusedAnswerError: for a decision that does not fit the record; it names every fault.
    """
    found = store.get(Record, record)
    return weigh_on(
        judged_records(store, [found])[found.id],
        decision,
        cause=cause,
        adjudicator=adjudicator,
        judgments=judgments,
        note=note,
    )


def judged_records(store: FactStore, records: Iterable[Record]) -> dict[str, JudgedRecord]:
    """By id: records with their judgments, read at once."""
    known = {record.id: record for record in records}
    judgments: dict[str, list[Judgment]] = {identity: [] for identity in known}
    asked: dict[str, set[str]] = {identity: set() for identity in known}
    for judgment in store.scan(Judgment, record=sorted(known)):
        judgments[judgment.record].append(judgment)
    for assignment in store.scan(Assignment, record=sorted(known)):
        asked[assignment.record].add(assignment.reviewer)
    return {
        identity: JudgedRecord(
            record=record,
            judgments=tuple(judgments[identity]),
            asked=frozenset(asked[identity]),
        )
        for identity, record in known.items()
    }


def weigh_on(
    judged: JudgedRecord,
    decision: Decided | Preserved | Returned,
    *,
    cause: Cause,
    adjudicator: str,
    judgments: Sequence[str] = (),
    note: str | None = None,
) -> Adjudication:
    """As `weigh`, on a record whose judgments are read already."""
    found, given = judged.record, judged.judgments
    people = [each for each in given if not each.reviewer.automatic]
    weighed = [_weighed(given, identity) for identity in judgments] or people
    _check_decision(found, decision, cause, weighed, adjudicator)
    if adjudicator in judged.asked | authors(found) | {each.reviewer.pseudonym for each in given}:
        raise _refused(
            "not-independent",
            "the adjudicator judged this record, is asked to judge it, or wrote a candidate of it",
            "let somebody else decide",
        )
    return Adjudication(
        record=found.id,
        judgments=tuple(each.id for each in weighed),
        decision=decision,
        cause=cause,
        adjudicator=adjudicator,
        note=note,
    )


def _weighed(given: Iterable[Judgment], identity: str) -> Judgment:
    matching = [each for each in given if each.id.startswith(identity)]
    if len(matching) != 1:
        raise _refused(
            "unknown-judgment",
            f"{len(matching)} judgments of this record have an id that begins with {identity!r}",
            "name judgments of this record",
        )
    return matching[0]


def _check_decision(
    record: Record,
    decision: Decided | Preserved | Returned,
    cause: str,
    weighed: Sequence[Judgment],
    adjudicator: str,
) -> None:
    if cause not in get_args(Cause):
        causes = ", ".join(get_args(Cause))
        raise _refused("unknown-cause", f"{cause!r} is not a cause", f"name one of {causes}")
    if all(each.reviewer.automatic for each in weighed):
        raise _refused(
            "nothing-to-weigh",
            "no judgment of a person is weighed",
            "have the record judged by people first",
        )
    if isinstance(decision, Returned) and not decision.reason.strip():
        raise _refused(
            "no-reason",
            "it is sent back without a word",
            "say what must be fixed before it returns",
        )
    if not isinstance(decision, Decided):
        return
    if not decides_anything(decision):
        raise _refused(
            "no-decision",
            "an adjudication decides",
            "give a verdict, scores, rulings, labels, errors or an outcome; or keep the distribution",
        )
    faults = [
        InputError(code="misfit", message=fault)
        for fault in decision_faults(record, decision, adjudicator)
    ]
    if faults:
        raise together(faults)


def _records(store: FactStore, assignments: Sequence[Assignment]) -> dict[str, Record]:
    wanted = sorted({each.record for each in assignments})
    return {record.id: record for record in store.scan(Record, id=wanted)}


def _role(record: Record, contract: Contract) -> RoleName:
    """The role that the record's layer asks for; plain reviewers where they may judge it."""
    layer = layer_of(record, contract)
    wanted = layer.roles if layer else ()
    return next((role for role in ROLES if role in wanted), "reviewer")


def _refused(code: str, message: str, hint: str) -> UsageError:
    return UsageError(code=code, message=message, hint=hint)
