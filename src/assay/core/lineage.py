"""Lineage: which fact was made from which, as edges between ids."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

Role = Literal[
    "contract", "rubric", "policy", "sources", "parent", "record", "judgment",
    "adjudication", "verification", "disposition", "release", "supersedes", "sealing",
    "evaluation", "validation", "finding", "root_cause", "plan", "round", "guideline_gap",
    "assignment",
]  # fmt: skip
"""What the older fact is to the newer one."""


class Edge(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """The newer fact `child` was made with the older fact `parent`."""

    child: str
    """Id of the newer fact."""
    role: Role
    """What the parent is to the child."""
    parent: str
    """Id of the older fact."""


class LineageStep(msgspec.Struct, frozen=True, kw_only=True):
    """One edge of a walk, with its distance from where the walk began."""

    depth: int
    """How many edges away, from 1."""
    edge: Edge
    """The edge that was followed to get there."""


def walk(
    start: str, next_edges: Callable[[str], Iterable[Edge]], *, towards: Literal["parent", "child"]
) -> Iterator[LineageStep]:
    """Every edge that can be reached from a fact, nearest first, each once.

    Args:
        start: id of the fact.
        next_edges: gives the edges at an id: `store.parents` or `store.children`.
        towards: which end of an edge the walk goes on from.
    """
    seen = {start}
    layer = [start]
    depth = 0
    while layer:
        depth += 1
        next_layer = []
        for identity in layer:
            for edge in next_edges(identity):
                yield LineageStep(depth=depth, edge=edge)
                further = edge.parent if towards == "parent" else edge.child
                if further not in seen:
                    seen.add(further)
                    next_layer.append(further)
        layer = next_layer
