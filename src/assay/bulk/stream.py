"""Byte streams: a file, unpacked on the way, with its digest and how far it has been read."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from assay.core.errors import InputError, MachineError

BUFFER = 1 << 20
"""Bytes that are read at once."""

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
"""Last suffix of a file's name -> how it is packed."""

DAMAGED = (EOFError, OSError, zlib.error)
"""What unpacking raises where the packed bytes are cut or damaged."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}

_PACKED_MARKS = {
    b"\x1f\x8b": ("packed by gzip", "let its name end in .gz"),
    b"\x28\xb5\x2f\xfd": ("packed by zstd", "let its name end in .zst"),
    b"PK\x03\x04": ("a zip archive", "unpack it; save a spreadsheet as CSV"),
}
"""How packed bytes begin, which no row of text does: what the file is, and what to do."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of a stream."""

    number: int
    """Place in the stream, counted from 1."""
    content: bytes
    """The line without its end; empty where it was too long to keep."""
    length: int
    """How many bytes it has."""
    is_whole: bool = True
    """Whether the line is within the limit, so that its content is here."""
    end: bytes = b""
    """The characters that end it: a line feed, a return and a line feed, or none."""


def content_name(path: Path) -> str:
    """The file's name without the suffix of its compression."""
    return path.stem if path.suffix in COMPRESSIONS else path.name


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_file(path: Path) -> None:
    """Refuse what is not a file, or an empty one.

    Raises:
        InputError: if there is nothing to read.
        MachineError: if the file may not be read.
    """
    if path.is_dir():
        raise InputError(
            code="not-a-file", message="this is a folder, and an import reads one file",
            where=path.name or str(path), hint="name a file in it",
        )  # fmt: skip
    if not path.is_file():
        raise InputError(
            code="no-such-file", message="there is no such file", where=path.name,
            hint="check the name",
        )  # fmt: skip
    if path.stat().st_size == 0:
        raise InputError(
            code="empty-file", message="the file is empty", where=path.name,
            hint="check that it was written to its end",
        )  # fmt: skip
    try:
        path.open("rb").close()
    except OSError as error:
        raise MachineError(
            code="unreadable-file", message=f"the file cannot be opened: {error.strerror}",
            where=path.name, hint="check its permissions",
        ) from error  # fmt: skip


def require_sound(path: Path) -> None:
    """Unpack a packed file once, so that no row is taken from a damaged one.

    Damage shows only at the checksum behind the rows. A file that is merely cut at its end
    passes: what comes before the cut is sound. A plain file is not read.

    Raises:
        InputError: if the packed bytes are not those that were packed.
    """
    if path.suffix not in COMPRESSIONS:
        return
    try:
        with path.open("rb", buffering=0) as raw, _open_unpacked(path, raw) as stream:
            while stream.read1(BUFFER):
                pass
    except DAMAGED as error:
        if not _is_cut(error):
            raise InputError(
                code="damaged-file", message=f"the compressed file is damaged: {error}",
                where=path.name, hint="fetch the file again; no row of it was read",
            ) from error  # fmt: skip


def _is_cut(error: BaseException) -> bool:
    """Whether the bytes ended too early; gzip and zstd report it in different ways."""
    return isinstance(error, EOFError) or str(error).startswith("Truncated compressed stream")


@contextmanager
def open_bytes(path: Path) -> Iterator[io.BufferedReader]:
    """The unpacked bytes of a file, its UTF-8 byte order mark left out.

    Raises:
        InputError: if the bytes start with the mark of UTF-16 or UTF-32, or are packed in a way
            that the file's name does not say.
    """
    with path.open("rb", buffering=0) as raw, _open_unpacked(path, raw) as stream:
        _skip_mark(stream, path.name)
        yield stream


@contextmanager
def _open_unpacked(path: Path, raw: io.FileIO) -> Iterator[io.BufferedReader]:
    packed = COMPRESSIONS.get(path.suffix)
    if packed == "zstd":
        import pyarrow as pa  # noqa: PLC0415  half a second that only zstd needs

        with pa.PythonFile(raw, mode="r") as source, pa.CompressedInputStream(source, "zstd") as it:
            yield io.BufferedReader(it, BUFFER)
    elif packed == "gzip":
        with gzip.GzipFile(fileobj=raw) as unzipped:
            yield io.BufferedReader(_AsItComes(unzipped), BUFFER)
    else:
        yield io.BufferedReader(raw, BUFFER)


