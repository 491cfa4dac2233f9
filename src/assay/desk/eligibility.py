"""Seating: who may claim from which queue, by role, qualification and consent; the exams to it.

A queue whose scope has exam items is open to those alone who hold its qualification; where nobody
made an exam, the role that an administrator gave is enough, and the leads' page says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial

import msgspec

from assay.context import Context
from assay.contracts.contract import QualificationRule as Entry
from assay.contracts.diff import VERDICT
from assay.core.errors import UsageError
from assay.desk.filling import people_at
from assay.records.fields import Role
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.answer_key import Key
from assay.review.assign import authors
from assay.review.calibration import Round
from assay.review.qualification import (
    ExamItem,
    Qualification,
    QualificationScope,
    exam_keys,
    examine,
    issue,
    qualified,
    standing_qualifications,
)
from assay.review.queue.lease import NewItem, Queue, QueueMember, QueueRow
from assay.review.queue.leasing import opaque
from assay.review.queue.membership import members_of
from assay.review.sentinel import Sentinel
from assay.review.sequential_test import ExamPlan, plan_of
from assay.review.welfare import Consent, standing_consents
from assay.store.queue import SqlQueue

JUDGING: tuple[Role, ...] = (
    "reviewer", "policy_reviewer", "language_specialist", "author", "adjudicator",
)  # fmt: skip
"""Roles that give judgments, in the order in which one is chosen for a calibration round."""

QUALIFIED_DAYS = 180
"""Days for which a qualification counts."""


class Seats(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that seats are derived from, read once."""

    queues: list[QueueRow]
    """All queues."""
    consents: Mapping[str, frozenset[str]]
    """Pseudonym -> harm categories agreed to."""
    qualifications: list[Qualification]
    """Everybody's qualifications."""
    examined: frozenset[QualificationScope]
    """Scopes for which there is an exam."""
    rounds: Mapping[str, Round]
    """Calibration rounds by id."""


