"""Options of a plug-in: a class whose fields are its options, set from text or from a document."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from assay.core.errors import UsageError

Configured = TypeVar("Configured")


def configure(kind: type[Configured], options: Mapping[str, Any]) -> Configured:
    """A plug-in with its options set.

    Args:
        kind: the plug-in's class, a msgspec Struct.
        options: option -> value, as text (`--option name=value`) or as a document holds it.

    Raises:
        UsageError: naming every option that does not exist and every value that does not fit.
    """
    faults = list(_faults(kind, options))
    try:
        if not faults:
            return msgspec.convert(dict(options), kind, strict=False)
    except msgspec.ValidationError as error:
        # Faults of the whole: an option is missing, or two exclude each other.
        faults = [str(error)]
    names = getattr(kind, "__struct_fields__", ())
    raise UsageError(
        code="bad-plugin-option",
        message=f"{getattr(kind, 'name', kind.__name__)}: {'; '.join(faults)}",
        hint=f"its options are: {', '.join(names)}" if names else "it has no options",
    )


def options_of(plugin: object) -> dict[str, Any]:
    """The options in force, defaults included: name -> value."""
    fields = getattr(plugin, "__struct_fields__", ())
    return {name: getattr(plugin, name) for name in fields}


def _faults(kind: type, options: Mapping[str, Any]) -> Iterator[str]:
    types = get_type_hints(kind, include_extras=True)
    names: tuple[str, ...] = getattr(kind, "__struct_fields__", ())
    for name, value in options.items():
        if name not in names:
            near = get_close_matches(name, names, n=1)
            yield f"there is no option {name!r}" + (f", did you mean {near[0]!r}?" if near else "")
            continue
        try:
            msgspec.convert(value, types[name], strict=False)
        except msgspec.ValidationError as error:
            yield f"{name} is {value!r}, and must be {_expectation(types[name], error)}"


def _expectation(annotation: Any, error: msgspec.ValidationError) -> str:
    """What an option takes, in words."""
    if get_origin(annotation) is Literal:
        *some, last = (repr(value) for value in get_args(annotation))
        return f"{', '.join(some)} or {last}" if some else last
    # "Expected `int`, got `str`": the value itself is in the message already.
    expectation = str(error).partition(", got ")[0].partition(" - at ")[0]
    return expectation.removeprefix("Expected ").replace("`", "")
