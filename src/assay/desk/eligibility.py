"""Seats and exams in the store: derived by `review.eligibility`, written when they change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from assay.context import Context
from assay.contracts.contract import QualificationRule
from assay.contracts.document import Document
from assay.contracts.rubric import Rubric
from assay.core.choices import nearest
from assay.core.errors import UsageError
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.answer_key import Key
from assay.review.assign import authors
from assay.review.calibration import Round
from assay.review.eligibility import EligibilityFacts, rule_of, scope_of, seats_of
from assay.review.handle import opaque
from assay.review.qualification import (
    Credential,
    ExamItem,
    Qualification,
    QualificationScope,
    exam_keys,
    examine,
    issue,
    same_meaning,
    standing_qualifications,
)
from assay.review.queue.lease import NewItem, Queue
from assay.review.sentinel import Sentinel
from assay.review.sequential_test import ExamPlan, plan_of
from assay.review.welfare import Consent, standing_consents
from assay.store.queue import SqlQueue


class Eligibility:
    """Derives seats, and turns decided exams into qualifications."""

    def __init__(self, context: Context, queue_store: SqlQueue) -> None:
        self._context = context
        self._queue_store = queue_store

    def seat(self, people: Iterable[tuple[str, Sequence[str]]], *, by: str) -> int:
        """Derive again from which queues people may claim.

        Args:
            people: pseudonym and roles of each.
            by: who does it.

        Returns:
            How many seats there are.
        """
        facts = self.facts()
        seats = 0
        for reviewer, roles in people:
            members = sorted(seats_of(reviewer, roles, facts), key=lambda member: member.queue)
            seats += len(members)
            # Each start of the desk derives all seats again; only a change is worth an audit entry.
            if members == self._queue_store.members(reviewer):
                continue
            with self._queue_store.write("review.seat", actor=by, subject=reviewer) as unit:
                unit.drop_members(reviewer)
                for member in members:
                    unit.set_member(member)
                unit.mark_action()
        return seats

    def consent(self, reviewer: str, category: str, *, given: bool) -> Consent:
        """Record whether a person agrees to read one harm category; no reason is asked."""
        earlier = [
            consent
            for consent in self._context.store.scan(Consent, reviewer=reviewer)
            if consent.category == category
        ]
        consent = Consent(
            reviewer=reviewer,
            category=category,
            given=given,
            supersedes=earlier[-1].id if earlier else None,
        )
        with self._context.store.write("review.consent", actor=reviewer) as writing:
            writing.add([consent])
        return consent

    def add_credential(self, reviewer: str, what: str, *, checked_by: str) -> Credential:
        """Record that a lead saw the proof of a person's credential.

        Args:
            reviewer: pseudonym.
            what: the credential, in the words of the contract's `roles[].credentials`.
            checked_by: pseudonym of who saw the proof.

        Raises:
            UsageError: if no role of the contract asks for it, or both pseudonyms are the same.
        """
        accepted = {
            text for rule in self._context.documents.contract.roles for text in rule.credentials
        }
        if what not in accepted:
            near = nearest(what, sorted(accepted))
            raise UsageError(
                code="unknown-credential",
                message=f"no role of the contract asks for {what!r}",
                hint=f"did you mean {near!r}?" if near else "name it in roles[].credentials first",
            )
        if reviewer == checked_by:
            raise UsageError(
                code="own-credential",
                message="nobody confirms a credential of their own",
                hint="let another lead look at the proof",
            )
        credential = Credential(
            reviewer=reviewer, what=what, checked_by=checked_by, checked=self._context.clock()[:10]
        )
        with self._context.store.write("review.credential", actor=checked_by) as writing:
            writing.add([credential])
        return credential

    def consents(self, reviewer: str) -> frozenset[str]:
        """The harm categories that a person agreed to read."""
        categories_by_person = standing_consents(
            self._context.store.scan(Consent, reviewer=reviewer)
        )
        return categories_by_person.get(reviewer, frozenset())

    def add_exam_items(self, keys: Iterable[Key], scope: QualificationScope) -> int:
        """Put known records into the exam of a scope; how many are new.

        Raises:
            UsageError: if the contract has no pass mark for the role.
        """
        self.plan(scope.role)
        items = [ExamItem(key=key, scope=scope) for key in keys]
        with self._context.store.write("exam.add", actor=self._context.actor) as writing:
            added = writing.add(items)
        self._enqueue(self._exam_queue(scope), [item.key.record for item in items])
        return added.stored

    def add_sentinels(
        self, keys: Iterable[Key], *, family: str, language: str | None, retired_after: int
    ) -> int:
        """Mix known records into the work; how many are new.

        Args:
            keys: what right answers are.
            family: the task family whose queues they join.
            language: the language of that work.
            retired_after: how many people meet one before it is retired.
        """
        sentinels = [
            Sentinel(key=key, family=family, language=language, retired_after=retired_after)
            for key in keys
        ]
        with self._context.store.write("sentinel.add", actor=self._context.actor) as writing:
            added = writing.add(sentinels)
        roles = sorted({role for row in self._queue_store.queues() for role in row.queue.roles})
        queue = Queue(
            stage="sentinel", layer="-", kind=family, roles=tuple(roles), language=language
        )
        self._enqueue(queue, [sentinel.key.record for sentinel in sentinels], need=retired_after)
        return added.stored

    def plan(self, role: str) -> ExamPlan:
        """The plan of a role's exam, by the contract.

        Raises:
            UsageError: if the contract names no pass mark for the role.
        """
        return plan_of(self._rule(role))

    def conclude(self, reviewer: str, queue: Queue, *, on: date) -> Qualification | None:
        """Issue the qualification that an exam decided; None while the exam goes on."""
        scope = scope_of(queue, queue.roles[0])
        store, rubric = self._context.store, self._context.ids["rubric"]
        plan = self.plan(scope.role)
        keys = exam_keys(store.scan(ExamItem), scope, rubric)
        own = list(store.scan(Judgment, reviewer=reviewer))
        before = [
            qualification
            for qualification in standing_qualifications(
                store.scan(Qualification, reviewer=reviewer)
            )
            if qualification.scope == scope
        ]
        earlier = {judgment for qualification in before for judgment in qualification.judgments}
        evaluation = examine(own, keys, plan, reviewer=reviewer, earlier=earlier)
        over = {judgment.record for judgment in own} >= set(keys)
        # With every item answered nothing more can come, so an undecided exam ends there too.
        if not evaluation.judgments or (evaluation.open and not over):
            return None
        qualification = issue(
            evaluation,
            reviewer=reviewer,
            scope=scope,
            rubric=rubric,
            plan=plan,
            on=on,
            days=self._rule(scope.role).valid_days,
            ended_early=bool(evaluation.open),
            supersedes=before[-1].id if before else None,
        )
        with store.write("qualification.issue", actor="desk", subject=reviewer) as writing:
            writing.add([qualification])
        return qualification

    def facts(self) -> EligibilityFacts:
        """What seats are derived from today, under the documents in force."""
        context, store = self._context, self._context.store
        rubric = context.ids["rubric"]
        items = list(store.scan(ExamItem))
        scopes = {item.scope for item in items}
        qualifications = list(store.scan(Qualification))
        return EligibilityFacts(
            contract=context.documents.contract,
            rubric=context.documents.rubric,
            rubric_id=rubric,
            on=date.fromisoformat(context.clock()[:10]),
            queues=self._queue_store.queues(),
            consents=standing_consents(store.scan(Consent)),
            credentials=list(store.scan(Credential)),
            qualifications=qualifications,
            unchanged=self._same_meanings(
                {qualification.rubric for qualification in qualifications} - {rubric}
            ),
            examined=frozenset(scope for scope in scopes if exam_keys(items, scope, rubric)),
            rounds={opened.id: opened for opened in store.scan(Round)},
        )

    def _same_meanings(self, older: Collection[str]) -> Mapping[str, frozenset[str]]:
        """What each older version of the rubric asks as the one in force does."""
        in_force = self._context.documents.rubric
        documents = self._context.store.scan(Document, id=sorted(older)) if older else ()
        return {
            document.id: same_meaning(rubric, in_force)
            for document in documents
            if isinstance(rubric := document.read(), Rubric)
        }

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
        store = self._context.store
        identities = sorted(set(records))
        records_by_id = {record.id: record for record in store.scan(Record, id=identities)}
        missing = sorted(set(identities) - set(records_by_id))
        if missing:
            raise UsageError(
                code="no-such-fact", message=f"the store holds no record {missing[0]!r}"
            )
        handle = opaque(self._context.keys.desk, "que", queue.name)
        # Nobody is tested on what they wrote; the register of passes bars those who judged it.
        items = [
            NewItem(
                record=identity, need=need, barred=tuple(sorted(authors(records_by_id[identity])))
            )
            for identity in records
        ]
        with self._queue_store.write(
            "review.enqueue", actor=self._context.actor, subject=queue.name
        ) as unit:
            unit.queues.enqueue(unit.queues.add_queue(queue, handle), items)
            unit.mark_action()

    def _rule(self, role: str) -> QualificationRule:
        rule = rule_of(self._context.documents.contract, role)
        if rule is None:
            raise UsageError(
                code="no-pass-mark",
                message=f"the contract names no qualification for the role {role!r}",
                hint="add the role with a pass_mark to the contract",
            )
        return rule
