"""Tables to join: another file next to the data file, held in memory by its key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.bulk.rows import DiskFile
from assay.core.canonical import encode_json, parse_json
from assay.core.errors import InputError
from assay.records.mapping.document import Join, MappingDocument
from assay.records.mapping.scope import as_text
from assay.records.ports import Row
from assay.records.reader import CompanionReader, Reader

MAX_BYTES = 1 << 30
"""Most bytes of rows that one joined file may have in memory."""


class JoinTable:
    """Implements `records.ports.Lookup`: JSON text by key."""

    def __init__(self, rows: Mapping[str, bytes]) -> None:
        self._rows = rows

    def find(self, key: str) -> Mapping[str, Any] | None:
        """The one row with this key, or nothing."""
        text = self._rows.get(key)
        return None if text is None else parse_json(text)


def open_joins(document: MappingDocument, folder: Path) -> dict[str, JoinTable]:
    """Load every file that a mapping joins.

    Args:
        document: the mapping.
        folder: the folder of the data file; joined files are next to it.

    Raises:
        InputError: if a file is not there, leads elsewhere, has a faulty row, lacks its key or
            names a key twice.
    """
    return {name: _load(folder / join.file, join) for name, join in document.join.items()}


def open_companion(reader: Reader, data: Path) -> Reader:
    """The reader, joined with the second file of a data file where its format has one.

    Raises:
        InputError: as `open_joins` does.
    """
    if not isinstance(reader, CompanionReader):
        return reader
    places = (data.parent / place for place in reader.companions(data.name))
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return reader
    key = reader.companion_key
    return reader.joined(_load(path, Join(file=path.name, key=key, to=f"{{{key}}}")))


def _load(path: Path, join: Join) -> JoinTable:
    if path.is_symlink():
        raise InputError(
            code="path-leads-away",
            message="a joined file may not be a symbolic link",
            where=path.name,
            hint="put the file itself next to the data file",
        )
    rows: dict[str, bytes] = {}
    size = 0
    for row in DiskFile(path, join.rows.to_layout()).rows():
        key, text = _entry(row, join)
        if key in rows:
            if join.doubled == "refuse":
                raise _faulty(
                    join,
                    row,
                    f"the key {key[:60]!r} appears there twice; say `doubled: first` or `last` to take one",
                )
            if join.doubled == "first":
                continue
            size -= len(rows[key])
        rows[key] = text
        size += len(text)
        if size > MAX_BYTES:
            raise _faulty(join, row, f"the file has more than {MAX_BYTES} bytes of rows")
    return JoinTable(rows)


def _entry(row: Row, join: Join) -> tuple[str, bytes]:
    if row.fault:
        raise _faulty(join, row, row.fault.message)
    text = row.text if row.text is not None else encode_json(dict(row.values or {}))
    try:
        values = row.values or parse_json(text)
    except InputError as error:
        raise _faulty(join, row, error.message) from error
    if not isinstance(values, Mapping) or join.key not in values:
        raise _faulty(join, row, f"there is no {join.key!r}")
    return as_text(values[join.key]), text


def _faulty(join: Join, row: Row, message: str) -> InputError:
    return InputError(
        code="faulty-join",
        message=message,
        where=f"{join.file}, {row.where}",
        hint="fix the joined file; nothing was imported",
    )
