"""The rights in force: `sources.yaml` and `assay.toml` as they are now, in a program that stays open.

A right that is withdrawn at noon holds at noon: the two files are checked for changes whenever
rights are needed, and read again when they have changed. While one of them has an error nothing is known
of the rights, so nothing may be used: the last version that was sound is not used on.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import msgspec

from assay.contracts.reading import FILES
from assay.contracts.sources import SourceClass

Stamp = tuple[tuple[int, int, int, int] | None, ...]
"""For each file its inode, size, and when its content and its entry changed; None where it is gone."""


class RightsInForce(msgspec.Struct, frozen=True, kw_only=True):
    """What rights depend on, beside the day."""

    sources: tuple[SourceClass, ...]
    """The source classes as `sources.yaml` has them now."""
    territory: str | None
    """Where the program is."""


class RightsFiles:
    """The two files, read again when they change. It may be shared between threads."""

    def __init__(self, folder: Path, read: Callable[[Path], RightsInForce]) -> None:
        """Begin with nothing read.

        Args:
            folder: the program's folder.
            read: reads both files; raises `CheckError` if one does not check.
        """
        self._files = tuple(folder / FILES[kind] for kind in ("sources", "program"))
        self._folder = folder
        self._read = read
        self._lock = Lock()
        self._current: tuple[Stamp, RightsInForce] | None = None

    @property
    def stamp(self) -> Stamp:
        """What changes whenever one of the files does."""
        return tuple(map(_stamp, self._files))

    def now(self) -> RightsInForce:
        """The rights as the files have them now.

        Raises:
            CheckError: if one of the files does not check, or is gone.
        """
        with self._lock:
            # Taken before the read: a file that changes meanwhile has another stamp at the next call.
            stamp = self.stamp
            if self._current is None or self._current[0] != stamp:
                # Dropped before the read: if that raises, the older rights must not be used on.
                self._current = None
                self._current = stamp, self._read(self._folder)
            return self._current[1]


def _stamp(file: Path) -> tuple[int, int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
