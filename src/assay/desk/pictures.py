"""Pictures of records: what a page of the desk may show of the files that a record names."""

from typing import NamedTuple

from assay.context import Context
from assay.core.errors import UsageError
from assay.core.media_type import SHOWN, media_type
from assay.records.record import Record


class Picture(NamedTuple):
    """A picture that a page shows."""

    media_type: str
    """What its bytes are, found from the bytes."""
    content: bytes
    """The bytes."""


def picture_of(context: Context, record: Record, digest: str) -> Picture:
    """A picture that a record shows; whether the reader may see the record is asked before.

    Args:
        context: the open program.
        record: the record.
        digest: `sha256:...` of the picture.

    Raises:
        UsageError: if the record shows no such picture. What may hold a script is none, whatever it
            was called.
        MachineError: if its bytes were lost or changed.
    """
    if digest in {held.digest for held in record.attachments}:
        content = context.attachments.read(digest)
        name = media_type(content)
        if name in SHOWN:
            return Picture(name, content)
    raise UsageError(
        code="no-picture",
        message="the record shows no such picture",
        hint="open the record again",
    )
