"""The `overview` interface of an open program: what leads see, with the records behind each number."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from threading import Lock
from typing import Any, TypeVar

import msgspec

from assay.context import Context, Interface
from assay.contracts.contract import DriftWatch, Welfare
from assay.desk.overview_records import RecordList, RecordSelection, list_records
from assay.governance.failure_modes import Alarm
from assay.quality import service as quality
from assay.quality.overturns import Overturns, overturns
from assay.quality.pace import Pace, paces
from assay.quality.report import QualityReport
from assay.quality.reviewer_drift import WatchedReviewer, watch_by_reviewer
from assay.quality.sections.questions import ReportQuestion, Verdicts
from assay.quality.sections.reviewers import ReviewerRates
from assay.quality.sentinels import SentinelRates, sentinel_rates
from assay.records.judgment import Judgment
from assay.review.assignment import Assignment
from assay.review.qualification import (
    Qualification,
    renewal_due,
    standing_qualifications,
)
from assay.review.queue.lease import LeaseState, QueueRow
from assay.review.queue.passes import PassCount
from assay.review.sentinel import (
    Sentinel,
    SentinelAnswer,
    answers_to,
    count,
    exposures,
    standing_sentinels,
    used_up,
)
from assay.review.welfare import LEAST_PEOPLE, Exposure, ExposureSummary, Suppressed, care_of_groups
from assay.store.queue import SqlQueue
from assay.store.queue_overview import Progress, QueueOverview

WEEKS = 8
"""Whole weeks that the page on care looks back."""

T = TypeVar("T")


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may claim from a queue."""

    reviewer: str
    """Pseudonym of the person."""
    role: str
    """Role in which the person judges there."""
    until: str | None
    """When the seat ends, as UTC in ISO 8601; never where absent."""


class OldestLease(msgspec.Struct, frozen=True, kw_only=True):
    """The item of a queue that has been held for the longest time."""

    reviewer: str
    """Pseudonym of the person who holds it."""
    since: str
    """When it was given, as UTC in ISO 8601."""
    until: str
    """When the lease runs out without a heartbeat."""


class QueueState(msgspec.Struct, frozen=True, kw_only=True):
    """Status of one queue.

    `wanted + beyond` is `free + held + stored + surplus + handed_out + elsewhere`.
    """

    queue: str
    """Keyed handle of the queue."""
    title: str
    """Kind, family, language and layer of its records, in words."""
    stage: str
    """What sort of work it is."""
    layer: str
    """Id of the contract's layer of review."""
    roles: tuple[str, ...]
    """Roles that may claim."""
    severity: str | None
    """How severe its content is."""
    harms: tuple[str, ...]
    """Harm categories that its content shows."""
    items: int
    """Records that wait or waited in it."""
    wanted: int
    """Passes that the contract asks for, over all items."""
    beyond: int
    """Passes held or given beyond those that their record wants."""
    free: int
    """Passes that are neither held nor given."""
    held: int
    """Passes that are held at the desk now."""
    handed_out: int
    """Passes that wait for an answer in a file or another tool."""
    stored: int
    """Passes answered at the desk, within what is wanted."""
    elsewhere: int
    """Passes given outside the desk."""
    late: int
    """Answers that came after their lease had run out; they are kept and counted."""
    surplus: int
    """Of these, answers beyond what was wanted."""
    expired: int
    """Leases that ran out and were not answered since."""
    released: int
    """Items given back by a reviewer, which counts against no one's quality."""
    seats: tuple[Seat, ...]
    """The people who may claim from it."""
    oldest: OldestLease | None
    """The item that is held for the longest time; None where nothing is held."""

    @property
    def open_ended(self) -> bool:
        """Whether its items are given to everybody who comes, as an exam's are.

        Such a queue wants no number of passes: it is never done, and counts in no sum.
        """
        return self.stage == "exam"


class ProgramStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Status of the program."""

    queues: tuple[QueueState, ...]
    """The queues, in the order in which they were made."""
    report: QualityReport
    """The quality report over everything in the store."""
    alarms: tuple[Alarm, ...]
    """What the stages say of the eight failure modes."""
    overturns: Overturns
    """What senior decisions made of the judgments that they weighed."""


class AgreementStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How far reviewers agree."""

    verdicts: Verdicts | None
    """Verdicts on two candidates; None where there are none."""
    questions: tuple[ReportQuestion, ...]
    """Every other question that was answered."""
    level: float
    """Nominal coverage of the intervals."""
    replicates: int
    """Bootstrap replicates of an interval over all items."""


class HeldQualification(msgspec.Struct, frozen=True, kw_only=True):
    """A person's qualification, and whether it is time to renew it."""

    reviewer: str
    """Pseudonym of the holder."""
    role: str
    """Role that the qualification admits to."""
    family: str
    """Task family that it covers: a capability, or a kind of record."""
    language: str | None
    """Language that it covers; any where absent."""
    expires: str
    """The first day on which it no longer counts, as `YYYY-MM-DD`."""
    renewal_due: bool
    """Whether it has ended, or ends so soon that its exam is open to its holder again."""


class ReviewersStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of each reviewer, under pseudonyms, without a ranking."""

    rates: tuple[ReviewerRates, ...]
    """Answers by reviewer, the most active first."""
    paces: tuple[Pace, ...]
    """Active time of an item by reviewer."""
    drift: tuple[WatchedReviewer, ...]
    """Control charts by dimension and reviewer."""
    drift_rule: DriftWatch
    """The contract's rule that the charts were planned by."""
    sentinels: tuple[SentinelRates, ...]
    """Answers to known work; empty where there is none."""
    sentinels_standing: int
    """Sentinels that may still be placed or were seen by as many people as may."""
    sentinels_used_up: int
    """Of these, seen by as many people as may: new ones are needed in their place."""
    qualifications: tuple[HeldQualification, ...]
    """Qualifications that were passed and not replaced, the one that ends first at the front."""


class CareWeek(msgspec.Struct, frozen=True, kw_only=True):
    """How much severe content was read in one whole week, by harm category."""

    begins: str
    """The Monday on which it begins, as UTC: `2026-01-05`."""
    read: tuple[ExposureSummary | Suppressed, ...]
    """Sums over at least as many people as the least group has; the others suppressed."""


class CareStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Care for the people who read severe content: sums over groups alone.

    Weeks do not overlap and only whole ones are shown, each suppressed by itself, so that no
    difference of two sums is about fewer people than a sum may be.
    """

    weeks: tuple[CareWeek, ...]
    """Whole weeks in which anything was read, the oldest first."""
    least: int
    """People below whom a sum is suppressed."""
    looked_back: int
    """Whole weeks that were examined."""
    welfare: Welfare | None
    """What the contract states; None where it states nothing."""


class OverviewService(Interface):
    """Look at the whole: standing, agreement, reviewers, care, queues, records behind numbers."""

    def __init__(
        self,
        context: Context,
        *,
        report: Callable[[], QualityReport],
        alarms: Callable[[QualityReport], tuple[Alarm, ...]],
    ) -> None:
        """Join the queue's figures with those of the stages.

        Args:
            context: the open program.
            report: makes the quality report over everything in the store.
            alarms: what the stages say of the failure modes, given that report.
        """
        self._context = context
        self._make_report = report
        self._make_alarms = alarms
        self._queue_store = SqlQueue(context.store)
        self._read = QueueOverview(context.store)
        self._gate = Lock()
        self._results: dict[str, tuple[int, Any]] = {}

    def standing(self) -> ProgramStanding:
        """Status of the program."""
        report = self._report()
        return ProgramStanding(
            queues=self.queues(),
            report=report,
            alarms=self._cache("alarms", lambda: self._make_alarms(report)),
            overturns=self._cache("overturns", self._overturns),
        )

    def agreement(self) -> AgreementStanding:
        """How far reviewers agree, by question and slice."""
        report = self._report()
        return AgreementStanding(
            verdicts=report.verdicts,
            questions=report.questions,
            level=report.resampling.level,
            replicates=report.resampling.replicates,
        )

    def reviewers(self) -> ReviewersStanding:
        """What is known of each reviewer, under pseudonyms."""
        rates = self._report().reviewers
        return self._cache("reviewers", lambda: self._reviewers(rates))

    def care(self) -> CareStanding:
        """How much severe content groups of people read, week by week."""
        this_week = _monday(datetime.fromisoformat(self._context.clock()))
        weeks = [this_week - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
        care_by_week = [(begins, self._care_of_week(begins)) for begins in weeks]
        return CareStanding(
            weeks=tuple(
                CareWeek(begins=begins.date().isoformat(), read=read)
                for begins, read in care_by_week
                if read
            ),
            least=LEAST_PEOPLE,
            looked_back=WEEKS,
            welfare=self._context.documents.contract.welfare,
        )

    def queues(self) -> tuple[QueueState, ...]:
        """Status of every queue, in the order in which they were made."""
        counts, progress = self._queue_store.pass_counts(), self._read.progress()
        seats: dict[int, list[Seat]] = {}
        for member in self._queue_store.members():
            seat = Seat(reviewer=member.reviewer, role=member.role, until=member.until)
            seats.setdefault(member.queue, []).append(seat)
        oldest = self._oldest()
        return tuple(
            _queue_state(
                row,
                counts.get(row.id, PassCount()),
                progress.get(row.id, {}),
                seats=tuple(seats.get(row.id, ())),
                oldest=oldest.get(row.id),
            )
            for row in self._queue_store.queues()
        )

    def records(
        self, selection: RecordSelection, *, roles: Sequence[str], first: int = 0, most: int = 100
    ) -> RecordList:
        """The records behind a number.

        Args:
            selection: which ones.
            roles: the viewer's roles; a record that they may not read is named by its handle.
            first: place of the first row, from 0.
            most: rows of one page.
        """
        return list_records(self._context, selection, roles=roles, first=first, most=most)

    def _cache(self, name: str, make: Callable[[], T]) -> T:
        """A result, made again only when the audit chain has a new entry."""
        # The lock is held while it is made: two pages that open at once would read the store twice.
        with self._gate:
            head = self._context.store.head().number
            cached = self._results.get(name)
            if cached is not None and cached[0] == head:
                result: T = cached[1]
                return result
            result = make()
            self._results[name] = (head, result)
            return result

    def _report(self) -> QualityReport:
        return self._cache("report", self._make_report)

    def _overturns(self) -> Overturns:
        return overturns(quality.each_case(self._context.store, self._context.facts))

    def _reviewers(self, rates: tuple[ReviewerRates, ...]) -> ReviewersStanding:
        judgments = list(self._context.store.scan(Judgment))
        sentinels = standing_sentinels(self._context.store.scan(Sentinel))
        # A sentinel that was given back was seen as well as one that was answered.
        shown = exposures(
            chain(
                ((judgment.record, judgment.reviewer.pseudonym) for judgment in judgments),
                (
                    (assignment.record, assignment.reviewer)
                    for assignment in self._context.store.scan(Assignment)
                ),
            )
        )
        answers = self._sentinel_answers(judgments)
        dimensions = [dimension.id for dimension in self._context.documents.rubric.dimensions]
        drift_rule = self._context.documents.contract.review.drift
        return ReviewersStanding(
            rates=rates,
            paces=paces(judgments),
            drift=watch_by_reviewer(judgments, dimensions, answers, rule=drift_rule),
            drift_rule=drift_rule,
            sentinels=sentinel_rates(count(answers)),
            sentinels_standing=len(sentinels),
            sentinels_used_up=len(used_up(sentinels, shown)),
            qualifications=self._qualifications(),
        )

    def _qualifications(self) -> tuple[HeldQualification, ...]:
        context = self._context
        on = date.fromisoformat(context.clock()[:10])
        rules = {rule.role: rule.renew_days for rule in context.documents.contract.roles}
        passed = [
            qualification
            for qualification in standing_qualifications(context.store.scan(Qualification))
            if qualification.decision == "passed"
        ]
        return tuple(
            HeldQualification(
                reviewer=qualification.reviewer,
                role=qualification.scope.role,
                family=qualification.scope.family,
                language=qualification.scope.language,
                expires=qualification.expires,
                renewal_due=renewal_due(
                    qualification, on=on, within_days=rules.get(qualification.scope.role, 0)
                ),
            )
            for qualification in sorted(
                passed, key=lambda qualification: (qualification.expires, qualification.reviewer)
            )
        )

    def _sentinel_answers(self, judgments: list[Judgment]) -> list[SentinelAnswer]:
        return answers_to(judgments, self._context.store.scan(Sentinel))

    def _care_of_week(self, begins: datetime) -> tuple[ExposureSummary | Suppressed, ...]:
        until = begins + timedelta(weeks=1)
        read: dict[str, list[Exposure]] = {}
        for reviewer, seen in self._read.exposures(_text(begins), _text(until)):
            read.setdefault(reviewer, []).append(seen)
        return care_of_groups(read)

    def _oldest(self) -> Mapping[int, OldestLease]:
        oldest: dict[int, OldestLease] = {}
        for lease in self._read.held():
            if lease.assignment is None or lease.until is None:
                continue
            since = self._context.store.stamp(lease.assignment).at
            so_far = oldest.get(lease.queue)
            if so_far is None or since < so_far.since:
                oldest[lease.queue] = OldestLease(
                    reviewer=lease.reviewer, since=since, until=lease.until
                )
        return oldest


def _queue_state(
    row: QueueRow,
    passes: PassCount,
    progress: Progress,
    *,
    seats: tuple[Seat, ...],
    oldest: OldestLease | None,
) -> QueueState:
    by_state = dict.fromkeys(LeaseState, 0)
    for (state, _), number in progress.items():
        by_state[state] += number
    return QueueState(
        queue=row.handle,
        title=row.queue.title,
        stage=row.queue.stage,
        layer=row.queue.layer,
        roles=row.queue.roles,
        severity=row.queue.severity,
        harms=row.queue.harms,
        items=passes.items,
        wanted=passes.wanted,
        beyond=passes.beyond,
        free=passes.open,
        held=passes.held,
        handed_out=passes.handed_out,
        stored=passes.stored - by_state[LeaseState.surplus],
        elsewhere=passes.judged,
        late=sum(number for (_, late), number in progress.items() if late),
        surplus=by_state[LeaseState.surplus],
        expired=by_state[LeaseState.expired],
        released=by_state[LeaseState.released],
        seats=seats,
        oldest=oldest,
    )


def _monday(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
