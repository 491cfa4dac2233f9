"""OpenAI chat: one conversation a line, for supervised fine-tuning."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InputError
from assay.records.formats.conversation import (
    read_messages,
    read_tools,
    response_candidate,
    split_response,
)
from assay.records.formats.fields import Fields
from assay.records.formats.label import demonstration
from assay.records.reader import Read, RowContext
from assay.records.task import Task

PARALLEL = "parallel_tool_calls"
"""The option of a request that becomes the task's axis of the same name."""


class OpenAiChat:
    """Reads `messages`, `tools`, `functions` and `parallel_tool_calls`.

    The response is all that follows the last message that is not the model's; what stands
    before is the task. `parallel_tool_calls` becomes a taxonomy axis of that name with the value
    `true` or `false`. A `weight` is read only where it says the same as this cut: 1 at the
    response, 0 before it; any other weighting sets the row aside. `id` becomes the key.
    """

    name = "openai-chat"
    kinds = ("demonstration",)
    summary = "OpenAI chat lines: `messages`, perhaps `tools`"
    columns = {"demonstration": ("messages", "tools", "functions", PARALLEL, "id")}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        raw = fields.items("messages")
        task, response = split_response(read_messages(raw, "messages"))
        _refuse_other_weights(raw, len(task))
        candidate = response_candidate(response)
        return [demonstration(context, request(fields, task), candidate, fields.name_or_none("id"))]


def request(fields: Fields, messages: Sequence[Any]) -> Task:
    """The task of a request: its messages, its tools and whether it may call several at once."""
    tools = (
        *read_tools(fields.items("tools")),
        *read_tools(fields.items("functions"), "functions"),
    )
    taxonomy = {PARALLEL: str(fields.flag(PARALLEL)).lower()} if fields.has(PARALLEL) else {}
    return Task(messages=tuple(messages), tools=tools, taxonomy=taxonomy)


def _refuse_other_weights(raw: Sequence[Any], start: int) -> None:
    for number, message in enumerate(raw):
        wanted = 0 if number < start else 1
        if message.get("weight", wanted) not in (wanted, None):
            raise InputError(
                code="other-weights",
                message="the weights train on other messages than the last response",
                where=f"messages[{number}].weight",
                hint="split the conversation into one row for each response that is trained on",
            )


READER = OpenAiChat()
"""The reader that `--format openai-chat` asks for."""
