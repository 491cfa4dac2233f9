"""Lineage: which fact was made from which, as edges between ids."""

from typing import Literal

import msgspec

Role = Literal[
    "contract", "rubric", "policy", "sources", "parent", "record", "judgment",
    "adjudication", "verification", "disposition", "release", "supersedes",
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
