"""ATIF: the Agent Trajectory Interchange Format, one trajectory a document."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.attachment import Attachment, read_attachment
from assay.records.formats.conversation import MessageContent, read_tools
from assay.records.formats.fields import Fields
from assay.records.formats.trace_record import run_record, split_run
from assay.records.reader import Read, RowContext
from assay.records.redaction import redact
from assay.records.source_json import source_call
from assay.records.task import Message, MessageRole, ToolCall

_TRAJECTORY = ("schema_version", "session_id", "trajectory_id", "agent", "steps", "notes",
               "final_metrics", "continued_trajectory_ref", "subagent_trajectories", "extra")  # fmt: skip
_AGENT = ("name", "version", "model_name", "tool_definitions", "extra")
_STEP = ("step_id", "timestamp", "source", "model_name", "reasoning_effort", "message",
         "reasoning_content", "tool_calls", "observation", "metrics", "is_copied_context",
         "llm_call_count", "extra")  # fmt: skip
_CALL = ("tool_call_id", "function_name", "arguments", "extra")
_RESULT = ("source_call_id", "content", "subagent_trajectory_ref", "extra")
_PART = ("type", "text", "source")
_SOURCE = ("media_type", "path", "duration_sec")
_FILES = ("image", "audio")
"""Types of parts that show a file: images from ATIF 1.6 on, sounds from 1.8 on."""

_ROLES: Mapping[str, MessageRole] = {"system": "system", "user": "user", "agent": "assistant"}


class Atif:
    """Reads trajectories in ATIF (1.0 to 1.8), one document each.

    Steps before the agent's first are the task, the others the candidate: `message` is the
    content, `reasoning_content` stays apart from it, `tool_calls` are calls, and each result of
    an `observation` is a message of the tool. A step that was copied as context, or that asked no
    model (`llm_call_count` 0), is marked as not trained on. Images and sounds
    among the parts of a message or a result become attachments. `agent.tool_definitions` are the
    tools; `trajectory_id`, else `session_id`, is the key. Secrets and addresses are redacted.
    Metrics, and trajectories of subagents, are left in the document.
    """

    name = "atif"
    kinds = ("trajectory", "demonstration", "outcome")
    summary = "ATIF trajectories of agents, redacted"
    redacts = True

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one trajectory.

        Raises:
            InputError: if the row is not of this format.
        """
        redacted: Counter[str] = Counter()
        fields = Fields(row, _TRAJECTORY)
        version = fields.text("schema_version")
        if not version.startswith("ATIF-v1."):
            raise fields.error("schema_version", f"{version!r} is not read: ATIF-v1.0 to ATIF-v1.8")
        agent = Fields(fields.any("agent"), _AGENT, "agent")
        steps = redact(fields.items("steps"), redacted)
        messages = [
            message for number, step in enumerate(steps) for message in _messages(step, number)
        ]
        task, response = split_run(messages)
        name = fields.name_or_none("trajectory_id") or fields.name_or_none("session_id") or ""
        made_by = {"agent": agent.text("name"), "version": agent.name_or_none("version") or ""}
        record = run_record(
            context,
            task,
            response,
            model=agent.text_or_none("model_name") or _model(steps) or agent.text("name"),
            parameters=json_text(made_by),
            tools=read_tools(agent, "tool_definitions"),
            locator=f"atif:trajectory/{name}",
            key=name,
        )
        return [Read(record=record, redacted=dict(redacted))]


def _model(steps: Sequence[Any]) -> str | None:
    return next((str(step["model_name"]) for step in steps if step.get("model_name")), None)


def _messages(value: Any, number: int) -> Iterator[Message]:
    """The messages of one step: what was said, then what its tools gave back."""
    where = f"steps[{number}]"
    step = Fields(value, _STEP, where)
    source = step.text("source")
    if source not in _ROLES:
        raise step.error("source", f"{source!r} is not a source: system, user or agent")
    calls = [_call(call, f"{where}.tool_calls") for call in step.items("tool_calls")]
    untrained = value.get("is_copied_context") or value.get("llm_call_count") == 0
    message = _content(value.get("message"), f"{where}.message")
    yield Message(
        role=_ROLES[source],
        content=message.text,
        attachments=message.attachments,
        tool_calls=tuple(calls),
        trained=False if untrained and source == "agent" else None,
        reasoning=step.text_or_none("reasoning_content"),
    )
    results = step.mapping("observation").get("results")
    for result in results if isinstance(results, list) else ():
        fields = Fields(result, _RESULT, f"{where}.observation.results")
        name = fields.text_or_none("source_call_id")
        only = calls[0].id if len(calls) == 1 else None
        output = _content(result.get("content"), f"{where}.observation.results.content")
        yield Message(
            role="tool",
            content=output.text,
            attachments=output.attachments,
            tool_call_id=name or only,
        )


def _call(value: Any, where: str) -> ToolCall:
    fields = Fields(value, _CALL, where)
    return source_call(
        fields.text("function_name"), value.get("arguments"), fields.text_or_none("tool_call_id")
    )


def _content(value: Any, where: str) -> MessageContent:
    """A text, or parts: texts are joined, and images and sounds become attachments at their places."""
    if value is None or isinstance(value, str):
        return MessageContent(value or "")
    text = ""
    attachments: list[Attachment] = []
    for number, part in enumerate(value if isinstance(value, list) else [value]):
        fields = Fields(part, _PART, f"{where}[{number}]")
        kind = fields.text_or_none("type") or "text"
        if kind in _FILES:
            source = Fields(fields.any("source"), _SOURCE, fields.place("source"))
            attachments.append(read_attachment(source.text("path"), len(text), source.place("")))
        elif kind == "text":
            text += fields.text("text")
        else:
            raise InputError(
                code="not-text",
                message=f"a step holds a part of the type {kind!r}, which is not read",
                where=fields.place("type"),
                hint="leave it out, or keep it beside the trajectory",
            )
    return MessageContent(text, attachments=tuple(attachments))


READER = Atif()
"""The reader that `--format atif` asks for."""
