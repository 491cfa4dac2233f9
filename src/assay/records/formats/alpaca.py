"""Alpaca: instruction, perhaps input, and output."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.formats.conversation import text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import (
    Opinion,
    comparison,
    demonstration,
    desirable,
    unnamed,
)
from assay.records.reader import Read, RowContext
from assay.records.task import Message, Task

_COMMON = ("instruction", "input", "system", "history", "id")


class Alpaca:
    """Reads `instruction`, `input`, `output`, `system`, `history`, `chosen`, `rejected`, `kto_tag`.

    The user's message is the instruction and, after a line feed, the input where it is not
    empty, as LLaMA-Factory joins them. `history` pairs come before it, `system` first of all.
    With `chosen` and `rejected` it is a preference; with `kto_tag` the output is scored on
    `desirable` (outcome). `id` is the key.
    """

    name = "alpaca"
    kinds = ("demonstration", "preference", "outcome")
    summary = "Alpaca: `instruction`, `input` and `output`"
    columns = {
        "demonstration": ("output", *_COMMON),
        "preference": ("chosen", "rejected", *_COMMON),
        "outcome": ("output", "kto_tag", *_COMMON),
    }

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        task, key = Task(messages=_messages(fields)), fields.name_or_none("id")
        if context.kind == "preference":
            candidates = [text_candidate(fields.text(name)) for name in ("chosen", "rejected")]
            opinion = Opinion(unnamed(context), better=0)
            return [comparison(context, task, candidates, [opinion], key=key)]
        candidate = text_candidate(fields.text("output"))
        if context.kind == "outcome":
            return [desirable(context, task, candidate, fields.flag_or_none("kto_tag"), key)]
        return [demonstration(context, task, candidate, key)]


def _messages(fields: Fields) -> tuple[Message, ...]:
    messages: list[Message] = []
    if fields.text_or_none("system"):
        messages.append(Message(role="system", content=fields.text("system")))
    for number, pair in enumerate(fields.items("history")):
        if not (isinstance(pair, list | tuple) and [type(text) for text in pair] == [str, str]):
            raise fields.error(f"history[{number}]", "a turn of the history is two texts")
        messages += [user(pair[0]), Message(role="assistant", content=pair[1])]
    more = fields.text_or_none("input")
    instruction = fields.text("instruction")
    return (*messages, user(f"{instruction}\n{more}" if more else instruction))


READER = Alpaca()
"""The reader that `--format alpaca` asks for."""
