"""How much of the work one person may give back without an answer."""

import pytest

from assay.review.queue.skipping import FREE_SKIPS, Ended, SkipLimitError, most_skips, refuse_more


@pytest.mark.parametrize(
    ("answers", "share", "most"),
    [
        (0, 0.5, FREE_SKIPS),
        (10, 0.5, 10),
        (11, 0.5, 11),
        (30, 0.25, 10),
        (60, 0.25, 20),
        (90, 0.1, 10),
        (0, 0.0, FREE_SKIPS),
        (5, 1.0, 10**9),
    ],
)
def test_the_share_is_of_all_that_was_ended(answers: int, share: float, most: int) -> None:
    """Of 80 things ended 20 are a quarter; ten are always free."""
    assert most_skips(answers, share) == most


def test_the_last_skip_that_is_allowed_is_allowed() -> None:
    """Nine and one more are ten; ten and one more are refused, and so is new work after eleven."""
    refuse_more(Ended(answers=0, skips=9), 0.5, coming=1)
    with pytest.raises(SkipLimitError, match="10 is the most"):
        refuse_more(Ended(answers=0, skips=10), 0.5, coming=1)
    refuse_more(Ended(answers=0, skips=10), 0.5, coming=0)
    with pytest.raises(SkipLimitError):
        refuse_more(Ended(answers=0, skips=11), 0.5, coming=0)
