"""Passes: who judged or holds a record, by any route, and what that makes of each item.

The register has one row for each person and item (`Lease`). What the desk does to a row is in
`review.queue.leasing`; everything else is derived here from facts: imported and filed answers, work that
was handed out in files or to other tools, and decisions. The store applies it in the transaction
in which such a fact enters, so that for every item

    open passes = max(0, passes wanted - distinct people who judged or hold it)

holds after every commit, and `reconcile` applies the same rules to a store that is older.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from assay.records.judgment import Judgment, standing
from assay.review.adjudication import Adjudication
from assay.review.assignment import Assignment, AssignmentWithdrawal
from assay.review.completeness import says_anything
from assay.review.queue.lease import ANSWERED, COUNTED, Lease, LeaseState, Queue, QueueItem, Stage

DONE = (*ANSWERED, LeaseState.judged)
"""States of people who judged an item, at the desk or outside it."""

_TAKEN = (LeaseState.held, LeaseState.expired)


class Involvement(msgspec.Struct, frozen=True, kw_only=True):
    """What the facts say of one person who met a record: judged it, was asked to, or decided it.

    A judgment that says nothing and an assignment that was withdrawn are not passes; but a person who
    met a record gives no pass on it at the desk.
    """

    judgments: tuple[str, ...] = ()
    """Ids of the person's standing judgments that say anything, in their order of entry."""
    rubrics: frozenset[str | None] = frozenset()
    """Rubrics under which these were given; None for a foreign guideline."""
    assignment: str | None = None
    """Id of the newest assignment outside the desk that was not withdrawn."""
    decisions: tuple[str, ...] = ()
    """Ids of the person's adjudications, in their order of entry."""

    @property
    def takes_pass(self) -> bool:
        """Whether the person judged the record, or was asked to outside the desk."""
        return bool(self.judgments) or self.assignment is not None


People = Mapping[str, Involvement]
"""Pseudonym -> what the facts say of this person and one record."""


class PassCount(msgspec.Struct, frozen=True, kw_only=True):
    """Passes of some items: `wanted + beyond` is the sum of all fields after these two."""

    items: int = 0
    """Items: records that wait or waited in a queue."""
    wanted: int = 0
    """Passes that the items want together."""
    beyond: int = 0
    """Passes held or given beyond those that their item wants."""
    open: int = 0
    """Passes that nobody holds or gave."""
    held: int = 0
    """Passes that somebody holds at the desk."""
    handed_out: int = 0
    """Passes that somebody was asked for in a file or another tool, and did not give yet."""
    stored: int = 0
    """Passes answered at the desk."""
    judged: int = 0
    """Passes given outside the desk."""


