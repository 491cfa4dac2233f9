"""A data file before its rows are read: which reader it has, and what the rows are read with."""

import sys
from pathlib import Path

import msgspec

from assay.bulk.fetch import current_revision, origin_revision
from assay.context import Context
from assay.core.choices import refuse_unknown
from assay.core.errors import AssayError, UsageError
from assay.plugins import load, names
from assay.records.kinds import KINDS
from assay.records.people_mask import existing_or_new_pseudonym
from assay.records.ports import Layout
from assay.records.reader import NO_FIELD_OPTIONS, FactReader, FieldOptions, Reader, RowContext
from assay.records.record import Record


def row_context(
    context: Context,
    reader: Reader,
    kind: str | None,
    source: str | None,
    fields: FieldOptions = NO_FIELD_OPTIONS,
) -> RowContext:
    """What the rows of a file are read with: kind, source class, and the documents in force.

    Raises:
        UsageError: for an unknown kind or source class, or one that is missing.
    """
    record_kind = kind or reader.kinds[0]
    refuse_unknown("kind", record_kind, KINDS)
    if kind and isinstance(reader, FactReader):
        raise UsageError(
            code="kind-in-the-line",
            message=f"each line of the format {reader.name!r} names its own kind",
            hint="leave --kind out",
        )
    classes = [source_class.id for source_class in context.documents.sources.classes]
    if source is not None:
        refuse_unknown("source class", source, classes)
    elif not isinstance(reader, FactReader):
        raise UsageError(
            code="no-source-class",
            message=f"the reader {reader.name!r} needs the source class of its rows",
            where="--source",
            hint=f"there are: {', '.join(classes)}",
        )
    return RowContext(
        kind=record_kind,
        source_class=source or "",
        pseudonym=existing_or_new_pseudonym(context.pseudonym),
        known_sources=frozenset(classes),
        axes=context.documents.contract.sampling.axes,
        scales={
            dimension.id: dimension.values for dimension in context.documents.rubric.dimensions
        },
        sections=tuple(section.id for section in context.documents.policy.sections),
        fields=fields,
    )


class FileContent(msgspec.Struct, frozen=True, kw_only=True):
    """The records of a file, read and not stored."""

    records: tuple[Record, ...]
    """Every record that a row of the file gave, in the order of the rows."""
    judgments: int
    """Judgments that are with them in the file."""
    reasons: tuple[str, ...]
    """Place and reason of every row that cannot be used."""


def read_file(
    context: Context,
    file: Path,
    *,
    source: str | None,
    kind: str | None,
    format: str | Path,  # noqa: A002  the one word for it
    layout: Layout | None,
) -> FileContent:
    """Read the records of a file without storing anything; the parameters are those of `import_`."""
    from assay.bulk.imports import preview_file  # noqa: PLC0415  readers of every format

    opened = open_reader(format, file)
    rows = row_context(context, opened, kind, source)
    preview = preview_file(file, opened, rows, layout=layout, first=sys.maxsize)
    return FileContent(
        records=tuple(read.record for read in preview.reads if read.record is not None),
        judgments=sum(len(read.judgments) for read in preview.reads),
        reasons=tuple(f"{where}: {reason}" for where, reason in preview.reasons),
    )


def is_current_address(
    address: str, origin: str, *, allow_private: bool
) -> tuple[bool | None, str]:
    """Whether an address still has the revision of an import's origin, and why that is not known."""
    earlier = origin_revision(origin)
    if not earlier:
        return None, "the server named no revision"
    try:
        revision = current_revision(address, allow_private=allow_private)
    except AssayError as error:
        return None, f"it could not be looked up: {error.message}"
    if not revision:
        return None, "the server names no revision"
    return revision == earlier, "" if revision == earlier else f"revision {revision} now"


def open_reader(reader: str | Path, file: Path) -> Reader:
    """The reader of this name, or the one that a mapping file makes for the data file.

    Raises:
        UsageError: for a path that is no mapping, or an unknown name.
        InputError: if the mapping cannot be used.
    """
    from assay.bulk.imports import open_mapping  # noqa: PLC0415  readers of every format
    from assay.bulk.joins import open_companion  # noqa: PLC0415  mappings

    if str(reader).endswith((".yaml", ".yml")):
        return open_mapping(Path(reader), file)
    if Path(reader).name != str(reader):
        raise UsageError(
            code="not-a-reader",
            message="this is a path, and not the name of a reader",
            where=str(reader),
            hint="a mapping is a file that ends with .yaml or .yml; readers: "
            + ", ".join(names("readers")),
        )
    return open_companion(load("readers", str(reader)), file)
