"""Verifiable tasks: a prompt with the right answer, as trainers and evaluations lay it out."""

from collections.abc import Sequence
from typing import ClassVar

from assay.records.kinds import Demonstration, Outcome, Process
from assay.records.record import Record
from assay.records.task import Task
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord


def right_answer(record: Record) -> str:
    """The record's own right answer, never a response.

    Raises:
        NotCarriedError: if it has none.
    """
    match record.part:
        case Demonstration(answer=str() as answer):
            return answer
        case Process(reference=str() as answer) | Outcome(reference=str() as answer):
            return answer
        case _:
            raise NotCarriedError("no_reference", record.kind)


def spoken_messages(task: Task) -> list[dict[str, str]]:
    """The task as messages of role and content alone.

    Raises:
        NotCarriedError: if it holds tool calls or outputs, which they have no place for.
    """
    if any(message.tool_calls or message.role == "tool" for message in task.messages):
        raise NotCarriedError("prompt_has_tool_calls")
    return [{"role": message.role, "content": message.content} for message in task.messages]


def spoken_column(name: str) -> Column:
    """A column of messages of role and content alone."""
    return {"name": name, "list": [text_column("role"), text_column("content")]}


class OpenInstruct(ExportFormat, frozen=True, kw_only=True):
    """A prompt, the right answer, and the verifier that compares them."""

    name: ClassVar[str] = "open-instruct"
    summary: ClassVar[str] = "`messages`, `ground_truth` and `dataset`, for verifiable rewards"
    limits: ClassVar[tuple[str, ...]] = (
        "The right answer is the record's own: of a demonstration, process or outcome.",
        "`dataset` chooses the verifier in open-instruct; it is the source classes unless set.",
    )

    verifier: str = ""
    """Written to `dataset`, such as `gsm8k` or `math`; empty: the record's source classes."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return spoken_column("messages"), text_column("ground_truth"), text_column("dataset")

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"references"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a record with a right answer."""
        record = released.record
        values = {
            "messages": spoken_messages(record.task),
            "ground_truth": right_answer(record),
            "dataset": self.verifier or "+".join(record.source_classes),
        }
        return Carried(rows=(ExportRow(values=values),))
