"""Numbers of a source, exactly: as fractions of whole numbers within 53 bits."""

import math
import re
from fractions import Fraction
from typing import Any

from assay.core.canonical import MAX_SAFE_INTEGER, StatedNumber

_NUMBER = re.compile(
    r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,3})?", re.IGNORECASE
)


def exact_number(value: Any) -> Fraction | None:
    """A number, or the text of one, exactly, however long; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value.text if isinstance(value, StatedNumber) else str(value).strip()
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def as_number(value: Any) -> Fraction | None:
    """A number, or the text of one, exactly; None for anything else, and beyond 53 bits.

    A fraction that takes more than 53 bits becomes the nearest one that does not, where read back as
    a floating-point number it is the same; None where its text says more than such a number holds.
    """
    exact = exact_number(value)
    if exact is None or abs(exact) > MAX_SAFE_INTEGER:
        return None
    most = MAX_SAFE_INTEGER // max(1, math.ceil(abs(exact)))
    if exact.denominator <= most:
        return exact
    near = exact.limit_denominator(most)
    is_same = Fraction(repr(float(exact))) == exact and float(near) == float(exact)
    return near if is_same else None
