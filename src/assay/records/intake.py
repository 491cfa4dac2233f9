"""The intake: rows become checked facts, or are set aside with their reason."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from assay.contracts.shape import nearest
from assay.core.errors import InputError, UsageError
from assay.core.fact import Fact
from assay.records.coherence import judgment_faults, record_faults
from assay.records.judgment import Judgment
from assay.records.occasion import Occasions
from assay.records.ports import Row, row_values
from assay.records.reader import FactReader, GroupReader, Read, Reader, RowContext
from assay.records.record import Record

MAX_GROUP_ROWS = 10_000
"""A longer run of rows with one group key is a mistake in the mapping."""

_RECORDS_KEPT = 512
_FAULTS_TOLD = 3

_record_decoder = msgspec.json.Decoder(Record)
_judgment_decoder = msgspec.json.Decoder(Judgment)


class Unit(msgspec.Struct):
    """Rows that are read as one: a single row, or a group that a mapping names."""

    rows: list[Row]
    """The rows; ones with a fault may stand among them."""
    set_aside: list[tuple[Row, InputError]] = []
    """Rows of the unit that cannot be used, each with its reason."""
    facts: Sequence[Fact] = ()
    """The facts that the other rows gave, a record before its judgments."""
    ids: Sequence[str] = ()
    """The ids of the facts."""

    @property
    def used(self) -> list[Row]:
        """The rows that the facts came from."""
        if not self.set_aside:
            return self.rows
        gone = {row.number for row, _ in self.set_aside}
        return [row for row in self.rows if row.number not in gone]


class Intake:
    """Turns rows into facts; holds only what the rest of the same import needs."""

    def __init__(
        self, reader: Reader, context: RowContext, find: Callable[[str], Record | None]
    ) -> None:
        """Prepare for one import.

        Args:
            reader: the format.
            context: kind, source classes and pseudonymiser.
            find: the stored record with an id, for rows that hold only judgments.
        """
        self._reader = reader
        self._context = context
        self._find = find
        self._lines = reader if isinstance(reader, FactReader) else None
        self._groups = reader if isinstance(reader, GroupReader) else None
        self._occasions = Occasions()
        self._recent: OrderedDict[str, Record] = OrderedDict()

    @property
    def counts_occasions(self) -> bool:
        """Whether what a row gives depends on the rows before it."""
        return self._lines is None

    def units(self, rows: Iterable[Row]) -> Iterator[Unit]:
        """Rows as units with their facts, in order."""
        for unit in self._gathered(rows):
            self._fill(unit)
            yield unit

    def _gathered(self, rows: Iterable[Row]) -> Iterator[Unit]:
        if self._groups is None:
            for row in rows:
                yield Unit([row], [(row, row.fault)] if row.fault else [])
            return
        open_key: tuple[str, ...] | None = None
        unit = Unit([])
        for row in map(_parsed, rows):
            key, fault = self._key(row)
            parts = fault is None and (key != open_key or key is None)
            if unit.rows and (parts or len(unit.rows) >= MAX_GROUP_ROWS):
                yield unit
                unit = Unit([])
            unit.rows.append(row)
            if fault is None:
                open_key = key
            else:
                unit.set_aside.append((row, fault))
        if unit.rows:
            yield unit

    def _key(self, row: Row) -> tuple[tuple[str, ...] | None, InputError | None]:
        if row.fault or self._groups is None:
            return None, row.fault
        try:
            return self._groups.group_of(row.values or {}), None
        except InputError as error:
            return None, error

    def _fill(self, unit: Unit) -> None:
        rows = unit.used
        if not rows:
            return
        try:
            facts = self._facts(rows)
        except InputError as error:
            unit.set_aside += [(row, error) for row in rows]
        else:
            unit.facts = list(facts.values())
            unit.ids = list(facts)

    def _facts(self, rows: Sequence[Row]) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        judgments: list[Judgment] = []
        for read in self._read(rows):
            if read.record is not None:
                _refuse("record", record_faults(read.record))
                _refuse_unknown_sources(read.record, self._context.known_sources)
                facts[self._remember(read.record)] = read.record
            for judgment in read.judgments:
                _refuse("judgment", judgment_faults(self._record_of(judgment), judgment))
                judgments.append(judgment)
        if self._lines is None:
            # Counted only here, when nothing can set the row aside any more.
            judgments = [self._occasions.number(judgment) for judgment in judgments]
        return facts | {judgment.id: judgment for judgment in judgments}

    def _read(self, rows: Sequence[Row]) -> Sequence[Read]:
        first = rows[0]
        if self._lines is not None and first.text is not None:
            return self._lines.read_line(first.text, self._context)
        values = row_values(first)
        if self._groups is not None and self._groups.group_of(values) is not None:
            values = {**values, "rows": [row_values(row) for row in rows]}
        reads = self._reader.read(values, self._context)
        if self._lines is None:
            for read in reads:
                _refuse_untyped(read)
        return reads

    def _record_of(self, judgment: Judgment) -> Record:
        return self._recent.get(judgment.record) or self._found(judgment.record)

    def _found(self, identity: str) -> Record:
        record = self._find(identity)
        if record is None:
            raise InputError(
                code="unknown-record",
                message=f"the judgment is about {identity}, which is not in the store",
                hint="import the records first, then the rejects file",
            )
        return record

    def _remember(self, record: Record) -> str:
        identity = record.id
        self._recent[identity] = record
        if len(self._recent) > _RECORDS_KEPT:
            self._recent.popitem(last=False)
        return identity


def stored_record(get: Callable[[type[Record], str], Record], identity: str) -> Record | None:
    """The stored record with this whole id, or nothing."""
    try:
        return get(Record, identity)
    except UsageError:
        return None


def _parsed(row: Row) -> Row:
    """The row with its JSON text parsed; a fault where it cannot be."""
    if row.fault or row.values is not None:
        return row
    try:
        return msgspec.structs.replace(row, values=row_values(row))
    except InputError as error:
        return msgspec.structs.replace(row, fault=error)


def _refuse(what: str, faults: Iterable[str]) -> None:
    found = list(faults)
    if found:
        more = f" (and {len(found) - _FAULTS_TOLD} more)" if len(found) > _FAULTS_TOLD else ""
        raise InputError(
            code=f"incoherent-{what}",
            message="; ".join(found[:_FAULTS_TOLD]) + more,
            hint="mend the row, or the mapping that reads it",
        )


def _refuse_unknown_sources(record: Record, known: frozenset[str] | None) -> None:
    """Set a record aside whose rights nobody can look up."""
    if known is None:
        return
    for number, source in enumerate(record.sources):
        if source.source_class not in known:
            near = nearest(source.source_class, sorted(known))
            raise InputError(
                code="unknown-source-class",
                message=f"sources.yaml has no source class {source.source_class!r}",
                where=f"sources[{number}]",
                hint=f"did you mean {near!r}?" if near else "add it there, or mend the row",
            )


def _refuse_untyped(read: Read) -> None:
    """Prove that what a reader built can be read back: constructing it checked nothing."""
    try:
        if read.record is not None:
            _record_decoder.decode(read.record.canonical())
        for judgment in read.judgments:
            _judgment_decoder.decode(judgment.canonical())
    except (msgspec.ValidationError, UnicodeEncodeError, TypeError) as error:
        raise InputError(
            code="wrong-type",
            message=f"the row gives a value that the format does not have: {error}",
            hint="names are lower case with digits and _; numbers stay within 53 bits",
        ) from error
