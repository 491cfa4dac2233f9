"""The case: one record with everything that was said and decided about it."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol, TypeVar

import msgspec

from assay.contracts.document import Document
from assay.core.identity import make_ids
from assay.core.ports import FactStore
from assay.quality.disposition import Disposition
from assay.records.judgment import Judgment
from assay.records.occasion import instant
from assay.records.record import Record
from assay.review.adjudication import Adjudication
from assay.verification.verification import Verification

BATCH = 500
"""Records whose cases are gathered at once; bounds the memory of a pass over the store."""


class AboutRecord(Protocol):
    """A fact that names the record it is about."""

    @property
    def record(self) -> str:
        """Id of the record."""


_FIRST = datetime.min.replace(tzinfo=UTC)

R = TypeVar("R", bound=AboutRecord)
T = TypeVar("T")


class RecordCase(msgspec.Struct, frozen=True, kw_only=True):
    """One record with everything that was said and decided about it, each in order of entry."""

    id: str
    """Id of the record."""
    record: Record
    judgments: tuple[Judgment, ...] = ()
    """Its judgments, superseded and repeated ones included."""
    adjudications: tuple[Adjudication, ...] = ()
    """Its adjudications; the last one stands."""
    verifications: tuple[Verification, ...] = ()
    """Its verifications; of one verifier on one candidate the last one stands."""
    disposition: Disposition | None = None
    """Its latest disposition under the documents in force; None where there is none."""
    made_under: Mapping[str, Mapping[str, str]] = {}
    """Id of a judgment or adjudication -> the documents under which it was made, by kind: those in
    force at its entry, or at the earlier time at which its source says that it was made. Empty
    where no document has changed its meaning since any was stored."""


def cases(
    store: FactStore,
    *,
    contract: str,
    rubric: str,
    records: Sequence[str] | None = None,
    batch: int = BATCH,
    dated: bool = False,
) -> Iterator[list[RecordCase]]:
    """Every record's case, in the records' order of entry, gathered batch by batch.

    Args:
        store: the store.
        contract: document id of the contract in force.
        rubric: document id of the rubric in force; dispositions made under other documents
            are ignored.
        records: ids of the records wanted; all where absent.
        batch: records at once.
        dated: whether each case says under which documents its judgments were made.
    """
    record_facts = store.scan(Record) if records is None else store.scan(Record, id=records)
    history = _History(store) if dated else None
    for some in _batches(record_facts, batch):
        ids = make_ids(Record.prefix, [record.digest() for record in some])
        judgments = _by_record(store.scan(Judgment, record=ids))
        adjudications = _by_record(store.scan(Adjudication, record=ids))
        verifications = _by_record(store.scan(Verification, record=ids))
        under_contract = store.scan(Disposition, record=ids, contract=contract)
        dispositions = {
            disposition.record: disposition
            for disposition in under_contract
            if disposition.rubric == rubric
        }
        made_under = _made_under(store, history, judgments, adjudications) if history else {}
        yield [
            RecordCase(
                id=identity,
                record=record,
                judgments=tuple(judgments.get(identity, ())),
                adjudications=tuple(adjudications.get(identity, ())),
                verifications=tuple(verifications.get(identity, ())),
                disposition=dispositions.get(identity),
                made_under=made_under.get(identity, {}),
            )
            for identity, record in zip(ids, some, strict=True)
        ]


def _made_under(
    store: FactStore,
    history: "_History",
    judgments: Mapping[str, Sequence[Judgment]],
    adjudications: Mapping[str, Sequence[Adjudication]],
) -> dict[str, dict[str, Mapping[str, str]]]:
    """Record id -> id of a fact about it -> the documents under which it was made."""
    made_under: dict[str, dict[str, Mapping[str, str]]] = {}
    judgment_of = {fact.id: fact for group in judgments.values() for fact in group}
    for identity, documents in store.documents_of(list(judgment_of)).items():
        judgment = judgment_of[identity]
        dated = history.at(judgment.judged_at, documents)
        made_under.setdefault(judgment.record, {})[identity] = dated
    record_of = {fact.id: fact.record for group in adjudications.values() for fact in group}
    for identity, documents in store.documents_of(list(record_of)).items():
        made_under.setdefault(record_of[identity], {})[identity] = documents
    return made_under


class _History:
    """When the versions of each kind of document came into force: when they were stored."""

    def __init__(self, store: FactStore) -> None:
        """Read it."""
        self._ids: dict[str, list[str]] = {}
        self._times: dict[str, list[datetime]] = {}
        for document in store.scan(Document):
            self._ids.setdefault(document.kind, []).append(document.id)
            at = instant(store.stamp(document.id).at) or _FIRST
            self._times.setdefault(document.kind, []).append(at)

    def at(self, stated: str | None, at_entry: Mapping[str, str]) -> Mapping[str, str]:
        """The documents in force at a stated time, where they came before those at the entry.

        Args:
            stated: when a judgment was made, as its source states it.
            at_entry: the documents in force when it was added to the store, by kind. They count
                where no time is stated, or one before the program's first document.
        """
        time = instant(stated)
        if time is None:
            return at_entry
        return {kind: self._earlier(kind, time, own) for kind, own in at_entry.items()}

    def _earlier(self, kind: str, time: datetime, at_entry: str) -> str:
        ids = self._ids.get(kind, [])
        # A backdated judgment counts under the text of its own day, never under a later one than
        # was in force when it entered the store.
        then = bisect_right(self._times.get(kind, []), time) - 1
        if at_entry in ids and 0 <= then < ids.index(at_entry):
            return ids[then]
        return at_entry


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _by_record(facts: Iterable[R]) -> dict[str, list[R]]:
    groups: dict[str, list[R]] = {}
    for fact in facts:
        groups.setdefault(fact.record, []).append(fact)
    return groups
