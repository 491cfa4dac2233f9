"""Records counted by their place on the axes, their texts compared where near copies count once."""

from collections.abc import Iterable

from assay.contracts.contract import Sampling
from assay.quality.near_copies import NearCopies
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

    def __init__(self, sampling: Sampling, copies: NearCopies | None = None) -> None:
        """Start with nothing counted.

        Args:
            sampling: the distribution; in the slices of its quotas and its hard slices near copies
                count once.
            copies: where the caller takes in the accepted records itself.
        """
        super().__init__()
        self._copies = NearCopies() if copies is None else copies
        self._rows: dict[Place, list[int]] = {target: [] for target in slices_with_copies(sampling)}

    def add(self, record: Record, *, accepted: bool) -> None:
        """Count one record."""
        place = place_of(record)
        # A sketch costs a pass over the text, so records outside of every required slice go
        # without one.
        if accepted and any(target <= place for target in self._rows):
            self.add_row(place, self._copies.add(record))
        else:
            self.count(place, accepted=accepted)

    def add_row(self, place: Place, row: int) -> None:
        """Count an accepted record by its place and its row among the copies."""
        self.count(place, accepted=True)
        for target, rows in self._rows.items():
            if target <= place:
                rows.append(row)

    def distinct(self, target: Taxonomy) -> int:
        """Accepted records in a slice of the distribution, near copies counted once."""
        return self._copies.among(self._rows[frozenset(target.items())]).distinct


def count_distinct(records: Iterable[Record], slices: Iterable[Place]) -> dict[Place, int]:
    """How many records each slice has, near copies counted once."""
    copies = NearCopies()
    rows: dict[Place, list[int]] = {target: [] for target in slices}
    for record in records:
        inside = [own for target, own in rows.items() if target <= place_of(record)]
        if inside:
            row = copies.add(record)
            for own in inside:
                own.append(row)
    return {target: copies.among(own).distinct for target, own in rows.items()}
