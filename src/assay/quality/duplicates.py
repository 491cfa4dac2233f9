"""Duplicates: records that are near copies of each other, across sources, splits and releases.

What a near copy is, and which item of a cluster stands for the others, is the rule of `near_copies`,
by which quotas count: there is no second one.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from assay.quality.integrity import SPLIT_AXIS
from assay.quality.near_copies import NearCopies, item_print
from assay.records.record import Record

FEWEST_COMPARED = 2
"""Records below which none can be a copy of another."""


class DuplicateCluster(msgspec.Struct, frozen=True, kw_only=True):
    """Records that are near copies of one item."""

    representative: str
    """Id of the record that each of the others was compared with: the one whose texts have the
    smallest hashes, of equal ones that with the smallest id. It does not depend on their order."""
    copies: tuple[str, ...]
    """Ids of the others, sorted."""
    sources: tuple[str, ...]
    """Source classes of all of them, sorted."""
    splits: tuple[str, ...]
    """Their values on the axis `split`, sorted."""
    releases: tuple[str, ...]
    """Versions of the releases that hold one of them, sorted."""


class Duplicates(msgspec.Struct, frozen=True, kw_only=True):
    """The near copies among some records."""

    state: Literal["found", "none", "unknown"]
    """`unknown` where none was found and some could have been missed: there are fewer than two
    records, or so many of one template that not all were compared (`passed_over`)."""
    records: int
    """Records that were compared."""
    passed_over: int
    """Records that not every similar one was compared with: too many share a template."""
    distinct: int
    """Records where near copies of an item count once, as in quotas."""
    across_sources: int
    """Clusters whose records are of several source classes."""
    across_splits: int
    """Clusters whose records are in several splits."""
    across_releases: int
    """Clusters of which several releases hold a record."""
    clusters: tuple[DuplicateCluster, ...]
    """All clusters of two or more records, by their representative."""

    @property
    def copies(self) -> int:
        """Records that a set without duplicates would leave out."""
        return self.records - self.distinct


def find_duplicates(
    records: Iterable[Record], releases: Mapping[str, frozenset[str]]
) -> Duplicates:
    """The near copies among records.

    Args:
        records: the records, in any order.
        releases: id of a record -> versions of the releases that hold it.
    """
    near_copies = NearCopies()
    sources: dict[str, tuple[str, ...]] = {}
    splits: dict[str, str | None] = {}
    for record in records:
        identity = record.id
        near_copies.add(item_print(record), identity)
        sources[identity] = record.source_classes
        splits[identity] = record.task.taxonomy.get(SPLIT_AXIS)
    clusters = tuple(
        DuplicateCluster(
            representative=names[0],
            copies=names[1:],
            sources=tuple(sorted({source for name in names for source in sources[name]})),
            splits=tuple(sorted({split for name in names if (split := splits[name])})),
            releases=tuple(
                sorted({version for name in names for version in releases.get(name, ())})
            ),
        )
        for names in near_copies.clusters()
    )
    looked_at_all = len(sources) >= FEWEST_COMPARED and not near_copies.passed_over
    return Duplicates(
        state="found" if clusters else "none" if looked_at_all else "unknown",
        records=len(sources),
        passed_over=near_copies.passed_over,
        distinct=len(sources) - sum(len(cluster.copies) for cluster in clusters),
        across_sources=sum(len(cluster.sources) > 1 for cluster in clusters),
        across_splits=sum(len(cluster.splits) > 1 for cluster in clusters),
        across_releases=sum(len(cluster.releases) > 1 for cluster in clusters),
        clusters=clusters,
    )
