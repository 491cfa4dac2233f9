"""The place where releases are kept: one build at a time, and a folder appears whole or not at all.

A build writes into `.building-<version>`. The release exists once its fact is committed, and then
the folder gets its name. Whatever cuts a build, what it leaves is settled by that one question at
the next: is its fact committed?
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.core.errors import MachineError, UsageError
from assay.core.ports import FactStore
from assay.releases.checksums import digest_file
from assay.releases.manifest import MANIFEST
from assay.releases.release import Release

_BUILDING = ".building-"


@contextmanager
def build_lock(releases: Path) -> Iterator[None]:
    """Hold the only right to build in a folder; it ends with the process, even a killed one.

    Raises:
        UsageError: if another build is running there.
    """
    releases.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(releases / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, releases)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def building(store: FactStore, releases: Path, version: str) -> Iterator[Path]:
    """An empty folder to build in; after the block it has its name if its fact is committed.

    Raises:
        MachineError: if the machine could not write, for want of space for instance.
    """
    folder = releases / f"{_BUILDING}{version}"
    try:
        folder.mkdir()
        try:
            yield folder
        finally:
            settle(store, releases)
    except OSError as error:
        raise MachineError(
            code="release-not-written",
            message=f"the release could not be written: {error.strerror or error}",
            where=str(releases),
            hint="free some space and build again",
        ) from error


def settle(store: FactStore, releases: Path) -> None:
    """Name every finished folder whose fact the store holds, and sweep the others.

    Call it while the lock is held: at the start of a build for what a killed one left, and at its
    end, whatever that end was.
    """
    built = {release.manifest_digest: release for release in store.scan(Release)}
    # The manifest's digest decides and not the version in the folder's name: a build that failed
    # and was tried again has the same version and other content.
    for left in sorted(releases.glob(f"{_BUILDING}*")):
        manifest = left / MANIFEST
        digest = f"sha256:{digest_file(manifest)[0]}" if manifest.is_file() else ""
        release = built.get(digest)
        if release and not (releases / release.version).exists():
            publish(left, releases / release.version)
        else:
            shutil.rmtree(left)


def make_durable(folder: Path) -> None:
    """Bring all files of a folder, and their names, to the disk."""
    # A file's content and its name in the folder are two writes: without the second a crash can
    # lose a file that was synced.
    for place, _, files in os.walk(folder):
        for name in files:
            _sync(Path(place, name), os.O_RDONLY)
        _sync(Path(place), os.O_RDONLY | os.O_DIRECTORY)


def publish(folder: Path, target: Path) -> None:
    """Give a finished folder its name, durably."""
    folder.rename(target)
    _sync(target.parent, os.O_RDONLY | os.O_DIRECTORY)


def _take(descriptor: int, releases: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(
            code="build-running",
            message="another build is running here",
            where=str(releases),
            hint="wait until it has ended",
        ) from error


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
