"""TRL: the six data set types of its documentation, standard (text) and conversational."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from assay.core.errors import InputError
from assay.records.attachment_lists import listing_files, with_listed
from assay.records.candidate import Candidate, MadeByModel, Provenance, Step
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
from assay.records.formats.fields import Fields, as_flag
from assay.records.formats.label import (
    Opinion,
    as_score,
    comparison,
    demonstration,
    desirable,
    unnamed,
    whole_source,
)
from assay.records.judgment import Judgment, Reason, StepLabel
from assay.records.kinds import Outcome, Process
from assay.records.number import as_number
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.task import Message, Task
from assay.records.verdict import DimensionScore, NotAsked

_COMMON = ("tools", "images", "image", "id")
_PAIR_SCORES = (
    ("score_chosen", "score_rejected"),
    ("chosen_score", "rejected_score"),
    ("chosen_rating", "rejected_rating"),
)
"""Columns of numbers that published pair sets have beside the two responses."""
_MODELS = ("chosen_model", "rejected_model")
_RESPONSES = ("chosen", "rejected")
_CONVERSATIONS = ("chosen_messages", "rejected_messages")
_GOOD, _BAD, _UNDECIDED = 1, 0, Fraction(1, 2)


class Trl:
    """Reads TRL rows; the kind and the columns say which of the six types it is.

    - demonstration: `messages`, `prompt` with `completion`, or `text`. A `text` names no prompt:
      its task is one empty user message.
    - preference: `chosen` and `rejected` with `prompt` (or `question`, perhaps with `system`), or
      without one where both are messages that begin alike. Messages that repeat the prompt are
      the task and no part of a response. A `margin` is kept as a reason with the code `margin`,
      `score_chosen` and `score_rejected` as scores on `score`, `chosen_model` and
      `rejected_model` as who made the responses. `chosen_messages` and `rejected_messages` are
      the same two conversations under LLaMA-Factory's names.
    - outcome: `prompt` with `completion`, or `messages`, and `label` (unpaired preference) becomes
      a score on `desirable`; without a usable label nobody has judged it. `prompt` alone becomes
      an outcome whose criterion is the trainer's reward.
    - process: `prompt`, `completions` and `labels`: true or 1 is good, false or 0 is bad. A soft
      label between them is good above one half, bad below and neutral at it; the number itself is
      the label's note. A label that is null leaves its step unlabelled. The response is the steps
      joined by line feeds.

    `images` (or `image`) are shown at the places that the messages mark, in their order; without a
    mark, before the first question. `tools` (a list, or its JSON text) become the task's tools and `id` the key. The label of a
    preference is a judgment by an unknown reviewer.
    """

    name = "trl"
    kinds = ("preference", "demonstration", "outcome", "process")
    summary = "TRL's data set types, standard and conversational, and published pair sets like them"
    columns = {
        "demonstration": ("messages", "prompt", "completion", "text", *_COMMON),
        "preference": (
            "prompt", "question", "system", *_RESPONSES, *_CONVERSATIONS, "margin", *_MODELS,
            *(name for pair in _PAIR_SCORES for name in pair), *_COMMON,
        ),
        "outcome": ("prompt", "completion", "messages", "label", *_COMMON),
        "process": ("prompt", "completions", "labels", *_COMMON),
    }  # fmt: skip

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of one of these types.
        """
        fields = Fields(row, self.columns[context.kind])
        name = "images" if fields.has("images") or not fields.has("image") else "image"
        files = fields.items("images") if name == "images" else [fields.any("image")]
        with listing_files(files, name):
            return self._read(fields, context)

    def _read(self, fields: Fields, context: RowContext) -> Sequence[Read]:
        if context.kind == "preference":
            return [_preference(fields, context)]
        if context.kind == "process":
            return [_stepwise(fields, context)]
        if context.kind == "outcome":
            labelled = fields.has_field("label")
            return [_read_unpaired(fields, context) if labelled else _prompt_only(fields, context)]
        return [_demonstration(fields, context)]


def _demonstration(fields: Fields, context: RowContext) -> Read:
    key = fields.name_or_none("id")
    if fields.has("text") and not fields.has("messages"):
        task = _task(fields, (user(""),))
        return demonstration(context, task, text_candidate(fields.text("text")), key)
    messages, candidate = _answered(fields)
    return demonstration(context, _task(fields, messages), candidate, key)


def _answered(fields: Fields) -> tuple[tuple[Message, ...], Candidate]:
    """What is asked and the one response: a conversation, or a prompt with its completion."""
    if fields.has("messages"):
        messages, response = split_response(read_messages(fields.items("messages"), "messages"))
        return messages, response_candidate(response)
    messages = _prompt(fields)
    return messages, _candidate(_response(fields, "completion"), messages, "completion")


def _preference(fields: Fields, context: RowContext) -> Read:
    messages, responses = _pair(fields)
    candidates = [
        _candidate(response, messages, name, _maker(fields, f"{name}_model"))
        for name, response in zip(_RESPONSES, responses, strict=True)
    ]
    reasons: tuple[Reason, ...] = ()
    if fields.has("margin"):
        reasons = (Reason(text=f"margin {fields.any('margin')}", code="margin"),)
    scores = _pair_scores(fields)
    opinion = Opinion(unnamed(context), better=0, reasons=reasons, scores=scores)
    task = _task(fields, messages)
    return comparison(context, task, candidates, [opinion], key=fields.name_or_none("id"))


