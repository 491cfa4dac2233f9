"""HH-RLHF: two transcripts of `Human:` and `Assistant:` turns a row."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InputError
from assay.records.formats.conversation import response_candidate
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, comparison, unnamed
from assay.records.formats.trl import common_start
from assay.records.reader import Read, RowContext
from assay.records.task import Message, Task

_TURN = re.compile(r"\n\n(Human|Assistant):")


class HhRlhf:
    """Reads `chosen` and `rejected`.

    The turns that both begin with are the task; what follows is one candidate each, a text where
    it is one turn of the assistant's. One space after `Human:` and `Assistant:` belongs to the
    form and is left out. The label is a judgment by an unknown reviewer.
    """

    name = "hh-rlhf"
    kinds = ("preference",)
    summary = "HH-RLHF: `chosen` and `rejected` as Human/Assistant transcripts"
    columns = {"preference": ("chosen", "rejected", "id")}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        chosen, rejected = (
            transcript_turns(fields.text(name), name) for name in ("chosen", "rejected")
        )
        start = common_start(chosen, rejected)
        candidates = [response_candidate(turns[start:]) for turns in (chosen, rejected)]
        opinion = Opinion(unnamed(context), better=0)
        task = Task(messages=chosen[:start])
        return [comparison(context, task, candidates, [opinion], key=fields.name_or_none("id"))]


def transcript_turns(text: str, where: str) -> tuple[Message, ...]:
    """The turns of a `Human:` and `Assistant:` transcript.

    Raises:
        InputError: if the text does not begin with such a turn.
    """
    before, *pieces = _TURN.split(text)
    if before or not pieces:
        raise InputError(
            code="not-a-transcript",
            message="the transcript does not begin with a blank line and `Human:`",
            where=where,
        )
    return tuple(
        Message(role="user" if speaker == "Human" else "assistant", content=text.removeprefix(" "))
        for speaker, text in zip(pieces[::2], pieces[1::2], strict=True)
    )


READER = HhRlhf()
"""The reader that `--format hh-rlhf` asks for."""
