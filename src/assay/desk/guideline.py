"""The `guideline` interface of an open program: gaps in the rubric, answers, re-reviews.

A re-review is a person's own work, and nobody else's: it waits in a queue of the stage
`second_look` that names the one person (`Queue.only`) and the version of the rubric (`layer`), so
no need of an ordinary item is raised, nobody has to be barred, and a still newer version makes new
queues and closes the old. The person gets a fresh assignment, in an order of its own and without
the earlier answer in sight; the judgment that it gives supersedes the earlier one. Where a scope
has an exam, a re-review asks for the qualification as other work does. Once all re-reviews of
a record are given, the desk derives the record's state again.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from assay.context import Context, Interface
from assay.contracts.diff import VERDICT
from assay.contracts.document import Document
from assay.contracts.rubric import Rubric
from assay.core.errors import UsageError
from assay.desk.filling import handle_of
from assay.desk.service import DeskService
from assay.desk.text_access import ReadRecord
from assay.governance.accounts import Account
from assay.governance.permissions import Principal
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.assignment import Assignment
from assay.review.guideline_gap import (
    GapAnswer,
    GuidelineGap,
    ReReview,
    ReReviews,
    answers_for,
    open_gaps,
    re_reviews,
)
from assay.review.handle import GAP_HANDLE
from assay.review.qualification import ExamItem
from assay.review.queue.lease import NewItem, Queue, QueueRow
from assay.review.queue.membership import members_of
from assay.review.queue.queueing import queue_of
from assay.review.sentinel import Sentinel
from assay.store.accounts import Accounts
from assay.store.queue import SqlQueue
from assay.store.writing import WriteUnit


class OpenGap(msgspec.Struct, frozen=True, kw_only=True):
    """A gap that no answer names, with what is shown of its record."""

    gap: str
    """Its keyed handle: its id would let a lead confirm a guess of a record that is held back."""
    dimension: str | None
    """The dimension that leaves it open; None for the verdict or the whole."""
    text: str
    """What the rubric does not cover, in the reviewer's words."""
    record: str
    """Id of the record at which it showed."""
    shown: ReadRecord | None
    """What is shown of the record, in its own order; absent where it is held back."""
    held_back: tuple[str, ...]
    """Why the viewer may not read the record."""
    in_force: bool
    """Whether it was found in the version that is in force now."""


class ReReviewsQueued(msgspec.Struct, frozen=True, kw_only=True):
    """What queueing re-reviews did: `needed` is the sum of the others."""

    needed: int
    """Judgments that need a re-review."""
    queued: int
    """Those whose person finds them among the queues now and did not before."""
    already_queued: int
    """Those that waited before, and further judgments of the same person on the same record."""
    nobody_left: int
    """Those whose person has no open account, or no role or consent for such work any more."""
    not_a_person: int
    """Judgments of models, and of people whom a source does not name."""
    known_record: int
    """Judgments of exam items and sentinels: their keys hold under one version alone."""
    no_layer: int
    """Judgments of records of which the contract wants no pass any more."""


