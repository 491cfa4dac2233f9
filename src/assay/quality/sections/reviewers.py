"""The reviewers: how often each abstains, ties, and chooses what was shown first."""

import msgspec

from assay.contracts.verdict_words import NO_WINNER_WORDS, NoWinner
from assay.quality.estimate import Rate, rate
from assay.quality.gathering import ReportData, ReviewerTally


class ReviewerRates(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer's answers. Records differ in difficulty, so rates are not a ranking of people."""

    reviewer: str
    """Pseudonym, with the kind where it is not a person."""
    kind: str
    """`human`, `model` or `unknown`."""
    judgments: int
    """Standing judgments, those without a verdict included."""
    abstained: Rate
    """Abstentions among judgments that were asked for a verdict."""
    tie: Rate
    """Ties among verdicts given."""
    both_unacceptable: Rate
    """Both unacceptable among verdicts given."""
    insufficient_context: Rate
    """Insufficient context among verdicts given."""
    first_shown: Rate
    """Preferences for the candidate shown first, among preferences with a known order."""

    @property
    def without_winner(self) -> tuple[tuple[NoWinner, Rate], ...]:
        """The rate of each verdict that names no winner."""
        return tuple((word, getattr(self, word)) for word in NO_WINNER_WORDS)


class Repeats(msgspec.Struct, frozen=True, kw_only=True):
    """Second answers of the same reviewer on the same record: agreement with oneself."""

    judgments: int
    """Judgments that a later occasion of the same reviewer follows."""
    same_verdict: Rate
    """Equal verdicts among consecutive occasions."""
    same_score: Rate
    """Equal scores among scores given on consecutive occasions."""


def reviewers_of(data: ReportData, level: float) -> tuple[ReviewerRates, ...]:
    """Answers by reviewer, the most active first."""
    ordered = sorted(
        data.reviewers.items(), key=lambda entry: (-entry[1].verdicts.total(), entry[0])
    )
    return tuple(_rates(name, tally, level) for name, tally in ordered)


def _rates(name: str, tally: ReviewerTally, level: float) -> ReviewerRates:
    verdicts = tally.verdicts
    n_asked = verdicts.total() - verdicts["not_asked"]
    n_answered = n_asked - verdicts["abstained"]
    return ReviewerRates(
        reviewer=name,
        kind=tally.kind,
        judgments=verdicts.total(),
        abstained=rate(verdicts["abstained"], n_asked, level=level),
        **{word: rate(verdicts[word], n_answered, level=level) for word in NO_WINNER_WORDS},
        first_shown=rate(tally.first_shown, tally.placed, level=level),
    )


def repeats_of(data: ReportData, level: float) -> Repeats:
    """Agreement of reviewers with themselves."""
    verdicts, scores = data.repeated_verdicts, data.repeated_scores
    return Repeats(
        judgments=data.judgments["repeated"],
        same_verdict=rate(verdicts[True], verdicts.total(), level=level),
        same_score=rate(scores[True], scores.total(), level=level),
    )
