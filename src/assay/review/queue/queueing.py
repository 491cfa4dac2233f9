"""Queueing: which queue a record waits in, and in which order, so that every prefix is balanced.

The order is weighted fair queueing over strata: a stratum's next record is due when it is
furthest behind its share. Whoever stops early has a sample with the shares that the contract
asks for, as far as the records go.
"""

import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from heapq import heapify, heappop, heapreplace

import msgspec

from assay.contracts.contract import Contract, Quota
from assay.records.record import Record
from assay.review.assign import authors
from assay.review.layer import layer_of
from assay.review.queue.lease import NewItem, Queue

Stratum = tuple[str, ...]
"""Values of the contract's axes, in their order; empty where the task names none."""


class WaitingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is to wait in a queue."""

    id: str
    """Id of the record."""
    stratum: Stratum
    """Its place on the axes."""


def queue_of(record: Record, contract: Contract) -> Queue | None:
    """The queue that a record waits in; None where no layer fits, or its layer wants no pass."""
    layer = layer_of(record, contract)
    if layer is None or layer.passes == 0:
        return None
    care = record.sensitivity
    return Queue(
        stage="review",
        layer=layer.id,
        kind=record.kind,
        roles=tuple(layer.roles),
        language=record.task.taxonomy.get("language"),
        family=record.task.capability,
        harms=tuple(sorted(care.categories)) if care else (),
        severity=care.severity if care else None,
    )


def narrow_to_readers(queue: Queue, readers: frozenset[str]) -> Queue:
    """The queue of those of its roles that may read a record; itself where all of them may.

    Args:
        queue: the queue that the record would wait in.
        readers: the roles that may read it.
    """
    closed = tuple(role for role in queue.roles if role not in readers)
    if not closed:
        return queue
    able = tuple(role for role in queue.roles if role in readers)
    return msgspec.structs.replace(queue, roles=able, closed_to=closed)


def stratum_of(record: Record, contract: Contract) -> Stratum:
    """A record's place on the axes of the contract's sampling distribution."""
    return tuple(record.task.taxonomy.get(axis, "") for axis in contract.sampling.axes)


def new_item(record: Record, identity: str, contract: Contract) -> NewItem | None:
    """The item that a record becomes; None where its layer wants no pass.

    Args:
        record: the record.
        identity: its id.
        contract: the contract in force.
    """
    layer = layer_of(record, contract)
    if layer is None or layer.passes == 0:
        return None
    return NewItem(record=identity, need=layer.passes, barred=tuple(sorted(authors(record))))


def balanced_order(
    waiting: Iterable[WaitingRecord], quotas: Sequence[Quota], axes: Sequence[str], key: bytes
) -> Iterator[str]:
    """The ids of records in an order whose every prefix holds each stratum at its share.

    A stratum's share is its share of the records, raised where a quota asks for more of its
    slice. Virtual time as in weighted fair queueing (Demers, Keshav and Shenker 1989): the n-th
    record of a stratum with share s is due at (n - 1/2) / s. Within a stratum the order depends on
    the key, so nobody can foresee it.

    Args:
        waiting: the records.
        quotas: what single slices must have; those with a share count.
        axes: names of the axes, in the order of each stratum.
        key: secret that the order depends on.
    """
    strata: dict[Stratum, list[str]] = defaultdict(list)
    for record in waiting:
        strata[record.stratum].append(record.id)
    shares = _shares(Counter({name: len(ids) for name, ids in strata.items()}), quotas, axes)
    heap: list[tuple[float, bytes, Stratum, int]] = []
    for name, ids in strata.items():
        ids.sort(key=lambda identity: hmac.digest(key, identity.encode(), sha256))
        # Strata that are due at once are ordered by the key, not by name.
        tie = hmac.digest(key, repr(name).encode(), sha256)
        heap.append((0.5 / shares[name], tie, name, 0))
    heapify(heap)
    while heap:
        _, tie, name, place = heap[0]
        ids = strata[name]
        yield ids[place]
        if place + 1 == len(ids):
            heappop(heap)
        else:
            heapreplace(heap, ((place + 1.5) / shares[name], tie, name, place + 1))


def _shares(
    counts: Counter[Stratum], quotas: Sequence[Quota], axes: Sequence[str]
) -> Mapping[Stratum, float]:
    """Each stratum's share; a slice below its quota is raised to it, within it in proportion."""
    total = counts.total()
    shares = {name: count / total for name, count in counts.items()}
    for quota in quotas:
        if not quota.share:
            continue
        inside = [name for name in shares if _fits(name, quota.slice, axes)]
        held = sum(shares[name] for name in inside)
        if not inside or held >= quota.share or held >= 1:
            continue
        for name in shares:
            factor = quota.share / held if name in inside else (1 - quota.share) / (1 - held)
            # A quota of everything leaves the others a share above zero: they come last and are not
            # lost.
            shares[name] *= max(factor, 1e-9)
    return shares


def _fits(name: Stratum, part: Mapping[str, str], axes: Sequence[str]) -> bool:
    return all(
        axis in axes and name[list(axes).index(axis)] == value for axis, value in part.items()
    )