class GuidelineService(Interface):
    """List gaps, answer them, find and queue re-reviews."""

    def __init__(self, context: Context, desk: DeskService) -> None:
        self._context = context
        self._desk = desk
        self._queue_store = SqlQueue(context.store)

    def uncover(self, who: Principal, gap: str) -> list[OpenGap]:
        """The gaps, with the text of one record that is covered; that it was asked for is logged.

        Raises:
            UsageError: for an unknown gap, or a text that the viewer may not see.
        """
        waiting_gap = self._gap(gap)
        self._desk.uncover(who, self._context.store.get(Record, waiting_gap.record))
        return self.gaps(who, uncovered=waiting_gap.id)

    def gaps(self, who: Principal, *, uncovered: str | None = None) -> list[OpenGap]:
        """The gaps that wait for an answer, in order of entry, with records that a lead may read.

        Args:
            who: the viewer.
            uncovered: the gap of whose record the viewer asked for the covered text.
        """
        store, rubric = self._context.store, self._context.ids["rubric"]
        waiting = open_gaps(store.scan(GuidelineGap), store.scan(GapAnswer))
        records = {record.id: record for record in store.scan(Record, id=_ids(waiting))}
        gaps = []
        for open_gap in waiting:
            record = records[open_gap.record]
            decision = self._desk.rights.decide(open_gap.record, record, who.roles)
            gap = OpenGap(
                gap=self._handle(open_gap.id),
                dimension=open_gap.dimension,
                text=open_gap.text,
                record=open_gap.record,
                shown=self._desk.reading.on_page(
                    who, record, _order(open_gap), uncovered=open_gap.id == uncovered
                )
                if decision.permitted
                else None,
                held_back=tuple(denial.message for denial in decision.denials),
                in_force=open_gap.rubric == rubric,
            )
            gaps.append(gap)
        return gaps

    def answer(
        self, who: Principal, gaps: Sequence[str], text: str, dimensions: Sequence[str] = ()
    ) -> GapAnswer:
        """Answer gaps: what the rubric in force now rules where it had no rule.

        Args:
            who: the lead who answers.
            gaps: handles of the gaps, or ids, or unique prefixes of ids.
            text: the answer in words, for those who asked.
            dimensions: what it applies to, including `verdict`; what the gaps name where empty.

        Raises:
            UsageError: for no gap or an unknown one, no words, or a dimension that the rubric in
                force does not have.
        """
        answered = tuple(dict.fromkeys(self._gap(name).id for name in gaps))
        if not answered:
            raise _usage_error(
                "no-gap", "the answer names no gap", "choose the gaps that it answers"
            )
        if not text.strip():
            raise _usage_error("no-words", "the answer is empty", "write what reviewers should do")
        dimension_names = (
            VERDICT,
            *(dimension.id for dimension in self._context.documents.rubric.dimensions),
        )
        unknown = sorted(set(dimensions) - set(dimension_names))
        if unknown:
            raise _usage_error(
                "unknown-dimension",
                f"the rubric in force has no dimension {unknown[0]!r}",
                f"one of: {', '.join(dimension_names)}",
            )
        answer = GapAnswer(
            gaps=answered,
            rubric=self._context.ids["rubric"],
            text=text.strip(),
            answered_by=who.pseudonym,
            dimensions=tuple(dict.fromkeys(dimensions)),
        )

        def work(unit: WriteUnit) -> GapAnswer:
            unit.add([answer])
            return answer

        return self._desk.submit(work, "guideline.answer", actor=who.pseudonym)

    def _handle(self, identity: str) -> str:
        return self._context.handle(GAP_HANDLE, identity)

    def _gap(self, name: str) -> GuidelineGap:
        """The gap of a handle, an id or a unique prefix of one.

        Raises:
            UsageError: if there is none.
        """
        store = self._context.store
        if not name.startswith(f"{GAP_HANDLE}_"):
            return store.get(GuidelineGap, name)
        matching_gap = next(
            (
                candidate
                for candidate in store.scan(GuidelineGap)
                if self._handle(candidate.id) == name
            ),
            None,
        )
        if matching_gap is None:
            raise _usage_error(
                "no-such-fact", "there is no such gap", "look at the open gaps again"
            )
        return matching_gap

    def answers(self, who: Principal) -> list[tuple[GuidelineGap, GapAnswer]]:
        """The gaps that a person asked about, each with each answer."""
        store = self._context.store
        own = list(store.scan(GuidelineGap, reviewer=who.pseudonym))
        return answers_for(who.pseudonym, own, store.scan(GapAnswer)) if own else []

    def re_reviews(self) -> ReReviews:
        """Which standing judgments the rubric in force touches, against all stored versions."""
        store = self._context.store
        stored = (document for document in store.scan(Document) if document.kind == "rubric")
        read = ((document.id, document.read()) for document in stored)
        return re_reviews(
            store.scan(Judgment),
            rubrics={name: rubric for name, rubric in read if isinstance(rubric, Rubric)},
            new=self._context.ids["rubric"],
            gaps=store.scan(GuidelineGap),
            answers=store.scan(GapAnswer),
        )

    def queue_re_reviews(self, who: Principal) -> ReReviewsQueued:
        """Queue every judgment that needs a re-review for the person who gave it.

        A second call changes nothing that waits already or was answered.

        Args:
            who: the lead who asks.
        """
        needed = self.re_reviews().needed
        counts: Counter[str] = Counter()
        groups: dict[Queue, list[str]] = defaultdict(list)
        for re_review, queue_or_reason in self._queues_or_reasons(needed):
            if isinstance(queue_or_reason, Queue):
                groups[queue_or_reason].append(re_review.record)
            else:
                counts[queue_or_reason] += 1

        def work(unit: WriteUnit) -> int:
            transaction = self._queue_store.unit(unit)
            added = 0
            for queue, records in groups.items():
                number = transaction.queues.add_queue(queue, handle_of(self._context, queue))
                # Two stale judgments of one person on one record are one re-review.
                items = [NewItem(record=record, need=1) for record in dict.fromkeys(records)]
                added += transaction.queues.enqueue(number, items)
            if added:
                transaction.mark_action()
            return added

        people = sorted({str(queue.only) for queue in groups})
        queued = 0
        if groups:
            queued = self._desk.submit(work, "guideline.re_reviews", actor=who.pseudonym)
            self._desk.seat_members(people, by=who.pseudonym)
        waiting = sum(len(records) for records in groups.values())
        return ReReviewsQueued(
            needed=len(needed),
            queued=queued,
            already_queued=waiting - queued,
            nobody_left=counts["nobody_left"],
            not_a_person=counts["not_a_person"],
            known_record=counts["known_record"],
            no_layer=counts["no_layer"],
        )

    def _queues_or_reasons(self, needed: Sequence[ReReview]) -> list[tuple[ReReview, Queue | str]]:
        """The queue in which each re-review is to wait, or why it cannot."""
        store = self._context.store
        judgments = {
            judgment.id: judgment
            for judgment in store.scan(
                Judgment, id=sorted({re_review.judgment for re_review in needed})
            )
        }
        records = {record.id: record for record in store.scan(Record, id=_ids(needed))}
        known_records = {item.key.record for item in store.scan(ExamItem)}
        known_records |= {sentinel.key.record for sentinel in store.scan(Sentinel)}
        accounts = Accounts(store)
        people = {
            re_review.reviewer: accounts.by_pseudonym(re_review.reviewer) for re_review in needed
        }
        destinations: list[tuple[ReReview, Queue | str]] = []
        for re_review in needed:
            queue_or_reason: Queue | str
            if judgments[re_review.judgment].reviewer.kind != "human":
                queue_or_reason = "not_a_person"
            elif re_review.record in known_records:
                queue_or_reason = "known_record"
            else:
                queue_or_reason = self._queue_for(
                    records[re_review.record], people[re_review.reviewer]
                )
            destinations.append((re_review, queue_or_reason))
        return destinations

    def _queue_for(self, record: Record, account: Account | None) -> Queue | str:
        queue = queue_of(record, self._context.documents.contract)
        if queue is None:
            return "no_layer"
        if account is None or not account.active:
            return "nobody_left"
        own = msgspec.structs.replace(
            queue,
            stage="second_look",
            layer=self._context.ids["rubric"],
            only=account.pseudonym,
        )
        # A re-review that its one person may not claim would wait forever.
        seat = members_of(
            account.pseudonym,
            account.roles,
            [QueueRow(id=0, handle="", queue=own)],
            self._context.documents.contract,
            agreed={account.pseudonym: self._desk.eligibility.consents(account.pseudonym)},
        )
        return own if any(True for _ in seat) else "nobody_left"


def _ids(about_records: Sequence[GuidelineGap] | Sequence[ReReview]) -> list[str]:
    return sorted({item.record for item in about_records})


def _order(gap: GuidelineGap) -> Assignment:
    return Assignment(record=gap.record, reviewer=gap.reviewer, number=0)


def _usage_error(code: str, message: str, hint: str) -> UsageError:
    return UsageError(code=code, message=message, where="guideline gap", hint=hint)
