"""TRL: the six data set types of its documentation, standard (text) and conversational."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InputError
from assay.records.candidate import Candidate, Step
from assay.records.formats.conversation import (
    UNNAMED,
    cut_repeated_prompt,
    opening_turns,
    read_messages,
    read_tools,
    response_candidate,
    split_response,
    text_candidate,
    user,
)
from assay.records.formats.fields import Fields
from assay.records.formats.label import (
    Opinion,
    comparison,
    demonstration,
    desirable,
    unnamed,
    whole_source,
)
from assay.records.judgment import Judgment, Reason, StepLabel
from assay.records.kinds import Outcome, Process
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.task import Message, Task
from assay.records.verdict import NotAsked

_COMMON = ("tools", "id")


class Trl:
    """Reads TRL rows; the kind and the columns say which of the six types it is.

    - demonstration: `messages`, `prompt` with `completion`, or `text`. A `text` names no prompt:
      its task is one empty user message.
    - preference: `chosen` and `rejected` with `prompt`, or without one where both are messages
      that begin alike. Turns of the prompt that a response repeats at its start are cut. A `margin` is kept as a reason with the code `margin`.
    - outcome: `prompt` with `completion` and `label` (unpaired preference) becomes a score on
      `desirable`; `prompt` alone becomes an outcome whose criterion is the trainer's reward.
    - process: `prompt`, `completions` and `labels`: true is good, false is bad. The response is
      the steps joined by line feeds.

    `tools` become the task's tools and `id` the key. The label of a preference is a judgment by
    an unknown reviewer.
    """

    name = "trl"
    kinds = ("preference", "demonstration", "outcome", "process")
    summary = "TRL's data set types, standard and conversational"

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of one of these types.
        """
        if context.kind == "preference":
            return [_preference(row, context)]
        if context.kind == "process":
            return [_stepwise(row, context)]
        if context.kind == "outcome":
            return [_unpaired(row, context) if "label" in row else _prompt_only(row, context)]
        return [_demonstration(row, context)]


def _demonstration(row: Mapping[str, Any], context: RowContext) -> Read:
    fields = Fields(row, ("messages", "prompt", "completion", "text", *_COMMON))
    if fields.has("messages"):
        messages, response = split_response(read_messages(fields.items("messages"), "messages"))
        candidate = response_candidate(response)
    elif fields.has("text"):
        messages, candidate = (user(""),), text_candidate(fields.text("text"))
    else:
        messages, (candidate,) = _prompted(fields, "completion")
    return demonstration(context, _task(fields, messages), candidate, fields.name_or_none("id"))


def _preference(row: Mapping[str, Any], context: RowContext) -> Read:
    fields = Fields(row, ("prompt", "chosen", "rejected", "margin", *_COMMON))
    if fields.has("prompt"):
        messages, candidates = _prompted(fields, "chosen", "rejected")
    else:
        messages, candidates = _implicit(fields)
    reasons: tuple[Reason, ...] = ()
    if fields.has("margin"):
        reasons = (Reason(text=f"margin {fields.any('margin')}", code="margin"),)
    opinion = Opinion(unnamed(context), better=0, reasons=reasons)
    task = _task(fields, messages)
    return comparison(context, task, candidates, [opinion], key=fields.name_or_none("id"))


def _unpaired(row: Mapping[str, Any], context: RowContext) -> Read:
    fields = Fields(row, ("prompt", "completion", "label", *_COMMON))
    messages, (candidate,) = _prompted(fields, "completion")
    task = _task(fields, messages)
    return desirable(context, task, candidate, fields.flag("label"), fields.name_or_none("id"))


def _prompt_only(row: Mapping[str, Any], context: RowContext) -> Read:
    fields = Fields(row, ("prompt", *_COMMON))
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Outcome(criterion="the reward functions of the trainer"),
        task=_task(fields, _prompt(fields)),
        sources=whole_source(context),
        key=fields.name_or_none("id"),
    )
    return Read(record=record)


