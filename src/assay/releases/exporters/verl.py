"""The Parquet rows of verl (verl.readthedocs.io, "Prepare Data for Post-Training")."""

from collections.abc import Sequence
from typing import Any, ClassVar

from assay.core.canonical import json_text
from assay.records.task import Message, Tool
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import (
    response_messages,
    says_something,
    spell_messages,
    spelled_tools,
    text_column,
    work_messages,
)
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow, Storage
from assay.releases.exporters.imitation import Imitation
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.verifiable import right_answer, spoken_column, spoken_messages


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
            spoken_column("prompt"),
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
        truth = right_answer(record)
        values = {
            "data_source": self.data_source or "+".join(record.source_classes),
            "prompt": spoken_messages(record.task),
            "ability": record.task.capability or "",
            "reward_model": {"style": "rule", "ground_truth": truth},
            "extra_info": {"split": self.split, "index": released.number, "record": record.id},
        }
        ability: dict[CarriedField, int] = {"taxonomy": int(bool(record.task.capability))}
        return Carried(rows=(ExportRow(values=values),), carried=ability)


class VerlMultiTurn(Imitation, frozen=True, kw_only=True):
    """A whole conversation with tools, for verl's multi-turn SFT."""

    name: ClassVar[str] = "verl:multi-turn"
    summary: ClassVar[str] = "`messages` and `tools` in Parquet, for multi-turn SFT in verl"
    storage: ClassVar[Storage] = "parquet"
    limits: ClassVar[tuple[str, ...]] = (
        "Arguments of calls and parameters of tools are JSON text: Parquet has one type a column,",
        "and as structs each call would be padded with the keys of all others.",
        "Use a chat template that takes text there, such as Qwen3's.",
        "Its loss covers every turn of the assistant.",
    )

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        called = {"name": "function", "struct": [text_column("name"), text_column("arguments")]}
        call = [text_column("id"), text_column("type"), called]
        message: list[Column] = [
            text_column("role"), text_column("content"), text_column("name"),
            {"name": "tool_calls", "list": call}, text_column("tool_call_id"),
        ]  # fmt: skip
        function = [text_column(name) for name in ("name", "description", "parameters")]
        tool: list[Column] = [text_column("type"), {"name": "function", "struct": function}]
        return {"name": "messages", "list": message}, {"name": "tools", "list": tool}

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"candidates", "tools"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        task = released.record.task
        place, candidate = self.demonstration(released)
        response = work_messages(candidate) if self.work else response_messages(candidate)
        if not says_something(response):
            raise NotCarriedError("no_response")
        values = {
            "messages": _pad_messages((*task.messages, *response)),
            # verl loops over the tools of every row once one row has some: absent ones break it.
            "tools": [_with_text(tool) for tool in task.tools],
        }
        return Carried(
            rows=(ExportRow(values=values, candidates=(place,)),),
            carried={"work_steps": self.steps_carried(candidate)},
        )


def _pad_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as OpenAI spells them, each with all keys that a Parquet column has."""
    keys = ("role", "content", "name", "tool_calls", "tool_call_id")
    spelled = spell_messages(messages, "openai")
    return [{key: message.get(key) for key in keys} for message in spelled]


def _with_text(tool: Tool) -> dict[str, Any]:
    """A tool with its parameters as JSON text."""
    (spelled,) = spelled_tools((tool,))
    function = spelled["function"]
    return spelled | {"function": function | {"parameters": json_text(function["parameters"])}}
