"""The reviewers in one table."""

from collections.abc import Sequence

from assay.quality.sections.reviewers import ReviewerRates
from assay.quality.wording import share


def reviewer_table(
    reviewers: Sequence[ReviewerRates],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The rates by reviewer as the head and the rows of one table."""
    head = (
        "reviewer", "kind", "judgments", "abstained", "tie", "both unacceptable",
        "insufficient context", "chose the first shown",
    )  # fmt: skip
    return head, [
        (
            rates.reviewer,
            rates.kind,
            str(rates.judgments),
            share(rates.abstained),
            share(rates.tie),
            share(rates.both_unacceptable),
            share(rates.insufficient_context),
            share(rates.first_shown),
        )
        for rates in reviewers
    ]
