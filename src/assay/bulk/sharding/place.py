"""Where shards, contexts and results are: a folder, or a store of objects that all workers reach."""

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from assay.bulk.address import is_address, public_address, refuse_other_scheme, require_address
from assay.core.errors import InputError, UsageError, missing_extra
from assay.core.private import make_private_folder, private_opener

WRITABLE = ("s3", "gs", "az", "memory")
"""Schemes of addresses that work can be kept at."""

ASIDE = ".part"
"""End of the name of a file that is being written; nothing reads it."""


class PlaceDraft(Protocol):
    """A file that is not there until it is written whole."""

    def finish(self, content: bytes) -> None:
        """Write the content, and give the file its name."""


class WorkPlace(Protocol):
    """Files by name, under one folder or address; a name is visible whole or not at all."""

    address: str
    """The path or address that workers are given."""

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            InputError: if there is none of this name.
        """

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def names(self, folder: str) -> frozenset[str]:
        """Names of the files directly in a folder, without it; none where it does not exist."""

    def remove(self, name: str) -> None:
        """Remove a file, so that what it stands for counts as not done."""

    def draft(self, name: str) -> AbstractContextManager[PlaceDraft]:
        """A file to be written; what a killed writer began stays aside, and counts as nothing."""

    def sweep(self, folder: str) -> int:
        """Remove what writers that were killed left aside in a folder, and return how much it was."""


def open_place(address: str) -> WorkPlace:
    """The place at a path or an address.

    Raises:
        UsageError: for an address of a scheme that cannot be written, or that holds credentials.
        MachineError: if the extra `remote` is missing.
    """
    refuse_other_scheme(address)
    if not is_address(address):
        return FolderPlace(Path(address))
    require_address(address)
    scheme = urlsplit(address).scheme
    if scheme not in WRITABLE:
        raise UsageError(
            code="not-writable",
            message=f"work cannot be kept at {scheme}://",
            where=public_address(address),
            hint=f"a folder, or one of: {', '.join(f'{name}://' for name in WRITABLE)}",
        )
    return ObjectPlace(address)


def write_file(place: WorkPlace, name: str, content: bytes) -> None:
    """Write a file whole, unless its name is there: equal names have equal bytes."""
    if place.has(name):
        return
    with place.draft(name) as draft:
        draft.finish(content)


class FolderPlace:
    """A folder of this machine, or one that a cluster shares; private to its owner."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where it is absent."""
        self._folder = folder.absolute()
        make_private_folder(self._folder)
        self.address = str(self._folder)

    def read(self, name: str) -> bytes:
        """The bytes of a file; see `WorkPlace`."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError as error:
            raise _missing(self.address, name) from error

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return (self._folder / name).exists()

    def names(self, folder: str) -> frozenset[str]:
        """Names of the files in a folder."""
        with suppress(FileNotFoundError):
            listed = [path.name for path in (self._folder / folder).iterdir()]
            return frozenset(name for name in listed if not name.endswith(ASIDE))
        return frozenset()

    def remove(self, name: str) -> None:
        """Remove a file; see `WorkPlace`."""
        (self._folder / name).unlink(missing_ok=True)

    @contextmanager
    def draft(self, name: str) -> Iterator[PlaceDraft]:
        """A file under another name, renamed when it is whole and on the disk."""
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}{ASIDE}")
        # Made before the work begins: what a killed worker leaves shows how much was lost with it.
        open(aside, "xb", opener=private_opener).close()
        try:
            yield _FileDraft(aside, path)
        finally:
            aside.unlink(missing_ok=True)

    def sweep(self, folder: str) -> int:
        """Remove what is aside; files that vanish meanwhile were finished by their writer."""
        swept = 0
        for path in (self._folder / folder).glob(f"*{ASIDE}"):
            with suppress(FileNotFoundError):
                path.unlink()
                swept += 1
        return swept


class _FileDraft:
    def __init__(self, aside: Path, path: Path) -> None:
        self._aside, self._path = aside, path

    def finish(self, content: bytes) -> None:
        with self._aside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        self._aside.replace(self._path)


class ObjectPlace:
    """A store of objects by fsspec, where one upload is visible whole or not at all."""

    def __init__(self, address: str) -> None:
        """Open the protocol's library.

        Args:
            address: without a final slash.
        """
        self.address = address.rstrip("/")
        try:
            self._filesystem, self._root = import_module("fsspec").url_to_fs(self.address)
        except ImportError as error:
            scheme = urlsplit(address).scheme
            raise missing_extra("remote", f"work at {scheme}://") from error

    def read(self, name: str) -> bytes:
        """The bytes of an object; see `WorkPlace`."""
        try:
            content: bytes = self._filesystem.cat_file(f"{self._root}/{name}")
        except FileNotFoundError as error:
            raise _missing(public_address(self.address), name) from error
        return content

    def has(self, name: str) -> bool:
        """Whether there is an object of this name, asked of the store itself."""
        self._filesystem.invalidate_cache()
        return bool(self._filesystem.exists(f"{self._root}/{name}"))

    def names(self, folder: str) -> frozenset[str]:
        """Names of the objects in a folder, as the store lists them now."""
        self._filesystem.invalidate_cache()
        try:
            listed = self._filesystem.ls(f"{self._root}/{folder}", detail=False)
        except FileNotFoundError:
            return frozenset()
        return frozenset(str(path).rpartition("/")[2] for path in listed)

    def remove(self, name: str) -> None:
        """Remove an object; see `WorkPlace`."""
        with suppress(FileNotFoundError):
            self._filesystem.rm_file(f"{self._root}/{name}")

    @contextmanager
    def draft(self, name: str) -> Iterator[PlaceDraft]:
        """One upload, when the content is whole."""
        yield _ObjectDraft(self._filesystem, f"{self._root}/{name}")

    def sweep(self, folder: str) -> int:  # noqa: ARG002  the shape of the protocol
        """Nothing: an upload that was broken off leaves no object."""
        return 0


class _ObjectDraft:
    def __init__(self, filesystem: Any, path: str) -> None:
        self._filesystem, self._path = filesystem, path

    def finish(self, content: bytes) -> None:
        self._filesystem.pipe_file(self._path, content)


def _missing(address: str, name: str) -> InputError:
    return InputError(
        code="no-such-file",
        message="there is no such file of this work",
        where=f"{address}/{name}",
        hint="cut the shards again with `assay work shard`, which makes what is missing",
    )
