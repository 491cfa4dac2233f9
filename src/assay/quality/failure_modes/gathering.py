"""The gathering of what the alarms need: counts and codes by mode, never the cases."""

from collections.abc import Sequence

from assay.governance.failure_modes import Alarm
from assay.quality.case import RecordCase
from assay.quality.disagreement import Disagreement
from assay.quality.failure_modes.easy_items import ItemCounts, easy_items_alarm
from assay.quality.failure_modes.forced_consensus import (
    ConsensusCounts,
    diagnoses,
    forced_consensus_alarm,
)
from assay.quality.failure_modes.one_label import LabelCounts, one_label_alarm
from assay.quality.failure_modes.unverified import RationaleCounts, unverified_alarm
from assay.quality.in_force import DocumentsInForce
from assay.quality.quota_coverage import DistributionCoverage
from assay.records.judgment import Judgment


class ModeGathering:
    """What four alarms need of all cases."""

    def __init__(self, documents: DocumentsInForce) -> None:
        """Start with nothing counted."""
        self.labels = LabelCounts(documents)
        """For one label for quality."""
        self.consensus = ConsensusCounts(documents)
        """For forced consensus, and for the diagnosis of disagreement."""
        self.rationales = RationaleCounts(documents)
        """For unverified rationales."""
        self.items = ItemCounts(documents)
        """For easy items."""

    def add(self, case: RecordCase, people: Sequence[Judgment]) -> None:
        """Take in one case.

        Args:
            case: the case.
            people: the standing judgments that count.
        """
        state = case.disposition.state if case.disposition else ""
        self.labels.add(case.record, people)
        self.consensus.add(case, people)
        self.items.add(case, people)
        if state == "accepted":
            self.rationales.add(case, people)


def diagnose_questions(data: ModeGathering, *, seed: int = 0) -> tuple[Disagreement, ...]:
    """What the disagreement on each question points to, preferences first."""
    return diagnoses(data.consensus, seed=seed)


def alarms(
    data: ModeGathering, coverage: DistributionCoverage, disagreements: Sequence[Disagreement]
) -> tuple[Alarm, ...]:
    """What quality concludes on four failure modes, in the guide's order.

    Args:
        data: counts over all cases.
        coverage: the sampling distribution against what is there.
        disagreements: what the disagreement on each question points to.
    """
    return (
        one_label_alarm(data.labels),
        forced_consensus_alarm(data.consensus, disagreements),
        unverified_alarm(data.rationales),
        easy_items_alarm(coverage, data.items),
    )
