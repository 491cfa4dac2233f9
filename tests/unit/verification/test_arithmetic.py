"""Calculations as people write them: exact values, and where reading ends."""

from fractions import Fraction

import pytest

from assay.verification.arithmetic import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LENGTH,
    UnreadableCalculationError,
    says,
    value_of,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,250 + 0.5", Fraction(2501, 2)),
        ("2(3 + 4)", Fraction(14)),
        ("8 - 3 - 2", Fraction(3)),
        ("8 / 4 / 2", Fraction(1)),
        ("2 + 3 × 4", Fraction(14)),
        ("50% * 8", Fraction(4)),
        ("--3", Fraction(3)),
        ("$3 x 2", Fraction(6)),
    ],
)
def test_a_calculation_has_its_exact_value(text: str, value: Fraction) -> None:
    """From left to right, products first, in fractions."""
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("most", "one_more"),
    [
        ("9" * MAX_DIGITS, "9" * (MAX_DIGITS + 1)),
        (
            "(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH,
            "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        ),
        ("1" + " " * (MAX_LENGTH - 1), "1" + " " * MAX_LENGTH),
    ],
    ids=["digits", "groups", "characters"],
)
def test_what_is_one_beyond_a_limit_is_not_read(most: str, one_more: str) -> None:
    """The last length, depth and number of digits are read; one more is refused."""
    value_of(most)
    with pytest.raises(UnreadableCalculationError):
        value_of(one_more)


@pytest.mark.parametrize("text", ["", "2 +", "(2", "2)", "2 ** 3", "1,00", "two"])
def test_what_is_no_calculation_is_refused(text: str) -> None:
    """There is no power, no open group and no grouping of two digits."""
    with pytest.raises(UnreadableCalculationError):
        value_of(text)


@pytest.mark.parametrize(
    ("stated", "exact", "holds"),
    [
        ("0.12", Fraction(1, 8), True),  # cut, and rounded to even
        ("0.13", Fraction(1, 8), True),  # rounded up
        ("0.14", Fraction(1, 8), False),
        ("3.33", Fraction(10, 3), True),
        ("3.34", Fraction(10, 3), False),
        ("66.6%", Fraction(2, 3), True),
        ("66.7%", Fraction(2, 3), True),
        ("66.8%", Fraction(2, 3), False),
        ("-0.13", Fraction(-1, 8), True),
        ("0.300000000000000004", Fraction(3, 10), True),  # as a machine prints it
        ("0.3000001", Fraction(3, 10), False),
    ],
)
def test_a_result_may_be_rounded_or_cut_to_its_decimals(
    stated: str, exact: Fraction, *, holds: bool
) -> None:
    """Half up, half to even and cutting are the ways; one unit of the last place off is wrong."""
    assert says(stated, exact) is holds
