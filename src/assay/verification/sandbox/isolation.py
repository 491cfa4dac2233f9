"""How firmly foreign code is held, and what a live probe found of it."""

import msgspec

from assay.contracts.contract import IsolationLevel

SPLIT = "split"
"""Candidate and tests in two processes; only plain values pass between them."""


class IsolationCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a sandbox must hold, and what the probe saw."""

    name: str
    """What must hold, such as `network`."""
    held: bool
    """Whether it held."""
    seen: str
    """What was tried and what came of it."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What the live probe of one sandbox found."""

    level: IsolationLevel
    """The level that was asked for."""
    by: str
    """What holds the code, with its version."""
    holdings: tuple[IsolationCheck, ...]
    """Every thing that must hold."""

    @property
    def holds(self) -> bool:
        """Whether everything held."""
        return bool(self.holdings) and all(check.held for check in self.holdings)
