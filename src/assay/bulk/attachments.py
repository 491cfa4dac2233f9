"""Attachments on the disk: their bytes under their digest, and the files that rows name."""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from assay.bulk.address import is_address
from assay.core.digest import labelled_digest
from assay.core.errors import MachineError
from assay.core.private import make_private_folder, private_opener
from assay.records.attachment import held_name

_HEX = re.compile(r"[0-9a-f]{64}")
_DRAFT = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{16}")
_LABEL = "sha256:"


class AttachmentFolder:
    """Implements `records.ports.AttachmentStore`: one private file for each digest.

    The files are named by the SHA-256 of their bytes, so that every copy of the folder can be
    checked, and two records that show one image keep it once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """Where the files are; made with the first one."""

    def path_of(self, digest: str) -> Path:
        """Where the bytes of a digest are, or would be.

        Args:
            digest: `sha256:...`.
        """
        name = digest.removeprefix(_LABEL)
        assert _HEX.fullmatch(name), "a digest is 64 hexadecimal digits"
        return self.folder / name[:2] / name

    def holds(self, digest: str) -> bool:
        """Whether there is a file for a digest; `faults` compares its bytes."""
        return self.path_of(digest).is_file()

    def put(self, digest: str, content: bytes) -> None:
        """Keep bytes durably; the same ones again change nothing.

        Raises:
            MachineError: if they cannot be written.
        """
        path = self.path_of(digest)
        if self.holds(digest):
            return
        try:
            make_private_folder(self.folder)
            with _locked(self.folder, fcntl.LOCK_SH):
                _write_whole(path, content)
        except OSError as error:
            raise MachineError(
                code="attachment-not-written",
                message=f"an attachment cannot be written: {error.strerror or error}",
                where=str(self.folder),
                hint="free some space, or see to the folder's permissions, and import again",
            ) from error

    def clear_drafts(self) -> int:
        """Remove the unfinished files that killed runs left, unless somebody writes just now.

        Returns:
            How many were removed. Where one cannot be removed, or another run is writing, it stays
            for the next time.
        """
        if not self.folder.is_dir():
            return 0
        try:
            # Whoever writes holds the folder's lock; the system takes it from a process that dies.
            with _locked(self.folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                drafts = [path for path in self.folder.glob("??/.*") if _DRAFT.fullmatch(path.name)]
                for path in drafts:
                    path.unlink(missing_ok=True)
                return len(drafts)
        except OSError:
            return 0

    def read(self, digest: str) -> bytes:
        """The bytes of a digest.

        Raises:
            MachineError: if they are not there, or are other ones.
        """
        try:
            content = self.path_of(digest).read_bytes()
        except OSError as error:
            raise _lost(digest, "is not there") from error
        if labelled_digest(content) != digest:
            raise _lost(digest, "has other bytes than its name says")
        return content

    def faults(self, digests: Iterator[str]) -> Iterator[tuple[str, str]]:
        """The digests whose bytes are missing or changed, each with what is wrong."""
        for digest in digests:
            path = self.path_of(digest)
            if not path.is_file():
                yield digest, "the attachment's bytes are not there"
                continue
            with path.open("rb") as stream:
                actual = hashlib.file_digest(stream, "sha256").hexdigest()
            if f"{_LABEL}{actual}" != digest:
                yield digest, "the attachment's bytes were changed"


@contextmanager
def _locked(folder: Path, operation: int) -> Iterator[None]:
    """Hold a folder's lock.

    Raises:
        OSError: if it is held by others and `operation` does not wait.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for a part of it, whenever the run is killed."""
    make_private_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(draft, "xb", opener=private_opener) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def attachment_loader(
    data: Path,
    held: AttachmentFolder,
    *,
    max_bytes: int,
    fetch: Callable[[str], bytes] | None = None,
) -> Callable[[str], bytes | None]:
    """What finds the attachments that the rows of a data file name.

    Args:
        data: the data file; files are looked for in its folder and below.
        held: attachments that are kept already, for lines of our own format.
        max_bytes: the most bytes that are read of one: one more, so that the caller can tell.
        fetch: gives the bytes behind an address; None: addresses stay what they are.
    """
    root = data.resolve().parent

    def load(reference: str) -> bytes | None:
        if is_address(reference):
            return fetch(reference) if fetch else None
        path = _inside(root, reference)
        if path is not None:
            with path.open("rb") as stream:
                return stream.read(max_bytes + 1)
        own = held_name(reference)
        return held.read(own) if own and held.holds(own) else None

    return load


def _inside(root: Path, reference: str) -> Path | None:
    """The file below the data file's folder that a row names; never one that a link leads out to.

    Hidden files and folders are never read: a program keeps its keys in one, and a row is written by
    a stranger.
    """
    text = unquote(reference.removeprefix("file://"))
    if "\0" in text or PurePosixPath(text).is_absolute() or ":" in text:
        return None
    try:
        path = (root / text).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            return None
    except OSError:
        return None
    is_hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return None if is_hidden else path


def _lost(digest: str, why: str) -> MachineError:
    return MachineError(
        code="attachment-lost",
        message=f"the attachment {digest} {why}",
        hint="put back the program's folder of attachments from a backup, or import the data again",
    )
