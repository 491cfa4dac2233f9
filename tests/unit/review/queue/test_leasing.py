"""The state of a lease that is answered; the rules in transactions are held by tests/stores."""

import pytest

from assay.core.errors import UsageError
from assay.review.queue.lease import Lease, LeaseState
from assay.review.queue.leasing import answered_state, is_decided, refuse_decided


def _lease(state: LeaseState, *, late: bool = False, judgment: str | None = None) -> Lease:
    return Lease(
        item=1, reviewer="ada", state=state, record="rec_1", queue=1, late=late, judgment=judgment
    )


def _never_read() -> int:
    raise AssertionError("an answer in time needs no look at its item")


def test_an_answer_in_time_reads_nothing_more() -> None:
    """Most answers are: they cost no query for what is free."""
    assert answered_state(_lease(LeaseState.held), _never_read) == (LeaseState.stored, False)


@pytest.mark.parametrize(
    ("state", "open_slots", "expected"),
    [
        (LeaseState.held, 0, (LeaseState.stored, False)),
        (LeaseState.held, 2, (LeaseState.stored, False)),
        (LeaseState.expired, 1, (LeaseState.stored, True)),
        (LeaseState.expired, 0, (LeaseState.surplus, True)),
        (LeaseState.released, 1, (LeaseState.stored, True)),
        (LeaseState.released, 0, (LeaseState.surplus, True)),
    ],
)
def test_an_answer_is_kept_whenever_it_comes(
    state: LeaseState, open_slots: int, expected: tuple[LeaseState, bool]
) -> None:
    """In time it is stored; after the time it takes a free pass, or is one too many."""
    assert answered_state(_lease(state), lambda: open_slots) == expected


@pytest.mark.parametrize("state", [LeaseState.stored, LeaseState.surplus])
@pytest.mark.parametrize("late", [False, True])
def test_an_answer_that_is_given_again_changes_no_pass(state: LeaseState, *, late: bool) -> None:
    """Whether it was late stays as it was."""
    assert answered_state(_lease(state, late=late), _never_read) == (state, late)


def test_a_record_is_decided_once() -> None:
    """By this adjudicator, or by somebody else meanwhile."""
    assert not is_decided(_lease(LeaseState.held))
    refuse_decided(_lease(LeaseState.held))
    with pytest.raises(UsageError, match="you have decided"):
        refuse_decided(_lease(LeaseState.stored, judgment="adj_1"))
    with pytest.raises(UsageError, match="somebody else has decided"):
        refuse_decided(_lease(LeaseState.released))
