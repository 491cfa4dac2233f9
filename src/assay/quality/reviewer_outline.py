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
            each.reviewer,
            each.kind,
            str(each.judgments),
            share(each.abstained),
            share(each.tie),
            share(each.both_unacceptable),
            share(each.insufficient_context),
            share(each.first_shown),
        )
        for each in reviewers
    ]
