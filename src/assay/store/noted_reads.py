"""Reads of a store with what they rest on: whether a result that was made from them still stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from assay.core.fact import Fact
from assay.core.ports import Stamp
from assay.store.store import Store

F = TypeVar("F", bound=Fact)


class NotedReads:
    """A store to read from that notes how many facts each family had when it was first read.

    Facts are only ever added: as long as no family that was read has another number, a result that was
    made from what was read is the result of today.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: dict[type[Fact], int] = {}

    def still_hold(self) -> bool:
        """Whether nothing came to any family that was read."""
        return all(self._store.count(family) == count for family, count in self._counts.items())

    def get(self, family: type[F], identity: str) -> F:
        """As `Store.get`."""
        self._note(family)
        return self._store.get(family, identity)

    def scan(self, family: type[F], **where: str | Sequence[str]) -> Iterator[F]:
        """As `Store.scan`."""
        self._note(family)
        return self._store.scan(family, **where)

    def count(self, family: type[Fact], **where: str | Sequence[str]) -> int:
        """As `Store.count`."""
        self._note(family)
        return self._store.count(family, **where)

    def stamp(self, identity: str) -> Stamp:
        """As `Store.stamp`; a fact's stamp never changes."""
        return self._store.stamp(identity)

    def documents_of(self, identities: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """As `Store.documents_of`; those of a fact never change."""
        return self._store.documents_of(identities)

    def _note(self, family: type[Fact]) -> None:
        # Counted before the read: what another process adds meanwhile makes the result stale, never
        # the other way round.
        if family not in self._counts:
            self._counts[family] = self._store.count(family)
