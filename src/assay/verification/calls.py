"""The tool calls of a candidate, in the order in which they were made."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from assay.core.errors import InputError
from assay.records.candidate import Candidate
from assay.records.task import Message, Task, ToolCall

MAX_CALLS = 500
"""Calls of one candidate that are examined; with more, the verdict is `uncarried`."""

MAX_ARGUMENTS = 1_000_000
"""Characters of the arguments of one candidate's calls together."""


class TooManyCallsError(InputError):
    """A candidate made more than is examined."""


class MadeCall(NamedTuple):
    """One call with the place where it was made."""

    call: ToolCall
    """The tool and the arguments."""
    step: int | None
    """The step of work, from 0; None in a message of the response."""
    messages_before: int
    """Messages of the conversation that came before it."""
    turn: int | None
    """The user turn that it answers, from 0; None in a step of work, which has none."""


def calls_of(candidate: Candidate) -> Iterator[tuple[int | None, ToolCall]]:
    """Every tool call that a candidate makes, with its step of work: the work first."""
    for number, step in enumerate(candidate.work):
        if step.call:
            yield number, step.call
    if not isinstance(candidate.content, str):
        for message in candidate.content:
            for call in message.tool_calls:
                yield None, call


def made_calls(task: Task, candidate: Candidate) -> list[MadeCall]:
    """Every tool call that a candidate makes, with its place in the conversation.

    Raises:
        TooManyCallsError: if there are more than `MAX_CALLS`, or their arguments are too long together.
    """
    # One more than may be examined tells that there are too many, however many there are.
    made = list(islice(_calls_with_places(task, candidate), MAX_CALLS + 1))
    if len(made) > MAX_CALLS:
        raise TooManyCallsError(code="too-many-calls", message=f"more than {MAX_CALLS} calls")
    if sum(len(call.call.arguments) for call in made) > MAX_ARGUMENTS:
        raise TooManyCallsError(
            code="too-long", message=f"calls with more than {MAX_ARGUMENTS} characters of arguments"
        )
    return made


def conversation(task: Task, candidate: Candidate) -> tuple[Message, ...]:
    """The task's messages and those of the response, in order."""
    return task.messages + (() if isinstance(candidate.content, str) else candidate.content)


def _calls_with_places(task: Task, candidate: Candidate) -> Iterator[MadeCall]:
    before = len(task.messages)
    for number, step in enumerate(candidate.work):
        if step.call:
            yield MadeCall(step.call, number, before, None)
    if isinstance(candidate.content, str):
        return
    turn = first_turn(task)
    for messages_before, message in enumerate(candidate.content, before):
        turn += message.role == "user"
        for call in message.tool_calls:
            yield MadeCall(call, None, messages_before, turn)


def first_turn(task: Task) -> int:
    """The user turn that the answer begins with, from 0."""
    return sum(message.role == "user" for message in task.messages) - 1
