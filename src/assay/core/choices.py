"""Names out of a closed list: which is nearest to a misspelt one, and the refusal of one that is none."""

import difflib
from collections.abc import Iterable

from assay.core.errors import UsageError

_NEAR = 0.6
"""Least similarity of two spellings of one name; below it a proposal would mislead more than help."""


def nearest(name: str, words: Iterable[str]) -> str | None:
    """The word that is nearest to a misspelt one; None where none is near."""
    return next(iter(nearest_few(name, words, 1)), None)


def nearest_few(name: str, words: Iterable[str], most: int) -> list[str]:
    """The words that are near a misspelt one, the nearest first, and no more than `most`."""
    spellings = {word.lower().replace("-", "_"): word for word in words}
    plain_name = name.lower().replace("-", "_")
    near = difflib.get_close_matches(plain_name, spellings, n=most, cutoff=_NEAR)
    return [spellings[spelling] for spelling in near]


def proposal(names: Iterable[str]) -> str:
    """The question that proposes some names, such as `did you mean 'a' or 'b'?`; empty without one."""
    listed = [repr(name) for name in names]
    return f"did you mean {_alternatives(listed)}?" if listed else ""


def _alternatives(names: list[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last


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
    near = proposal(nearest_few(name, names, 1))
    raise UsageError(
        code=f"unknown-{what.replace(' ', '-')}",
        message=f"there is no {what} {name!r}",
        where=where,
        hint=f"{near} there are: {', '.join(names)}".lstrip(),
    )
