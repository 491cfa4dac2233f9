"""The noun `verification` of an open program."""

from collections.abc import Callable
from functools import partial

import msgspec

from assay.bootstrap.session import Session
from assay.core.options import options_of
from assay.plugins import load, names
from assay.verification import service
from assay.verification.ledger import LedgerRow

_load = partial(load, "verifiers")


class VerifierEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One verifier that is at hand."""

    name: str
    """The name by which a rubric's dimension asks for it."""
    version: str
    """Its version."""
    summary: str
    """What it tests, in one sentence."""
    covers: str
    """The sort of dimension that it can speak for."""
    limits: tuple[str, ...]
    """What it does not measure."""
    options: dict[str, str]
    """Its options with their defaults."""
    dimensions: tuple[str, ...]
    """Dimensions of this rubric that name it."""


class VerificationNoun:
    """Run verifiers on records, and show what they cover."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, on_progress: Callable[[int], None] | None = None) -> service.Verified:
        """Run every verifier that the rubric names over the candidates of every record."""
        return service.verify(
            self._session.store,
            self._session.facts,
            _load,
            actor=self._session.actor,
            on_progress=on_progress,
        )

    def list(self) -> tuple[VerifierEntry, ...]:
        """Every verifier at hand, and the dimensions of the rubric that name it."""
        dimensions = self._session.documents.rubric.dimensions
        return tuple(
            entry(name, tuple(each.id for each in dimensions if each.verifier == name))
            for name in names("verifiers")
        )

    def ledger(self) -> tuple[LedgerRow, ...]:
        """For every dimension and slice: machine verified, expert judged, both, or uncertain."""
        return service.ledger(self._session.store, self._session.facts)


def entry(name: str, dimensions: tuple[str, ...] = ()) -> VerifierEntry:
    """What a verifier says of itself.

    Args:
        name: its name.
        dimensions: dimensions of a rubric that name it.

    Raises:
        UsageError: if there is no such verifier.
    """
    test = _load(name)()
    return VerifierEntry(
        name=test.name,
        version=test.version,
        summary=test.summary,
        covers=test.covers,
        limits=tuple(test.limits),
        options={key: str(value) for key, value in options_of(test).items()},
        dimensions=dimensions,
    )
