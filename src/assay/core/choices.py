"""Names out of a closed list: which is nearest to a misspelt one, and the refusal of one that is none."""

import difflib
from collections.abc import Iterable

from assay.core.errors import UsageError

_NEAR = 0.6
"""Least similarity of two spellings of one name; below it a proposal would mislead more than help."""


def nearest(name: str, words: Iterable[str]) -> str | None:
    """The word that is nearest to a misspelt one; None where none is near."""
    spellings = {word.lower().replace("-", "_"): word for word in words}
    near = difflib.get_close_matches(name.lower().replace("-", "_"), spellings, n=1, cutoff=_NEAR)
    return spellings[near[0]] if near else None


def refuse_unknown(what: str, name: str, choices: Iterable[str], *, where: str = "") -> None:
    """Refuse a name that is not in a list: a filter by it would select nothing, and look like an answer.

    Args:
        what: what the names are names of, in the singular, such as `kind`.
        name: the name as it was given.
        choices: every name that there is.
        where: the option, parameter or field that holds the name.

    Raises:
        UsageError: code `unknown-<what>`; the hint has the nearest name and all others.
    """
    names = list(choices)
    if name in names:
        return
    near = nearest(name, names)
    advice = f"did you mean {near!r}? " if near else ""
    raise UsageError(
        code=f"unknown-{what.replace(' ', '-')}",
        message=f"there is no {what} {name!r}",
        where=where,
        hint=f"{advice}there are: {', '.join(names)}",
    )
