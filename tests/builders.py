"""Small facts for tests: what a test says of a task, an answer, a record or a judgment, and the usual rest."""

from typing import Any

from assay.records.candidate import Candidate, MadeByModel
from assay.records.judgment import Judgment, Reviewer
from assay.records.kinds import Part
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.records.verdict import NotAsked, Verdict


def user_task(prompt: str, **parts: Any) -> Task:
    """A task of one message of a user; `parts` are further fields of the task."""
    return Task(messages=(Message(role="user", content=prompt),), **parts)


def model_answer(content: Any, model: str = "m", **parts: Any) -> Candidate:
    """A candidate that a model wrote; `parts` are further fields of the candidate."""
    return Candidate(content=content, provenance=MadeByModel(model=model), **parts)


def small_record(
    part: Part, task: Task | str, *answers: Candidate | str, source: str = "own", **parts: Any
) -> Record:
    """A record of one source.

    Args:
        part: what its kind brings.
        task: the task, or the prompt of a user.
        answers: the candidates, or what a model answered.
        source: the class of its source.
        parts: further fields of the record.
    """
    return Record(
        schema_version=1,
        part=part,
        task=user_task(task) if isinstance(task, str) else task,
        sources=(Source(source_class=source),),
        candidates=tuple(
            model_answer(answer) if isinstance(answer, str) else answer for answer in answers
        ),
        **parts,
    )


def judgment_by(
    reviewer: str,
    record: Record | str,
    verdict: Verdict | None = None,
    *,
    kind: Any = "human",
    role: Any = "reviewer",
    **parts: Any,
) -> Judgment:
    """A judgment of a record, given by itself or by its id; without a verdict where none is named."""
    return Judgment(
        record=record if isinstance(record, str) else record.id,
        reviewer=Reviewer(pseudonym=reviewer, kind=kind, role=role),
        verdict=verdict or NotAsked(),
        **parts,
    )