class PassChange(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the register that did not say what the facts say."""

    item: int
    """Number of the item."""
    record: str
    """Id of its record."""
    stage: Stage
    """What sort of work the item is."""
    reviewer: str | None
    """Pseudonym; absent where the item's count of open passes alone was wrong."""
    before: str | None
    """State of the person's row before, or the count; absent where there was no row."""
    after: str
    """State or count now."""


def involvements(
    judgments: Iterable[Judgment],
    assignments: Iterable[Assignment] = (),
    adjudications: Iterable[Adjudication] = (),
    withdrawals: Iterable[AssignmentWithdrawal] = (),
    *,
    at_desk: Collection[str] = (),
) -> dict[str, dict[str, Involvement]]:
    """Record id -> pseudonym -> what the facts say; models fill no pass and are left out.

    Args:
        judgments: judgments in their order of entry, all of each record's.
        assignments: assignments in their order of entry.
        adjudications: adjudications in their order of entry.
        withdrawals: withdrawn assignments.
        at_desk: ids of the assignments that the desk gave; its own rows hold their state.
    """
    people = [judgment for judgment in judgments if not judgment.reviewer.automatic]
    met = {(judgment.record, judgment.reviewer.pseudonym) for judgment in people}
    standing_by_pair: dict[tuple[str, str], list[Judgment]] = defaultdict(list)
    for judgment in standing(people):
        if says_anything(judgment):
            standing_by_pair[judgment.record, judgment.reviewer.pseudonym].append(judgment)
    outside = [assignment for assignment in assignments if assignment.id not in at_desk]
    met |= {(assignment.record, assignment.reviewer) for assignment in outside}
    ended = {withdrawal.assignment for withdrawal in withdrawals}
    assignment_by_pair = {
        (assignment.record, assignment.reviewer): assignment.id
        for assignment in outside
        if assignment.id not in ended
    }
    decided: dict[tuple[str, str], list[str]] = defaultdict(list)
    for adjudication in adjudications:
        decided[adjudication.record, adjudication.adjudicator].append(adjudication.id)
    by_record: dict[str, dict[str, Involvement]] = defaultdict(dict)
    for key in sorted({*met, *decided}):
        record, person = key
        by_record[record][person] = Involvement(
            judgments=tuple(judgment.id for judgment in standing_by_pair.get(key, ())),
            rubrics=frozenset(judgment.rubric for judgment in standing_by_pair.get(key, ())),
            assignment=assignment_by_pair.get(key),
            decisions=tuple(decided.get(key, ())),
        )
    return dict(by_record)


def changed_rows(
    item: QueueItem, queue: Queue, rows: Mapping[str, Lease], people: People
) -> list[Lease]:
    """The rows of an item that the facts add or change.

    Args:
        item: the item.
        queue: its queue.
        rows: pseudonym -> the person's row as it is.
        people: what the facts say of its record.
    """
    changed = {row.reviewer: row for row in _rows_by_facts(item, queue, rows, people)}
    if queue.stage == "adjudication":
        now = {**rows, **changed}
        if is_given(item, now.values()):
            # The others who took it would decide what is decided.
            took = [row for row in now.values() if row.state in _TAKEN]
            changed |= {row.reviewer: _with_state(row, LeaseState.released) for row in took}
    # Only what differs is written: a consistent store is left as it is.
    return [row for row in changed.values() if rows.get(row.reviewer) != row]


class OwnPass(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of one person and one item of a record."""

    settled: bool
    """Whether something was concluded from the item's answers."""
    state: LeaseState | None
    """State of the person's row; None where there is none."""
    judgment: str | None
    """Id of the judgment that the row names."""


def is_registered(judgment: Judgment, passes: Collection[OwnPass]) -> bool:
    """Whether the register says already all that a judgment adds to it, so that nothing is derived.

    The desk writes a lease as answered before its judgment enters; where the record waits in no other
    item and nothing was concluded from it, the facts give the same row.

    Args:
        judgment: the judgment that enters.
        passes: its person's pass of every item of its record.
    """
    return (
        not judgment.reviewer.automatic
        and says_anything(judgment)
        and all(
            own.state in ANSWERED and own.judgment == judgment.id and not own.settled
            for own in passes
        )
    )


def _rows_by_facts(
    item: QueueItem, queue: Queue, rows: Mapping[str, Lease], people: People
) -> Iterator[Lease]:
    nothing = Involvement()
    for person in sorted({*rows, *people}):
        row, involvement = rows.get(person), people.get(person, nothing)
        state = _state(queue, person, row, involvement)
        if state is None:
            continue
        answer = _answer(queue, row, involvement) if state in DONE else None
        if row is None:
            yield Lease(
                item=item.id,
                reviewer=person,
                state=state,
                record=item.record,
                queue=item.queue,
                judgment=answer,
            )
        elif answer and answer != row.judgment:
            yield msgspec.structs.replace(row, state=state, judgment=answer)
        else:
            yield _with_state(row, state)


def _answer(queue: Queue, row: Lease | None, involvement: Involvement) -> str | None:
    """The judgment or decision that a row names: its own while that stands, or the newest."""
    if queue.stage == "adjudication":
        return involvement.decisions[-1] if involvement.decisions else None
    if row is not None and row.judgment in involvement.judgments:
        return row.judgment
    return involvement.judgments[-1] if involvement.judgments else None


def _with_state(row: Lease, state: LeaseState) -> Lease:
    return row if row.state == state else msgspec.structs.replace(row, state=state)


def _state(
    queue: Queue, person: str, row: Lease | None, involvement: Involvement
) -> LeaseState | None:
    """The state that the facts give the row of a person who has one, or who met the record.

    None where there is none and need be none: the person may be given the item.
    """
    match queue.stage:
        case "review":
            return _in_review(row, involvement)
        case "adjudication":
            return _in_adjudication(row, involvement)
        case "second_look" if queue.only == person and involvement.rubrics == {queue.layer}:
            return _done(row)
        case "exam" | "sentinel" if row is None:
            # Nobody is tested by a record that they know.
            return LeaseState.barred
        case _:
            return row.state if row else None


def _in_review(row: Lease | None, involvement: Involvement) -> LeaseState:
    if involvement.judgments:
        return _done(row)
    if involvement.assignment and (row is None or row.handle is None):
        return LeaseState.elsewhere
    if row is None:
        return LeaseState.barred
    # An answer that was replaced by nothing is not a pass, nor is an assignment withdrawn.
    no_pass = row.state in {*DONE, LeaseState.elsewhere}
    return LeaseState.released if no_pass else row.state


def _in_adjudication(row: Lease | None, involvement: Involvement) -> LeaseState:
    if involvement.decisions:
        # A decision after which the record was sent here again is spent: see `bar_deciders`.
        if row and row.state == LeaseState.barred and row.judgment == involvement.decisions[-1]:
            return row.state
        return _done(row)
    if row is None:
        return LeaseState.barred
    lost = row.state == LeaseState.held and involvement.takes_pass
    return LeaseState.released if lost else row.state


def _done(row: Lease | None) -> LeaseState:
    if row is None or row.handle is None:
        return LeaseState.judged
    return row.state if row.state in ANSWERED else LeaseState.stored


def bar_deciders(rows: Iterable[Lease]) -> list[Lease]:
    """The rows of an item that is to be decided again: who decided it may not decide it again."""
    return [_with_state(row, LeaseState.barred) for row in rows if row.state in DONE]


def is_given(item: QueueItem, rows: Iterable[Lease]) -> bool:
    """Whether as many people judged an item as it wants."""
    return sum(row.state in DONE for row in rows) >= item.need


def open_passes(need: int, rows: Iterable[Lease]) -> int:
    """Passes of an item that nobody holds or gave."""
    return max(0, need - sum(row.state in COUNTED for row in rows))


def pass_count(items: int, need: int, free: int, states: Mapping[LeaseState, int]) -> PassCount:
    """The count of some items.

    Args:
        items: how many they are.
        need: passes that they want.
        free: their open passes.
        states: how many rows of theirs are in each state.
    """
    taken = sum(states.get(state, 0) for state in COUNTED)
    return PassCount(
        items=items,
        wanted=need,
        beyond=taken + free - need,
        open=free,
        held=states.get(LeaseState.held, 0),
        handed_out=states.get(LeaseState.elsewhere, 0),
        stored=sum(states.get(state, 0) for state in ANSWERED),
        judged=states.get(LeaseState.judged, 0),
    )


def within(
    assignments: Iterable[Assignment],
    needs: Mapping[str, int],
    people: Mapping[str, People],
    rows: Iterable[Lease],
) -> list[Assignment]:
    """The assignments whose record still wants a pass, of a person who has not met it.

    Args:
        assignments: work that is to be handed out.
        needs: record id -> passes wanted.
        people: record id -> what the facts say of its people.
        rows: state of people for the records in the queues of the review.
    """
    taken: dict[str, set[str]] = defaultdict(set)
    met: dict[str, set[str]] = defaultdict(set)
    for record, of_record in people.items():
        # Sets of people: the facts and the rows of the desk may both name the same person.
        taken[record] |= {
            person for person, involvement in of_record.items() if involvement.takes_pass
        }
        met[record] |= set(of_record)
    for row in rows:
        met[row.record].add(row.reviewer)
        if row.state in COUNTED:
            taken[row.record].add(row.reviewer)
    held: list[Assignment] = []
    for assignment in assignments:
        record, person = assignment.record, assignment.reviewer
        if len(taken[record]) >= needs[record] or person in met[record]:
            continue
        taken[record].add(person)
        met[record].add(person)
        held.append(assignment)
    return held


def total(counts: Iterable[PassCount]) -> PassCount:
    """The sum of some counts."""
    all_counts = list(counts)
    fields = PassCount.__struct_fields__
    return PassCount(**{name: sum(getattr(count, name) for count in all_counts) for name in fields})
