"""OpenAI preference: one request and two outputs a line."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.formats.conversation import (
    cut_repeated_prompt,
    read_messages,
    response_candidate,
)
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, comparison, unnamed
from assay.records.formats.openai_chat import request
from assay.records.reader import Read, RowContext
from assay.records.task import PARALLEL

_OUTPUTS = ("preferred_output", "non_preferred_output")


class OpenAiPreference:
    """Reads `input`, `preferred_output` and `non_preferred_output`.

    The label is a judgment by an unknown reviewer who prefers the first of them. `id` becomes
    the key; `parallel_tool_calls` a taxonomy axis.
    """

    name = "openai-preference"
    kinds = ("preference",)
    summary = "OpenAI preference lines: `input`, `preferred_output`, `non_preferred_output`"
    columns = {"preference": ("input", *_OUTPUTS, "id")}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        request_fields = Fields(fields.any("input"), ("messages", "tools", PARALLEL), "input")
        task = request(
            request_fields, read_messages(request_fields.items("messages"), "input.messages")
        )
        responses = (read_messages(fields.items(name), name) for name in _OUTPUTS)
        candidates = [
            response_candidate(cut_repeated_prompt(task.messages, response, name))
            for name, response in zip(_OUTPUTS, responses, strict=True)
        ]
        opinion = Opinion(unnamed(context), better=0)
        return [comparison(context, task, candidates, [opinion], key=fields.name_or_none("id"))]


READER = OpenAiPreference()
"""The reader that `--format openai-preference` asks for."""
