"""What follows for a queue from an item whose passes are all given."""

from typing import Literal

Conclusion = Literal["second_review", "adjudication", "closed"]
"""One more pass; a senior decision; nothing more."""


def conclusion_of(state: str) -> Conclusion:
    """What follows from the state of a record's label.

    Args:
        state: the state of the record's disposition (`quality.disposition.State`).
    """
    if state == "needs_second_review":
        return "second_review"
    return "adjudication" if state == "needs_adjudication" else "closed"
