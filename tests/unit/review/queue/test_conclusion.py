"""What follows for a queue from a record's state."""

from typing import get_args

import pytest

from assay.quality.disposition import State
from assay.review.queue.conclusion import conclusion_of


@pytest.mark.parametrize("state", get_args(State))
def test_each_state_has_one_conclusion(state: str) -> None:
    """Only a second review and a senior decision ask for more work."""
    expected = {"needs_second_review": "second_review", "needs_adjudication": "adjudication"}
    assert conclusion_of(state) == expected.get(state, "closed")
