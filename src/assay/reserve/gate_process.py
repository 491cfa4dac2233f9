"""The gate: it alone holds the key of the fingerprints, and compares and digests texts for others.

A holder of the key can confirm guesses of sealed words without limit. A client of the gate learns of
each text which sealed items it overlaps, by their keyed names, and the keyed digest of its words;
no more often than the gate's limits allow, and every request is logged.
"""

from collections.abc import Callable, Sequence
from threading import Lock

import msgspec

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
from assay.reserve.ports import Digester


class GateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate answers within one day (UTC), for all who ask together."""

    characters: int = 2_000_000_000
    """Most characters that are compared or digested; of a fact its bytes in MessagePack."""
    overlaps: int = 1_000
    """Most overlaps that are reported, one for each thing and sealed item: each of them confirms
    something about the item. The request that reaches the limit is answered whole."""
    digests: int = 1_000_000
    """Most digests that are given: each of them can confirm a guess of the whole input of an
    evaluated item, for a client that has the digest of that input."""


class GateState(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate compares with."""

    items: int
    """Sealed items with words."""
    wordless: int
    """Sealed items without a word."""
    sealed: dict[str, int]
    """Reserve -> its sealed items."""
    commitments: tuple[str, ...]
    """Commitments of the sealings."""


class GateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as the log has it: no text is in it."""

    at: str
    """When, as UTC in ISO 8601."""
    things: int = 0
    """Things that were compared."""
    characters: int
    """Characters in the texts of the request; of a fact its bytes in MessagePack."""
    overlapping: int = 0
    """Things that overlap a sealed item."""
    digests: int = 0
    """Texts that were digested."""


class Gate:
    """Compares, digests, counts and logs; used by several connections at once."""

    def __init__(
        self,
        index: ReserveIndex,
        digester: Digester,
        *,
        clock: Clock,
        log: Callable[[GateRequest], None],
        limits: GateLimits | None = None,
    ) -> None:
        """Begin.

        Args:
            index: the fingerprints.
            digester: makes the digests.
            clock: gives the day.
            log: called with every request that was answered.
            limits: what is answered within a day.
        """
        self.state = GateState(
            items=index.items,
            wordless=index.wordless,
            sealed=index.sealed,
            commitments=index.commitments,
        )
        """What is compared with."""
        self._index = index
        self._digester = digester
        self._clock = clock
        self._log = log
        self._limits = limits or GateLimits()
        self._lock = Lock()
        self._day, self._characters, self._overlaps, self._digests = "", 0, 0, 0

    def overlapping(self, things: Sequence[Compared]) -> tuple[tuple[str, ...], ...]:
        """For each thing the keyed names of the sealed items that it shares text with.

        Raises:
            UsageError: if a limit of the day is reached; nothing is answered then.
        """
        characters = sum(thing.size for thing in things)
        # One lock over check, answer and count: requests at the same time cannot pass a limit
        # together.
        with self._lock:
            now = self._begin(characters)
            if self._overlaps >= self._limits.overlaps:
                raise _limit_error(f"{self._limits.overlaps} things that overlap")
            items = tuple(
                tuple(thing.item for thing in overlaps) for overlaps in self._index.overlaps(things)
            )
            self._characters += characters
            self._overlaps += sum(map(len, items))
            request = GateRequest(
                at=now,
                things=len(things),
                characters=characters,
                overlapping=sum(map(bool, items)),
            )
            self._log(request)
        return items

    def digests(self, texts: Sequence[str]) -> tuple[str | None, ...]:
        """The keyed digest of each text's words; None where it has no word.

        Raises:
            UsageError: if a limit of the day is reached; nothing is answered then.
        """
        characters = sum(map(len, texts))
        with self._lock:
            now = self._begin(characters)
            if self._digests + len(texts) > self._limits.digests:
                raise _limit_error(f"{self._limits.digests} digests")
            digests = tuple(self._digester.digests(texts))
            self._characters += characters
            self._digests += len(texts)
            self._log(GateRequest(at=now, characters=characters, digests=len(texts)))
        return digests

    def _begin(self, characters: int) -> str:
        """The time of a request that may have so many characters; a new day begins anew.

        Raises:
            UsageError: if they are too many for today.
        """
        now = self._clock()
        if now[:10] != self._day:
            self._day, self._characters, self._overlaps, self._digests = now[:10], 0, 0, 0
        if self._characters + characters > self._limits.characters:
            raise _limit_error(f"{self._limits.characters} characters")
        return now


def _limit_error(limit: str) -> UsageError:
    return UsageError(
        code="gate-limit",
        message=f"the gate answers no more today: its limit of {limit} within a day is reached",
        hint="ask again tomorrow, or have the keeper of the gate raise the limit",
    )
