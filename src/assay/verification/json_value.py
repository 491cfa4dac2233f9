"""JSON values as verifiers compare them: read strictly, within caps, by value and not by text.

Two values are the same when they are of one JSON type and hold the same: objects in any order of
their keys, arrays in order, strings code point by code point, numbers by their exact value. So 1
and 1.0 are one number (canonical JSON writes both as 1); true is not 1, "1" is not 1, and null is
only null.
"""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.verification.verification import Fail, Uncarried

MAX_CHARS = 1_000_000
"""Characters of one JSON text; longer ones are refused."""

MAX_DEPTH = 64
"""Levels of nesting; deeper values are refused."""

SHOWN = 120
"""Characters of a value that a reason shows."""

ABSENT: Final = msgspec.UNSET
"""What is at a pointer that leads nowhere."""

_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder(order="sorted")


def read_value(text: str) -> Any:
    """A JSON text as a value.

    Raises:
        InputError: for a text that is not JSON, holds a key twice, a number that is not finite or
            half a surrogate pair, is longer than `MAX_CHARS` or deeper than `MAX_DEPTH`.
    """
    if len(text) > MAX_CHARS:
        raise InputError(code="too-long", message=f"JSON of more than {MAX_CHARS} characters")
    value = _canonical(text)
    if value is ABSENT:
        value = _strict(text)
    # With fewer brackets than levels it cannot be too deep, and need not be walked.
    elif text.count("[") + text.count("{") < MAX_DEPTH:
        return value
    _refuse_depth(value)
    return value


def unreadable(what: str, error: InputError) -> Fail | Uncarried:
    """The verdict on a candidate's JSON that `read_value` refused; one too long is not read."""
    kind = Uncarried if error.code == "too-long" else Fail
    return kind(reason=f"{what}: {error}")


def _canonical(text: str) -> Any:
    """The value of a text that is encoded to the same bytes, and so holds no key twice."""
    try:
        value = _decoder.decode(text)
        return value if _encoder.encode(value) == text.encode() else ABSENT
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return ABSENT


def _strict(text: str) -> Any:
    try:
        # Facts are stored as UTF-8, which has no half of a surrogate pair.
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(code="lone-surrogate", message="half of a surrogate pair") from error
    return parse_json(text)


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        if any(isinstance(inner, float) and not isfinite(inner) for inner in level):
            raise InputError(code="not-finite", message="a number is too large for JSON readers")
        level = [below for inner in level for below in _below(inner)]
        if not level:
            return
    raise InputError(code="too-deep", message=f"JSON of more than {MAX_DEPTH} levels")


def _below(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def same(one: Any, other: Any) -> bool:
    """Whether two values read by `read_value` are the same; see the head of this module."""
    # Types are compared first, because True == 1 in Python.
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same(value, other[key]) for key, value in one.items())
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if is_number(one):
        return is_number(other) and bool(one == other)
    return type(one) is type(other) and bool(one == other)


def is_number(value: Any) -> bool:
    """Whether a value is a JSON number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[str]:
    """Pointers to all that differs, the outermost place of each difference.

    A key or item that came or went is named itself; where both sides are objects, or both arrays,
    what differs in them is named and not they.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            place = f"{pointer}/{escape_key(key)}"
            if key not in before or key not in after:
                yield place
            else:
                yield from differences(before[key], after[key], place)
    elif isinstance(before, list) and isinstance(after, list):
        shared = min(len(before), len(after))
        for at in range(shared):
            yield from differences(before[at], after[at], f"{pointer}/{at}")
        for at in range(shared, max(len(before), len(after))):
            yield f"{pointer}/{at}"
    elif not same(before, after):
        yield pointer


def value_at(value: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901); `ABSENT` where nothing does.

    Raises:
        InputError: if the pointer is none.
    """
    place_value = value
    for part in parts(pointer):
        if isinstance(place_value, dict):
            place_value = place_value.get(part, ABSENT)
        elif isinstance(place_value, list) and _is_place(part) and int(part) < len(place_value):
            place_value = place_value[int(part)]
        else:
            return ABSENT
    return place_value


def parts(pointer: str) -> list[str]:
    """The unescaped parts of a JSON pointer.

    Raises:
        InputError: if it neither is empty nor begins with a slash, or a `~` stands alone.
    """
    if pointer and not pointer.startswith("/"):
        raise InputError(
            code="bad-pointer",
            message=f"{show(pointer)} is not a JSON pointer",
            hint="begin it with a slash; the empty text means the whole",
        )
    if "~" in pointer.replace("~0", "").replace("~1", ""):
        raise InputError(
            code="bad-pointer",
            message=f"{show(pointer)} is not a JSON pointer",
            hint="write ~ as ~0 and / as ~1",
        )
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def escape_key(key: str) -> str:
    """A key as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _is_place(part: str) -> bool:
    # The length is bounded because converting thousands of digits is slow, or refused by Python.
    plain = part.isascii() and part.isdigit() and len(part) <= len(str(MAX_CHARS))
    return plain and (part == "0" or not part.startswith("0"))


def show(value: Any) -> str:
    """A value as JSON, cut after `SHOWN` characters; `nothing` where it is absent."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)[: SHOWN + 1]
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
