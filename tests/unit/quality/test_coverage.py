"""The sampling distribution against what is there."""

from assay.contracts.contract import Sampling
from assay.quality.coverage import MISSING, count_cells, coverage, cross_table
from simulators.small_program import contract

SAMPLING: Sampling = contract().sampling
CELLS = count_cells(
    [
        ({"difficulty": "easy", "language": "en"}, True),
        ({"difficulty": "easy", "language": "en"}, False),
        ({"difficulty": "hard", "language": "en"}, True),
        ({"difficulty": "brutal"}, True),
        ({}, True),
    ]
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
    assert sum(each.records for each in difficulty.values) == CELLS.records == 5


def test_quotas_are_held_against_accepted_records() -> None:
    """A share of one half of four accepted needs two; one is there, so it is not met."""
    found = coverage(CELLS, SAMPLING)
    share, least = found.quotas
    assert (share.needed, share.accepted, share.records, share.met) == (2, 1, 1, False)
    assert (least.needed, least.accepted, least.met) == (1, 0, False)
    assert [(each.slice, each.needed, each.met) for each in found.hard] == [
        ({"difficulty": "hard"}, 1, True)
    ]


def test_an_empty_program_meets_no_share() -> None:
    """A share of no accepted records still asks for one."""
    share, _ = coverage(count_cells([]), SAMPLING).quotas
    assert (share.needed, share.met) == (1, False)


def test_a_share_is_rounded_up_to_whole_records() -> None:
    """One half of three accepted records is two, and of four it is two as well."""
    three = count_cells([({"difficulty": "hard"}, True)] * 2 + [({}, True)])
    four = count_cells([({"difficulty": "hard"}, True)] * 2 + [({}, True)] * 2)
    assert [coverage(cells, SAMPLING).quotas[0].needed for cells in (three, four)] == [2, 2]


def test_the_cross_table_adds_up() -> None:
    """Two axes against each other hold every record once, missing values included."""
    found = cross_table(CELLS, SAMPLING, "difficulty", "language")
    assert found.row_values == ("easy", "hard", "brutal", MISSING)
    assert found.column_values == ("en", "de", MISSING)
    assert found.counts == ((2, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 1))
