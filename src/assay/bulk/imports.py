"""Importing a file from the disk: the rows, the rejects file next to it, and the use case."""

import itertools
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from assay.bulk.attachments import AttachmentFolder, attachment_loader
from assay.bulk.joins import open_joins
from assay.bulk.rejects import SUFFIX, RejectsFile
from assay.bulk.rows import DiskFile
from assay.core.errors import InputError
from assay.core.ports import FactStore
from assay.core.progress import ProgressCallback
from assay.records.extra_fields import HOMES
from assay.records.mapping.load import require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.people_mask import PeopleMask
from assay.records.ports import Layout, row_values
from assay.records.reader import (
    ColumnReader,
    LayoutReader,
    PeopleReader,
    Reader,
    RedactingReader,
    RowContext,
)
from assay.records.report import ImportReport
from assay.records.service import Preview, import_rows, preview_rows


def import_file(
    path: Path,
    reader: Reader,
    context: RowContext,
    *,
    store: FactStore,
    actor: str,
    layout: Layout | None = None,
    rejects: Path | None = None,
    documents: Mapping[str, str] = {},
    progress: ProgressCallback | None = None,
    origin: str = "",
    attachments: AttachmentFolder | None = None,
    fetch_attachment: Callable[[str], bytes] | None = None,
) -> ImportReport:
    """Import one file; see `records.service.import_rows` for what holds and what is raised.

    Args:
        path: the file.
        reader: the format.
        context: kind, source class and pseudonymiser.
        store: where facts go.
        actor: who imports.
        layout: how to cut the file; its name and the reader say what this leaves open.
        rejects: folder for `<name>.set-aside.jsonl`; the file's own folder where absent.
        documents: ids of the documents in force.
        progress: called after each commit.
        origin: where the file was fetched from; the list of imports keeps it in place of its name.
        attachments: where the bytes of attachments go; None: rows with files of their own are set
            aside.
        fetch_attachment: gives the bytes behind an attachment's address; None: only the address is
            kept.
    """
    if attachments is not None:
        attachments.clear_drafts()
        context = _with_loader(context, path, attachments, fetch_attachment)
    file = DiskFile(path, _joined_layout(layout, reader), _column_filter(reader, context))
    file.name = origin or file.name
    templates = reader.people if isinstance(reader, PeopleReader) else {}
    mask = PeopleMask(context.pseudonym, templates, redacts=isinstance(reader, RedactingReader))
    rejects_file = RejectsFile((rejects or path.parent) / f"{path.name}{SUFFIX}", mask)
    with closing(rejects_file):
        return import_rows(
            file,
            reader,
            context,
            store=store,
            rejects=rejects_file,
            actor=actor,
            mapping=reader.digest if isinstance(reader, MappingReader) else "",
            documents=documents,
            progress=progress,
            attachments=attachments,
            fetches_attachments=fetch_attachment is not None,
        )


def preview_file(
    path: Path,
    reader: Reader,
    context: RowContext,
    *,
    layout: Layout | None = None,
    first: int = 5,
    attachments: AttachmentFolder | None = None,
) -> Preview:
    """What the first rows of a file would become; see `records.service.preview_rows`."""
    if attachments is not None:
        context = _with_loader(context, path, attachments, None)
    file = DiskFile(path, _joined_layout(layout, reader), _column_filter(reader, context))
    return preview_rows(file, reader, context, first=first)


def _with_loader(
    context: RowContext,
    path: Path,
    attachments: AttachmentFolder,
    fetch: Callable[[str], bytes] | None,
) -> RowContext:
    """The context of rows that may name files below the folder of their data file."""
    limit = context.max_attachment_bytes
    load = attachment_loader(path, attachments, max_bytes=limit, fetch=fetch)
    return msgspec.structs.replace(context, load_attachment=load)


HEAD_ROWS = 200
"""Rows of a data file that a proposal looks at."""


def head_rows(path: Path, layout: Layout | None = None) -> list[Mapping[str, Any]]:
    """The rows at the head of a file that can be read, parsed; at least one.

    Args:
        path: the file.
        layout: how to cut it; its name says what this leaves open.

    Raises:
        InputError: if no row of the head can be read.
    """
    rows = []
    for row in itertools.islice(DiskFile(path, layout).rows(), HEAD_ROWS):
        try:
            rows.append(row_values(row))
        except InputError:
            continue  # a broken row shows no columns; the import names it
    if not rows:
        raise InputError(
            code="no-rows",
            message=f"none of the first {HEAD_ROWS} rows can be read",
            where=path.name,
            hint="a row is a JSON object, or a line of a table below its header",
        )
    return rows


def open_mapping(mapping: Path, data: Path) -> MappingReader:
    """The reader that a mapping file makes for one data file, its joined files loaded.

    Args:
        mapping: the YAML file.
        data: the file to import; joined files are next to it.

    Raises:
        InputError: if the mapping or a joined file has faults, or is not there.
    """
    try:
        content = mapping.read_bytes()
    except OSError as error:
        raise InputError(
            code="no-such-file",
            message=f"the mapping cannot be read: {error.strerror}",
            where=str(mapping),
            hint="check the path; `assay init --from FILE` proposes a mapping",
        ) from error
    document = require_mapping(mapping.name, content)
    return MappingReader(document, open_joins(document, data.parent))


def _joined_layout(layout: Layout | None, reader: Reader) -> Layout | None:
    """The caller's layout, joined with what the reader knows of its files."""
    if not isinstance(reader, LayoutReader):
        return layout
    return layout.over(reader.layout) if layout else reader.layout


def _column_filter(reader: Reader, context: RowContext) -> Callable[[str], bool] | None:
    """Whether the reader reads a table's column of a name; None where it may read any."""
    options = context.fields
    if isinstance(reader, MappingReader):
        return reader.may_read
    columns = reader.columns.get(context.kind) if isinstance(reader, ColumnReader) else None
    if columns is not None and not options.strict:
        read = {*columns, *HOMES, *options.keep}
        return read.difference(options.ignore).__contains__
    return (lambda name: name not in options.ignore) if options.ignore else None
