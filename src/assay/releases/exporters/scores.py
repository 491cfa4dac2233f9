"""Scores: what reviewers agree on for one response, and labels by a rule that the options state."""

from fractions import Fraction

import msgspec

from assay.quality.distributions import ScoreSummary
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.endorsed import standing_of
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord


class ScoreThresholds(msgspec.Struct, frozen=True, kw_only=True):
    """The scores on a dimension that label a response true or false."""

    dimension: str
    desirable: int
    """Score that labels a response true, with all beyond it on its side."""
    undesirable: int
    """Score that labels a response false, with all beyond it on its side."""

    def label(self, score: Fraction) -> bool | None:
        """The label of a score; None between the two thresholds."""
        sign = 1 if self.desirable > self.undesirable else -1
        if sign * score >= sign * self.desirable:
            return True
        return False if sign * score <= sign * self.undesirable else None


def summaries_of(released: ReleasedRecord, place: int) -> dict[str, ScoreSummary]:
    """Dimension -> scores of one candidate; scores of the whole record are its only candidate's."""
    alone = len(released.record.candidates) == 1
    return {
        summary.dimension: summary
        for summary in released.consensus.scores
        if summary.candidate == place or (summary.candidate is None and alone)
    }


def describe_scores(released: ReleasedRecord) -> str:
    """The dimensions that were scored, in words, for the detail of a drop."""
    scored = sorted({summary.dimension for summary in released.consensus.scores})
    return f"scored: {', '.join(scored)}" if scored else "nothing was scored"


def number_of(score: str | None) -> Fraction | None:
    """A score as counted by name (`4`, `3/4`) as a number; None for a category or none."""
    try:
        return None if score is None else Fraction(score)
    except ValueError:
        return None


def labels_by_score(
    released: ReleasedRecord, thresholds: ScoreThresholds
) -> list[tuple[int, bool]]:
    """Each candidate whose agreed score labels it; a rejected one is never labelled true.

    Raises:
        NotCarriedError: if no candidate has an agreed score, or all are between the thresholds.
    """
    refuse_disagreement(released)
    labels: list[tuple[int, bool]] = []
    scored = False
    for place in range(len(released.record.candidates)):
        summary = summaries_of(released, place).get(thresholds.dimension)
        score = number_of(summary.agreed) if summary else None
        if score is None:
            continue
        scored = True
        label = thresholds.label(score)
        # A veto or a verifier outweighs any score.
        if label and standing_of(released, place).standing == "rejected":
            continue
        if label is not None:
            labels.append((place, label))
    if not labels:
        raise NotCarriedError(
            "between_thresholds" if scored else "no_scores", describe_scores(released)
        )
    return labels
