"""The Parquet rows of verl (verl.readthedocs.io, "Prepare Data for Post-Training")."""

from collections.abc import Sequence
from typing import ClassVar

from assay.records.kinds import Demonstration, Outcome, Process
from assay.records.record import Record
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow, Storage
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord


class Verl(ExportFormat, frozen=True, kw_only=True):
    """A prompt and the right answer that a rule rewards."""

    name: ClassVar[str] = "verl"
    summary: ClassVar[str] = "a prompt with the right answer that a rule rewards, for verl"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"taxonomy"})
    limits: ClassVar[tuple[str, ...]] = (
        "The right answer is the record's own: of a demonstration, process or outcome.",
        "`data_source` chooses the reward function in verl; it is the source classes unless set.",
        "Tools are configured in verl itself and are not in the rows.",
    )
    storage: ClassVar[Storage] = "parquet"

    data_source: str = ""
    """Name by which verl chooses the reward function; empty: the record's source classes."""
    split: str = "train"
    """Name of the split, written to `extra_info.split` of every row."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        extra: list[Column] = [
            text_column("split"), {"name": "index", "dtype": "int64"}, text_column("record")
        ]  # fmt: skip
        return (
            text_column("data_source"),
            {"name": "prompt", "list": [text_column("role"), text_column("content")]},
            text_column("ability"),
            {"name": "reward_model", "struct": [text_column("style"), text_column("ground_truth")]},
            {"name": "extra_info", "struct": extra},
        )

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"references"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a record with a right answer."""
        record = released.record
        truth = _right_answer(record)
        if any(message.tool_calls or message.role == "tool" for message in record.task.messages):
            raise NotCarriedError("prompt_has_tool_calls")
        values = {
            "data_source": self.data_source or "+".join(record.source_classes),
            "prompt": [
                {"role": message.role, "content": message.content}
                for message in record.task.messages
            ],
            "ability": record.task.capability or "",
            "reward_model": {"style": "rule", "ground_truth": truth},
            "extra_info": {"split": self.split, "index": released.number, "record": record.id},
        }
        ability: dict[CarriedField, int] = {"taxonomy": int(bool(record.task.capability))}
        return Carried(rows=(ExportRow(values=values),), carried=ability)


def _right_answer(record: Record) -> str:
    match record.part:
        case Demonstration(answer=str() as answer):
            return answer
        case Process(reference=str() as answer) | Outcome(reference=str() as answer):
            return answer
        case _:
            raise NotCarriedError("no_reference", record.kind)
