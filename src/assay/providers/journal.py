"""The journal: finished answers in a JSONL file, one line each, that a killed run leaves whole."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import msgspec

from assay.core.errors import InputError, MachineError, UsageError
from assay.core.private import FOLDER_MODE, narrow, private_opener
from assay.providers.endpoint import Completion

SYNC_EVERY = 16
"""Answers after which the file is forced to the disk; a killed process loses none of them."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    completion: Completion


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(_Entry)


class JournalFile:
    """A `Journal` in a file. It keeps the places of the answers in memory, not the answers."""

    def __init__(self, file: FileIO, places: dict[bytes, tuple[int, int]]) -> None:
        """Go on with a file; `open_journal` reads its places.

        Args:
            file: open for reading and appending, without a buffer.
            places: key -> start and length of its line, in bytes.
        """
        self._file = file
        self._places = places
        self._end = os.fstat(file.fileno()).st_size
        self._unsynced = 0

    def __len__(self) -> int:
        """How many answers it holds."""
        return len(self._places)

    def find(self, key: bytes) -> Completion | None:
        """The answer with this key (32 bytes), if there is one."""
        place = self._places.get(key)
        if place is None:
            return None
        start, length = place
        return _decoder.decode(os.pread(self._file.fileno(), length, start)).completion

    def add(self, key: bytes, completion: Completion) -> None:
        """Keep an answer; the first one of a key stays.

        Raises:
            MachineError: if the disk does not take it; the file then ends as it did before.
        """
        if key in self._places:
            return
        line = _encoder.encode(_Entry(key=key.hex(), completion=completion)) + b"\n"
        self._append(line)
        self._places[key] = (self._end, len(line))
        self._end += len(line)
        self._unsynced += 1
        if self._unsynced >= SYNC_EVERY:
            self.sync()

    def sync(self) -> None:
        """Force everything to the disk."""
        os.fsync(self._file.fileno())
        self._unsynced = 0

    def _append(self, line: bytes) -> None:
        try:
            written, reason = self._file.write(line), "the disk is full"
        except OSError as error:
            written, reason = 0, error.strerror or "unknown"
        if written != len(line):
            # Half a line would join the next answer to it, and neither could be read.
            self._file.truncate(self._end)
            raise MachineError(
                code="journal-not-written",
                message=f"an answer could not be stored: {reason}",
                where=Path(str(self._file.name)).name,
                hint="free some space and start again; earlier answers are kept",
            )


@contextmanager
def open_journal(path: Path) -> Iterator[JournalFile]:
    """Open a journal, or begin one; it is held for this run alone and synced at the end.

    A last line that was cut when a run was killed is taken away; its answer is asked for again.

    Raises:
        UsageError: if another run holds it.
        InputError: if the file is not a journal.
    """
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    narrow(path)
    with FileIO(path, "a+", opener=private_opener) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                code="journal-in-use",
                message="another sampling writes to this journal",
                where=path.name,
                hint="wait for it, or name another journal",
            ) from error
        places, whole = _read_places(path)
        file.truncate(whole)
        journal = JournalFile(file, places)
        try:
            yield journal
        finally:
            journal.sync()


def _read_places(path: Path) -> tuple[dict[bytes, tuple[int, int]], int]:
    """Where each answer is (the first of a key counts), and where the last whole line ends."""
    places: dict[bytes, tuple[int, int]] = {}
    end = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                break
            # The first answer of a key counts: what was delivered from it must not change.
            places.setdefault(_key_of(line, f"{path.name}, line {number}"), (end, len(line)))
            end += len(line)
    return places, end


def _key_of(line: bytes, where: str) -> bytes:
    try:
        return bytes.fromhex(_decoder.decode(line).key)
    except (msgspec.DecodeError, ValueError) as error:
        raise InputError(
            code="broken-journal",
            message=f"this line is not an answer of a sampling: {error}",
            where=where,
            hint="remove the line, and its answer will be requested again",
        ) from error
