"""Duplicates: records that are near copies of each other, across sources, splits and releases.

What a near copy is, and which item of a cluster stands for the others, is the rule of `near_copies`,
by which quotas count: there is no second one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from assay.quality.copy_rule import SKETCH
from assay.quality.integrity import SPLIT_AXIS
from assay.quality.near_copies import NearCopies
from assay.records.record import Record

FEWEST_COMPARED = 2
"""Records below which none can be a copy of another."""

CrossedAxis = Literal["source", "split", "release"]
"""What the records of a cluster may differ in."""


class DuplicateCluster(msgspec.Struct, frozen=True, kw_only=True):
    """Records that are near copies of one item."""

    representative: str
    """Id of the record that each of the others was compared with: the one whose texts have the
    smallest hash, of equal ones that with the smallest id. It does not depend on their order."""
    copies: tuple[str, ...]
    """Ids of the others, sorted."""
    sources: tuple[str, ...]
    """Source classes of all of them, sorted."""
    splits: tuple[str, ...]
    """Their values on the axis `split`, sorted."""
    releases: tuple[str, ...]
    """Versions of the releases that hold one of them, sorted."""


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """Clusters that have records on both sides of something, such as `train` and `test`."""

    axis: CrossedAxis
    """What the records differ in: source classes, splits or releases."""
    between: tuple[str, ...]
    """The values that the cluster has records of, sorted."""
    clusters: int
    """How many clusters have exactly these."""


class Duplicates(msgspec.Struct, frozen=True, kw_only=True):
    """The near copies among some records."""

    state: Literal["found", "none", "unknown"]
    """`unknown` where none was found and some could have been missed: there are fewer than two
    records, or so many of one template that not all were compared (`passed_over`)."""
    sketch: str
    """Name and version of the algorithm that found candidate pairs, and of the rule that verified them."""
    records: int
    """Records that were compared."""
    pairs: int
    """Candidate pairs that were verified by what their texts truly share."""
    passed_over: int
    """Records that not every similar one was compared with: too many share a template."""
    distinct: int
    """Records where near copies of an item count once, as in quotas."""
    across_sources: int
    """Clusters whose records are of several source classes."""
    across_splits: int
    """Clusters whose records are in several splits."""
    without_split: int
    """Clusters with a record that names no split: whether they cross one cannot be known."""
    across_releases: int | None
    """Clusters of which several releases hold a record; None where releases were not looked at."""
    crossings: tuple[Crossing, ...]
    """Those clusters by what they cross."""
    n_clusters: int
    """Clusters of two or more records."""
    clusters: tuple[DuplicateCluster, ...]
    """All of them by their representative; in the quality report the first."""

    @property
    def copies(self) -> int:
        """Records that a set without duplicates would leave out."""
        return self.records - self.distinct


class DuplicateGathering:
    """Takes in records one by one, and compares them all at the end."""

    def __init__(self) -> None:
        """Start without records."""
        self.near_copies = NearCopies()
        """Their sketches."""
        self._names: list[str] = []
        self._sources: list[tuple[str, ...]] = []
        self._splits: list[str | None] = []

    def add(self, identity: str, record: Record) -> int:
        """Take in one record by its id, and give its row: 0 for the first, then one more each."""
        self._names.append(identity)
        self._sources.append(record.source_classes)
        self._splits.append(record.task.taxonomy.get(SPLIT_AXIS))
        return self.near_copies.add(record)

    def result(
        self,
        releases: Mapping[str, frozenset[str]] | None = None,
        *,
        without: Collection[str] = (),
        shown: int | None = None,
    ) -> Duplicates:
        """The near copies among the records.

        Args:
            releases: id of a record -> versions of the releases that hold it; they are not looked at
                where absent.
            without: ids of records that are left out.
            shown: how many clusters are listed; all where absent, and all are counted.
        """
        rows = [row for row, name in enumerate(self._names) if name not in without]
        clustering = self.near_copies.among(rows)
        members: dict[int, list[int]] = {}
        for row, first in clustering.firsts.items():
            members.setdefault(first, []).append(row)
        clusters = sorted(
            (
                self._cluster(first, rows_of_cluster, releases or {})
                for first, rows_of_cluster in members.items()
                if len(rows_of_cluster) > 1
            ),
            key=lambda cluster: cluster.representative,
        )
        looked_at_all = len(rows) >= FEWEST_COMPARED and not clustering.passed_over
        return Duplicates(
            state="found" if clusters else "none" if looked_at_all else "unknown",
            sketch=SKETCH,
            records=len(rows),
            pairs=clustering.pairs,
            passed_over=clustering.passed_over,
            distinct=clustering.distinct,
            across_sources=sum(len(cluster.sources) > 1 for cluster in clusters),
            across_splits=sum(len(cluster.splits) > 1 for cluster in clusters),
            without_split=sum(
                any(self._splits[row] is None for row in rows_of_cluster)
                for rows_of_cluster in members.values()
                if len(rows_of_cluster) > 1
            ),
            across_releases=None
            if releases is None
            else sum(len(cluster.releases) > 1 for cluster in clusters),
            crossings=tuple(_crossings(clusters)),
            n_clusters=len(clusters),
            clusters=tuple(clusters[:shown]),
        )

    def _cluster(
        self, first: int, rows: list[int], releases: Mapping[str, frozenset[str]]
    ) -> DuplicateCluster:
        names = sorted(self._names[row] for row in rows)
        representative = min(self._names[row] for row in self.near_copies.equal_to(first, rows))
        return DuplicateCluster(
            representative=representative,
            copies=tuple(name for name in names if name != representative),
            sources=tuple(sorted({source for row in rows for source in self._sources[row]})),
            splits=tuple(sorted({split for row in rows if (split := self._splits[row])})),
            releases=tuple(
                sorted({version for name in names for version in releases.get(name, ())})
            ),
        )


def find_duplicates(
    records: Iterable[Record], releases: Mapping[str, frozenset[str]]
) -> Duplicates:
    """The near copies among records.

    Args:
        records: the records, in any order.
        releases: id of a record -> versions of the releases that hold it.
    """
    gathering = DuplicateGathering()
    for record in records:
        gathering.add(record.id, record)
    return gathering.result(releases)


def _crossings(clusters: Iterable[DuplicateCluster]) -> Iterator[Crossing]:
    counts: Counter[tuple[CrossedAxis, tuple[str, ...]]] = Counter()
    for cluster in clusters:
        counts["source", cluster.sources] += 1
        counts["split", cluster.splits] += 1
        counts["release", cluster.releases] += 1
    for (axis, between), count in sorted(counts.items()):
        if len(between) > 1:
            yield Crossing(axis=axis, between=between, clusters=count)
