"""xLAM: a request, the tools that it may use, and the calls that answer it."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import parse_json
from assay.records.candidate import Candidate
from assay.records.formats.conversation import UNNAMED, read_tools, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import demonstration, whole_source
from assay.records.kinds import Trajectory
from assay.records.kinds.trajectory import ExpectedCall
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.source_json import exact_json_text, source_call
from assay.records.task import Message, Task


class Xlam:
    """Reads `query`, `tools` and `answers`, the last two as lists or as their JSON text.

    - demonstration: the calls are one message of the assistant's, all of them at once.
    - trajectory: the calls are the expected ones, each argument with its one accepted value. An
      empty list of `answers` says that no call is right.

    `id` is the key.
    """

    name = "xlam"
    kinds = ("demonstration", "trajectory")
    summary = "xLAM: a query, its tools and the calls that answer it"
    columns = {
        "demonstration": ("id", "query", "tools", "answers"),
        "trajectory": ("id", "query", "tools", "answers"),
    }

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        task = Task(messages=(user(fields.text("query")),), tools=read_tools(fields))
        calls, key = _calls(fields), fields.name_or_none("id")
        if context.kind == "trajectory":
            return [Read(record=_trajectory(task, calls, context, key))]
        if not calls:
            raise fields.error("answers", "a demonstration needs a call to show")
        made = Message(
            role="assistant",
            tool_calls=tuple(
                source_call(call.text("name"), call.mapping("arguments")) for call in calls
            ),
        )
        return [demonstration(context, task, Candidate(content=(made,), provenance=UNNAMED), key)]


def _calls(fields: Fields) -> list[Fields]:
    stated = fields.any("answers")
    calls = parse_json(stated) if isinstance(stated, str) else stated
    if not isinstance(calls, list | tuple):
        raise fields.error("answers", "'answers' must be a list of calls")
    return [
        Fields(call, ("name", "arguments"), f"answers[{number}]")
        for number, call in enumerate(calls)
    ]


def _trajectory(
    task: Task, calls: Sequence[Fields], context: RowContext, key: str | None
) -> Record:
    expected = tuple(
        ExpectedCall(
            name=call.text("name"),
            arguments=exact_json_text(
                {name: [value] for name, value in call.mapping("arguments").items()}
            ),
        )
        for call in calls
    )
    return Record(
        schema_version=SCHEMA_VERSION,
        part=Trajectory(expected_calls=expected, no_call=not expected),
        task=task,
        sources=whole_source(context),
        key=key,
    )


READER = Xlam()
"""The reader that `--format xlam` asks for."""
