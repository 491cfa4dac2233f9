"""Clearance: whether a record may leave, by its own sources and those of all that it was made from.

A record inherits: a parent that is withdrawn, deleted, expired or not there closes its children,
however far down. The rights of a record are found once a run; ancestors are looked up in batches.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from assay.governance.permits import Permits
from assay.governance.rights import Decision, Denial, Use


class Derived(Protocol):
    """The part of a record that rights depend on."""

    @property
    def source_classes(self) -> tuple[str, ...]:
        """The source classes that it draws on, sorted."""

    @property
    def parents(self) -> tuple[str, ...]:
        """Ids of the records that it was made from."""


Find = Callable[[Sequence[str]], Mapping[str, Derived]]
"""Finds records by their ids, all at once; one that is not there is left out."""


class _Origin(msgspec.Struct, frozen=True):
    """The part of an ancestor that rights depend on: its text is not held in memory."""

    source_classes: tuple[str, ...]
    parents: tuple[str, ...]


class RightsBasis(msgspec.Struct, frozen=True):
    """The sources and denials from which the rights of one record follow."""

    sources: tuple[str, ...]
    """Source classes of the record and of all its ancestors, each once, sorted."""
    denials: tuple[Denial, ...] = ()
    """What closes it whatever its sources permit: a withdrawal, or an ancestor that is not there."""

    def with_parents(self, parents: Iterable["RightsBasis"]) -> "RightsBasis":
        """This basis, and those of the record's parents, as one."""
        every = [self, *parents]
        return RightsBasis(
            sources=tuple(sorted({name for basis in every for name in basis.sources})),
            denials=tuple(sorted({denial for basis in every for denial in basis.denials})),
        )


UNKNOWN_PARENT = Denial(
    "",
    "unknown-parent",
    "it was made from a record that is not in the store, so not all of its sources are known",
)
"""An ancestor's sources cannot be looked up."""

WITHDRAWN = "record-withdrawn"
"""Code of the denial of a record that was withdrawn one by one, and of what was made from it."""


class Clearance:
    """The rights of the records of a program on one day in one territory."""

    def __init__(
        self, permits: Permits, find: Find, *, withdrawn: Mapping[str, str] | None = None
    ) -> None:
        """Start without a record known.

        Args:
            permits: the rights of the source classes on the day.
            find: finds ancestors.
            withdrawn: records that were withdrawn one by one, each with the reason.
        """
        self._permits = permits
        self._find = find
        self._withdrawn = withdrawn or {}
        self._known: dict[str, _Origin] = {}
        self._missing: set[str] = set()
        self._bases: dict[str, RightsBasis] = {}

    def learn(self, batch: Mapping[str, Derived]) -> None:
        """Look up the ancestors of some records at once, generation by generation."""
        # A generation at a time: the store is asked once a generation and not once a record.
        parents = {parent for record in batch.values() for parent in record.parents}
        self._remember({identity: batch[identity] for identity in parents if identity in batch})
        unresolved = {identity for identity in parents if not self._is_known(identity)}
        while unresolved:
            ancestors = self._find(sorted(unresolved))
            self._remember(ancestors)
            self._missing |= unresolved - ancestors.keys()
            parents = {parent for record in ancestors.values() for parent in record.parents}
            unresolved = {identity for identity in parents if not self._is_known(identity)}

    def _remember(self, records: Mapping[str, Derived]) -> None:
        for identity, record in records.items():
            self._known[identity] = _Origin(record.source_classes, record.parents)

    def _is_known(self, identity: str) -> bool:
        return identity in self._known or identity in self._missing

    def basis(self, identity: str, record: Derived) -> RightsBasis:
        """The sources and denials from which the rights of a record follow.

        Args:
            identity: its id.
            record: the record.
        """
        if not record.parents:
            return self._own(identity, record)
        if identity not in self._bases:
            self.learn({identity: record})
            self._remember({identity: record})
            self._close(identity)
        return self._bases[identity]

    def decide(
        self,
        use: Use | None,
        identity: str,
        record: Derived,
        roles: tuple[str, ...] | None = None,
    ) -> Decision:
        """Whether a record may be used, and read, in this way.

        Args:
            use: what is to be done with it; None: it is only read.
            identity: its id.
            record: the record.
            roles: the roles of who reads it; None where nobody does.
        """
        basis = self.basis(identity, record)
        decision = self._permits.decide(use, basis.sources, roles)
        if not basis.denials:
            return decision
        return Decision(permitted=False, denials=(*basis.denials, *decision.denials))

    def _own(self, identity: str, record: Derived) -> RightsBasis:
        reason = self._withdrawn.get(identity)
        if reason is None:
            return RightsBasis(record.source_classes)
        return RightsBasis(record.source_classes, (Denial("", WITHDRAWN, f"withdrawn: {reason}"),))

    def _close(self, start: str) -> None:
        """Find the bases of a record and its ancestors, parents first, each once."""
        # A stack of our own: a chain of derived records may be longer than Python recurses.
        path, entered = [start], set[str]()
        while path:
            identity = path[-1]
            record = self._known[identity]
            parents = [parent for parent in record.parents if parent in self._known]
            missing = [parent for parent in parents if parent not in self._bases]
            if missing and identity not in entered:
                entered.add(identity)
                path += missing
                continue
            path.pop()
            if missing:  # A cycle; ids that are digests form none, but a store may be damaged.
                self._bases[identity] = self._walk(identity)
            else:
                bases = [self._bases[parent] for parent in parents]
                self._bases[identity] = self._with_parents(identity, bases)

    def _with_parents(self, identity: str, parents: Iterable[RightsBasis]) -> RightsBasis:
        record = self._known[identity]
        own = self._own(identity, record)
        if any(parent not in self._known for parent in record.parents):
            own = RightsBasis(own.sources, (*own.denials, UNKNOWN_PARENT))
        return own.with_parents(parents)

    def _walk(self, start: str) -> RightsBasis:
        seen, layer = {start}, [start]
        while layer:
            ahead = {parent for identity in layer for parent in self._known[identity].parents}
            layer = sorted((ahead & self._known.keys()) - seen)
            seen.update(layer)
        return self._with_parents(start, [self._with_parents(identity, ()) for identity in seen])
