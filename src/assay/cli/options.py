"""Options that several commands read."""

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