class Eligibility:
    """Derives seats, and turns decided exams into qualifications."""

    def __init__(self, session: Context, desk: SqlQueue) -> None:
        self._session = session
        self._desk = desk

    def seat(self, people: Iterable[tuple[str, Sequence[str]]], *, by: str) -> int:
        """Derive again from which queues people may claim.

        Args:
            people: pseudonym and roles of each.
            by: who does it.

        Returns:
            How many seats there are.
        """
        known = self._read()
        seats = 0
        for reviewer, roles in people:
            members = sorted(self._members(reviewer, roles, known), key=lambda each: each.queue)
            seats += len(members)
            if members == self._desk.members(reviewer):
                continue
            with self._desk.write("review.seat", actor=by, subject=reviewer) as unit:
                unit.drop_members(reviewer)
                for member in members:
                    unit.set_member(member)
                unit.acted()
        return seats

    def consent(self, reviewer: str, category: str, *, given: bool) -> Consent:
        """Keep a person's word on one harm category; no reason is asked."""
        earlier = [
            each
            for each in self._session.store.scan(Consent, reviewer=reviewer)
            if each.category == category
        ]
        word = Consent(
            reviewer=reviewer,
            category=category,
            given=given,
            supersedes=earlier[-1].id if earlier else None,
        )
        with self._session.store.write("review.consent", actor=reviewer) as writing:
            writing.add([word])
        return word

    def consents(self, reviewer: str) -> frozenset[str]:
        """The harm categories that a person agreed to read."""
        given = standing_consents(self._session.store.scan(Consent, reviewer=reviewer))
        return given.get(reviewer, frozenset())

    def add_exam_items(self, keys: Iterable[Key], scope: QualificationScope) -> int:
        """Put known records into the exam of a scope; how many are new.

        Raises:
            UsageError: if the contract has no pass mark for the role.
        """
        self.plan(scope.role)
        items = [ExamItem(key=key, scope=scope) for key in keys]
        with self._session.store.write("exam.add", actor=self._session.actor) as writing:
            added = writing.add(items)
        self._enqueue(self._exam_queue(scope), [each.key.record for each in items])
        return added.stored

    def add_sentinels(
        self, keys: Iterable[Key], *, family: str, language: str | None, retired_after: int
    ) -> int:
        """Have known records come among the work; how many are new.

        Args:
            keys: what right answers are.
            family: the task family among whose work they come.
            language: the language of that work.
            retired_after: people after whom one is retired.
        """
        sentinels = [
            Sentinel(key=key, family=family, language=language, retired_after=retired_after)
            for key in keys
        ]
        with self._session.store.write("sentinel.add", actor=self._session.actor) as writing:
            added = writing.add(sentinels)
        roles = sorted({role for row in self._desk.queues() for role in row.queue.roles})
        queue = Queue(
            stage="sentinel", layer="-", kind=family, roles=tuple(roles), language=language
        )
        self._enqueue(queue, [each.key.record for each in sentinels], need=retired_after)
        return added.stored

    def plan(self, role: str) -> ExamPlan:
        """The plan of a role's exam, by the contract.

        Raises:
            UsageError: if the contract names no pass mark for the role.
        """
        return plan_of(self._entry(role))

    def conclude(self, reviewer: str, queue: Queue, *, on: date) -> Qualification | None:
        """Issue what an exam decided; None while it goes on."""
        scope = _scope(queue, queue.roles[0])
        store, rubric = self._session.store, self._session.ids["rubric"]
        plan = self.plan(scope.role)
        keys = exam_keys(store.scan(ExamItem), scope, rubric)
        own = list(store.scan(Judgment, reviewer=reviewer))
        before = [
            each
            for each in standing_qualifications(store.scan(Qualification, reviewer=reviewer))
            if each.scope == scope
        ]
        earlier = {judgment for each in before for judgment in each.judgments}
        found = examine(own, keys, plan, reviewer=reviewer, earlier=earlier)
        over = {each.record for each in own} >= set(keys)
        if not found.judgments or (found.open and not over):
            return None
        qualification = issue(
            found,
            reviewer=reviewer,
            scope=scope,
            rubric=rubric,
            plan=plan,
            on=on,
            days=QUALIFIED_DAYS,
            ended_early=bool(found.open),
            supersedes=before[-1].id if before else None,
        )
        with store.write("qualification.issue", actor="desk", subject=reviewer) as writing:
            writing.add([qualification])
        return qualification

    def _read(self) -> Seats:
        store = self._session.store
        rubric = self._session.ids["rubric"]
        items = list(store.scan(ExamItem))
        scopes = {each.scope for each in items}
        return Seats(
            queues=self._desk.queues(),
            consents=standing_consents(store.scan(Consent)),
            qualifications=list(store.scan(Qualification)),
            examined=frozenset(each for each in scopes if exam_keys(items, each, rubric)),
            rounds={each.id: each for each in store.scan(Round)},
        )

    def _members(self, reviewer: str, roles: Sequence[str], known: Seats) -> Iterable[QueueMember]:
        contract = self._session.documents.contract
        hold = partial(self._qualification, reviewer, known)
        yield from _calibrating(reviewer, roles, known)
        for member in members_of(reviewer, roles, known.queues, contract, agreed=known.consents):
            queue = next(row.queue for row in known.queues if row.id == member.queue)
            if queue.only is not None and not self._looks_again(reviewer, queue):
                continue
            scope = _scope(queue, member.role)
            if queue.stage == "exam":
                if hold(queue, scope) is None:
                    yield member
                continue
            if queue.stage in {"sentinel", "calibration"}:
                continue
            if queue.stage == "adjudication":
                yield member
                continue
            if not _examined(scope, known.examined):
                yield member
                continue
            held = hold(queue, scope)
            if held is not None:
                until = f"{held.expires}T00:00:00Z"
                yield msgspec.structs.replace(member, qualification=held.id, until=until)

    def _looks_again(self, reviewer: str, queue: Queue) -> bool:
        """Whether a queue of second looks is this person's, and its rubric is still in force."""
        return queue.only == reviewer and queue.layer == self._session.ids["rubric"]

    def _qualification(
        self, reviewer: str, known: Seats, queue: Queue, scope: QualificationScope
    ) -> Qualification | None:
        return qualified(
            known.qualifications,
            reviewer=reviewer,
            work=scope,
            on=date.fromisoformat(self._session.clock()[:10]),
            rubric=self._session.ids["rubric"],
            asked=self._asked(queue),
        )

    def _asked(self, queue: Queue) -> Collection[str]:
        """What a queue's work asks that an exam can test: the verdict, or else the dimensions."""
        if queue.kind == "preference":
            return (VERDICT,)
        dimensions = self._session.documents.rubric.dimensions
        return tuple(each.id for each in dimensions if each.judged_by == "expert")

    def _exam_queue(self, scope: QualificationScope) -> Queue:
        return Queue(
            stage="exam",
            layer="-",
            kind=scope.family,
            roles=(scope.role,),
            language=scope.language,
            family=scope.family,
        )

    def _enqueue(self, queue: Queue, records: Sequence[str], *, need: int = 10_000) -> None:
        store = self._session.store
        wanted = sorted(set(records))
        found = {each.id: each for each in store.scan(Record, id=wanted)}
        missing = sorted(set(wanted) - set(found))
        if missing:
            raise UsageError(
                code="no-such-fact", message=f"the store holds no record {missing[0]!r}"
            )
        handle = opaque(self._session.keys.desk, "que", queue.name)
        # Who judged or decided a record, or wrote in it, is not tested by it.
        people = people_at(self._session, wanted)
        barred = {each: authors(found[each]) | people[each] for each in wanted}
        items = [
            NewItem(record=each, need=need, barred=tuple(sorted(barred[each]))) for each in records
        ]
        with self._desk.write(
            "review.enqueue", actor=self._session.actor, subject=queue.name
        ) as unit:
            unit.queues.enqueue(unit.queues.add_queue(queue, handle), items)
            unit.acted()

    def _entry(self, role: str) -> Entry:
        for each in self._session.documents.contract.roles:
            if each.role == role:
                return each
        raise UsageError(
            code="no-pass-mark",
            message=f"the contract names no qualification for the role {role!r}",
            hint="add the role with a pass_mark to the contract",
        )


def _calibrating(reviewer: str, roles: Sequence[str], known: Seats) -> Iterable[QueueMember]:
    """The rounds in which a person judges, whatever the queues of the work are."""
    role = next((each for each in roles if each in JUDGING), None)
    for row in known.queues:
        given = known.rounds.get(row.queue.layer)
        if given is not None and role is not None and reviewer in given.members:
            yield QueueMember(reviewer=reviewer, queue=row.id, role=role)


def family_of(queue: Queue) -> str:
    """The task family of a queue: the capability that its tasks name, or their kind."""
    return queue.family or queue.kind


def _scope(queue: Queue, role: str) -> QualificationScope:
    return QualificationScope(
        role=msgspec.convert(role, Role), family=family_of(queue), language=queue.language
    )


def _examined(scope: QualificationScope, examined: Collection[QualificationScope]) -> bool:
    """Whether somebody made an exam for such work, in its language or in any."""
    return any(
        each.role == scope.role
        and each.family == scope.family
        and each.language in {None, scope.language}
        for each in examined
    )
