"""Rows that are read as one: what is set aside leaves the others usable, until all are refused."""

from assay.core.errors import InputError
from assay.records.kinds import Demonstration
from assay.records.ports import Row
from assay.records.unit import RowGroup, refused_group
from builders import small_record

FAULT = InputError(code="bad", message="it is bad")
OTHER = InputError(code="worse", message="it is worse")
ROWS = [Row(number=number, values={"n": number}) for number in (1, 2, 3)]


def test_a_row_that_is_set_aside_is_not_usable() -> None:
    """The others are."""
    group = RowGroup(ROWS, [(ROWS[1], FAULT)])
    assert group.usable_rows == [ROWS[0], ROWS[2]]
    assert RowGroup(ROWS).usable_rows == ROWS


def test_a_refused_group_keeps_the_first_reason_of_each_row() -> None:
    """Rows that were set aside keep their reason; the others get the group's, and no fact is left."""
    group = RowGroup(
        ROWS,
        [(ROWS[1], FAULT)],
        facts=(small_record(Demonstration(), "Why?").encode(),),
        redacted={"email": 1},
    )
    group.refuse(OTHER)
    assert [(row.number, reason.code) for row, reason in group.set_aside] == [
        (2, "bad"),
        (1, "worse"),
        (3, "worse"),
    ]
    assert (group.usable_rows, group.facts, group.redacted) == ([], (), {})


def test_none_of_a_refused_group_is_usable() -> None:
    """Every row has the reason."""
    group = refused_group(ROWS, FAULT)
    assert group.usable_rows == []
    assert [reason for _, reason in group.set_aside] == [FAULT] * 3
