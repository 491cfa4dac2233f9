"""Inheritance: what a release can show of the source classes that records have from their ancestors.

Ancestors that are not in the release cannot be looked up by a stranger; those that are must be borne
out, and nothing is inherited that the sources document does not know.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from assay.core.fact import Value
from assay.releases.item import ReleaseItem
from assay.releases.manifest import Format, read_manifest

BEFORE_INHERITANCE: frozenset[Format] = frozenset(
    {"assay-release/1", "assay-release/2", "assay-release/3", "assay-release/4"}
)
"""Formats whose items list their own source classes alone."""


class Descent(Value):
    """A record of a release that was made from others."""

    id: str
    """Published id of the record."""
    parents: tuple[str, ...]
    """Ids, or handles, of what it was made from."""
    sources: tuple[str, ...]
    """Source classes that bind it."""


def item_faults(item: ReleaseItem, format_: Format, source_classes: Iterable[str]) -> Iterator[str]:
    """What is wrong with what an item says that it inherits.

    Args:
        item: the item.
        format_: the release's format.
        source_classes: names of all source classes of the sources document.
    """
    if format_ in BEFORE_INHERITANCE and (item.inherited or item.handle):
        yield f"items of the format {format_} have no `inherited` and no `handle`"
    if not item.inherited:
        return
    if item.inherited != tuple(sorted(set(item.inherited) - set(item.source_classes))):
        yield "what it inherits is not sorted, or is its own"
    if not item.parents:
        yield "it inherits from no parent"
    if unknown := sorted(set(item.inherited) - set(source_classes)):
        yield f"it inherits {unknown[0]!r}, which is not a source class"


def descent_faults(manifest: Path, derived: Iterable[Descent]) -> Iterator[tuple[str, str]]:
    """Records, each with a source class of a parent in the same release that it does not list.

    Args:
        manifest: the manifest's file; it is read once more where anything was derived.
        derived: the records that were made from others.
    """
    # A parent may stand after its child in the manifest, so its sources need a second reading.
    every = list(derived)
    parents = {parent for descent in every for parent in descent.parents}
    if not parents:
        return
    _, items = read_manifest(manifest)
    sources = {item.id: item.all_sources for item, _ in items if item.id in parents}
    for descent in every:
        for parent in descent.parents:
            if missing := sorted(set(sources.get(parent, ())) - set(descent.sources)):
                yield descent.id, f"it does not inherit {missing[0]!r} from {parent}"
