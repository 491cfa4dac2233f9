"""JSON as rows: one object a line, the items of one array, or objects one after another."""

import re
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

import msgspec

from assay.bulk.stream import BUFFER, DAMAGED, broken_off, lines, too_long
from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.ports import Layout, Row

_OUTSIDE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'["\\]')
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")
_QUOTE, _COMMA = b'",'


def rows_of_lines(stream: BufferedReader, limit: int) -> Iterator[Row]:
    """One row a line; blank lines are not rows, though they are counted."""
    number = 0
    try:
        for line in lines(stream, limit):
            number = line.number
            if not line.is_whole:
                fault = too_long(line.length, limit)
                yield Row(number=number, line=number, fault=fault)
            elif line.content and not line.content.isspace():
                yield Row(number=number, line=number, text=line.content)
    except DAMAGED as error:
        yield Row(number=number + 1, line=number + 1, fault=broken_off(error))


def rows_of_document(stream: BufferedReader, limit: int) -> Iterator[Row]:
    """The items of a JSON array, or the objects of a stream of objects, one row each."""
    cutter = _Cutter(limit)
    try:
        while chunk := stream.read1(BUFFER):
            yield from cutter.feed(chunk)
    except DAMAGED as error:
        yield Row(number=cutter.number + 1, line=cutter.line, fault=broken_off(error))
        return
    yield from cutter.close()


def rows_of_list(stream: BinaryIO, layout: Layout, key: str) -> Iterator[Row]:
    """The items of one list inside one JSON object, each with the rest of the object.

    A row is `{"rest": {...}, "item": ...}`: what the document says once stays with each item.
    The whole document is held in memory and may have as many bytes as the limit of a row.

    Raises:
        InputError: if the document is too long, broken, or has no such list.
    """
    text = stream.read(layout.max_row_bytes + 1)
    if len(text) > layout.max_row_bytes:
        raise too_long(len(text), layout.max_row_bytes)
    document = parse_json(text, lenient=layout.nan_is_null)
    items = document.get(key) if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise InputError(
            code="no-such-list",
            message=f"the file is not one JSON object with a list {key!r}",
            hint="name another layout where the command has --layout, or the right key "
            "as `each` in the mapping's `rows`",
        )
    rest = {name: value for name, value in document.items() if name != key}
    for number, item in enumerate(items, start=1):
        yield Row(number=number, values={"rest": rest, "item": item})


def is_lines(start: bytes) -> bool:
    """Whether the start of a file shows a whole JSON object on its first line."""
    # Without a line feed in a full buffer the first line is longer than what was read: undecided,
    # and the cutter of documents reads such a file in any case.
    first, line_feed, _ = start.lstrip().partition(b"\n")
    if not line_feed and len(start) >= BUFFER:
        return False
    try:
        return isinstance(parse_json(first), dict)
    except InputError:
        return False


class _RowPiece(msgspec.Struct):
    """The row that is being cut out."""

    parts: list[bytes]
    size: int = 0
    line: int = 1


class _Cutter:
    """Finds where top-level values begin and end, without understanding them.

    Brackets, quotes, backslashes and commas are enough for that; whether a value is right is
    judged when it is parsed, alone, so a fault in one leaves the others.
    """

    def __init__(self, limit: int) -> None:
        self.number = 0
        """Rows given so far."""
        self.line = 1
        """Line that has been reached."""
        self._limit = limit
        self._depth = 0
        self._in_array = False
        self._started = False
        self._ended = False
        self._in_string = False
        self._escaped = False
        self._piece = _RowPiece([])

    def feed(self, chunk: bytes) -> Iterator[Row]:
        """The rows that end in this chunk."""
        start = at = self._begin(chunk) if not self._started else 0
        while (at := self._next_mark(chunk, at)) >= 0:
            mark = chunk[at - 1]
            if mark == _QUOTE:
                self._in_string = True
            elif mark in _OPENING:
                self._depth += 1
            elif mark in _CLOSING:
                self._depth -= 1
                if self._depth < 0 or (self._depth == 0 and not self._in_array):
                    self._ended = self._in_array
                    yield from self._cut(chunk, start, at - 1 if self._in_array else at)
                    start, self._depth = at, 0
            elif mark == _COMMA and self._depth == 0 and self._in_array and not self._ended:
                yield from self._cut(chunk, start, at - 1)
                start = at
        self._keep(chunk[start:])

    def close(self) -> Iterator[Row]:
        """What is left when the file ends."""
        rest = b"".join(self._piece.parts).strip()
        unfinished = self._in_array and not self._ended
        if rest or unfinished or self._depth > 0:
            self.number += 1
            fault = InputError(
                code="broken-json",
                message="the file ends inside a value"
                if unfinished or self._depth > 0
                else "there is text after the last value",
                hint="check that the file was written to its end and its brackets match",
            )
            yield Row(number=self.number, line=self._piece.line, text=rest or None, fault=fault)

    def _begin(self, chunk: bytes) -> int:
        content = chunk.lstrip()
        if not content:
            return len(chunk)
        self._started = True
        self._in_array = content.startswith(b"[")
        return len(chunk) - len(content) + (1 if self._in_array else 0)

    def _next_mark(self, chunk: bytes, at: int) -> int:
        """One past the next mark outside a text, or -1 where the chunk has none."""
        while self._in_string:
            if self._escaped:
                at += 1
                self._escaped = False
            match = _INSIDE.search(chunk, at)
            if not match:
                return -1
            at = match.end()
            if match[0] == b"\\":
                self._escaped = True
                if at >= len(chunk):
                    return -1
            else:
                self._in_string = False
        match = _OUTSIDE.search(chunk, at)
        return match.end() if match else -1

    def _keep(self, part: bytes) -> None:
        piece = self._piece
        # White space before a row belongs to no row, but its line feeds count: a fault must name
        # the line on which the row begins.
        if not piece.parts and not piece.size:
            blank = len(part) - len(part.lstrip())
            self.line += part.count(b"\n", 0, blank)
            part = part[blank:]
            piece.line = self.line
        self.line += part.count(b"\n")
        piece.size += len(part)
        # Past the limit only the size is counted on, so that one huge row costs no memory.
        if piece.size > self._limit:
            piece.parts.clear()
        elif part:
            piece.parts.append(part)

    def _cut(self, chunk: bytes, start: int, end: int) -> Iterator[Row]:
        self._keep(chunk[start:end])
        piece, self._piece = self._piece, _RowPiece([])
        text = b"".join(piece.parts).strip()
        if not text and not piece.size:
            return
        self.number += 1
        fault = too_long(piece.size, self._limit) if piece.size > self._limit else None
        yield Row(number=self.number, line=piece.line, text=text or None, fault=fault)
