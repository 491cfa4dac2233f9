"""Label Studio's JSON export: the results of one annotation, as the tool writes them.

The reader of imported data and the format of review work both read them here. What a result means
for a record or for an answer is theirs.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.formats.shapes import as_list, as_object, as_word

RESULT_TYPES = ("choices", "rating", "number", "textarea", "pairwise", "labels")
"""Types of result that are read."""

SIDES = ("left", "right")
"""The sides of a pair, in the order in which the candidates are shown."""

_KEYS = {"textarea": "text", "pairwise": "selected"}
"""Type of result -> where its `value` holds the answer, if not under the name of the type."""


class StudioResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one control of the labeling interface was answered."""

    kind: str
    """One of `RESULT_TYPES`."""
    control: str
    """Name of the control."""
    about: str
    """Name of the text that it is about."""
    region: str
    """Id that a span shares with what is said of it."""
    value: Mapping[str, Any]
    """The answer as the tool holds it, with the offsets of a span."""

    @property
    def values(self) -> tuple[Any, ...]:
        """The options, labels or texts answered, or the one number or side; empty for none.

        Raises:
            InputError: if the answer does not have the shape of its type.
        """
        stated = self.value.get(_KEYS.get(self.kind, self.kind))
        is_list = self.kind in {"choices", "labels", "textarea"} and not (
            self.kind == "textarea" and isinstance(stated, str)
        )
        if is_list:
            return tuple(as_list(stated, self.control))
        return () if stated is None else (stated,)


def studio_result(value: Any) -> StudioResult:
    """One result of an annotation.

    Raises:
        InputError: if it is none, or of a type that is not read.
    """
    result = as_object(value, "result")
    kind = as_word(result.get("type"), "type")
    control = as_word(result.get("from_name"), "from_name")
    if kind not in RESULT_TYPES:
        raise InputError(
            code="unknown-result",
            message=f"results of type {kind!r} are not read",
            where=control,
            hint=f"read: {', '.join(RESULT_TYPES)}",
        )
    return StudioResult(
        kind=kind,
        control=control,
        about=as_word(result.get("to_name"), "to_name"),
        region=as_word(result.get("id"), "id"),
        value=as_object(result.get("value"), "value"),
    )


def side_of(result: StudioResult) -> int:
    """The place of the candidate that a pairwise result selects, in the order shown.

    Raises:
        InputError: if it selects neither side.
    """
    side = as_word(result.value.get("selected"), result.control)
    if side not in SIDES:
        raise InputError(
            code="unknown-verdict",
            message=f"{side!r} is not a side: left or right",
            where=result.control,
        )
    return SIDES.index(side)


def lead_time_ms(seconds: Any) -> int | None:
    """Active time in milliseconds; the tool counts seconds, with a fraction."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    # The decimal number that the tool wrote, not the binary one next to it.
    return round(Fraction(str(seconds)) * 1000)
