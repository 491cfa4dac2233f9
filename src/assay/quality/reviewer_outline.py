"""The reviewers in one table."""

from collections.abc import Sequence

from assay.contracts.verdict_words import NO_WINNER_WORDS
from assay.quality.sections.reviewers import ReviewerRates
from assay.quality.wording import share


def reviewer_table(
    reviewers: Sequence[ReviewerRates],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The rates by reviewer as the head and the rows of one table."""
    verdicts = (word.replace("_", " ") for word in NO_WINNER_WORDS)
    head = ("reviewer", "kind", "judgments", "abstained", *verdicts, "chose the first shown")
    return head, [
        (
            rates.reviewer,
            rates.kind,
            str(rates.judgments),
            share(rates.abstained),
            *(share(rate) for _, rate in rates.without_winner),
            share(rates.first_shown),
        )
        for rates in reviewers
    ]
