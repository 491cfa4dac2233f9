"""Quantities: a number with its unit, read in base units."""

import re
from fractions import Fraction
from typing import Any

import pint

MAX_LENGTH = 200
"""Characters of one quantity."""

_UNITS: Any = pint.UnitRegistry(non_int_type=Fraction, autoconvert_offset_to_baseunit=True)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def read(payload: dict[str, Any]) -> dict[str, Any]:
    """A quantity in base units.

    Args:
        payload: `text`, such as `5.5 km/h`.

    Returns:
        `value` as a fraction `p/q`, `dimensions` as name -> exponent, and `unit` as it was read;
        or `unreadable`, why the text is not a quantity.
    """
    text = _GROUPED.sub("", str(payload["text"]).strip())
    if len(text) > MAX_LENGTH:
        return {"unreadable": f"longer than {MAX_LENGTH} characters"}
    try:
        quantity: Any = _UNITS.Quantity(text)
        base = quantity.to_base_units()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  the library has many ways to say that it is none
        return {"unreadable": f"{type(error).__name__}: {error}"[:200]}
    value = Fraction(base.magnitude)
    return {
        "value": f"{value.numerator}/{value.denominator}",
        "dimensions": {
            key: str(Fraction(exponent)) for key, exponent in base.dimensionality.items()
        },
        "unit": f"{quantity.units:~}",
    }