def _stepwise(row: Mapping[str, Any], context: RowContext) -> Read:
    fields = Fields(row, ("prompt", "completions", "labels", *_COMMON))
    steps, labels = fields.texts("completions"), fields.items("labels")
    if len(steps) != len(labels):
        raise fields.error("labels", f"{len(labels)} labels for {len(steps)} steps")
    for label in labels:
        if not isinstance(label, bool):
            raise fields.error("labels", f"a label must be true or false, not {label!r}")
    work = tuple(Step(text=step) for step in steps)
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Process(),
        task=_task(fields, _prompt(fields)),
        sources=whole_source(context),
        candidates=(Candidate(content="\n".join(steps), provenance=UNNAMED, work=work),),
        key=fields.name_or_none("id"),
    )
    step_labels = tuple(
        StepLabel(candidate=0, step=number, label="good" if label else "bad")
        for number, label in enumerate(labels)
    )
    judgment = Judgment(
        record=record.id, reviewer=unnamed(context), verdict=NotAsked(), step_labels=step_labels
    )
    return Read(record=record, judgments=[judgment])


def _task(fields: Fields, messages: tuple[Message, ...]) -> Task:
    return Task(messages=messages, tools=read_tools(fields))


def _prompt(fields: Fields) -> tuple[Message, ...]:
    if isinstance(fields.any("prompt"), str):
        return (user(fields.text("prompt")),)
    return read_messages(fields.items("prompt"), "prompt")


def _prompted(fields: Fields, *names: str) -> tuple[tuple[Message, ...], list[Candidate]]:
    """The prompt, and the responses without the prompt that a file repeats at their start."""
    asked = _prompt(fields)
    texts = {name: fields.text(name) for name in names if isinstance(fields.any(name), str)}
    spoken = {name: read_messages(fields.items(name), name) for name in names if name not in texts}
    if len(names) == len(spoken) > 1 and isinstance(fields.any("prompt"), str):
        asked = _conversation_of(asked, list(spoken.values()))
    candidates = [
        text_candidate(texts[name])
        if name in texts
        else response_candidate(cut_repeated_prompt(asked, spoken[name], name))
        for name in names
    ]
    return asked, candidates


def _conversation_of(
    asked: tuple[Message, ...], both: Sequence[tuple[Message, ...]]
) -> tuple[Message, ...]:
    """The task that a prompt of one text stands for, where both responses repeat all of it.

    Published sets name one turn in `prompt` and give the whole conversation in `chosen` and
    `rejected`: with a system message, or with earlier turns of the model's.
    """
    if not all(opening_turns(messages) for messages in both) or both[0] == both[1]:
        return asked
    start = both[0][: common_start(*both)]
    named = (asked[0].role, asked[0].content)
    return start if named in {(turn.role, turn.content) for turn in start} else asked


def _implicit(fields: Fields) -> tuple[tuple[Message, ...], list[Candidate]]:
    if isinstance(fields.any("chosen"), str):
        raise InputError(
            code="no-prompt",
            message="the row names no prompt, and two texts do not say where theirs ends",
            where="prompt",
            hint="add the column `prompt`, or read the file as hh-rlhf or by a mapping",
        )
    both = [read_messages(fields.items(name), name) for name in ("chosen", "rejected")]
    start = common_start(*both)
    return both[0][:start], [response_candidate(messages[start:]) for messages in both]


def common_start(one: tuple[Message, ...], other: tuple[Message, ...]) -> int:
    """How many messages two conversations begin with alike, up to a turn of the model's.

    Raises:
        InputError: if they do not begin alike, or one is only the beginning of the other.
    """
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    while start and one[start - 1].role in {"assistant", "tool"}:
        start -= 1
    if not start or start == len(one) or start == len(other):
        raise InputError(
            code="no-prompt",
            message="the two conversations do not begin alike and then differ",
            where="chosen",
        )
    return start


READER = Trl()
"""The reader that `--format trl` asks for."""
