"""Canonical JSON (RFC 8785): one byte string for one value, in any language.

Facts forbid floats, keep their keys ASCII and their integers within 53 bits; for them msgspec's
sorted encoding *is* RFC 8785 and costs a tenth. Everything else goes through `rfc8785`, which
refuses what JSON cannot carry faithfully. A property test holds the two paths together.
"""

import json
import math
from collections import Counter
from typing import Any

import msgspec
import rfc8785

from assay.core.errors import InputError

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""

_fact_encoder = msgspec.json.Encoder(order="sorted")


def encode_fact(fact: msgspec.Struct) -> bytes:
    """The canonical bytes of a fact (a `core.fact.Value`): sorted keys, no spaces, UTF-8.

    Raises:
        InputError: for a text that is no Unicode: half of a surrogate pair.
    """
    try:
        return _fact_encoder.encode(fact)
    except UnicodeEncodeError as error:
        raise _no_canonical_form(error) from error


def encode_json(value: Any) -> bytes:
    """The RFC 8785 bytes of any JSON value (dict, list, str, int, float, bool, None).

    Raises:
        InputError: for NaN, infinity, integers beyond 53 bits, lone surrogates, or a
            type that JSON does not have.
    """
    try:
        return rfc8785.dumps(value)
    # Nesting of some thousand levels ends the library's recursion: foreign JSON may have it, and for the
    # caller it is a value without a canonical form like any other.
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise _no_canonical_form(error) from error


def _no_canonical_form(error: Exception) -> InputError:
    return InputError(
        code="not-canonical-json",
        message=f"this value has no canonical JSON form: {error}",
        hint="carry large integers and decimals as strings; remove NaN and infinity",
    )


def json_text(value: Any) -> str:
    """Any JSON value as canonical text, the form in which facts carry foreign JSON.

    Tool arguments, schemas and environment states may hold floats and arbitrary keys; as text
    they neither change a digest between languages nor gain empty keys in a column store.
    """
    return encode_json(value).decode()


class StatedNumber(float):
    """A number of JSON whose text says more than a floating-point number holds."""

    __slots__ = ("text",)
    text: str
    """The number as it is written."""


def _exact_float(text: str) -> float:
    number = float(text)
    if repr(number) == text or (len(text) <= _SURE_FLOAT and "e" not in text.lower()):
        return number
    if math.isfinite(number) and _plain(text) == _plain(repr(number)):
        return number
    stated = StatedNumber(number)
    stated.text = text
    return stated


_SURE_FLOAT = 16
"""Characters of a decimal that a floating-point number always gives back: 15 digits and a point."""


def _plain(number: str) -> tuple[str, int]:
    """The digits of a number without zeros around them, and the power of ten of the last one."""
    body, _, power = number.lower().lstrip("-").partition("e")
    whole, _, part = body.partition(".")
    digits = (whole + part).lstrip("0")
    kept = digits.rstrip("0")
    exponent = int(power or 0) - len(part) + len(digits) - len(kept)
    return (kept, exponent) if kept else ("", 0)


def parse_json(text: str | bytes, *, lenient: bool = False, exact: bool = False) -> Any:
    """Parse JSON strictly: duplicate keys, NaN, infinity and lone surrogates are refused.

    Args:
        text: the JSON, UTF-8 if it is bytes.
        lenient: NaN and infinity are null, for a format that writes them where it has no value.
        exact: a number that says more than a floating-point number holds is a `StatedNumber`.

    Raises:
        InputError: naming the defect; `where` holds the place of a syntax error.
    """
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        constant = _no_value if lenient else _refuse_constant
        value = json.loads(
            decoded,
            object_pairs_hook=_unique_keys,
            parse_constant=constant,
            parse_float=_exact_float if exact else None,
        )
        # Decoded UTF-8 holds none, so only an escape can bring one in; the check encodes all again.
        if "\\ud" in decoded or "\\uD" in decoded:
            _refuse_lone_surrogates(value)
    except json.JSONDecodeError as error:
        raise InputError(
            code="broken-json",
            message=f"not valid JSON: {error.msg}",
            where=_place(error),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            code="wrong-encoding",
            message=f"not valid UTF-8: {error.reason} at byte {error.start}",
            hint="convert the file to UTF-8 first",
        ) from error
    except RecursionError as error:
        raise InputError(code="too-deep", message="JSON is nested too deeply") from error
    except ValueError as error:
        raise InputError(
            code="number-too-long",
            message="a number has more digits than any reader keeps",
            hint="carry it as a string",
        ) from error
    return value


def _place(error: json.JSONDecodeError) -> str:
    """Where the syntax breaks; a text of one line, as in JSON lines, needs no line number."""
    one_line = "\n" not in error.doc.rstrip()
    return f"column {error.colno}" if one_line else f"line {error.lineno}, column {error.colno}"


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Compared by length alone: counting is for the rare object that has a duplicate.
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        duplicate = next(
            key for key, times in Counter(key for key, _ in pairs).items() if times > 1
        )
        raise InputError(
            code="duplicate-key",
            message=f"the key {duplicate!r} appears twice in one JSON object",
            hint="keep one of the two; readers disagree on which would win",
        )
    return mapping


def _refuse_constant(name: str) -> None:
    raise InputError(
        code="not-a-number",
        message=f"{name} is not JSON",
        hint="leave the field out, or write null, where there is no value",
    )


def _no_value(_: str) -> None:
    """NaN or infinity, read as null."""


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            code="lone-surrogate",
            message="the text holds half of a surrogate pair, which is not a character",
            hint="repair the text where it was cut",
        ) from error
