"""The spools: facts on their way into a release, on disk, in files without a name.

Memory holds the id and the place of each body of a `Spool`, 76 bytes, and of `ItemLines` nothing;
the bodies themselves are in a file that no crash leaves behind.
"""

import os
import tempfile
from array import array
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Place = tuple[int, int]
"""Offset and length in bytes."""

_KEY = 56
"""Bytes of an id, which is what a body is kept under."""


class _UnnamedFile:
    """A temporary file in a folder, closed and gone at the end of a `with`."""

    def __init__(self, folder: Path) -> None:
        """Open it; `folder` is where it is, so that a large release needs no other disk."""
        self._stream = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()


class Spool(_UnnamedFile):
    """Bodies that are added in any order and read in the order of the ids they are kept under."""

    def __init__(self, folder: Path) -> None:
        """Open a spool whose file is in the given folder."""
        super().__init__(folder)
        self._keys = bytearray()
        self._offsets = array("Q")
        self._lengths = array("Q")
        self._end = 0
        self._absent: set[bytes] = set()
        self._sorted: tuple[npt.NDArray[Any], npt.NDArray[np.intp]] | None = None

    def __len__(self) -> int:
        return len(self._in_order()[1])

    def add(self, key: str, body: bytes) -> Place:
        """Keep a body under an id; a place is given back, by which `read_at` finds it again.

        Raises:
            ValueError: if the key does not have the length of an id.
        """
        encoded = key.encode()
        if len(encoded) != _KEY:
            msg = f"{key!r} is not a whole id"
            raise ValueError(msg)
        place = (self._end, len(body))
        self._stream.write(body)
        self._keys += encoded
        self._offsets.append(self._end)
        self._lengths.append(len(body))
        self._end += len(body)
        self._sorted = None
        return place

    def read_at(self, place: Place) -> bytes:
        """The body at a place."""
        offset, length = place
        # `pread` reads the file and not the buffer of the stream, and leaves the stream's place.
        self._stream.flush()
        return os.pread(self._stream.fileno(), length, offset)

    def __contains__(self, key: str) -> bool:
        return self._number_of(key) is not None

    def body(self, key: str) -> bytes:
        """The body under an id that is there once.

        Raises:
            KeyError: if there is none.
        """
        number = self._number_of(key)
        if number is None:
            raise KeyError(key)
        return self.read_at((self._offsets[number], self._lengths[number]))

    def ids(self) -> Iterator[str]:
        """The ids of all bodies, sorted."""
        keys, _ = self._in_order()
        for key in keys:
            yield key.decode()

    def leave_out(self, keys: Collection[str]) -> None:
        """Forget the bodies under some keys."""
        self._absent |= {key.encode() for key in keys}
        self._sorted = None

    def in_order(self) -> Iterator[tuple[str, bytes]]:
        """All bodies with their ids, sorted by id."""
        keys, order = self._in_order()
        for key, number in zip(keys, order, strict=True):
            yield key.decode(), self.read_at((self._offsets[number], self._lengths[number]))

    def _number_of(self, key: str) -> int | None:
        encoded = key.encode()
        keys, order = self._in_order()
        at = int(np.searchsorted(keys, np.bytes_(encoded)))
        return int(order[at]) if at < len(keys) and keys[at] == encoded else None

    def _in_order(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
        """The ids in their order, and the number of the body of each."""
        if self._sorted is None:
            # A copy: a view would forbid that the bytes grow.
            keys = np.frombuffer(bytes(self._keys), dtype=f"S{_KEY}")
            order = np.argsort(keys, kind="stable")
            if self._absent:
                absent = np.array(sorted(self._absent), dtype=f"S{_KEY}")
                order = order[~np.isin(keys[order], absent)]
            self._sorted = (keys[order], order)
        return self._sorted


class ItemLines(_UnnamedFile):
    """The canonical bytes of the items of a release, read in the order in which they were added."""

    def add(self, item: bytes) -> None:
        """Keep an item, given by its canonical bytes, which hold no end of a line."""
        self._stream.write(item + b"\n")

    def __iter__(self) -> Iterator[bytes]:
        self._stream.seek(0)
        for line in self._stream:
            yield line[:-1]
