"""Lineage: from one fact to all that it was made from, and to all that was made with it."""

import msgspec

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.core.lineage import LineageStep, walk
from assay.core.ports import Origin, Stamp
from assay.store.store import Store
from assay.store.tables import SCHEMA


class LineageReport(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fact came from and what was made with it."""

    id: str
    """Id of the fact whose lineage is traced."""
    kind: str
    """Its family, such as `record`."""
    stamp: Stamp
    """Who added it, when, under which documents."""
    origins: tuple[Origin, ...]
    """Rows of imported files that it came from."""
    ancestors: tuple[LineageStep, ...]
    """Every fact that it was made from, nearest first."""
    descendants: tuple[LineageStep, ...]
    """Every fact that was made with it, nearest first."""


def trace(store: Store, identity: str) -> LineageReport:
    """Where a fact came from, and what was made with it.

    Args:
        store: the store.
        identity: an id, or a unique prefix of one.

    Raises:
        UsageError: if no fact, or more than one, matches.
    """
    fact = store.get(_family_of(identity), identity)
    return LineageReport(
        id=fact.id,
        kind=type(fact).__name__.lower(),
        stamp=store.stamp(fact.id),
        origins=tuple(store.origins(fact.id)),
        ancestors=tuple(walk(fact.id, store.parents, towards="parent")),
        descendants=tuple(walk(fact.id, store.children, towards="child")),
    )


def _family_of(identity: str) -> type[Fact]:
    families = {table.prefix: table.family.fact for table in SCHEMA.families}
    family = families.get(identity.partition("_")[0])
    if family is None:
        raise UsageError(
            code="not-an-id",
            message=f"{identity!r} is not an id",
            hint=f"ids start with {', '.join(f'{prefix}_' for prefix in families)}",
        )
    return family