class _AsItComes(io.RawIOBase):
    """Passes on what is unpacked so far, so that a cut later in the file loses none of it."""

    def __init__(self, unzipped: gzip.GzipFile) -> None:
        self._unzipped = unzipped

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._unzipped.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _skip_mark(stream: io.BufferedReader, name: str) -> None:
    try:
        start = stream.peek(4)[:4]
    except DAMAGED:
        return
    for mark, encoding in _OTHER_MARKS.items():
        if start.startswith(mark):
            raise InputError(
                code="wrong-encoding", message=f"the file is {encoding}, not UTF-8",
                where=name, hint="convert it to UTF-8 first",
            )  # fmt: skip
    for mark, (what, hint) in _PACKED_MARKS.items():
        if start.startswith(mark):
            raise InputError(
                code="packed-file", message=f"the file is {what}, and its name does not say so",
                where=name, hint=hint,
            )  # fmt: skip
    if start.startswith(_BYTE_ORDER_MARK):
        stream.read(len(_BYTE_ORDER_MARK))


BLANK_ROWS = b" \t\r\n\x0b\x0c"
"""What blank lines between JSON lines are made of."""

BLANK_TABLE_ROWS = b"\r\n"
"""What blank lines between the rows of a table are made of."""

_PATIENCE = 100
"""Consecutive blank lines after which the rest of them is skipped at once."""


def lines(
    stream: io.BufferedReader,
    limit: int,
    blank: bytes = BLANK_ROWS,
    *,
    between: Callable[[], bool] = lambda: True,
) -> Iterator[Line]:
    """Every line of a stream; of one longer than the limit only the length.

    Of many consecutive blank lines only the first are given; all are counted.

    Args:
        stream: UTF-8 bytes.
        limit: the longest line whose content is given, in bytes.
        blank: what blank lines are made of.
        between: whether the next line begins a row; within one, blank lines are content.

    Raises:
        EOFError, OSError, zlib.error: where packed bytes are cut or damaged; lines before that
            place have been given.
    """
    number = blanks = 0
    # Two bytes more than the limit: a line of exactly the limit may end in a return and a line feed.
    while content := stream.readline(limit + 2):
        number += 1
        end = b""
        if content.endswith(b"\n"):
            end = b"\r\n" if content.endswith(b"\r\n") else b"\n"
            content = content[: -len(end)]
        blanks = blanks + 1 if not content or content.isspace() else 0
        if len(content) > limit:
            more = 0 if end else _skip_line(stream)
            yield Line(number, b"", len(content) + more, is_whole=False, end=b"\n")
        else:
            yield Line(number, content, len(content), end=end)
        if blanks >= _PATIENCE and between():
            number += _skip_blank(stream, blank)


def _skip_blank(stream: io.BufferedReader, blank: bytes) -> int:
    """Skip the blank lines that come next, and return how many they are."""
    skipped = 0
    while length := _blank_length(stream.peek(), blank):
        skipped += stream.read(length).count(b"\n")
    return skipped


def _blank_length(start: bytes, blank: bytes) -> int:
    """How many bytes of whole blank lines a piece begins with."""
    length = len(start) - len(start.lstrip(blank))
    # A return without its line feed is a fault of a table, not the end of a line.
    odd = start.find(b"\r\r", 0, length)
    return start.rfind(b"\n", 0, length if odd < 0 else odd) + 1


def _skip_line(stream: BinaryIO) -> int:
    skipped = 0
    while content := stream.readline(BUFFER):
        skipped += len(content)
        if content.endswith(b"\n"):
            return skipped - 1
    return skipped


def too_long(length: int, limit: int) -> InputError:
    """The fault of a row that is longer than its limit."""
    return InputError(
        code="row-too-long",
        message=f"the row has {length} bytes or more, the limit is {limit}",
        hint="cut it; a command that has --max-row-mb also takes a higher limit",
    )


def broken_off(error: BaseException) -> InputError:
    """The fault at the place where a compressed stream is cut."""
    return InputError(
        code="damaged-file",
        message=f"the compressed file is truncated here: {error}",
        hint="fetch the file again and import it again; rows before this place are imported",
    )
