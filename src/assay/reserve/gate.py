"""The gate: it alone holds the key of the fingerprints, and tells others how many texts overlap.

Whoever holds the key can confirm a guess of sealed words as often as they like. Whoever can only
ask the gate learns of each text whether it overlaps, no more often than its limits allow, and every
request is logged.
"""

from collections.abc import Callable, Sequence
from threading import Lock

import msgspec

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.reserve.contamination import Compared, ReserveIndex


class GateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate answers within one day (UTC), for all who ask together."""

    characters: int = 2_000_000_000
    """Most characters that are compared."""
    overlaps: int = 1_000
    """Most overlaps that are reported: each of them confirms something about a sealed item."""


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
    things: int
    """Things that were compared."""
    characters: int
    """Characters in them."""
    overlapping: int
    """Things that overlap a sealed item."""


class Gate:
    """Compares, counts and logs; used by several connections at once."""

    def __init__(
        self,
        index: ReserveIndex,
        *,
        clock: Clock,
        log: Callable[[GateRequest], None],
        limits: GateLimits | None = None,
    ) -> None:
        """Begin.

        Args:
            index: the fingerprints.
            clock: gives the day.
            log: told of every request that was answered.
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
        self._clock = clock
        self._log = log
        self._limits = limits or GateLimits()
        self._lock = Lock()
        self._day, self._characters, self._overlaps = "", 0, 0

    def overlapping(self, things: Sequence[Compared]) -> tuple[int, ...]:
        """The places of the things that share text with a sealed item.

        Raises:
            UsageError: if a limit of the day is reached; nothing is answered then.
        """
        characters = sum(len(text) for each in things for _, text in each.strings)
        with self._lock:
            now = self._clock()
            if now[:10] != self._day:
                self._day, self._characters, self._overlaps = now[:10], 0, 0
            if self._characters + characters > self._limits.characters:
                raise _limited(f"{self._limits.characters} characters")
            if self._overlaps >= self._limits.overlaps:
                raise _limited(f"{self._limits.overlaps} things that overlap")
            found = self._index.overlaps(things)
            places = tuple(place for place, overlaps in enumerate(found) if overlaps)
            self._characters += characters
            self._overlaps += len(places)
            request = GateRequest(
                at=now, things=len(things), characters=characters, overlapping=len(places)
            )
            self._log(request)
        return places


def _limited(limit: str) -> UsageError:
    return UsageError(
        code="gate-limit",
        message=f"the gate answers no more today: its limit of {limit} within a day is reached",
        hint="ask again tomorrow, or have the keeper of the gate raise the limit",
    )
