"""Records of recorded runs: one task, one response by a model, redacted before it is kept."""

from collections.abc import Mapping, Sequence

from assay.core.errors import InputError
from assay.records.candidate import MadeByModel, Provenance
from assay.records.formats.conversation import UNNAMED, response_candidate
from assay.records.kinds import Demonstration, Outcome, Trajectory
from assay.records.reader import RowContext
from assay.records.record import SCHEMA_VERSION, Record, Source
from assay.records.task import Message, Task, Tool

PARTS = {"outcome": Outcome, "demonstration": Demonstration, "trajectory": Trajectory}
"""Kinds of record that a recorded run can be."""


def run_record(
    context: RowContext,
    task: Sequence[Message],
    response: Sequence[Message],
    *,
    model: str | None,
    parameters: str | None = None,
    tools: Sequence[Tool] = (),
    locator: str,
    key: str,
) -> Record:
    """The record of one run.

    Args:
        context: kind and source class.
        task: what was asked.
        response: what the model answered, from its first turn on.
        model: the model, where the run names it.
        parameters: its sampling parameters, as canonical JSON text.
        tools: the tools that it was offered.
        locator: the run's place in its tool, such as `langfuse:trace/ID`.
        key: the tool's own name for the run.
    """
    made: Provenance = MadeByModel(model=model, parameters=parameters) if model else UNNAMED
    return Record(
        schema_version=SCHEMA_VERSION,
        part=PARTS[context.kind](),
        task=Task(messages=tuple(task), tools=tuple(tools)),
        sources=(Source(source_class=context.source_class, locator=locator),),
        candidates=(response_candidate(tuple(response), made),),
        key=key,
    )


def split_run(messages: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The messages before the model's first turn, and from there to its last.

    Raises:
        InputError: if the model does not speak, or speaks first.
    """
    turns = [place for place, message in enumerate(messages) if message.role == "assistant"]
    if not turns or not turns[0]:
        raise InputError(
            code="no-prompt" if turns else "no-response",
            message="nothing is asked before the model speaks"
            if turns
            else "the model says nothing",
            where="messages",
            hint="export finished runs, with all their messages",
        )
    end = max(
        place for place, message in enumerate(messages) if message.role in {"assistant", "tool"}
    )
    return tuple(messages[: turns[0]]), tuple(messages[turns[0] : end + 1])


def refuse_error(row: Mapping[str, object], where: str) -> None:
    """Refuse a run that ended with an error.

    Raises:
        InputError: with the code `failed-run`.
    """
    if row.get("error"):
        raise InputError(
            code="failed-run",
            message="the run ended with an error, so its output is no answer",
            where=where,
            hint="export runs without errors",
        )
