"""Files that a row lists apart from its text: an `images` column, and the places that stand for them.

A conversation marks each place by a part without a file, or by a mark in the text; the files come in
the order of the places. A conversation without any mark shows all of them before its first question.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import accumulate
from typing import Any

from msgspec.structs import replace

from assay.core.errors import InputError
from assay.records.attachment import Attachment, read_attachment
from assay.records.task import Message

IMAGE_MARK = "<image>"
"""What stands in a text of LLaMA-Factory for the next of the row's images."""


class ListedFiles:
    """The files of one row, and how many of them its conversation has come to."""

    def __init__(self, values: Sequence[Any], name: str) -> None:
        self.values = values
        """The files as the row has them."""
        self.name = name
        """The field that lists them."""
        self.taken = 0
        """How many were given to places."""

    def take(self, at: int, where: str) -> Attachment:
        """The next file.

        Raises:
            InputError: if there is none left.
        """
        if self.taken == len(self.values):
            raise InputError(
                code="attachments-differ",
                message=f"{self.name!r} has {len(self.values)} files, and the text more places",
                where=where,
                hint="list a file for each place, in their order",
            )
        self.taken += 1
        place = self.taken - 1
        return read_attachment(self.values[place], at, f"{self.name}[{place}]")


_listed: ContextVar[ListedFiles | None] = ContextVar("listed files", default=None)


@contextmanager
def listing_files(values: Sequence[Any], name: str) -> Iterator[None]:
    """Let the places of one row's conversation take these files, as long as the block runs."""
    token = _listed.set(ListedFiles(values, name))
    try:
        yield
    finally:
        _listed.reset(token)


def from_the_first() -> None:
    """Let the next conversation take the row's files from the first one again.

    The two sides of a pair repeat the prompt, and with it the places.
    """
    files = _listed.get()
    if files is not None:
        files.taken = 0


def next_listed(at: int, where: str) -> Attachment:
    """The next file of the row's list, for a place that names none itself.

    Raises:
        InputError: if the row has no list, or none is left.
    """
    return (_listed.get() or ListedFiles((), "images")).take(at, where)


def marked_message(message: Message, where: str) -> Message:
    """A message whose marks `<image>` are places of the row's files; as it is without a list."""
    files = _listed.get()
    if files is None or not files.values or IMAGE_MARK not in message.content:
        return message
    text, places = _without_marks(message.content, IMAGE_MARK)
    attachments = tuple(files.take(at, where) for at in places)
    return replace(message, content=text, attachments=attachments)


def at_marks(
    text: str, mark: str, attachments: Sequence[Attachment], where: str
) -> tuple[str, tuple[Attachment, ...]]:
    """A text without the marks that stand for files, and the files at the places of the marks.

    Args:
        text: the text with its marks.
        mark: what stands for the next file.
        attachments: the files, in the order of the marks.
        where: the field of the text, for messages.

    Raises:
        InputError: if there are more marks than files, or fewer.
    """
    plain, places = _without_marks(text, mark)
    if len(places) != len(attachments):
        raise InputError(
            code="attachments-differ",
            message=f"the text has {len(places)} marks {mark!r}, and the row {len(attachments)} files",
            where=where,
            hint="mark a place for each file, in their order",
        )
    placed = zip(attachments, places, strict=True)
    return plain, tuple(replace(attachment, at=at) for attachment, at in placed)


def _without_marks(text: str, mark: str) -> tuple[str, list[int]]:
    """A text without its marks, and the place of each in what is left."""
    pieces = text.split(mark)
    lengths = accumulate(len(piece) for piece in pieces[:-1])
    return "".join(pieces), list(lengths)


def with_listed(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages of a task; where no place was marked, the files come before its first question.

    Raises:
        InputError: if files are left over, or nobody asks anything.
    """
    files = _listed.get()
    if files is None or files.taken == len(files.values):
        return messages
    if files.taken:
        raise _differ(files)
    shown = tuple(files.take(0, files.name) for _ in files.values)
    return before_question(messages, shown, files.name)


def before_question(
    messages: tuple[Message, ...], attachments: Sequence[Attachment], where: str
) -> tuple[Message, ...]:
    """The messages of a task with files that have no place of their own: before its first question.

    Args:
        messages: the task's messages.
        attachments: the files, each at the place 0.
        where: the field that names them, for messages.

    Raises:
        InputError: if there are files and nobody asks anything.
    """
    if not attachments:
        return messages
    roles = [message.role for message in messages]
    if "user" not in roles:
        raise InputError(
            code="attachments-differ",
            message="there are files and no question that shows them",
            where=where,
            hint="leave the row out, or name the files in the message that shows them",
        )
    question = roles.index("user")
    return tuple(
        replace(message, attachments=(*attachments, *message.attachments))
        if place == question
        else message
        for place, message in enumerate(messages)
    )


def _differ(files: ListedFiles) -> InputError:
    return InputError(
        code="attachments-differ",
        message=f"{files.name!r} has {len(files.values)} files, and the text fewer places",
        where=files.name,
        hint="mark a place for each file, or for none",
    )
