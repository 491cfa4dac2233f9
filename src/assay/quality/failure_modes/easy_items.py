"""Easy-item inflation: quotas that only copies fill, values nobody sampled, slices hard by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assay.core.wording import count_phrase
from assay.governance.failure_modes import Alarm, FailureMode
from assay.quality.candidate_standing import imitated_candidates
from assay.quality.case import RecordCase
from assay.quality.estimate import rate
from assay.quality.failure_modes.states import MIN_TRIALS, clear_alarm, raised_alarm, unknown_alarm
from assay.quality.failure_modes.work import results_on
from assay.quality.in_force import DocumentsInForce
from assay.quality.quota_coverage import (
    AxisCoverage,
    DistributionCoverage,
    QuotaCoverage,
    required_slices,
)
from assay.records.candidate import MadeByModel
from assay.records.judgment import Judgment
from assay.records.verdict import Abstained, NotAsked, Scored, verdict_key
from assay.verification.verification import Pass

MODE: FailureMode = "easy_item_inflation"

ASSESSED = 10
"""Items of a hard slice that must have been assessed, to tell whether they are hard."""

EVEN_PART = 0.25
"""Part of an even share of the records, below which a declared value surely lies, where none of
them has it."""

Slice = Mapping[str, str]


@dataclass
class SliceCounts:
    """What was seen of one hard slice."""

    answered: int = 0
    """Items that two people answered alike or not."""
    agreed: int = 0
    """Of these, on which all agree."""
    tested: int = 0
    """Items whose model answers were all checked on an objective dimension."""
    solved: int = 0
    """Of these, whose answers are all right."""


class ItemCounts:
    """What shows whether the items of hard slices are hard."""

    def __init__(self, documents: DocumentsInForce) -> None:
        """Start with nothing counted."""
        self._documents = documents
        self._slices = {
            frozenset(target.items()): SliceCounts()
            for target in documents.contract.sampling.hard_slices()
        }
        self._best = {
            dimension.id: dimension.bounds[1 if dimension.better == "higher" else 0]
            for dimension in documents.rubric.dimensions
            if dimension.nature == "objective" and dimension.bounds
        }

    def add(self, case: RecordCase, people: Sequence[Judgment]) -> None:
        """Take in one case."""
        place = frozenset(case.record.task.taxonomy.items())
        for target, counts in self._slices.items():
            if target <= place:
                self._assess(counts, case, people)

    def of(self, target: Slice) -> SliceCounts:
        """What was seen of a hard slice."""
        return self._slices.get(frozenset(target.items()), SliceCounts())

    def _assess(self, counts: SliceCounts, case: RecordCase, people: Sequence[Judgment]) -> None:
        # What is there to be imitated was chosen for being right: that all find it right does not
        # show an easy item.
        scored = () if imitated_candidates(case.record) else self._best
        agreed = _all_agree(people, len(case.record.candidates), scored)
        if agreed is not None:
            counts.answered += 1
            counts.agreed += agreed
        right = [
            self._is_right(case, people, place)
            for place, candidate in enumerate(case.record.candidates)
            if isinstance(candidate.provenance, MadeByModel)
        ]
        if right and None not in right:
            counts.tested += 1
            counts.solved += all(right)

    def _is_right(self, case: RecordCase, people: Sequence[Judgment], place: int) -> bool | None:
        """Whether verifiers and people find a candidate right; None where nobody looked."""
        results = [
            result
            for result in results_on(case, place, self._documents)
            if set(result.dimensions) & set(self._best)
        ]
        if results:
            return all(isinstance(result.verdict, Pass) for result in results)
        scores = [
            score.score.value == self._best[score.dimension]
            for judgment in people
            for score in judgment.scores
            if score.dimension in self._best
            and score.candidate == place
            and isinstance(score.score, Scored)
        ]
        return 2 * sum(scores) > len(scores) if scores else None


def easy_items_alarm(coverage: DistributionCoverage, items: ItemCounts) -> Alarm:
    """Whether throughput takes the place of usefulness.

    The numbers are the gate's: what a quota needs and how many distinct accepted records it has.
    `raised`: a quota that is surely starved or filled by copies, a declared
    value that nothing has, a hard slice that everything solves. `clear`: every quota is met, and
    every hard slice was assessed and is hard.
    """
    slices = required_slices(coverage)
    if not slices:
        return raised_alarm(
            MODE, "the contract sets no quota and names no hard slice", "set quotas for hard slices"
        )
    # Copies are counted, not estimated, so they show at any size; what rests on a share waits for
    # enough records.
    few = coverage.accepted < MIN_TRIALS
    findings = [
        text for quota in slices if (text := _filled_by_copies(quota))
    ]  # seen however few there are
    if not few:
        findings += [text for quota in slices if (text := _starvation_text(quota, coverage))]
        findings += [text for axis in coverage.axes for text in _missing(axis, coverage)]
        findings += [
            text for quota in coverage.hard if (text := _soft(quota, items.of(quota.slice)))
        ]
    if findings:
        return raised_alarm(
            MODE, "; ".join(findings), "collect for these slices before anything else is added"
        )
    if few:
        return unknown_alarm(MODE, f"{coverage.accepted} accepted records are too few to tell")
    doubts = [text for quota in slices if (text := _unmet(quota))]
    doubts += [
        f"no record has {axis.axis} = {value.value} yet"
        for axis in coverage.axes
        for value in axis.values
        if value.declared and not value.records
    ]
    doubts += [text for quota in coverage.hard if (text := _unassessed_text(quota, items))]
    if doubts:
        return unknown_alarm(
            MODE, "; ".join(doubts), "collect for these slices, and have items answered twice"
        )
    return clear_alarm(
        MODE,
        f"all quotas and hard slices ({count_phrase(len(slices), 'slice')}) are met by {coverage.accepted} accepted records, "
        f"near copies counted once{_hardness(coverage.hard, items)}; one record less than needed "
        "would have shown",
    )


def _filled_by_copies(quota: QuotaCoverage) -> str:
    """The slice in words where only near copies fill its quota."""
    if not quota.distinct < quota.needed <= quota.accepted:
        return ""
    return (
        f"{_where(quota.slice)} has {quota.accepted} accepted records of {quota.needed} needed, but "
        f"only {quota.distinct} once near copies count once"
    )


def _starvation_text(quota: QuotaCoverage, coverage: DistributionCoverage) -> str:
    """The slice in words where it surely lacks items for the size that the program has."""
    distinct, where = quota.distinct, _where(quota.slice)
    if quota.met or _filled_by_copies(quota):
        return ""
    seen = f"{where} has {distinct} of {quota.needed} needed"
    if coverage.accepted >= coverage.wanted or not distinct:
        return f"{seen} ({coverage.accepted} accepted in all)"
    # A program that is half done is measured by its rate: it starves where even the upper end of
    # the slice's share is below what the quota asks.
    share = max(quota.share or 0.0, quota.needed / max(coverage.wanted, coverage.accepted))
    high = rate(distinct, coverage.accepted).high
    if high is not None and high < share:
        return f"{seen}: {distinct} of {coverage.accepted} accepted records, asked {share:.0%}"
    return ""


def _unmet(quota: QuotaCoverage) -> str:
    if quota.met:
        return ""
    return f"{_where(quota.slice)} has {quota.distinct} of {quota.needed} needed so far"


def _missing(axis: AxisCoverage, coverage: DistributionCoverage) -> Iterable[str]:
    """Declared values that no record has, where an even share would surely have shown them."""
    declared = [value for value in axis.values if value.declared]
    high = rate(0, coverage.records).high
    for value in declared:
        surely = high is not None and high < EVEN_PART / len(declared)
        if not value.records and surely:
            yield f"0 of {coverage.records} records have {axis.axis} = {value.value}"


def _soft(quota: QuotaCoverage, counts: SliceCounts) -> str:
    """A hard slice in words where everything that was assessed is solved or agreed."""
    where = _where(quota.slice)
    if counts.tested >= ASSESSED and counts.solved == counts.tested:
        return f"{where} is called hard, and models' answers to all {counts.tested} items are right"
    if counts.answered >= ASSESSED and counts.agreed == counts.answered:
        return f"{where} is called hard, and people agree on all {counts.answered} items"
    return ""


def _unassessed_text(quota: QuotaCoverage, items: ItemCounts) -> str:
    counts = items.of(quota.slice)
    if max(counts.tested, counts.answered) >= ASSESSED:
        return ""
    return (
        f"nothing shows whether {_where(quota.slice)} is hard: {counts.tested} items have checked "
        f"model answers and {counts.answered} two people's answers, {ASSESSED} are needed"
    )


def _hardness(hard: Sequence[QuotaCoverage], items: ItemCounts) -> str:
    texts = []
    for quota in hard:
        counts = items.of(quota.slice)
        texts.append(
            f"; {_where(quota.slice)}: {counts.solved} of {counts.tested} items solved, people "
            f"agree on {counts.agreed} of {counts.answered}"
        )
    return "".join(texts)


def _all_agree(
    people: Sequence[Judgment], n_candidates: int, objective: Iterable[str]
) -> bool | None:
    """Whether all give the same answer; None where fewer than two answer."""
    answers = [
        answer for judgment in people if (answer := _answer(judgment, n_candidates, objective))
    ]
    return len(set(answers)) == 1 if len(answers) > 1 else None


def _answer(judgment: Judgment, n_candidates: int, objective: Iterable[str]) -> Sequence[object]:
    """The verdict, or else the rulings, the step labels, or the scores on objective dimensions."""
    if not isinstance(judgment.verdict, NotAsked | Abstained):
        return (verdict_key(judgment.verdict, n_candidates),)
    rulings = {
        (ruling.section, ruling.candidate or 0, ruling.ruling) for ruling in judgment.rulings
    }
    labels = {(label.candidate, label.step, label.label) for label in judgment.step_labels}
    scores = {
        (score.dimension, score.candidate or 0, score.score.value)
        for score in judgment.scores
        if score.dimension in objective and isinstance(score.score, Scored)
    }
    return tuple(sorted(rulings or labels or scores, key=str))


def _where(target: Slice) -> str:
    return " and ".join(f"{axis} = {value}" for axis, value in sorted(target.items())) or "all"
