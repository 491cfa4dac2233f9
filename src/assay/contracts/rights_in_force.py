"""The rights in force: what `sources.yaml` and `assay.toml` say now, in a program that stays open.

A right that is withdrawn at noon holds at noon: the two files are looked at whenever rights are
asked for, and read again when they have changed. While one of them has an error nothing is known
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
    """The source classes."""
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
        self._gate = Lock()
        self._known: tuple[Stamp, RightsInForce] | None = None

    @property
    def stamp(self) -> Stamp:
        """What changes whenever one of the files does."""
        return tuple(map(_stamp, self._files))

    def now(self) -> RightsInForce:
        """The rights as the files have them now.

        Raises:
            CheckError: if one of the files does not check, or is gone.
        """
        with self._gate:
            stamp = self.stamp
            if self._known is None or self._known[0] != stamp:
                self._known = None
                self._known = stamp, self._read(self._folder)
            return self._known[1]


def _stamp(file: Path) -> tuple[int, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
