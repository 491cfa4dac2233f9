"""Unverified rationales: worked answers that a verifier refuted, or that nobody checked."""

from collections.abc import Sequence

from assay.core.identity import digest_of, make_id
from assay.governance.failure_modes import Alarm, FailureMode
from assay.quality.case import RecordCase
from assay.quality.failure_modes.states import (
    MIN_TRIALS,
    SHOWN,
    clear_alarm,
    raised_alarm,
    unknown_alarm,
)
from assay.quality.failure_modes.work import results_on, shows_work, taught_candidate
from assay.quality.in_force import DocumentsInForce
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Category, Scored
from assay.verification.planned import applying
from assay.verification.standing import is_against

MODE: FailureMode = "unverified_rationales"

UNCHECKED = 0.1
"""Share of worked answers with nothing behind them, above which rationales stand for evidence."""

FEW = 5
"""Unchecked answers below which their share is not raised (a convention)."""


class RationaleCounts:
    """Accepted answers that a trainer would imitate: refuted, worked, and checked by whom."""

    def __init__(self, documents: DocumentsInForce) -> None:
        """Start with nothing counted."""
        self.refuted: list[bytes] = []
        """Records whose taught candidate a verifier refuted, by digest."""
        self.verified = 0
        """Records whose taught candidate a verifier passed or refuted."""
        self.found_wrong = 0
        """Records whose winner people found wrong: no exporter for imitation takes it."""
        self.worked = 0
        """Records whose taught candidate shows work."""
        self.by_people = 0
        """Of these, checked by a person and no verifier."""
        self.unchecked: list[bytes] = []
        """Of these, the ones that neither a verifier nor a person checked, by digest."""
        self._documents = documents

    def add(self, case: RecordCase, people: Sequence[Judgment]) -> None:
        """Take in one accepted case."""
        place = taught_candidate(case, self._documents)
        if place is None or place >= len(case.record.candidates):
            return
        results = results_on(case, place, self._documents)
        refuted = any(is_against(result) for result in results)
        if _is_rejected(case, place) and not refuted:
            self.found_wrong += 1
            return
        self.verified += bool(results)
        if refuted:
            self.refuted.append(digest_of(case.id))
        if not shows_work(case.record, place):
            return
        self.worked += 1
        contract, rubric = self._documents.contract, self._documents.rubric
        objective = self._documents.objective & applying(case.record, contract, rubric)
        if any(objective & set(result.dimensions) if objective else True for result in results):
            return
        if any(_checks(judgment, place, objective) for judgment in people):
            self.by_people += 1
        else:
            self.unchecked.append(digest_of(case.id))


def unverified_alarm(counted: RationaleCounts) -> Alarm:
    """Whether explanations stand for evidence.

    `raised`: a verifier refuted an accepted answer, or more than a tenth of the worked ones have
    nothing behind them. `clear`: at least 20 were checked, and at most a tenth were not.
    """
    if counted.refuted:
        return raised_alarm(
            MODE,
            f"{len(counted.refuted)} of {counted.verified} accepted answers that verifiers checked "
            "were refuted by one, and people passed them",
            "return these records, and show reviewers the verifier's finding after they judged",
            _ids(counted.refuted),
        )
    bare, worked = len(counted.unchecked), counted.worked
    behind = (
        f"{bare} of {worked} accepted worked answers have neither a verifier's result nor a "
        "person's score, step labels or search for errors behind them"
    )
    remedy = "run the verifiers, or have an expert check the work: assay verify run"
    if bare > UNCHECKED * worked:
        if bare < FEW:
            return unknown_alarm(MODE, behind, remedy)
        return raised_alarm(MODE, behind, remedy, _ids(counted.unchecked))
    checked = worked - bare if worked else counted.verified
    if checked < MIN_TRIALS:
        reason = (
            f"{checked} checked answers are too few: {worked} accepted ones show work, and "
            f"{counted.found_wrong} were found wrong by people and are not taught"
        )
        return unknown_alarm(MODE, reason, "" if not worked else remedy)
    # None of n: at a share of 1 - .05 ** (1 / n) one would have shown with a probability of 95 %.
    shown = 1 - 0.05 ** (1 / checked)
    return clear_alarm(
        MODE,
        f"0 of {counted.verified} answers that verifiers checked were refuted; {behind}, "
        f"{counted.by_people} a person alone, and {counted.found_wrong} more were found wrong by people "
        f"and are not taught; would have shown one wrong answer in "
        f"{int(1 / shown)} at n = {checked}",
    )


def _is_rejected(case: RecordCase, place: int) -> bool:
    standings = case.disposition.standings if case.disposition else ()
    return any(
        standing.candidate == place and standing.standing == "rejected" for standing in standings
    )


def _checks(judgment: Judgment, place: int, objective: frozenset[str]) -> bool:
    """Whether a person checked the work: a score, step labels, or a search for errors."""
    if judgment.errors is not None or any(
        label.candidate == place for label in judgment.step_labels
    ):
        return True
    return any(
        isinstance(score.score, Scored | Category)
        and score.candidate in {None, place}
        and (score.dimension in objective if objective else True)
        for score in judgment.scores
    )


def _ids(digests: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(make_id(Record.prefix, digest) for digest in digests[:SHOWN])
