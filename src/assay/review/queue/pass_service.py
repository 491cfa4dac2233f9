"""Use cases of passes: ask people for them, what waits for them, withdraw, and how far it has come.

Work that is handed out in a file or to another tool and work that the desk gives are one register
(`review.queue.passes`): a record that waits for somebody in the one is not offered in the other.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from assay.contracts.document import Document, DocumentKind, contract_of
from assay.core.batches import batches
from assay.core.errors import UsageError
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication
from assay.review.assign import AssignableRecord, Assignee, Draw, Unfilled
from assay.review.assignment import Assignment, AssignmentWithdrawal
from assay.review.layer import layer_of
from assay.review.queue.lease import COUNTED
from assay.review.queue.passes import PassCount, People, involvements
from assay.review.queue.ports import PassRegister

BATCH = 500
"""Records or assignments that are handled at once, or in one transaction."""


class PassFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the facts say of the people of some records."""

    judgments: tuple[Judgment, ...]
    """The records' judgments in their order of entry, those of models included."""
    assignments: tuple[Assignment, ...]
    """Their assignments in their order of entry, those of the desk included."""
    at_desk: frozenset[str]
    """Ids of the assignments that the desk gave."""
    withdrawn: frozenset[str]
    """Ids of the assignments that are not waited for any more."""
    people: Mapping[str, People]
    """Record id -> its people; a record that nobody met outside the desk is absent."""


class AssignedPasses(msgspec.Struct, frozen=True, kw_only=True):
    """What an assignment run did."""

    assigned: int
    """Number of assignments that were made."""
    by_reviewer: dict[str, int]
    """New assignments by pseudonym."""
    unfilled: tuple[Unfilled, ...]
    """Records for which somebody was missing."""
    held_back: HeldBack
    """Records with passes wanted that nobody in a role of their layer may read today."""


class WithdrawnPasses(msgspec.Struct, frozen=True, kw_only=True):
    """What withdrawing did."""

    withdrawn: int
    """Assignments that are not waited for any more."""
    by_reviewer: dict[str, int]
    """Withdrawn assignments by the pseudonym of the person who was asked."""


class ReviewStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far review has come: `assigned` is `judged + waiting`."""

    assigned: int
    """Assignments that were handed out in files or to other tools and not withdrawn."""
    judged: int
    """Those that were answered."""
    waiting: int
    """Those that are not answered yet."""
    waiting_by_reviewer: dict[str, int]
    """Unanswered assignments by the pseudonym of the person who was asked."""
    waiting_records: tuple[str, ...]
    """Ids of the records that these are about, each once, in the order of their assignment."""
    unassigned_judgments: int
    """Judgments of people that came without an assignment, such as imported ones."""
    judgments_of_models: int
    """Judgments of models: they fill no pass, and are counted nowhere above."""
    records: int
    """Records of the store."""
    passes: PassCount
    """Passes of the records that wait in queues, by any route they were given: the count
    that the desk offers work by."""


def assign(
    store: FactStore,
    register: PassRegister,
    documents: Mapping[DocumentKind, Document],
    members: Sequence[Assignee],
    *,
    rights: ExitRights,
    key: bytes,
    actor: str,
    extra: Collection[str] = (),
) -> AssignedPasses:
    """Ask people outside the desk for the independent passes that are wanted and that nobody holds.

    Args:
        store: the store.
        register: who judged or holds each record.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        members: the people who may be asked, each in one role.
        rights: what may be read today, and by whom; it counts what is held back.
        key: secret that the draw depends on; the same key repeats it.
        actor: who does it.
        extra: ids of records that get one more pass than their layer says, such as those whose
            disposition is `needs_second_review`.
    """
    contract = contract_of(documents)
    draw = Draw(contract, key, members, rights, documents["rubric"].id)
    # Answered work counts as well, so that the load stays even over repeated runs.
    for assignment in store.scan(Assignment):
        draw.load[assignment.reviewer] += 1
        draw.shown[assignment.reviewer, len(assignment.order)] += 1
    assignable = list(_assignable_records(store, register, frozenset(extra)))
    rights.learn({entry.id: entry.record for entry in assignable})
    layers = {entry.id: layer_of(entry.record, contract) for entry in assignable}
    needs = {
        entry.id: entry.passes_wanted(layer) for entry in assignable if (layer := layers[entry.id])
    }
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    held: list[Assignment] = []
    for batch in batches(draw.run(assignable), BATCH):
        # The desk may have given one of these passes since the records were read.
        held += register.hold(batch, needs, actor=actor, documents=ids)
    return AssignedPasses(
        assigned=len(held),
        by_reviewer=dict(sorted(Counter(assignment.reviewer for assignment in held).items())),
        unfilled=tuple(draw.unfilled),
        held_back=rights.held_back,
    )


def _assignable_records(
    store: FactStore, register: PassRegister, extra: frozenset[str]
) -> Iterator[AssignableRecord]:
    for batch in batches(store.scan(Record), BATCH):
        records = {record.id: record for record in batch}
        ids = sorted(records)
        facts = facts_of(store, register, ids)
        met = {record: set(of_record) for record, of_record in facts.people.items()}
        taken = {
            record: {person for person, involvement in of_record.items() if involvement.takes_pass}
            for record, of_record in facts.people.items()
        }
        # A person who met a record before gives no pass on it, however that ended.
        for assignment in facts.assignments:
            met.setdefault(assignment.record, set()).add(assignment.reviewer)
        for row in register.rows(ids):
            met.setdefault(row.record, set()).add(row.reviewer)
            if row.state in COUNTED:
                taken.setdefault(row.record, set()).add(row.reviewer)
        at_least = register.needs(ids)
        for identity, record in records.items():
            yield AssignableRecord(
                id=identity,
                record=record,
                seen=frozenset(met.get(identity, ())),
                passes=len(taken.get(identity, ())),
                extra=identity in extra,
                at_least=at_least.get(identity, 0),
            )


def facts_of(store: FactStore, register: PassRegister, records: Sequence[str]) -> PassFacts:
    """What the facts say of the people of some records.

    Args:
        store: the store.
        register: which assignments the desk gave.
        records: ids of the records.
    """
    judgments = tuple(store.scan(Judgment, record=records))
    assignments = tuple(store.scan(Assignment, record=records))
    withdrawals = tuple(store.scan(AssignmentWithdrawal, record=records))
    at_desk = frozenset(register.at_desk(records))
    return PassFacts(
        judgments=judgments,
        assignments=assignments,
        at_desk=at_desk,
        withdrawn=frozenset(withdrawal.assignment for withdrawal in withdrawals),
        people=involvements(
            judgments,
            assignments,
            store.scan(Adjudication, record=records),
            withdrawals,
            at_desk=at_desk,
        ),
    )


def waiting_work(
    store: FactStore,
    register: PassRegister,
    documents: Mapping[DocumentKind, Document],
    *,
    rights: ExitRights,
    reviewer: str | None = None,
) -> Iterator[tuple[Assignment, Record]]:
    """The assignments outside the desk that wait, each with its record.

    What was assigned and may not be read any more is held back: rights are those of today.

    Args:
        store: the store.
        register: which assignments the desk gave.
        documents: the documents in force by kind; `contract` is needed.
        rights: what may be read today, and by whom; it counts what is held back.
        reviewer: pseudonym of the one reviewer whose work is wanted; everybody's where absent.
    """
    contract = contract_of(documents)
    for batch in batches(_waiting(store, register, reviewer), BATCH):
        ids = sorted({assignment.record for assignment in batch})
        records = {record.id: record for record in store.scan(Record, id=ids)}
        rights.learn(records)
        for assignment in batch:
            record = records[assignment.record]
            layer = layer_of(record, contract)
            roles = tuple(layer.roles) if layer else ()
            if rights.readers(assignment.record, record, roles):
                yield assignment, record


def _waiting(
    store: FactStore, register: PassRegister, reviewer: str | None
) -> Iterator[Assignment]:
    return (
        assignment for assignment, answered in handed_out(store, register, reviewer) if not answered
    )


def handed_out(
    store: FactStore, register: PassRegister, reviewer: str | None = None
) -> Iterator[tuple[Assignment, bool]]:
    """The assignments outside the desk that were not withdrawn, each with whether it is answered.

    Args:
        store: the store.
        register: which assignments the desk gave.
        reviewer: pseudonym of the one reviewer; everybody's where absent.
    """
    chosen = store.scan(Assignment, reviewer=reviewer) if reviewer else store.scan(Assignment)
    for batch in batches(chosen, BATCH):
        facts = facts_of(store, register, sorted({assignment.record for assignment in batch}))
        ended = facts.at_desk | facts.withdrawn
        replaced = {judgment.supersedes for judgment in facts.judgments}
        for assignment in batch:
            if assignment.id in ended:
                continue
            # A renewal is answered once a judgment supersedes the one that it renews.
            if assignment.renews is not None:
                yield assignment, assignment.renews in replaced
                continue
            person = facts.people.get(assignment.record, {}).get(assignment.reviewer)
            yield assignment, bool(person and person.judgments)


def withdraw(
    store: FactStore,
    register: PassRegister,
    documents: Mapping[DocumentKind, Document],
    *,
    actor: str,
    reviewer: str | None = None,
    records: Collection[str] = (),
) -> WithdrawnPasses:
    """Stop waiting for work that was handed out: its passes are open again, for others.

    An answer that comes later is stored nevertheless, and is a pass.

    Args:
        store: the store.
        register: which assignments the desk gave.
        documents: the documents in force by kind.
        actor: who does it.
        reviewer: pseudonym of the one reviewer; everybody's where absent.
        records: ids of the records, or unique prefixes; all where empty.

    Raises:
        UsageError: for an unknown record, or where neither person nor record is named.
    """
    if reviewer is None and not records:
        raise UsageError(
            code="nothing-named",
            message="neither a person nor a record is named",
            hint="name the person or the records whose work is not waited for any more",
        )
    chosen = {store.get(Record, record).id for record in records}
    ended = [
        AssignmentWithdrawal(
            assignment=assignment.id, record=assignment.record, reviewer=assignment.reviewer
        )
        for assignment in _waiting(store, register, reviewer)
        if not chosen or assignment.record in chosen
    ]
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    for batch in batches(ended, BATCH):
        with store.write("review.withdraw", actor=actor, documents=ids) as writing:
            writing.add(batch)
    by_reviewer = Counter(withdrawal.reviewer for withdrawal in ended)
    return WithdrawnPasses(withdrawn=len(ended), by_reviewer=dict(sorted(by_reviewer.items())))


def status(store: FactStore, register: PassRegister) -> ReviewStatus:
    """How far review has come, outside the desk and in all.

    Args:
        store: the store.
        register: who judged or holds each record.
    """
    judged: dict[str, set[str]] = defaultdict(set)
    of_models = 0
    for judgment in store.scan(Judgment):
        if judgment.reviewer.automatic:
            of_models += 1
        else:
            judged[judgment.record].add(judgment.reviewer.pseudonym)
    for assignment in store.scan(Assignment):
        # What remains are judgments that came without an assignment.
        judged[assignment.record].discard(assignment.reviewer)
    still: Counter[str] = Counter()
    waiting: dict[str, None] = {}
    assigned = 0
    for assignment, answered in handed_out(store, register):
        assigned += 1
        if not answered:
            still[assignment.reviewer] += 1
            waiting[assignment.record] = None
    return ReviewStatus(
        assigned=assigned,
        judged=assigned - still.total(),
        waiting=still.total(),
        waiting_by_reviewer=dict(sorted(still.items())),
        waiting_records=tuple(waiting),
        unassigned_judgments=sum(len(people) for people in judged.values()),
        judgments_of_models=of_models,
        records=store.count(Record),
        passes=register.count(),
    )
