"""Coverage as a fold over cases: records by place, continued when dispositions come."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

import msgspec

from assay.core.ports import FactStore
from assay.quality.case import RecordCase, cases
from assay.quality.case_fold import CaseFold
from assay.quality.disposition import RELEASABLE, Disposition
from assay.quality.in_force import DocumentsInForce
from assay.quality.quota_coverage import (
    CellCounts,
    Place,
    Taxonomy,
    place_of,
    slices_with_copies,
)
from assay.records.record import Record

_Pairs = tuple[tuple[str, str], ...]


class _Body(msgspec.Struct, frozen=True):
    records: list[tuple[_Pairs, int]]
    accepted: list[tuple[_Pairs, int]]
    distinct: list[tuple[_Pairs, int]]


class CoverageFigures(CellCounts):
    """Records by place, and of each slice that must have records how many are distinct.

    How many are distinct cannot be continued: one more text may join others. A slice whose accepted
    records change is counted again, and `settle` takes the count in.
    """

    def __init__(self, slices: Iterable[Place]) -> None:
        """Start with nothing counted.

        Args:
            slices: slices in which near copies count once.
        """
        super().__init__()
        self._distinct = dict.fromkeys(slices, 0)
        self._changed: set[Place] = set()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """The figures that were encoded."""
        read = msgspec.json.decode(body, type=_Body)
        figures = cls(())
        figures._records.update({frozenset(place): count for place, count in read.records})
        figures._accepted.update({frozenset(place): count for place, count in read.accepted})
        figures._distinct = {frozenset(place): count for place, count in read.distinct}
        return figures

    def add(self, case: RecordCase) -> None:
        """Count a record at its place."""
        self._change(case, 1)

    def remove(self, case: RecordCase) -> None:
        """Take a record out."""
        self._change(case, -1)

    def _change(self, case: RecordCase, times: int) -> None:
        place = place_of(case.record)
        accepted = is_accepted(case)
        self.count(place, accepted=accepted, times=times)
        if accepted:
            self._changed |= {target for target in self._distinct if target <= place}

    @property
    def changed(self) -> frozenset[Place]:
        """The slices whose accepted records changed since their distinct ones were counted."""
        return frozenset(self._changed)

    def settle(self, distinct: Mapping[Place, int]) -> None:
        """Take in how many accepted records of the changed slices are distinct."""
        self._distinct.update(distinct)
        self._changed -= distinct.keys()

    def distinct(self, target: Taxonomy) -> int:
        """Accepted records in a slice of the distribution, near copies counted once."""
        return self._distinct[frozenset(target.items())]

    def encoded(self) -> bytes:
        """The figures as bytes."""
        parts = (self._records, self._accepted, self._distinct)
        return msgspec.json.encode(_Body(*(_rows(part) for part in parts)))


def _rows(counts: dict[Place, int]) -> list[tuple[_Pairs, int]]:
    return sorted((tuple(sorted(place)), count) for place, count in counts.items())


def coverage_fold(documents: DocumentsInForce) -> CaseFold[CoverageFigures]:
    """The fold of coverage under the documents in force."""

    def settle(figures: CoverageFigures, store: FactStore) -> None:
        if figures.changed:
            # Sketches of texts are made with numpy, which takes a while to load.
            from assay.quality.cells import count_distinct  # noqa: PLC0415

            accepted = _accepted_records(store, documents)
            figures.settle(count_distinct(accepted, figures.changed))

    return CaseFold(
        name="coverage",
        version=2,
        reads=(Record, Disposition),
        begins_again=(),
        start=lambda: CoverageFigures(slices_with_copies(documents.contract.sampling)),
        decode=CoverageFigures.decode,
        settle=settle,
    )


def _accepted_records(store: FactStore, documents: DocumentsInForce) -> Iterator[Record]:
    """The records whose latest disposition under the documents in force accepts them."""
    contract, rubric = documents.contract_id, documents.rubric_id
    once_accepted = {
        disposition.record
        for disposition in store.scan(Disposition, state=RELEASABLE, contract=contract)
    }
    for batch in cases(store, contract=contract, rubric=rubric, records=sorted(once_accepted)):
        for case in batch:
            if is_accepted(case):
                yield case.record


def is_accepted(case: RecordCase) -> bool:
    """Whether a record may be released by its disposition."""
    return case.disposition is not None and case.disposition.state in RELEASABLE
