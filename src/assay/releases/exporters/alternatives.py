"""Alternatives: the option, or the other format, under which a dropped record would have a row.

Nothing is listed by hand: each alternative is tried on the record, so that the advice is true.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import msgspec

from assay.core.errors import UsageError
from assay.core.options import configure, options_of
from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.exporter import Carried, Exporter, attempt
from assay.releases.exporters.released import ReleasedRecord

_UNUSABLE = frozenset({"not_accepted", "withdrawn", "not_permitted"})
"""Reasons that hold in every format."""

_TRIED = 20
"""Dropped records of one reason and kind on which the other formats are tried: each is tried on
all options, but a release of a million records is not exported in thirty formats for advice."""


class CarryingOption(msgspec.Struct, frozen=True, kw_only=True):
    """An option that would carry records dropped for one reason."""

    option: str
    """The option as the command line takes it, such as `trajectories=true`."""
    records: int
    """How many of these records would have a row."""


class AlternativeCounter:
    """Counts, for each reason, what would carry the records dropped for it."""

    def __init__(self) -> None:
        self._options: dict[str, Counter[str]] = {}
        self._formats: dict[str, Counter[str]] = {}
        self._tried: Counter[tuple[str, str]] = Counter()
        self._alternatives: dict[str, tuple[tuple[str, Exporter], ...]] = {}

    def add(self, exporter: Exporter, released: ReleasedRecord, reason: str) -> None:
        """Try every alternative on one dropped record."""
        if reason in _UNUSABLE:
            return
        options = self._options.setdefault(reason, Counter())
        options.update(_carriers(self._others("options", exporter), released))
        kind = reason, released.record.kind
        self._tried[kind] += 1
        if self._tried[kind] <= _TRIED:
            formats = self._formats.setdefault(reason, Counter())
            formats.update(_carriers(self._others("formats", exporter), released))

    def options(self, reason: str) -> tuple[CarryingOption, ...]:
        """Options that would carry records dropped for a reason, the most effective first."""
        counts = self._options.get(reason, Counter())
        ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return tuple(CarryingOption(option=option, records=records) for option, records in ordered)

    def formats(self, reason: str) -> tuple[str, ...]:
        """Other formats that would carry some of these records with their default options."""
        return tuple(sorted(self._formats.get(reason, ())))

    def _others(self, sort: str, exporter: Exporter) -> tuple[tuple[str, Exporter], ...]:
        if sort not in self._alternatives:
            others = _with_another_option(exporter) if sort == "options" else _formats(exporter)
            self._alternatives[sort] = tuple(others)
        return self._alternatives[sort]


def _carriers(
    alternatives: tuple[tuple[str, Exporter], ...], released: ReleasedRecord
) -> Iterator[str]:
    for name, alternative in alternatives:
        if isinstance(attempt(alternative, released), Carried):
            yield name


def _with_another_option(exporter: Exporter) -> Iterator[tuple[str, Exporter]]:
    """The exporter with one option changed, for every other value that can be listed."""
    types: Mapping[str, Any] = get_type_hints(type(exporter))
    current = options_of(exporter)
    for name, value in current.items():
        for other in _values(types[name]):
            if other == value:
                continue
            text = str(other).lower() if isinstance(other, bool) else str(other)
            # An option may exclude another one that is set.
            with suppress(UsageError):
                yield f"{name}={text}", configure(type(exporter), current | {name: other})


def _values(annotation: Any) -> tuple[Any, ...]:
    if annotation is bool:
        return (False, True)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _formats(exporter: Exporter) -> Iterator[tuple[str, Exporter]]:
    """The other formats that come with Assay; those that take any record say nothing."""
    for name, kind in EXPORTERS.items():
        if name != exporter.name and not kind.any_record:
            yield name, cast("Exporter", kind())
