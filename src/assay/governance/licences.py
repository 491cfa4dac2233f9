"""Licences: whether an expression names known SPDX licences.

SPDX licence expressions are specified in the SPDX 2.3 specification, annex D. A licence of one's
own is written `LicenseRef-` with letters, digits, `.` and `-`.
"""

import difflib
import re
from functools import cache
from typing import Any

_OWN = re.compile(r"^(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$")


def licence_fault(expression: str) -> str | None:
    """What is wrong with an SPDX licence expression, in one sentence; None if nothing is."""
    from license_expression import ExpressionError, ExpressionParseError  # noqa: PLC0415 - 25 ms

    licensing = _licensing()
    try:
        parsed = licensing.parse(expression)
    except (ExpressionError, ExpressionParseError) as error:
        return f"{expression!r} is not an SPDX expression: {str(error).splitlines()[0]}"
    if parsed is None:
        return "the licence is empty"
    unknown = [key for key in licensing.unknown_license_keys(parsed) if not _OWN.match(key)]
    if unknown:
        return f"{unknown[0]!r} is not an SPDX licence"
    return None


def parse_licence(expression: str) -> Any | None:
    """A licence expression as the tree of `license_expression`; None where it cannot be read."""
    from license_expression import ExpressionError, ExpressionParseError  # noqa: PLC0415 - 25 ms

    try:
        return _licensing().parse(expression)
    except (ExpressionError, ExpressionParseError):
        return None


def nearest_licence(name: str) -> str | None:
    """The SPDX licence whose name is nearest to the given one, if any is near."""
    names = {key.lower(): key for key in _licensing().known_symbols if not _OWN.match(key)}
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else None


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing  # noqa: PLC0415 - loads 2,000 licences

    return get_spdx_licensing()
