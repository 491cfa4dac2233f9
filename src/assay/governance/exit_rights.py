"""The rights at an exit: what may leave, and what is held back. Nothing is left out in silence."""

from collections import Counter
from collections.abc import Callable, Mapping

import msgspec

from assay.governance.clearance import Clearance, Derived
from assay.governance.rights import Decision, Denial, Use


class HeldBackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record that was held back."""

    record: str
    """Its keyed handle: its id would let a reader confirm a guess of what is not shown."""
    reasons: tuple[str, ...]
    """Every reason against it, in a sentence each."""


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """The records that were held back."""

    records: int = 0
    """How many; the sum of the reasons."""
    reasons: dict[str, int] = {}
    """How many by reason in short words; one with several reasons counts under all of them joined."""
    each: tuple[HeldBackRecord, ...] = ()
    """Each record with its reasons, in the order in which they were met."""

    @property
    def line(self) -> str:
        """The counts in one line; empty where nothing was held back."""
        if not self.records:
            return ""
        counts = ", ".join(f"{count} {reason}" for reason, count in self.reasons.items())
        return f"held back: {self.records}, {counts}"


class ExitRights:
    """The rights of one run at one exit: what may leave, and what was held back with its reasons."""

    def __init__(self, clearance: Clearance, handle: Callable[[str], str]) -> None:
        """Start with nothing held back.

        Args:
            clearance: what may leave today.
            handle: gives the keyed handle of a record's id.
        """
        self._clearance = clearance
        self._handle = handle
        self._held: dict[str, tuple[Denial, ...]] = {}

    def learn(self, batch: Mapping[str, Derived]) -> None:
        """Look up the ancestors of some records at once."""
        self._clearance.learn(batch)

    def sources(self, identity: str, record: Derived) -> tuple[str, ...]:
        """The source classes of a record and of all its ancestors, each once, sorted."""
        return self._clearance.basis(identity, record).sources

    def decide(
        self,
        identity: str,
        record: Derived,
        *,
        use: Use | None = None,
        roles: tuple[str, ...] | None = None,
    ) -> Decision:
        """Whether a record may be used, and read, in this way; nothing is counted."""
        return self._clearance.decide(use, identity, record, roles)

    def may_leave(
        self,
        identity: str,
        record: Derived,
        *,
        use: Use | None = None,
        roles: tuple[str, ...] | None = None,
    ) -> bool:
        """Whether a record may leave; one that may not is counted once, however often it is checked.

        Args:
            identity: its id.
            record: the record.
            use: what is to be done with it; None: it is only read.
            roles: the roles of who reads it; None where no person of the program does.
        """
        decision = self.decide(identity, record, use=use, roles=roles)
        if not decision.permitted:
            self._held.setdefault(identity, decision.denials)
        return decision.permitted

    def readers(self, identity: str, record: Derived, roles: tuple[str, ...]) -> frozenset[str]:
        """The roles that may each read a record today; one that none may read is held back.

        Args:
            identity: its id.
            record: the record.
            roles: the roles that are asked for it.
        """
        able = frozenset(
            role for role in roles if self.decide(identity, record, roles=(role,)).permitted
        )
        if not able:
            denials = self.decide(identity, record, roles=roles).denials
            alone = self.decide(identity, record, roles=roles[:1]).denials
            # Sources may admit the roles together and none alone; then one role's reason is shown.
            self._held.setdefault(identity, denials or alone)
        return able

    @property
    def held_back(self) -> HeldBack:
        """What was held back so far."""
        counts = Counter(summary(denials) for denials in self._held.values())
        return HeldBack(
            records=len(self._held),
            reasons=dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))),
            each=tuple(
                HeldBackRecord(
                    record=self._handle(identity),
                    reasons=tuple(denial.message for denial in denials),
                )
                for identity, denials in self._held.items()
            ),
        )


def summary(denials: tuple[Denial, ...]) -> str:
    """Some reasons in short words, each once."""
    return " and ".join(dict.fromkeys(denial.short for denial in denials))
