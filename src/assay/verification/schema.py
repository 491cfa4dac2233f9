"""JSON Schemas of foreign hand: compiled once, never fetching, with the place of what is amiss."""

from functools import lru_cache
from typing import Any

import jsonschema_rs

from assay.core.errors import InputError
from assay.verification.json_value import SHOWN, escaped, read_value

COMPILED = 512
"""Schemas that are kept compiled."""

_OPEN_ENDED = frozenset(
    [
        "$dynamicRef",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "dependentSchemas",
        "else",
        "if",
        "oneOf",
        "patternProperties",
        "then",
        "unevaluatedProperties",
    ]
)
"""Keywords by which a schema refers to other properties than those that it lists."""


def schema_fault(schema: str, value: Any, *, closed: bool = False) -> str | None:
    """The first thing in a value that does not fit a schema, with its place; None where all fits.

    Args:
        schema: the schema as JSON text; empty: everything fits.
        value: a JSON value.
        closed: whether properties that the schema does not name are a fault, where it lists some
            and has no word on others. Only the outermost object is closed.

    Raises:
        InputError: if the schema is none, or refers to another document.
    """
    if not schema:
        return None
    validator = compiled(schema, closed)
    try:
        first = None if validator.is_valid(value) else next(validator.iter_errors(value), None)
    except ValueError as error:
        return f"the value cannot be checked against the schema: {_first_line(error)}"
    if first is None:
        return None
    place = "".join(f"/{escaped(str(each))}" for each in first.instance_path)
    return f"at {place or '/'}: {_cut(first.message)}"


@lru_cache(maxsize=COMPILED)
def compiled(schema: str, closed: bool) -> Any:
    """The validator of a schema.

    Raises:
        InputError: if the schema is none, or refers to another document.
    """
    try:
        read = read_value(schema)
        if (
            closed
            and isinstance(read, dict)
            and "properties" in read
            and not _OPEN_ENDED & set(read)
        ):
            read = {**read, "additionalProperties": False}
        return validator_of(read)
    except (ValueError, RecursionError, InputError) as error:
        raise InputError(
            code="bad-schema",
            message=f"the schema cannot be used: {_first_line(error)}",
            hint="fix the schema; references to other documents are not followed",
        ) from error


def validator_of(schema: Any, *, linear: bool = False) -> Any:
    """The validator of a schema that was read; nothing outside it is fetched.

    Args:
        schema: the schema.
        linear: whether its patterns must be such as are matched in linear time.

    Raises:
        ValueError: if it is not a schema, or refers to another document.
    """
    patterns = jsonschema_rs.RegexOptions() if linear else jsonschema_rs.FancyRegexOptions()
    try:
        return jsonschema_rs.validator_for(
            schema, retriever=_fetch_nothing, pattern_options=patterns
        )
    except jsonschema_rs.ReferencingError as error:
        raise ValueError(str(error)) from error


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"the schema refers to {uri}, and nothing is fetched")


def _first_line(error: Exception) -> str:
    return _cut(str(error).partition("\n")[0])


def _cut(text: str) -> str:
    """Both ends of a long message: the fault comes first, the rule last."""
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]} ... {text[-SHOWN:]}"
