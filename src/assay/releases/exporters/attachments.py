"""Attachments in rows: as content parts, data URIs, and files beside the rows."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.attachment import Attachment
from assay.records.content_parts import ShowAttachment
from assay.records.task import Message
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

IMAGES: Mapping[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
"""Media types of pictures that trainers read -> suffix of a file's name."""

_AUDIO = {"audio/wav": "wav", "audio/mpeg": "mp3"}


def openai_part(released: ReleasedRecord) -> ShowAttachment:
    """What makes the parts of the OpenAI file: images and documents as data URIs, sounds as base64."""

    def show(attachment: Attachment) -> dict[str, Any]:
        name = attachment.media_type or ""
        if attachment.address is not None:
            return {"type": "image_url", "image_url": {"url": attachment.address}}
        data = base64.b64encode(bytes_of(released, attachment)).decode()
        if name in IMAGES:
            return {"type": "image_url", "image_url": {"url": f"data:{name};base64,{data}"}}
        if name in _AUDIO:
            return {"type": "input_audio", "input_audio": {"data": data, "format": _AUDIO[name]}}
        if name == "application/pdf":
            shown = {"filename": "document.pdf", "file_data": f"data:{name};base64,{data}"}
            return {"type": "file", "file": shown}
        raise NotCarriedError("attachment_type", name)

    return show


def image_bytes(released: ReleasedRecord, attachment: Attachment) -> bytes:
    """The bytes of an image for a trainer.

    Raises:
        NotCarriedError: if only its address is held, or it is no picture that trainers read.
    """
    if attachment.media_type not in IMAGES and attachment.address is None:
        raise NotCarriedError("attachment_type", attachment.media_type or "")
    return bytes_of(released, attachment)


def image_name(attachment: Attachment) -> str:
    """The name of an image's file in an export: its digest, and the suffix of its type."""
    digest = (attachment.digest or "").removeprefix("sha256:")
    return f"images/{digest}{IMAGES[attachment.media_type or '']}"


def bytes_of(released: ReleasedRecord, attachment: Attachment) -> bytes:
    """The bytes of an attachment.

    Raises:
        NotCarriedError: if only its address is held.
    """
    if attachment.digest is None:
        raise NotCarriedError("attachment_not_held")
    return released.attachment(attachment.digest)


def shown_images(released: ReleasedRecord, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The images of messages in their order, as `datasets` stores them: bytes and a name."""
    return [
        {"bytes": image_bytes(released, attachment), "path": image_name(attachment)}
        for message in messages
        for attachment in message.attachments
    ]
