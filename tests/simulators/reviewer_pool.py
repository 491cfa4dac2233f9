"""Simulated reviewers with known skill, bias and habits, judging records with a known truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from assay.records.candidate import candidate_text
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Abstained, Prefers, Tie, Verdict
from builders import judgment_by


@dataclass(frozen=True)
class SimulatedReviewer:
    """One reviewer whose habits are known."""

    name: str
    """Pseudonym."""
    skill: float = 0.9
    """Probability of seeing which candidate is better, from 0 to 1; otherwise a guess is made."""
    first_bias: float = 0.0
    """How much a guess leans to the first shown: from 0 (a fair coin) to 1 (always the first)."""
    length_love: float = 0.0
    """Probability of choosing the longer candidate whatever its quality."""
    abstention: float = 0.0
    """Probability of declining."""
    ties: float = 0.0
    """Probability of calling a tie when guessing."""


@dataclass
class ReviewerPool:
    """Reviewers who judge pairs; the same seed gives the same judgments."""

    reviewers: Sequence[SimulatedReviewer]
    """The reviewers."""
    seed: int = 0
    """Seed of everything they do."""
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def judge(self, record: Record, better: int) -> Iterator[Judgment]:
        """One judgment of every reviewer.

        Args:
            record: a record with two candidates.
            better: the candidate that is truly better.
        """
        for reviewer in self.reviewers:
            order = (0, 1) if self._random.random() < 0.5 else (1, 0)
            yield judgment_by(
                reviewer.name, record, self._verdict(reviewer, record, better, order), order=order
            )

    def _verdict(
        self, reviewer: SimulatedReviewer, record: Record, better: int, order: tuple[int, int]
    ) -> Verdict:
        happens = self._random.random
        if happens() < reviewer.abstention:
            return Abstained(reason="not my field")
        if happens() < reviewer.length_love:
            lengths = [len(candidate_text(candidate)) for candidate in record.candidates]
            return Prefers(candidate=lengths.index(max(lengths)))
        if happens() < reviewer.skill:
            return Prefers(candidate=better)
        if happens() < reviewer.ties:
            return Tie()
        first = happens() < 0.5 + reviewer.first_bias / 2
        return Prefers(candidate=order[0] if first else order[1])
