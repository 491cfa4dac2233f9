"""The attachment: a file that a message shows (an image, a sound, a document), by its digest.

The record holds digest, media type and place; the bytes are kept apart, under the digest. A file
that was not fetched is kept as the address that the source gives.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote_to_bytes

from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.core.fact import Value
from assay.core.media_type import media_type
from assay.records.fields import Index

MAX_ATTACHMENT_BYTES = 20 * 2**20
"""The largest attachment that is taken unless the caller says otherwise."""

ATTACHMENTS = "attachments"
"""Folder of a release, and beside a file of our own lines: a file for each digest, named by it."""

_HELD = re.compile(rf"{ATTACHMENTS}/([0-9a-f]{{64}})")
_DATA = "data:"
_ADDRESS = re.compile(r"(?:https?|hf|s3|gs|az|memory)://", re.IGNORECASE)


class Attachment(Value):
    """A file that a message shows."""

    at: Index
    """Character of the message's content before which it stands; its length: at the end."""
    digest: str | None = None
    """`sha256:...` of its bytes; absent where they are not held."""
    media_type: str | None = None
    """What its bytes are, found from the bytes themselves, such as `image/png`."""
    bytes: Index = 0
    """Size in bytes; 0 where they are not held."""
    address: str | None = None
    """Where the source says it is, for one whose bytes are not held."""


def attachment_name(digest: str) -> str:
    """Where the bytes of a digest are in a release, or beside our own lines."""
    return f"{ATTACHMENTS}/{digest.removeprefix('sha256:')}"


def held_name(path: str) -> str | None:
    """The digest of which a path is the `attachment_name`; None for any other path."""
    match = _HELD.fullmatch(path)
    return f"sha256:{match[1]}" if match else None


Load = Callable[[str], bytes | None]
"""Gives the bytes of a path or an address; None for an address that is not to be fetched."""


class AttachmentReading:
    """The attachments of one row: their bytes as they are come across."""

    def __init__(self, load: Load | None, max_bytes: int) -> None:
        """Start with none.

        Args:
            load: gives the bytes of a path or an address; None: no file is looked at.
            max_bytes: the most bytes of one attachment.
        """
        self.contents: dict[str, bytes] = {}
        """Bytes by their digest."""
        self._load = load
        self._max_bytes = max_bytes

    def hold(self, content: bytes, at: int, where: str) -> Attachment:
        """The attachment that bytes are."""
        if len(content) > self._max_bytes:
            raise InputError(
                code="attachment-too-large",
                message=f"the attachment has more than {self._max_bytes} bytes",
                where=where,
                hint="raise the budget with --max-attachment-mb (in Python: max_attachment_bytes)",
            )
        if not content:
            raise _unreadable("the attachment is empty", where)
        digest = labelled_digest(content)
        self.contents[digest] = content
        return Attachment(at=at, digest=digest, media_type=media_type(content), bytes=len(content))

    def require(self, attachment: Attachment, where: str) -> None:
        """Find the bytes of an attachment that a line of our own format names by digest.

        Raises:
            InputError: if they are not at hand, or are not those of the digest.
        """
        if attachment.digest is None or attachment.digest in self.contents:
            return
        name = attachment_name(attachment.digest)
        content = self._load(name) if self._load else None
        if content is None:
            raise InputError(
                code="attachment-not-found",
                message=f"the bytes of the attachment {attachment.digest} are not at hand",
                where=where,
                hint=f"put the folder {ATTACHMENTS}/ beside the data file",
            )
        if self.hold(content, attachment.at, where) != attachment:
            raise _unreadable(f"{name} is not what the record says of it", where)

    def follow(self, reference: str, at: int, where: str) -> Attachment:
        """The attachment that a path or an address leads to."""
        content = self._load(reference) if self._load else None
        if content is not None:
            return self.hold(content, at, where)
        if _ADDRESS.match(reference):
            return Attachment(at=at, address=reference)
        raise InputError(
            code="attachment-not-found",
            message=f"the attachment's file {reference[:80]!r} is not in the data file's folder, or below it",
            where=where,
            hint="put the files there under the names that the rows have",
        )


_current: ContextVar[AttachmentReading | None] = ContextVar("attachments", default=None)


@contextmanager
def reading_attachments(load: Load | None, max_bytes: int) -> Iterator[AttachmentReading]:
    """Collect the attachments of one row, as long as the block runs."""
    reading = AttachmentReading(load, max_bytes)
    token = _current.set(reading)
    try:
        yield reading
    finally:
        _current.reset(token)


def read_attachment(value: Any, at: int, where: str) -> Attachment:
    """An attachment as files write it.

    Args:
        value: bytes; a `data:` URI, a path or an address; or an object with `bytes` (or base64
            under `data`), `path` or `url`.
        at: its place in the message's content.
        where: the field, for messages.

    Raises:
        InputError: if it is none of these, cannot be read, or is larger than its budget.
    """
    reading = _current.get() or AttachmentReading(None, MAX_ATTACHMENT_BYTES)
    if isinstance(value, Mapping):
        value = _content_of(value, where)
    if isinstance(value, bytes):
        return reading.hold(value, at, where)
    if not isinstance(value, str) or not value:
        raise _unreadable("the attachment names neither bytes nor a place", where)
    if value[: len(_DATA)].lower() == _DATA:
        return reading.hold(data_uri_bytes(value, where), at, where)
    return reading.follow(value, at, where)


def _content_of(value: Mapping[str, Any], where: str) -> Any:
    if isinstance(value.get("bytes"), str):  # as a file of rows set aside writes bytes
        return _decoded(value["bytes"], where)
    for name in ("bytes", "path", "url"):
        if value.get(name):
            return value[name]
    if isinstance(value.get("data"), str):
        return _decoded(value["data"], where)
    return None


def data_uri_bytes(text: str, where: str = "") -> bytes:
    """The bytes of a `data:` URI (RFC 2397); what it says of their type is not believed.

    Raises:
        InputError: if it is broken.
    """
    head, comma, data = text[len(_DATA) :].partition(",")
    if not comma:
        raise _unreadable("the data: URI has no comma", where)
    if head.lower().endswith(";base64"):
        return _decoded(data, where)
    return unquote_to_bytes(data)


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable("the attachment is no base64", where) from error


def _unreadable(message: str, where: str) -> InputError:
    return InputError(
        code="attachment-unreadable",
        message=message,
        where=where,
        hint="give a data: URI, a file below the data file's folder, or an address",
    )
