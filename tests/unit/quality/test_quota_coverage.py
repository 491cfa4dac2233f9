"""The sampling distribution against what is there."""

import pytest

from assay.contracts.contract import Quota, Sampling
from assay.quality.quota_coverage import MISSING, coverage, cross_table
from simulators.placed_records import placed_cells
from simulators.small_program import contract

SAMPLING: Sampling = contract().sampling
CELLS = placed_cells(
    SAMPLING,
    [
        ({"difficulty": "easy", "language": "en"}, True),
        ({"difficulty": "easy", "language": "en"}, False),
        ({"difficulty": "hard", "language": "en"}, True),
        ({"difficulty": "brutal"}, True),
        ({}, True),
    ],
)


def test_every_record_is_counted_once_on_each_axis() -> None:
    """Declared values come first, then undeclared ones, then the missing; they add up to all."""
    difficulty = coverage(CELLS, SAMPLING).axes[0]
    assert [(each.value, each.records, each.accepted) for each in difficulty.values] == [
        ("easy", 2, 1),
        ("hard", 1, 1),
        ("brutal", 1, 1),
        (MISSING, 1, 1),
    ]
    assert [each.declared for each in difficulty.values] == [True, True, False, False]
    assert sum(each.records for each in difficulty.values) == CELLS.n_records == 5


def test_quotas_are_held_against_accepted_records() -> None:
    """A share of one half of a total of four needs two; one is there, so it is not met."""
    found = coverage(CELLS, SAMPLING.model_copy(update={"total": 4}))
    share, least = found.quotas
    assert (found.wanted, found.aim) == (4, False)
    assert (share.needed, share.accepted, share.records, share.met) == (2, 1, 1, False)
    assert (least.needed, least.accepted, least.met) == (1, 0, False)
    assert [(each.slice, each.needed, each.met) for each in found.hard] == [
        ({"difficulty": "hard"}, 1, True)
    ]


def test_a_share_does_not_shrink_with_what_is_there() -> None:
    """An empty program needs what a full one needs."""
    sampling = SAMPLING.model_copy(update={"total": 100, "aim": True})
    empty, full = (
        coverage(placed_cells(sampling, [({"difficulty": "hard"}, True)] * size), sampling)
        for size in (0, 50)
    )
    assert [empty.quotas[0].needed, full.quotas[0].needed] == [50, 50]
    assert [empty.quotas[0].met, full.quotas[0].met] == [False, True]
    assert empty.aim


@pytest.mark.parametrize(
    ("share", "total", "needed"),
    [(0.5, 3, 2), (0.5, 4, 2), (0.3, 10, 3), (0.07, 100, 7), (0, 9, 0)],
)
def test_a_share_is_rounded_up_to_whole_records(share: float, total: int, needed: int) -> None:
    """One half of three is two; a share that is whole, but not in binary, stays whole."""
    assert Quota(slice={"difficulty": "hard"}, share=share).records_needed(total) == needed


def test_the_cross_table_adds_up() -> None:
    """Two axes against each other hold every record once, missing values included."""
    found = cross_table(CELLS, SAMPLING, "difficulty", "language")
    assert found.row_values == ("easy", "hard", "brutal", MISSING)
    assert found.column_values == ("en", "de", MISSING)
    assert found.counts == ((2, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 1))
