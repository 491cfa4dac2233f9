"""Records counted by their place on the axes, their texts compared where near copies count once."""

from collections.abc import Iterable

from assay.contracts.contract import Sampling
from assay.quality.near_copies import NearCopies, item_print
from assay.quality.quota_coverage import (
    CellCounts,
    Place,
    Taxonomy,
    place_of,
    slices_with_copies,
)
from assay.records.record import Record


class Cells(CellCounts):
    """Records counted by their place, and near copies by slice that must have some."""

    def __init__(self, sampling: Sampling) -> None:
        """Start with nothing counted.

        Args:
            sampling: the distribution; in the slices of its quotas and its hard slices near copies
                count once.
        """
        super().__init__()
        self._copies = {target: NearCopies() for target in slices_with_copies(sampling)}

    def add(self, record: Record, *, accepted: bool) -> None:
        """Count one record."""
        place = place_of(record)
        self.count(place, accepted=accepted)
        inside = [copies for target, copies in self._copies.items() if target <= place]
        # A print costs a pass over the text, so records outside of every required slice go
        # without one.
        if accepted and inside:
            item = item_print(record)
            for copies in inside:
                copies.add(item)

    def distinct(self, target: Taxonomy) -> int:
        """Accepted records in a slice of the distribution, near copies counted once."""
        return self._copies[frozenset(target.items())].distinct


def count_distinct(records: Iterable[Record], slices: Iterable[Place]) -> dict[Place, int]:
    """How many records each slice has, near copies counted once."""
    copies = {target: NearCopies() for target in slices}
    for record in records:
        inside = [own for target, own in copies.items() if target <= place_of(record)]
        if inside:
            item = item_print(record)
            for own in inside:
                own.add(item)
    return {target: own.distinct for target, own in copies.items()}
