"""Options of a plug-in: a class whose fields are its options, set from text or from a document."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from assay.core.errors import UsageError

Configured = TypeVar("Configured")


def configured(kind: type[Configured], options: Mapping[str, Any]) -> Configured:
    """A plug-in with its options set.

    Args:
        kind: the plug-in's class, a msgspec Struct.
        options: option -> value, as text (`--option name=value`) or as a document holds it.

    Raises:
        UsageError: naming the option that does not exist or the value that does not fit.
    """
    try:
        return msgspec.convert(dict(options), kind, strict=False)
    except msgspec.ValidationError as error:
        known = getattr(kind, "__struct_fields__", ())
        raise UsageError(
            code="bad-plugin-option",
            message=f"the options of {getattr(kind, 'name', kind.__name__)} do not fit: {error}",
            hint=f"its options are: {', '.join(known)}" if known else "it has no options",
        ) from error


def options_of(plugin: object) -> dict[str, Any]:
    """The options in force, defaults included: name -> value."""
    fields = getattr(plugin, "__struct_fields__", ())
    return {name: getattr(plugin, name) for name in fields}
