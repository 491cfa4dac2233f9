"""Inspect's packed log (`.eval`): a zip with one member a sample, as rows.

The sizes that an archive states of itself are not relied on: what is unpacked is counted, and
unpacking ends at a limit.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assay.bulk.stream import too_long
from assay.core.canonical import parse_json
from assay.core.errors import InputError, input_error_at
from assay.records.ports import Layout, Row

MAX_MEMBERS = 200_000
"""The most members of an archive that is read."""

MAX_UNPACKED = 64 * 2**30
"""The most bytes that the samples of one archive may unpack to."""

_HEADERS = ("header.json", "_journal/start.json")
"""Members that hold what the log says once; an unfinished log has the second alone."""

_SAMPLES = "samples/"
_ZSTANDARD = 93
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
"""What reading a member raises where it is damaged, or packed in a way that is not read."""


def rows_of_eval_log(path: Path, layout: Layout) -> Iterator[Row]:
    """The samples of a packed log, each beside the rest of the log.

    A row is `{"rest": {...}, "item": ...}`, as `json_rows.rows_of_list` gives it of the same log
    in JSON. A member that cannot be read is set aside alone.

    Args:
        path: the archive.
        layout: the longest member that is read, and whether NaN stands for a missing value.

    Raises:
        InputError: if it is no archive, has too many members, or holds no log.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise InputError(
            code="not-an-eval-log",
            message=f"the file is not a packed Inspect log: {error}",
            where=path.name,
            hint="check the file's name, or fetch it again",
        ) from error
    with archive:
        members = {member.filename: member for member in archive.infolist()}
        if len(archive.filelist) > MAX_MEMBERS:
            raise InputError(
                code="too-many-members",
                message=f"the log has {len(archive.filelist)} members, {MAX_MEMBERS} are read",
                where=path.name,
                hint="split the evaluation into several logs",
            )
        rest = _log_header(archive, members, layout, path.name)
        unpacked = 0
        samples = (name for name in members if _is_sample(name))
        for number, name in enumerate(samples, start=1):
            row, size = _sample_row(archive, members[name], layout, rest, number)
            unpacked += size
            if unpacked > MAX_UNPACKED:
                raise InputError(
                    code="too-much-unpacked",
                    message=f"the log unpacks to more than {MAX_UNPACKED} bytes",
                    where=path.name,
                    hint="split the evaluation into several logs",
                )
            yield row


def _is_sample(name: str) -> bool:
    return name.startswith(_SAMPLES) and name.endswith(".json")


def _log_header(
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    layout: Layout,
    file: str,
) -> dict[str, Any]:
    name = next((name for name in _HEADERS if name in members), None)
    if name is None:
        raise InputError(
            code="not-an-eval-log",
            message=f"the archive holds no log: it has no {_HEADERS[0]}",
            where=file,
            hint="name a log that Inspect wrote",
        )
    try:
        content = _unpack(archive, members[name], layout.max_row_bytes)
    except _DAMAGED as error:
        raise _damage_error(name, error) from error
    header = parse_json(content, lenient=layout.nan_is_null)
    if not isinstance(header, dict):
        raise InputError(
            code="not-an-object", message="the log's header is not an object", where=name
        )
    # A log of which only the start was written is one that did not end.
    return header if name == _HEADERS[0] else {"status": "started", **header}


def _sample_row(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    layout: Layout,
    rest: Mapping[str, Any],
    number: int,
) -> tuple[Row, int]:
    """The row of one sample, and how many bytes it unpacked to."""
    content = b""
    try:
        content = _unpack(archive, member, layout.max_row_bytes)
        item = parse_json(content, lenient=layout.nan_is_null)
    except InputError as error:
        row = Row(number=number, text=content or None, fault=input_error_at(error, member.filename))
    except _DAMAGED as error:
        row = Row(number=number, fault=_damage_error(member.filename, error))
    else:
        row = Row(number=number, values={"rest": rest, "item": item})
    return row, len(content)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of one member.

    Raises:
        InputError: if they are more than the limit.
        Exception: one of `_DAMAGED`.
    """
    if member.compress_type == _ZSTANDARD:
        content = _unpacked_zstandard(archive, member, limit)
    else:
        with archive.open(member) as stream:
            content = stream.read(limit + 1)
    if len(content) > limit:
        raise too_long(len(content), limit)
    return content


def _unpacked_zstandard(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of a member packed with Zstandard, which the standard library does not unpack."""
    import pyarrow as pa  # noqa: PLC0415  half a second that only packed logs need

    if member.flag_bits & _ENCRYPTED:
        raise RuntimeError("the member is encrypted")
    if member.compress_size > limit:
        raise too_long(member.compress_size, limit)
    packed = io.BytesIO(_packed_bytes(archive, member))
    with pa.PythonFile(packed, mode="r") as source, pa.CompressedInputStream(source, "zstd") as it:
        content = bytes(it.read(limit + 1))
    if len(content) <= limit and zlib.crc32(content) != member.CRC:
        raise zipfile.BadZipFile("its checksum is another one")
    return content


def _packed_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The packed bytes of a member, which follow its name in the file."""
    file = archive.fp
    if file is None:
        raise zipfile.BadZipFile("the archive is closed")
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER)
    if not header.startswith(b"PK\x03\x04") or len(header) < _LOCAL_HEADER:
        raise zipfile.BadZipFile("it does not begin with a header")
    name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    file.seek(name + extra, io.SEEK_CUR)
    return file.read(member.compress_size)


def _damage_error(name: str, error: Exception) -> InputError:
    return InputError(
        code="damaged-file",
        message=f"the member cannot be unpacked: {error}",
        where=name,
        hint="fetch the log again, or write it as JSON: inspect log convert --to json",
    )
