"""Near copies among records, in sentences and tables."""

from collections.abc import Iterator, Sequence

from assay.core.wording import count_phrase
from assay.quality.copy_rule import SHORT
from assay.quality.duplicates import DuplicateCluster, Duplicates
from assay.quality.outline import Block, table

CLUSTER_HEAD = ("representative", "copies", "sources", "splits", "releases")
"""Columns of `cluster_rows`."""

CROSSING_HEAD = ("crosses", "between", "clusters")
"""Columns of `crossing_rows`."""


def duplicates_blocks(duplicates: Duplicates) -> Iterator[Block | str]:
    """The section of the quality report."""
    yield from sentences(duplicates)
    if duplicates.crossings:
        yield table("Near copies by what they cross", CROSSING_HEAD, crossing_rows(duplicates))
    if duplicates.clusters:
        title = f"The first {len(duplicates.clusters)} of {duplicates.n_clusters} clusters"
        rows = cluster_rows(duplicates.clusters)
        yield table(title, CLUSTER_HEAD, rows)


def sentences(duplicates: Duplicates) -> Iterator[str]:
    """The figures with their denominators, and what was not compared."""
    crossing = (
        f"{duplicates.across_sources} across sources, {duplicates.across_splits} across splits"
    )
    if duplicates.across_releases is not None:
        crossing += f", {duplicates.across_releases} across releases"
    yield (
        f"{count_phrase(duplicates.records, 'record')} compared, {duplicates.distinct} where near copies "
        f"count once; {count_phrase(duplicates.n_clusters, 'cluster')}, of them {crossing}."
    )
    if duplicates.passed_over:
        yield (
            f"{duplicates.passed_over} of {count_phrase(duplicates.records, 'record')} share a template "
            "with so many that not all of these were compared with them."
        )
    if duplicates.without_split:
        yield (
            f"{count_phrase(duplicates.without_split, 'cluster')} with a record that names no split: whether "
            "these cross one is unknown."
        )
    if duplicates.state == "unknown":
        yield "Whether there are any is unknown: that takes two records or more which are all compared."
    yield (
        f"{count_phrase(duplicates.pairs, 'candidate pair')} of `{duplicates.sketch}` verified; of texts "
        f"below {SHORT} words only one with the same words is a copy."
    )


def crossing_rows(duplicates: Duplicates) -> list[tuple[str, ...]]:
    """What clusters cross, under `CROSSING_HEAD`."""
    return [
        (f"{crossing.axis}s", ", ".join(crossing.between), str(crossing.clusters))
        for crossing in duplicates.crossings
    ]


def cluster_rows(clusters: Sequence[DuplicateCluster]) -> list[tuple[str, ...]]:
    """Clusters with what their records belong to, under `CLUSTER_HEAD`."""
    return [
        (
            cluster.representative[:24],
            str(len(cluster.copies)),
            ", ".join(cluster.sources),
            ", ".join(cluster.splits),
            ", ".join(cluster.releases),
        )
        for cluster in clusters
    ]
