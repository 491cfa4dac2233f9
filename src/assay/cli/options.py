"""Options that several commands read."""

from typing import Any, get_args

from assay.core.errors import UsageError


def pairs(given: list[str]) -> dict[str, str]:
    """`name=value` options as a mapping.

    Raises:
        UsageError: if one of them has no `=`.
    """
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(
                code="bad-option", message=f"{text!r} is no option", hint="write it as name=value"
            )
        found[name] = value
    return found


def one_of(value: str, allowed: Any, option: str) -> Any:
    """The value, if it is a member of a Literal.

    Raises:
        UsageError: naming the option and what may stand there.
    """
    members = get_args(allowed)
    if value not in members:
        raise UsageError(
            code="bad-option",
            message=f"{value!r} is no {option}",
            where=f"--{option}",
            hint=f"one of: {', '.join(members)}",
        )
    return value