def _pair_scores(fields: Fields) -> list[DimensionScore]:
    names = next((pair for pair in _PAIR_SCORES if any(map(fields.has, pair))), ())
    numbers = [fields.number_or_none(name) for name in names]
    return [
        DimensionScore(dimension="score", score=as_score(number), candidate=place)
        for place, number in enumerate(numbers)
        if number is not None
    ]


def _maker(fields: Fields, column: str) -> Provenance:
    model = fields.text_or_none(column)
    return MadeByModel(model=model) if model else UNNAMED


def _read_unpaired(fields: Fields, context: RowContext) -> Read:
    messages, candidate = _answered(fields)
    label, key = fields.flag_or_none("label"), fields.name_or_none("id")
    return desirable(context, _task(fields, messages), candidate, label, key)


def _prompt_only(fields: Fields, context: RowContext) -> Read:
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Outcome(criterion="the reward functions of the trainer"),
        task=_task(fields, _prompt(fields)),
        sources=whole_source(context),
        key=fields.name_or_none("id"),
    )
    return Read(record=record)


def _stepwise(fields: Fields, context: RowContext) -> Read:
    steps, labels = fields.texts("completions"), fields.items("labels")
    if len(steps) != len(labels):
        raise fields.error("labels", f"{len(labels)} labels for {len(steps)} steps")
    work = tuple(Step(text=step) for step in steps)
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Process(),
        task=_task(fields, _prompt(fields)),
        sources=whole_source(context),
        candidates=(Candidate(content="\n".join(steps), provenance=UNNAMED, work=work),),
        key=fields.name_or_none("id"),
    )
    step_labels = _step_labels(fields, labels)
    if not step_labels:
        return Read(record=record)
    judgment = Judgment(
        record=record.id, reviewer=unnamed(context), verdict=NotAsked(), step_labels=step_labels
    )
    return Read(record=record, judgments=[judgment])


def _step_labels(fields: Fields, labels: Sequence[Any]) -> tuple[StepLabel, ...]:
    """The labels of the steps; none of them where one is off the scale from 0 to 1."""
    step_labels = []
    for number, label in enumerate(labels):
        if label is None:
            continue
        flag = as_flag(label)
        value = as_number(label) if flag is None else Fraction(flag)
        if value is None or not _BAD <= value <= _GOOD:
            fields.unusable("labels")
            return ()
        step_labels.append(_step_label(number, value, label))
    return tuple(step_labels)


def _step_label(step: int, value: Fraction, raw: Any) -> StepLabel:
    soft = value not in {_GOOD, _BAD}
    return StepLabel(
        candidate=0,
        step=step,
        label="neutral" if value == _UNDECIDED else "good" if value > _UNDECIDED else "bad",
        note=str(raw) if soft else None,
    )


def _task(fields: Fields, messages: tuple[Message, ...]) -> Task:
    return Task(messages=with_listed(messages), tools=read_tools(fields))


def _prompt(fields: Fields) -> tuple[Message, ...]:
    name = "prompt" if fields.has("prompt") or not fields.has("question") else "question"
    messages = (
        (user(fields.text(name)),)
        if isinstance(fields.any(name), str)
        else read_messages(fields.items(name), name)
    )
    system = fields.text_or_none("system")
    return (Message(role="system", content=system), *messages) if system else messages


def _response(fields: Fields, name: str) -> str | tuple[Message, ...]:
    if isinstance(fields.any(name), str):
        return fields.text(name)
    return read_messages(fields.items(name), name)


def _candidate(
    response: str | tuple[Message, ...],
    prompt: tuple[Message, ...],
    name: str,
    provenance: Provenance = UNNAMED,
) -> Candidate:
    """The candidate that a response is, without the prompt where it begins with it."""
    if isinstance(response, str):
        return text_candidate(response, provenance)
    answer = cut_repeated_prompt(prompt, response, name)
    if any(message.attachments for message in answer):
        raise InputError(
            code="image-in-response",
            message=f"{name!r} shows an image, and the list of images is the prompt's",
            where=name,
            hint="read the row as openai-chat, with each image in its own part",
        )
    return response_candidate(answer, provenance)


def _pair(
    fields: Fields,
) -> tuple[tuple[Message, ...], list[str | tuple[Message, ...]]]:
    """What is asked, and the two responses."""
    names = _CONVERSATIONS if fields.has(_CONVERSATIONS[0]) else _RESPONSES
    responses = [_response(fields, name) for name in names]
    one, other = responses
    if isinstance(one, str) or isinstance(other, str):
        if fields.raw("prompt") is None and not fields.has("question"):
            raise InputError(
                code="no-prompt",
                message="the row names no prompt, and two texts do not say where theirs ends",
                where="prompt",
                hint="add the column `prompt`, or read the file as hh-rlhf or by a mapping",
            )
        return _prompt(fields), responses
    if not (fields.has("prompt") or fields.has("question")):
        start = common_start(one, other)
        return one[:start], [one[start:], other[start:]]
    prompt = _prompt(fields)
    if one == other or not (opening_turns(one) and opening_turns(other)):
        return prompt, responses
    shared = one[: common_start(one, other)]
    # Published sets name one turn in `prompt`, and a system message or earlier turns in the rest.
    return (shared if _holds(shared, prompt) else prompt), responses


def _holds(shared: tuple[Message, ...], prompt: tuple[Message, ...]) -> bool:
    """Whether the messages of a prompt are among others, in their order."""
    rest = iter(shared)
    return all(
        any(
            message.role == turn.role and message.content.strip() == turn.content.strip()
            for message in rest
        )
        for turn in prompt
    )


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
