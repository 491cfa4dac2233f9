"""What all parts of a mapping share: loops, conditions, names of candidates, ways of counting."""

from typing import Literal

from pydantic import Field

from assay.records.mapping.value import MappingPart, Value

Condition = dict[str, str | int | bool | tuple[str | int | bool, ...]]
"""Name -> the value, or one of the values, that it must have."""

CandidateName = str | int
"""The name of a candidate, or its place in the mapping, counted from 0."""

Convention = Literal[
    "0-based exclusive", "1-based exclusive", "0-based inclusive", "1-based inclusive",
    "search once",
]  # fmt: skip
"""How offsets count: where the first character is, and whether the end is part of the span.
`search once` ignores the offsets and takes the one place where the quote occurs."""


class TreeLoop(MappingPart):
    """A tree whose nodes are looped over: each node before those below it."""

    tree: Value
    """The root: an object, or a list of them."""
    children: str
    """The key under which a node lists the nodes below it."""


Loops = dict[str, Value | TreeLoop]
"""Name -> list or tree: repeat for every item; several names are loops inside each other. `{name}`
is the item, `{name_index}` its place from 0, `{name_key}` its key or column. In a tree,
`{name_above}` is the list of the nodes above it, root first, and `{name_children}` the number of
those directly below it."""


class Conditional(MappingPart):
    """What may hold only under a condition."""

    when: Condition | None = None
    """Only where these names have one of these values."""
    unless: Condition | None = None
    """Not where these names all have one of these values: with two names, both must have theirs."""


class Repeated(Conditional):
    """What may occur several times, or only under a condition."""

    loops: Loops | None = Field(default=None, alias="for")
    """Name -> list: repeat for every item; several names are loops inside each other. `{name}`
    is the item, `{name_index}` its place from 0, `{name_key}` its key or column."""
