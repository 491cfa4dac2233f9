"""Folds over cases: figures of all records, continued from where they were last kept.

A stage gives the empty figures and how a case counts in them; a case can be taken out again. So the
records that later facts touched are taken out as they were, and counted as they are now; the others
are not read. Figures that were folded are equal, to the byte, to those of one pass over all cases.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from assay.core.fact import Fact
from assay.core.ports import FactStore
from assay.quality.case import RecordCase


class CaseFigures(Protocol):
    """Figures of all records."""

    def add(self, case: RecordCase) -> None:
        """Count a case."""

    def remove(self, case: RecordCase) -> None:
        """Take a case out, as it was when it was counted."""

    def encoded(self) -> bytes:
        """The figures as bytes: equal figures give equal bytes."""


S = TypeVar("S", bound=CaseFigures)


@dataclass(frozen=True)
class CaseFold(Generic[S]):
    """How the figures of a stage are made, and what changes them."""

    name: str
    """Name of the figures among the derived results."""
    version: int
    """Raised whenever equal facts give other figures, or other bytes."""
    reads: tuple[type[Fact], ...]
    """Families whose new facts change how their record counts."""
    begins_again: tuple[type[Fact], ...]
    """Families whose new facts change how every record counts."""
    start: Callable[[], S]
    """Gives the figures of no records."""
    decode: Callable[[bytes], S]
    """Gives the figures that `encoded` made bytes of."""
    settle: Callable[[S, FactStore], None] | None = None
    """Counts what cannot be continued, from a store that reads as far as the figures count."""


def fold(figures: CaseFigures, before: Iterable[RecordCase], now: Iterable[RecordCase]) -> None:
    """Bring figures up to date.

    Args:
        figures: the figures as they were kept; changed in place.
        before: the touched records' cases as they were counted.
        now: the same records' cases as they are, with those of new records.
    """
    for case in before:
        figures.remove(case)
    for case in now:
        figures.add(case)
