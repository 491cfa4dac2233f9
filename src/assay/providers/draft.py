"""The draft: a record that lacks only its candidates, made from a row or from another record."""

from collections.abc import Mapping
from typing import Any

import msgspec

from assay.core.choices import refuse_unknown
from assay.core.errors import InputError
from assay.records.fields import JsonText, Name
from assay.records.kinds import KINDS, Adversarial, Outcome, Part, Policy, Trajectory
from assay.records.record import SCHEMA_VERSION, Lineage, Record, Source, Transformation
from assay.records.task import Message, Task, Tool

TRANSFORMATION = Transformation(name="sample", version="1")
"""The transformation that a record names which was drawn for another record's task."""


class TaskRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of a file of tasks: a prompt, or messages, and what is known of the task."""

    prompt: str | None = None
    """A single user message, where the task is no longer conversation."""
    messages: tuple[Message, ...] = ()
    """The conversation up to the answer, where it is not a single prompt."""
    tools: tuple[Tool, ...] = ()
    """Tools that the task offers to the model."""
    initial_state: JsonText | None = None
    """State of the environment before the answer, as canonical JSON text."""
    taxonomy: dict[Name, str] = {}
    """The task's place on the contract's axes: axis -> value."""
    capability: str | None = None
    """The capability that the task calls on."""
    family: str | None = None
    """The prompt family, where several tasks are variants of one prompt."""
    key: str | None = None
    """The source's own name for the task."""
    part: dict[str, Any] = {}
    """Fields of the kind's own part, such as `reference` of an outcome."""


def draft_from_row(row: Mapping[str, Any], *, kind: str, source_class: str) -> Record:
    """A draft from one row of a file of tasks (a JSON object in the form of `TaskRow`).

    Args:
        row: the row as parsed.
        kind: the kind of record to make.
        source_class: the source class that the task belongs to.

    Raises:
        UsageError: if there is no such kind.
        InputError: if the row has another form; `where` is not known here.
    """
    refuse_unknown("kind", kind, KINDS)
    try:
        task_row = msgspec.convert(row, TaskRow)
        part = msgspec.convert({**task_row.part, "kind": kind}, Part)
    except msgspec.ValidationError as error:
        raise InputError(
            code="not-a-task",
            message=f"this row is not a task: {error}",
            hint="give `prompt`, or `messages` with `role` and `content`; see `TaskRow`",
        ) from error
    if (task_row.prompt is None) == (not task_row.messages):
        raise InputError(
            code="not-a-task",
            message="a task has either a prompt or messages",
            hint="`prompt` stands for one user message; use `messages` for a conversation",
        )
    task = Task(
        messages=task_row.messages or (Message(role="user", content=task_row.prompt or ""),),
        tools=task_row.tools,
        initial_state=task_row.initial_state,
        taxonomy=task_row.taxonomy,
        capability=task_row.capability,
        family=task_row.family,
    )
    return Record(
        schema_version=SCHEMA_VERSION,
        part=part,
        task=task,
        sources=(Source(source_class=source_class, part="/task"),),
        key=task_row.key,
    )


def draft_from_record(record: Record, *, kind: str | None = None) -> Record:
    """A draft that asks a record's task again; what was about its old candidates is left out.

    Args:
        record: the record whose task is asked; it becomes the parent.
        kind: the kind of record to make; the record's own where None.

    Raises:
        UsageError: if there is no such kind.
    """
    target_kind = kind or record.kind
    refuse_unknown("kind", target_kind, KINDS)
    part = (
        _part_without_candidates(record.part)
        if target_kind == record.kind
        else KINDS[target_kind]()
    )
    sources = {
        (source.source_class, source.locator): msgspec.structs.replace(source, part="/task")
        for source in record.sources
        if not source.part or source.part.startswith("/task")
    }
    return record.replace(
        part=part,
        candidates=(),
        sources=tuple(sources.values()),
        evidence=tuple(piece for piece in record.evidence if piece.candidate is None),
        lineage=Lineage(parents=(record.id,), transformation=TRANSFORMATION),
    )


def _part_without_candidates(part: Part) -> Part:
    match part:
        case Outcome() | Policy() | Trajectory():
            return part
        case Adversarial():
            return Adversarial(sections=part.sections, strategy=part.strategy)
        case _:
            return type(part)()
