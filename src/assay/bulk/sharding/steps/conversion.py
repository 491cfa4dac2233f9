"""Conversion of the rows of a foreign file by a format: what an import would store, as lines.

The rows go through the intake of an import, so a row gives the facts, or is set aside for the
reason, that it would there.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec
import pyarrow as pa

from assay.bulk.sharding.contract import Prepared
from assay.core.errors import InputError, UsageError
from assay.core.keys import Purpose
from assay.core.version import __version__
from assay.records.intake import Intake
from assay.records.people_mask import existing_or_new_pseudonym
from assay.records.ports import Layout, Row
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import CompanionReader, FieldOptions, GroupReader, Reader, RowContext
from assay.records.record import Record
from assay.reserve.fingerprint import key_check

CONVERTED = pa.schema([("row", pa.int64()), ("family", pa.string()), ("body", pa.large_binary())])
"""The row, `record`, `judgment` or `set aside`, and the fact's canonical bytes or the reason."""


class ConversionContext(msgspec.Struct, frozen=True, kw_only=True):
    """How rows are read; the fields are those of `records.reader.RowContext`."""

    reader: str
    """Name of the reader."""
    kind: str
    """Kind of record."""
    source_class: str
    """Source class of the rows."""
    known_sources: tuple[str, ...]
    """Source classes of the program."""
    axes: dict[str, tuple[str, ...]]
    """The contract's sampling axes with their values."""
    scales: dict[str, tuple[str, ...]]
    """The rubric's dimensions with the values of their scales."""
    sections: tuple[str, ...] | None
    """Ids of the policy's sections."""
    fields: FieldOptions
    """What to do with fields that the format does not have."""
    key_check: str
    """What shows a worker that it has the program's key for pseudonyms."""
    release: str = __version__
    """Release of Assay: readers change with it."""


def conversion_context(reader: str, rows: RowContext, key: bytes) -> bytes:
    """The context of the step, from what an import of the same file would read its rows with.

    Args:
        reader: name of the reader.
        rows: what an import would read its rows with.
        key: the program's key for pseudonyms, of which the context holds a check alone.
    """
    context = ConversionContext(
        key_check=key_check(key),
        reader=reader,
        kind=rows.kind,
        source_class=rows.source_class,
        known_sources=tuple(sorted(rows.known_sources or ())),
        axes=_tuples(rows.axes),
        scales=_tuples(rows.scales),
        sections=rows.sections,
        fields=rows.fields,
    )
    return msgspec.json.encode(context, order="deterministic")


def _tuples(values: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {name: msgspec.convert(of_name, tuple[str, ...]) for name, of_name in values.items()}


def require_rowwise(reader: Reader) -> None:
    """Refuse a reader that needs more of its file than one row.

    Raises:
        UsageError: if rows are grouped, or a part of each is in a second file.
    """
    if isinstance(reader, CompanionReader | GroupReader):
        raise UsageError(
            code="not-by-rows",
            message=f"the reader {reader.name!r} needs more of its file than one row at a time",
            hint="import the file on one machine: assay record import",
        )


class ConversionStep:
    """The facts that each row of a foreign file gives."""

    name = "convert"
    version = 1
    key: Purpose | None = "pseudonyms"

    def __init__(self, load_reader: Callable[[str], Reader]) -> None:
        """Take what finds a reader by its name."""
        self._load_reader = load_reader

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:
        """The reader and what its rows are read with; see `contract.ShardStep`."""
        settings = msgspec.json.decode(context, type=ConversionContext)
        key = key or b""
        if key_check(key) != settings.key_check:
            raise UsageError(
                code="other-key",
                message="the rows were cut under another key for pseudonyms than this worker's",
                hint="give workers the key that assay.toml names as pseudonym_key",
            )
        reader = self._load_reader(settings.reader)
        require_rowwise(reader)
        rows = RowContext(
            kind=settings.kind,
            source_class=settings.source_class,
            pseudonym=existing_or_new_pseudonym(pseudonymiser(key)),
            known_sources=frozenset(settings.known_sources),
            axes=settings.axes,
            scales=settings.scales,
            sections=settings.sections,
            fields=settings.fields,
        )
        return lambda segment: _converted(segment, reader, rows)


def _converted(segment: pa.Table, reader: Reader, context: RowContext) -> pa.Table:
    # A judgment of a record that another shard holds is set aside, as the first import of it would.
    intake = Intake(reader, context, lambda _: None)
    lines: list[tuple[int, str, bytes]] = []
    for group in intake.units(_SegmentRows(segment)):
        number = group.rows[0].number
        for fact in group.facts:
            family = "record" if isinstance(fact.fact, Record) else "judgment"
            lines.append((number, family, fact.body))
        reasons = [(row.number, error) for row, error in group.set_aside]
        reasons += [(number, error) for error in group.judgments_set_aside]
        lines += [(row, "set aside", str(error).encode()) for row, error in reasons]
    columns = [list(column) for column in zip(*lines, strict=True)] or [[], [], []]
    return pa.table(columns, schema=CONVERTED)


class _SegmentRows:
    """The rows of a segment as a file's."""

    name, sha256, layout = "segment", "", Layout()
    unread_columns: tuple[str, ...] = ()

    def __init__(self, segment: pa.Table) -> None:
        self._segment = segment

    def rows(self, after: int = 0) -> Iterator[Row]:
        for line in self._segment.to_pylist():
            if line["row"] > after:
                fault = InputError(**msgspec.json.decode(line["fault"])) if line["fault"] else None
                yield Row(number=line["row"], line=line["line"], text=line["text"], fault=fault)
