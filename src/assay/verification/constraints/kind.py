"""What a constraint is: a name, typed parameters, and a pure function that says how a text breaks it."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

Relation = Literal["at least", "less than"]
"""The relation of a count to the number asked for."""

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""A number asked for."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""A number asked for that is not 0."""

Phrase = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
"""A few words asked for: at least one character that is not a space."""

Passage = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000, pattern=r"\S")]
"""Words that one end of a text is compared with, once: at least one character that is not a space."""

Phrases = Annotated[tuple[Phrase, ...], msgspec.Meta(min_length=1, max_length=200)]
"""Several words or groups of words asked for."""

_SHOWN = 60


class ConstraintParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of a constraint; this one has none."""


class CannotTellError(Exception):
    """Whether a text keeps a constraint is not known; the message says why."""


class Kind(NamedTuple):
    """One kind of constraint."""

    parameters: type[ConstraintParameters]
    """Type that the parameters are converted to."""
    fault: Callable[[str, Any], str | None]
    """How a text breaks it, in words; None where the text keeps it. It may raise CannotTellError."""

    @property
    def summary(self) -> str:
        """What the constraint asks, in one sentence."""
        return (self.fault.__doc__ or "").partition("\n")[0]


def count_fault(count: int, relation: Relation, number: int, what: str) -> str | None:
    """How a count misses what is asked; None where it does not.

    Args:
        count: what there is.
        relation: its relation to the number.
        number: the number.
        what: what was counted, in the plural.
    """
    holds = count >= number if relation == "at least" else count < number
    return None if holds else f"{count} {what}, not {relation} {number}"


def quoted_start(text: str) -> str:
    """The beginning of a text, quoted, for a message."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
