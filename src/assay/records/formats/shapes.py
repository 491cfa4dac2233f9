"""The shapes of values in another tool's export: read as what they are, or refused in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InputError


def as_object(value: Any, where: str) -> Mapping[str, Any]:
    """The value, if it is a JSON object.

    Raises:
        InputError: if it is not.
    """
    if isinstance(value, Mapping):
        return value
    raise _wrong_shape(f"{where} is not an object", where)


def as_list(value: Any, where: str) -> Sequence[Any]:
    """The value, if it is a JSON list; nothing is an empty one.

    Raises:
        InputError: if it is another value.
    """
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return value
    raise _wrong_shape(f"{where} is not a list", where)


def as_word(value: Any, where: str) -> str:
    """The value as the text of a cell: 4 and 4.0 are `4`, nothing is empty.

    Raises:
        InputError: if it is neither text nor a number.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _wrong_shape(f"{where} holds neither text nor a number", where)


def as_name(value: Any) -> str | None:
    """Who somebody is, as text; an object names them by `email`, `username` or `id`."""
    if isinstance(value, Mapping):
        value = value.get("email") or value.get("username") or value.get("id")
    return None if value is None or value == "" else str(value)


def _wrong_shape(message: str, where: str) -> InputError:
    return InputError(
        code="wrong-shape",
        message=message,
        where=where,
        hint="check that the file is an export of that tool, and name its format with --format",
    )
