"""The spool: facts on their way into a release, on disk, read back in the order of their keys.

Memory holds a key and a place for each fact; the facts themselves are in an unnamed file.
"""

import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

Place = tuple[int, int]
"""Offset and length in bytes."""


class Spool:
    """Bodies that are added in any order and read in the order of their keys."""

    def __init__(self, folder: Path) -> None:
        """Open a spool whose file is in the given folder, unnamed, so that no crash leaves it."""
        self._stream = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by __exit__
        self._entries: list[tuple[str, int, int]] = []
        self._end = 0
        self._places: dict[str, Place] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, key: str, body: bytes) -> Place:
        """Keep a body under a key; a place is given back, by which `read_at` finds it again."""
        place = (self._end, len(body))
        self._stream.write(body)
        self._entries.append((key, *place))
        self._end += len(body)
        return place

    def read_at(self, place: Place) -> bytes:
        """The body at a place."""
        offset, length = place
        # `pread` reads the file and not the buffer of the stream, and leaves the stream's place.
        self._stream.flush()
        return os.pread(self._stream.fileno(), length, offset)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all bodies."""
        return frozenset(key for key, _, _ in self._entries)

    def body(self, key: str) -> bytes:
        """The body under a key that is there once."""
        if self._places is None or len(self._places) != len(self._entries):
            self._places = {name: (offset, length) for name, offset, length in self._entries}
        return self.read_at(self._places[key])

    def leave_out(self, keys: Collection[str]) -> None:
        """Forget the bodies under some keys."""
        self._entries = [entry for entry in self._entries if entry[0] not in keys]
        self._places = None

    def in_order(self) -> Iterator[tuple[str, bytes]]:
        """All bodies with their keys, sorted by key."""
        self._entries.sort()
        for key, offset, length in self._entries:
            yield key, self.read_at((offset, length))
