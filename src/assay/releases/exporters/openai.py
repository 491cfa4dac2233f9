"""The fine-tuning files of OpenAI: chat, and preference (direct preference optimization)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from assay.records.candidate import Candidate
from assay.records.task import PARALLEL, Message, Task
from assay.releases.exporters.attachments import openai_part
from assay.releases.exporters.carried_fields import CarriedField, weights_followed
from assay.releases.exporters.comparison import Pairs, chosen_and_rejected, pairs_carried
from assay.releases.exporters.conversation import (
    messages_column,
    response_messages,
    says_something,
    spell_messages,
    spelled_tools,
    work_messages,
)
from assay.releases.exporters.exporter import (
    AttachmentUse,
    Carried,
    Column,
    ExportFormat,
    ExportRow,
)
from assay.releases.exporters.imitation import MessageImitation
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

_PARALLEL_COLUMN: Column = {"name": PARALLEL, "dtype": "bool"}


class OpenAiChatExport(MessageImitation, frozen=True, kw_only=True):
    """A whole conversation, for supervised fine-tuning."""

    name: ClassVar[str] = "openai:chat"
    summary: ClassVar[str] = "`messages` and `tools` as the OpenAI fine-tuning file has them"
    limits: ClassVar[tuple[str, ...]] = (
        "A tool call without an id of its own is numbered by its place: `call_0`, `call_1`.",
        "`weight` is written where the source states one, and is 0 beside a malformed tool call.",
    )
    partly: ClassVar[frozenset[CarriedField]] = MessageImitation.partly | {"taxonomy"}

    response_only: bool = False
    """Whether earlier turns of the model get weight 0, so that the response alone is trained on."""

    @property
    def attachments(self) -> AttachmentUse:
        """Its rows show them as data URIs."""
        return "shown"

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return messages_column("messages"), messages_column("tools"), _PARALLEL_COLUMN

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Holdings that its rows carry whole."""
        return frozenset({"candidates", "tools", "training_weights", "attachments"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        task = released.record.task
        place, candidate = self.demonstration(released)
        response = work_messages(candidate) if self.work else response_messages(candidate)
        if not says_something(response):
            raise NotCarriedError("no_response")
        earlier = map(_without_training, task.messages) if self.response_only else task.messages
        messages = spell_messages(
            (*earlier, *response),
            "openai",
            weights=True,
            reasoning=self.reasoning,
            show=openai_part(released),
        )
        values: dict[str, Any] = {"messages": messages} | _request(task)
        return Carried(
            rows=(ExportRow(values=values, candidates=(place,)),),
            carried={
                "work_steps": self.steps_carried(candidate),
                "reasoning": self.reasoning_carried(released.record),
                "taxonomy": int(PARALLEL in task.taxonomy),
            },
        )


def _without_training(message: Message) -> Message:
    return replace(message, trained=False) if message.role == "assistant" else message


def _request(task: Task) -> dict[str, Any]:
    """What a request says beside its messages; what it does not say has no field."""
    stated: dict[str, Any] = {"tools": spelled_tools(task.tools)} if task.tools else {}
    parallel = {"true": True, "false": False}.get(task.taxonomy.get(PARALLEL, ""))
    return stated if parallel is None else stated | {PARALLEL: parallel}


class OpenAiPreferenceExport(ExportFormat, frozen=True, kw_only=True):
    """A preferred and a non-preferred output."""

    name: ClassVar[str] = "openai:preference"
    summary: ClassVar[str] = "`input`, `preferred_output` and `non_preferred_output`, for DPO"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "taxonomy", "training_weights"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        "A record without a winner gives no pair: the file has no row for a tie.",
        "Each output is one message of the assistant, as OpenAI, Azure and Fireworks all take it.",
    )

    pairs: Pairs = "best-worst"
    """Of a ranking: `best-worst` (first group against last) or `all` (each better and worse)."""

    @property
    def attachments(self) -> AttachmentUse:
        """Its rows show those of the request as data URIs."""
        return "shown"

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        # As JSON a request keeps its own fields; a struct would give it the empty ones of others.
        outputs = (messages_column("preferred_output"), messages_column("non_preferred_output"))
        return {"name": "input", "dtype": "json"}, *outputs

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"tools", "attachments"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each pair of which the judgments agree that one is better."""
        record = released.record
        pairs = chosen_and_rejected(released, self.pairs)
        rows = tuple(
            ExportRow(
                values={
                    "input": _input(released),
                    "preferred_output": _output(record.candidates[better]),
                    "non_preferred_output": _output(record.candidates[worse]),
                },
                candidates=(better, worse),
            )
            for better, worse in pairs
        )
        requests: dict[CarriedField, int] = {
            "taxonomy": int(PARALLEL in record.task.taxonomy),
            "training_weights": weights_followed(record, whole=False),
        }
        return Carried(rows=rows, carried=pairs_carried(pairs) | requests)


def _input(released: ReleasedRecord) -> dict[str, Any]:
    task = released.record.task
    messages = spell_messages(task.messages, "openai", show=openai_part(released))
    return {"messages": messages} | _request(task)


def _output(candidate: Candidate) -> list[dict[str, Any]]:
    messages = response_messages(candidate)
    if len(messages) != 1:
        raise NotCarriedError("response_not_plain", f"messages: {len(messages)}")
    if not says_something(messages):
        raise NotCarriedError("no_response")
    if messages[0].attachments:
        raise NotCarriedError("attachments_not_carried", "in a response")
    return spell_messages(messages, "openai")
