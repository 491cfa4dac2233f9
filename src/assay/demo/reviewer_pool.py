"""A pool of simulated reviewers at work, and the account of what each of them did."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from assay.client.client import Client
from assay.core.errors import InputError, UsageError
from assay.core.progress import ProgressCallback
from assay.demo.simulated_reviewer import SimulatedReviewer, SimulatedTruth, Simulation, texts_of
from assay.records.verdict import Abstained, Prefers
from assay.review.answer import Answer
from assay.review.wire import AssignmentView

EXPOSED_SECONDS = 3
"""How long a simulated reviewer looks at restricted content, as it reports."""

PAIR = 2
"""Candidates of a pair."""


class ReviewerActivity(msgspec.Struct, frozen=True, kw_only=True):
    """What one simulated reviewer did, beside what is true of that reviewer."""

    reviewer: SimulatedReviewer
    """Skill, speed and biases that the simulation gave the reviewer."""
    claims: int
    """Assignments that it was given."""
    answers: int
    """Answers that were stored."""
    declined: int
    """Those among them that abstain."""
    late: int
    """Those among them that came after the lease had run out."""
    refused: dict[str, int]
    """Answers that the server refused: code of the error -> how many."""
    kinds: dict[str, int]
    """Stored answers by the kind of record."""
    pairs: int
    """Pairs with a better candidate in which it named one of the two."""
    followed: int
    """Those among them in which it named the truly better one."""
    first: int
    """Those among them in which it named the one shown first."""


class PoolReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool did: `stored` is the sum of the reviewers' answers."""

    seed: int
    """Seed of the truth and of every answer."""
    wanted: int
    """Judgments that were to be given."""
    stored: int
    """Judgments that were given and stored."""
    ended: str
    """Why it ended: `enough`, or why the last reviewers got no more work."""
    reviewers: tuple[ReviewerActivity, ...]
    """What each of them did."""


class _PoolWorker:
    """One reviewer at the desk."""

    def __init__(self, reviewer: SimulatedReviewer, desk: Client, seed: int) -> None:
        self.reviewer = reviewer
        self.why = ""
        self._desk = desk
        self._simulation = Simulation(reviewer, seed=seed)
        self._truth = SimulatedTruth(seed)
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def turn(self) -> bool:
        """Claim one assignment and answer it; whether an answer was stored. `why` ends the work."""
        claimed = self._desk.claim()
        if not claimed.assignments:
            self.why = claimed.none.code if claimed.none else "no-work"
            return False
        (view,) = claimed.assignments
        self._counts["claims"] += 1
        self._desk.opened(view.assignment)
        if view.care is not None:
            self._desk.uncovered(view.assignment, EXPOSED_SECONDS)
        answer = self._simulation.answer(view)
        try:
            receipt = self._desk.answer(view.assignment, answer)
        except (InputError, UsageError) as error:
            self._refused[error.code] += 1
            self._desk.release(view.assignment)
            return False
        self._simulation.note_answer()
        self._kinds[view.form.kind] += 1
        self._counts["late"] += receipt.late
        self._count(view, answer)
        return True

    def deeds(self) -> ReviewerActivity:
        """What it did so far."""
        counts = self._counts
        return ReviewerActivity(
            reviewer=self.reviewer,
            claims=counts["claims"],
            answers=self._kinds.total(),
            declined=counts["declined"],
            late=counts["late"],
            refused=dict(sorted(self._refused.items())),
            kinds=dict(sorted(self._kinds.items())),
            pairs=counts["pairs"],
            followed=counts["followed"],
            first=counts["first"],
        )

    def _count(self, view: AssignmentView, answer: Answer) -> None:
        self._counts["declined"] += isinstance(answer.verdict, Abstained)
        texts = texts_of(view)
        if len(texts) != PAIR or not isinstance(answer.verdict, Prefers):
            return
        best = self._truth.best(texts)
        if best is not None:
            self._counts["pairs"] += 1
            self._counts["followed"] += answer.verdict.candidate == best
            self._counts["first"] += answer.verdict.candidate == 0


def run_pool(
    people: Sequence[tuple[SimulatedReviewer, Client]],
    *,
    judgments: int,
    seed: int,
    progress: ProgressCallback | None = None,
) -> PoolReport:
    """Have simulated reviewers claim and answer, in turn, until there are enough judgments.

    They take turns, so that the same seed on the same waiting work gives the same answers, as long
    as the server's sweep routes nothing anew meanwhile.

    Args:
        people: each reviewer with its own desk.
        judgments: how many are to be stored.
        seed: seed of the truth and of every answer.
        progress: called with how many are stored, of how many.
    """
    workers = [_PoolWorker(reviewer, desk, seed) for reviewer, desk in people]
    stored = 0
    waiting = list(workers)
    while stored < judgments and waiting:
        for worker in waiting:
            stored += worker.turn()
            if progress:
                progress(stored, judgments)
            if stored == judgments:
                break
        waiting = [worker for worker in waiting if not worker.why]
    ended = (
        "enough" if stored == judgments else ", ".join(sorted({worker.why for worker in workers}))
    )
    return PoolReport(
        seed=seed,
        wanted=judgments,
        stored=stored,
        ended=ended,
        reviewers=tuple(worker.deeds() for worker in workers),
    )
