"""Alternatives: the option, or the other format, under which a dropped record would have a row.

Nothing is listed by hand: each alternative is tried on the record, so that the advice is true.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations, product
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
"""Dropped records of one reason and kind on which the other formats, and two options at once, are
tried: a release of a million records is not exported in thirty formats for advice."""


class CarryingOption(msgspec.Struct, frozen=True, kw_only=True):
    """An option that would carry records dropped for one reason."""

    option: str
    """The option as the command line takes it, such as `trajectories=true`; of two that carry a record
    only together, `stage=ranking -o images=true`."""
    records: int
    """How many of these records would have a row."""


class AlternativeCounter:
    """Counts, for each reason, what would carry the records dropped for it."""

    def __init__(self) -> None:
        self._options: dict[str, Counter[str]] = {}
        self._formats: dict[str, Counter[str]] = {}
        self._tried: Counter[tuple[str, str]] = Counter()
        self._alternatives: dict[str, _Alternatives] = {}
        self._two_options: dict[tuple[str, str], set[str]] = {}

    def add(self, exporter: Exporter, released: ReleasedRecord, reason: str) -> None:
        """Try every alternative on one dropped record."""
        if reason in _UNUSABLE:
            return
        kind = reason, released.record.kind
        self._tried[kind] += 1
        is_tried = self._tried[kind] <= _TRIED
        options = self._options.setdefault(reason, Counter())
        options.update(self._carrying_options(exporter, released, kind, is_tried=is_tried))
        if is_tried:
            formats = self._formats.setdefault(reason, Counter())
            formats.update(_carriers(self._others("formats", exporter), released))

    def _carrying_options(
        self, exporter: Exporter, released: ReleasedRecord, kind: tuple[str, str], *, is_tried: bool
    ) -> list[str]:
        """The options of which each alone carries a record, or else those that do by twos."""
        single = list(_carriers(self._others("options", exporter), released))
        if single:
            return single
        # Of the twos only those are tried on every record that carried one of the first of its kind.
        carrying = self._two_options.setdefault(kind, set())
        others = self._others("two options", exporter)
        if not is_tried:
            others = tuple(other for other in others if other[0] in carrying)
        double = list(_carriers(others, released))
        carrying.update(double)
        return double

    def options(self, reason: str) -> tuple[CarryingOption, ...]:
        """Options that would carry records dropped for a reason, the most effective first."""
        counts = self._options.get(reason, Counter())
        ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return tuple(CarryingOption(option=option, records=records) for option, records in ordered)

    def formats(self, reason: str) -> tuple[str, ...]:
        """Other formats that would carry some of these records with their default options."""
        return tuple(sorted(self._formats.get(reason, ())))

    def _others(self, sort: str, exporter: Exporter) -> "_Alternatives":
        if sort not in self._alternatives:
            self._alternatives[sort] = tuple(_ALTERNATIVES[sort](exporter))
        return self._alternatives[sort]


_Alternatives = tuple[tuple[str, Exporter], ...]
"""Names, as the report has them, each with the exporter that is tried under it."""


def _carriers(
    alternatives: Iterable[tuple[str, Exporter]], released: ReleasedRecord
) -> Iterator[str]:
    for name, alternative in alternatives:
        if isinstance(attempt(alternative, released), Carried):
            yield name


def _with_other_options(exporter: Exporter, count: int) -> Iterator[tuple[str, Exporter]]:
    """The exporter with some of its options changed, for every other value that can be listed."""
    types: Mapping[str, Any] = get_type_hints(type(exporter))
    current = options_of(exporter)
    others = {
        name: [other for other in _values(types[name]) if other != value]
        for name, value in current.items()
    }
    for names in combinations(others, count):
        for values in product(*(others[name] for name in names)):
            changed = dict(zip(names, values, strict=True))
            # An option may exclude another one that is set.
            with suppress(UsageError):
                option = " -o ".join(f"{name}={_spelt(value)}" for name, value in changed.items())
                yield option, configure(type(exporter), current | changed)


def _spelt(value: object) -> str:
    """An option's value as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(annotation: Any) -> tuple[Any, ...]:
    if annotation is bool:
        return (False, True)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _formats(exporter: Exporter) -> Iterator[tuple[str, Exporter]]:
    """The other formats that come with Assay; those that take any record say nothing."""
    for name, kind in EXPORTERS.items():
        if name != exporter.name and not kind.any_record:
            yield name, cast("Exporter", kind())


_ALTERNATIVES: Mapping[str, Callable[[Exporter], Iterator[tuple[str, Exporter]]]] = {
    "options": lambda exporter: _with_other_options(exporter, 1),
    "two options": lambda exporter: _with_other_options(exporter, 2),
    "formats": _formats,
}
"""Sort of alternative -> all of that sort."""
