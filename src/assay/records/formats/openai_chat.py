"""OpenAI chat: one conversation a line, for supervised fine-tuning."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.formats.conversation import (
    read_messages,
    read_tools,
    response_candidate,
    split_response,
)
from assay.records.formats.fields import Fields
from assay.records.formats.label import demonstration
from assay.records.reader import Read, RowContext
from assay.records.task import PARALLEL, Task


class OpenAiChat:
    """Reads `messages`, `tools`, `functions` and `parallel_tool_calls`.

    The response is all that follows the last message that is not the model's; what stands
    before is the task. `parallel_tool_calls` becomes a taxonomy axis of that name with the value
    `true` or `false`. A `weight` of 0 or 1 stays on its message. `id` becomes the key.
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
        messages = read_messages(fields.items("messages"), "messages")
        task, response = split_response(messages)
        candidate = response_candidate(response)
        return [demonstration(context, request(fields, task), candidate, fields.name_or_none("id"))]


def request(fields: Fields, messages: Sequence[Any]) -> Task:
    """The task of a request: its messages, its tools and whether it may call several at once."""
    tools = (
        *read_tools(fields),
        *read_tools(fields, "functions"),
    )
    taxonomy = {PARALLEL: str(fields.flag(PARALLEL)).lower()} if fields.has(PARALLEL) else {}
    return Task(messages=tuple(messages), tools=tools, taxonomy=taxonomy)


READER = OpenAiChat()
"""The reader that `--format openai-chat` asks for."""
