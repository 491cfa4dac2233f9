"""JSON Schemas from others: compiled once, nothing fetched, with the place of the first fault."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from assay.core import bounded
from assay.core.budget import BudgetError
from assay.core.errors import InputError
from assay.verification.json_value import SHOWN, escape_key, read_value
from assay.verification.verification import Timeout, VerifierError

COMPILED = 512
"""Schemas that are kept compiled."""

SMALL_VALUE = 10_000
"""Characters of a value that any useful schema can check within its budget."""

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


def schema_fault(
    schema: str, value: Any, *, closed: bool = False, linear: bool = False
) -> str | None:
    """The first thing in a value that does not fit a schema, with its place; None where all fits.

    The value is checked in the bounded child: a schema of 2 kB can ask for years of work.

    Args:
        schema: the schema as JSON text; empty: everything fits.
        value: a JSON value.
        closed: whether properties that the schema does not name are a fault, where it lists some
            and says nothing of others. Only the outermost object is closed.
        linear: whether its patterns must be such as are matched in linear time.

    Raises:
        BudgetError: if it takes more time or memory than it may.
        InputError: if the schema is none, or refers to another document.
    """
    if not schema:
        return None
    payload = {"schema": schema, "value": value, "closed": closed, "linear": linear}
    fault = bounded.call(first_fault, payload, what="checking a value against its schema")
    return None if fault is None else str(fault)


def over_budget(error: BudgetError, size: int, name: str = "") -> VerifierError | Timeout:
    """The verdict on a candidate whose check took more than it may.

    Nothing is known where the value is small: such a schema is of no use. A candidate whose value
    is large has itself used up the time.

    Args:
        error: what was exceeded.
        size: characters of the value's JSON text.
        name: what precedes the reason, such as the tool's name.
    """
    if size > SMALL_VALUE:
        return Timeout()
    return VerifierError(reason=f"{name}{error.message}: the schema asks for too much work")


def first_fault(payload: Mapping[str, Any]) -> str | None:
    """As `schema_fault`, with its arguments as JSON: what runs in the bounded child.

    Raises:
        InputError: if the schema is none, or refers to another document.
    """
    validator = _compile(payload["schema"], payload["closed"], payload["linear"])
    value = payload["value"]
    try:
        first = None if validator.is_valid(value) else next(validator.iter_errors(value), None)
    except ValueError as error:
        return f"the value cannot be checked against the schema: {_first_line(error)}"
    if first is None:
        return None
    place = "".join(f"/{escape_key(str(step))}" for step in first.instance_path)
    return f"at {place or '/'}: {_cut(first.message)}"


def refuse_broken(schema: str, *, linear: bool = False) -> None:
    """Refuse a text that is not a schema.

    Raises:
        BudgetError: if finding that out takes more than it may.
        InputError: if it is none, or refers to another document.
    """
    payload = {"schema": schema, "linear": linear}
    bounded.call(compile_only, payload, what="reading a schema")


def compile_only(payload: Mapping[str, Any]) -> None:
    """Compile a schema: what runs in the bounded child.

    Raises:
        InputError: if it is none, or refers to another document.
    """
    _compile(payload["schema"], closed=False, linear=payload["linear"])


@lru_cache(maxsize=COMPILED)
def _compile(schema: str, closed: bool, linear: bool) -> Any:
    try:
        document = read_value(schema)
        if (
            closed
            and isinstance(document, dict)
            and "properties" in document
            and not _OPEN_ENDED & set(document)
        ):
            document = {**document, "additionalProperties": False}
        return _validator_of(document, linear=linear)
    except (ValueError, RecursionError, InputError) as error:
        raise InputError(
            code="bad-schema",
            message=f"the schema cannot be used: {_first_line(error)}",
            hint="fix the schema; references to other documents are not followed",
        ) from error


def _validator_of(schema: Any, *, linear: bool) -> Any:
    """The validator of a schema that was read; nothing outside it is fetched."""
    # The first engine takes time linear in the text and knows no look-around; the other may backtrack.
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
