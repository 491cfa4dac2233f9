"""The content of a message as parts: pieces of its text, and the files that stand between them."""

from collections.abc import Callable
from typing import Any

from assay.records.attachment import Attachment
from assay.records.task import Message

ShowAttachment = Callable[[Attachment], dict[str, Any]]
"""Makes the part that shows an attachment."""


def content_parts(message: Message, show: ShowAttachment) -> list[dict[str, Any]]:
    """The content of a message as parts: its text cut where attachments stand, in their order."""
    parts: list[dict[str, Any]] = []
    start = 0
    for attachment in message.attachments:
        if attachment.at > start:
            parts.append(_text(message.content[start : attachment.at]))
        parts.append(show(attachment))
        start = attachment.at
    if start < len(message.content):
        parts.append(_text(message.content[start:]))
    return parts


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
