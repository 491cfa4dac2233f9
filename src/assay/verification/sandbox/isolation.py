"""How well foreign code is isolated, as a live probe found it."""

import msgspec

from assay.contracts.contract import IsolationLevel

SPLIT = "split"
"""Candidate and tests in two processes; only plain values pass between them."""


class IsolationCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One protection of a sandbox, and what the probe saw of it."""

    name: str
    """The protection, such as `network`."""
    held: bool
    """Whether the try to break out of it failed."""
    seen: str
    """What was tried, and the result."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What the live probe of one sandbox found."""

    level: IsolationLevel
    """The level that was asked for."""
    by: str
    """What isolates the code, with its version."""
    holdings: tuple[IsolationCheck, ...]
    """Every protection that was tried."""

    @property
    def holds(self) -> bool:
        """Whether every protection held, and at least one was tried."""
        return bool(self.holdings) and all(check.held for check in self.holdings)
