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
    """A record as far as rights ask for it."""

    @property
    def source_classes(self) -> tuple[str, ...]:
        """The source classes that it draws on, sorted."""

    @property
    def parents(self) -> tuple[str, ...]:
        """Ids of the records that it was made from."""


Find = Callable[[Sequence[str]], Mapping[str, Derived]]
"""Finds records by their ids, all at once; one that is not there is left out."""


class _Origin(msgspec.Struct, frozen=True):
    """What is remembered of an ancestor: not its text."""

    source_classes: tuple[str, ...]
    parents: tuple[str, ...]


class RightsBasis(msgspec.Struct, frozen=True):
    """What the rights of one record rest on."""

    sources: tuple[str, ...]
    """Source classes of the record and of all its ancestors, each once, sorted."""
    denials: tuple[Denial, ...] = ()
    """What closes it whatever its sources permit: a withdrawal, or an ancestor that is not there."""

    def joined(self, parents: Iterable["RightsBasis"]) -> "RightsBasis":
        """This holding with those of its parents."""
        every = [self, *parents]
        return RightsBasis(
            sources=tuple(sorted({name for each in every for name in each.sources})),
            denials=tuple(sorted({denial for each in every for denial in each.denials})),
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
        self._holdings: dict[str, RightsBasis] = {}

    def learn(self, batch: Mapping[str, Derived]) -> None:
        """Look up the ancestors of some records at once, generation by generation."""
        named = {parent for each in batch.values() for parent in each.parents}
        self._remember({each: batch[each] for each in named if each in batch})
        wanted = {each for each in named if not self._is_known(each)}
        while wanted:
            found = self._find(sorted(wanted))
            self._remember(found)
            self._missing |= wanted - found.keys()
            named = {parent for each in found.values() for parent in each.parents}
            wanted = {each for each in named if not self._is_known(each)}

    def _remember(self, records: Mapping[str, Derived]) -> None:
        for identity, each in records.items():
            self._known[identity] = _Origin(each.source_classes, each.parents)

    def _is_known(self, identity: str) -> bool:
        return identity in self._known or identity in self._missing

    def holding(self, identity: str, record: Derived) -> RightsBasis:
        """What the rights of a record rest on.

        Args:
            identity: its id.
            record: the record.
        """
        if not record.parents:
            return self._own(identity, record)
        if identity not in self._holdings:
            self.learn({identity: record})
            self._remember({identity: record})
            self._close(identity)
        return self._holdings[identity]

    def decide(
        self,
        use: Use | None,
        identity: str,
        record: Derived,
        roles: tuple[str, ...] | None = None,
    ) -> Decision:
        """Whether a record may be used, and read, so.

        Args:
            use: what is to be done with it; None: it is only read.
            identity: its id.
            record: the record.
            roles: the roles of who reads it; None where nobody does.
        """
        holding = self.holding(identity, record)
        decision = self._permits.decide(use, holding.sources, roles)
        if not holding.denials:
            return decision
        return Decision(permitted=False, denials=(*holding.denials, *decision.denials))

    def _own(self, identity: str, record: Derived) -> RightsBasis:
        reason = self._withdrawn.get(identity)
        if reason is None:
            return RightsBasis(record.source_classes)
        return RightsBasis(record.source_classes, (Denial("", WITHDRAWN, f"withdrawn: {reason}"),))

    def _close(self, start: str) -> None:
        """Find the holdings of a record and its ancestors, parents first, each once."""
        path, entered = [start], set[str]()
        while path:
            identity = path[-1]
            record = self._known[identity]
            parents = [each for each in record.parents if each in self._known]
            missing = [each for each in parents if each not in self._holdings]
            if missing and identity not in entered:
                entered.add(identity)
                path += missing
                continue
            path.pop()
            if missing:  # A circle, which ids that are digests do not give: every step is walked.
                self._holdings[identity] = self._walk(identity)
            else:
                holdings = [self._holdings[each] for each in parents]
                self._holdings[identity] = self._with_parents(identity, holdings)

    def _with_parents(self, identity: str, parents: Iterable[RightsBasis]) -> RightsBasis:
        record = self._known[identity]
        own = self._own(identity, record)
        if any(each not in self._known for each in record.parents):
            own = RightsBasis(own.sources, (*own.denials, UNKNOWN_PARENT))
        return own.joined(parents)

    def _walk(self, start: str) -> RightsBasis:
        seen, layer = {start}, [start]
        while layer:
            ahead = {each for one in layer for each in self._known[one].parents}
            layer = sorted((ahead & self._known.keys()) - seen)
            seen.update(layer)
        return self._with_parents(start, [self._with_parents(each, ()) for each in seen])
