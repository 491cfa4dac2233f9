"""The intake: rows become checked facts, or are set aside with their reason."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.choices import nearest
from assay.core.digest import sha256
from assay.core.errors import UNFORESEEN, InputError, UsageError, unforeseen_shape
from assay.core.fact import Fact
from assay.core.identity import make_id
from assay.records.attachment import AttachmentReading, reading_attachments
from assay.records.coherence import judgment_faults, record_faults
from assay.records.extra_fields import (
    count_null_arguments,
    keep_extras,
    note_extra,
    noting_extras,
)
from assay.records.grouping import Groups, group_rows
from assay.records.judgment import Judgment
from assay.records.ports import Row, RowFile, row_values
from assay.records.reader import (
    ColumnReader,
    FactReader,
    GroupReader,
    Read,
    Reader,
    Recurrence,
    RowContext,
)
from assay.records.record import Record
from assay.records.unit import RowGroup
from assay.records.votes import Votes

# Judgments usually stand near their record: most are found here without asking the store.
_RECORDS_KEPT = 512
_FAULTS_SHOWN = 3

_record_decoder = msgspec.json.Decoder(Record)
_judgment_decoder = msgspec.json.Decoder(Judgment)


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
        mapped = reader if isinstance(reader, GroupReader) else None
        self._is_mapped = mapped is not None
        self._groups = mapped if mapped and mapped.group_columns else None
        # A plug-in declares its fields and need not look for others itself.
        declared = reader.columns.get(context.kind) if isinstance(reader, ColumnReader) else None
        self._columns = None if declared is None else frozenset(declared)
        self._names_votes = bool(mapped and mapped.names_votes)
        self._votes = Votes()
        self._recent: OrderedDict[str, Record] = OrderedDict()
        self._checked: OrderedDict[int, tuple[Record, str]] = OrderedDict()

    @property
    def takes_facts(self) -> bool:
        """Whether the rows are our own facts, which are taken as they are."""
        return self._lines is not None

    def units(self, file: RowFile, after: int = 0) -> Iterator[RowGroup]:
        """Rows as units with their facts, in the order of their last rows.

        Args:
            file: the rows.
            after: the row up to which an earlier run has committed its units.

        Raises:
            InputError: if the file as a whole cannot be used.
        """
        if self._names_votes:
            self._survey_votes(file)
        for unit in self._row_groups(file, after):
            # A resumed run reads grouped files from their start: a group may begin before the row
            # that was reached.
            if unit.rows[-1].number > after:
                self._fill(unit)
                yield unit

    def _row_groups(self, file: RowFile, after: int) -> Iterator[RowGroup]:
        if self._groups is not None:
            yield from Groups(self._groups, file.rows).units()
            return
        for row in file.rows(after=after):
            yield RowGroup([row], [(row, row.fault)] if row.fault else [])

    def _survey_votes(self, file: RowFile) -> None:
        """Learn which votes differ from row to row before the first of them is used."""
        for unit in self._row_groups(file, 0):
            self._fill(unit)
            for judgment in unit.facts:
                if isinstance(judgment, Judgment):
                    self._votes.note(judgment, unit.recurrences.get(judgment.id))
        self._votes.close()

    def _fill(self, unit: RowGroup) -> None:
        rows = unit.usable_rows
        if not rows:
            return
        try:
            self._read_into(unit, rows)
        except InputError as error:
            unit.refuse(error)
        except UNFORESEEN as error:
            # A reader should refuse each shape itself. One that does not, a plug-in's too, costs the
            # row and not the import.
            unit.refuse(unforeseen_shape(error))

    def _read_into(self, unit: RowGroup, rows: Sequence[Row]) -> None:
        records: dict[str, Fact] = {}
        judgments: list[tuple[str, Judgment]] = []
        recurrences: dict[str, Recurrence] = {}
        set_aside: list[InputError] = []
        redacted: dict[str, int] = {}
        for read in self._read_rows(unit, rows):
            if read.record is not None:
                records[self._check(read.record)] = read.record
            set_aside += read.set_aside
            for kind, count in read.redacted.items():
                redacted[kind] = redacted.get(kind, 0) + count
            for number, judgment in enumerate(read.judgments):
                identity = self._typed_id(judgment, _judgment_decoder)
                _refuse("judgment", judgment_faults(self._record_of(judgment), judgment))
                judgments.append((identity, judgment))
                if read.recurrences:
                    recurrences[identity] = read.recurrences[number]
                    self._votes.refuse_differing(judgment, read.recurrences[number])
        unit.facts = [*records.values(), *(judgment for _, judgment in judgments)]
        unit.ids = [*records, *(identity for identity, _ in judgments)]
        unit.recurrences = recurrences
        unit.judgments_set_aside, unit.redacted = set_aside, redacted

    def _read_rows(self, unit: RowGroup, rows: Sequence[Row]) -> Sequence[Read]:
        first = rows[0]
        if self._lines is not None and first.text is not None:
            reads = self._lines.read_line(first.text, self._context)
            unit.attachments = self._contents(reads)
            return reads
        values = group_rows(rows) if self._groups else row_values(first, exact=self._is_mapped)
        context = self._context
        if self._is_mapped:
            # A mapping reads the fields that it names: it has no others, and no options for them.
            with reading_attachments(
                context.load_attachment, context.max_attachment_bytes
            ) as files:
                reads = self._reader.read(values, context)
            unit.attachments = files.contents
            reads, unit.extras = count_null_arguments(reads, context.fields)
            return reads
        options = context.fields
        if options.ignore:
            values = {name: value for name, value in values.items() if name not in options.ignore}
        with (
            noting_extras(options) as extras,
            reading_attachments(context.load_attachment, context.max_attachment_bytes) as files,
        ):
            for name in _undeclared_names(values, self._columns):
                note_extra("", name, values[name])
            reads = self._reader.read(values, context)
        unit.attachments = files.contents
        if extras.outer or extras.inner or extras.unusable:
            reads, unit.extras = keep_extras(reads, extras, options)
        if self._lines is None:
            reads, arguments = count_null_arguments(reads, options)
            unit.extras = {**unit.extras, **arguments} if arguments else unit.extras
        return reads

    def _contents(self, reads: Sequence[Read]) -> Mapping[str, bytes]:
        """The bytes of the attachments that our own lines name by their digests."""
        files = AttachmentReading(self._context.load_attachment, self._context.max_attachment_bytes)
        for read in reads:
            for attachment in read.record.attachments if read.record else ():
                files.require(attachment, "attachments")
        return files.contents

    def _check(self, record: Record) -> str:
        """The id of a record that may be used; one that the reader gives again is checked once."""
        known = self._checked.get(id(record))
        if known is not None:
            return known[1]
        identity = self._typed_id(record, _record_decoder)
        _refuse("record", record_faults(record))
        _refuse_unknown_sources(record, self._context.known_sources)
        self._remember(record, identity)
        # The record is held with its place in memory, so that no other one can take that place.
        self._checked[id(record)] = (record, identity)
        if len(self._checked) > _RECORDS_KEPT:
            self._checked.popitem(last=False)
        return identity

    def _typed_id(self, fact: Fact, decoder: msgspec.json.Decoder[Any]) -> str:
        """The id of a fact; one that a reader built must be readable again.

        Constructing a Struct checks no types.
        """
        if self._lines is not None:
            return fact.id
        try:
            body = fact.canonical()
            decoder.decode(body)
        except (msgspec.ValidationError, UnicodeEncodeError, TypeError) as error:
            raise InputError(
                code="wrong-type",
                message=f"the row gives a value that the format does not have: {error}",
                hint="names are lower case with digits and _; numbers stay within 53 bits",
            ) from error
        return make_id(fact.prefix, sha256(body))

    def _record_of(self, judgment: Judgment) -> Record:
        return self._recent.get(judgment.record) or self._stored_record(judgment.record)

    def _stored_record(self, identity: str) -> Record:
        record = self._find(identity)
        if record is None:
            raise InputError(
                code="unknown-record",
                message=f"the judgment is about {identity}, which is not in the store",
                hint="import the records first, then the rejects file",
            )
        return record

    def _remember(self, record: Record, identity: str) -> None:
        self._recent[identity] = record
        if len(self._recent) > _RECORDS_KEPT:
            self._recent.popitem(last=False)


def stored_record(get: Callable[[type[Record], str], Record], identity: str) -> Record | None:
    """The stored record with this whole id, or nothing."""
    try:
        return get(Record, identity)
    except UsageError:
        return None


def _undeclared_names(values: Mapping[str, Any], declared: frozenset[str] | None) -> list[str]:
    return [] if declared is None else [name for name in values if name not in declared]


def _refuse(what: str, faults: Iterable[str]) -> None:
    texts = list(faults)
    if texts:
        more = f" (and {len(texts) - _FAULTS_SHOWN} more)" if len(texts) > _FAULTS_SHOWN else ""
        raise InputError(
            code=f"incoherent-{what}",
            message="; ".join(texts[:_FAULTS_SHOWN]) + more,
            hint="fix the row, or the mapping that reads it",
        )


def _refuse_unknown_sources(record: Record, known_classes: frozenset[str] | None) -> None:
    """Set a record aside whose rights cannot be looked up."""
    if known_classes is None:
        return
    for number, source in enumerate(record.sources):
        if source.source_class not in known_classes:
            near = nearest(source.source_class, sorted(known_classes))
            raise InputError(
                code="unknown-source-class",
                message=f"sources.yaml has no source class {source.source_class!r}",
                where=f"sources[{number}]",
                hint=f"did you mean {near!r}?" if near else "add it there, or fix the row",
            )
