"""The rights of a program whose sources close nothing, for tests of something else."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import get_args

import msgspec

from assay.contracts.sources import SourceClass
from assay.contracts.terms import Role
from assay.governance.clearance import Clearance, Derived
from assay.governance.exit_rights import ExitRights
from assay.governance.permits import Permits
from assay.governance.rights import USES

DAY = date(2026, 3, 1)
"""The day of these rights."""


def open_source(name: str) -> SourceClass:
    """A source class that permits everything to everybody."""
    return SourceClass.model_construct(
        id=name,
        description="Our own words.",
        licence="CC0-1.0",
        permitted_uses=USES,
        retention_until="unlimited",
        territory=("worldwide",),
        reviewer_access=get_args(Role),
    )


class _Ancestor(msgspec.Struct, frozen=True):
    """A record of an open source, as far as rights ask for it."""

    source_classes: tuple[str, ...]
    parents: tuple[str, ...] = ()


def open_rights(*names: str) -> ExitRights:
    """Rights under which records of these source classes go everywhere, and their children too."""
    permits = Permits(map(open_source, names), on=DAY, territory=None)

    def find(ids: Sequence[str]) -> Mapping[str, Derived]:
        return {identity: _Ancestor(names) for identity in ids}

    return ExitRights(Clearance(permits, find), lambda identity: f"handle of {identity}")
