"""The vision rows of TRL (huggingface.co/docs/trl/dataset_formats): messages in parts, and `images`.

Images need bytes in the row, so that these rows are Parquet; the text-only formats stay as they are.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from assay.records.content_parts import content_parts
from assay.records.task import Message
from assay.releases.exporters.attachments import shown_images
from assay.releases.exporters.carried_fields import CarriedField, weights_followed
from assay.releases.exporters.comparison import Pairs, chosen_and_rejected, pairs_carried
from assay.releases.exporters.conversation import response_messages, says_something, text_column
from assay.releases.exporters.exporter import (
    AttachmentUse,
    Carried,
    Column,
    ExportFormat,
    ExportRow,
    Storage,
)
from assay.releases.exporters.imitation import demonstration_of, refuse_untrained
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

IMAGES_COLUMN: Column = {"name": "images", "list": "image"}
"""The row's images in the order of their places, as the feature `Image` of `datasets`."""

_ROLES = frozenset({"system", "user", "assistant"})
_WITHOUT_IMAGE = (
    "Records without an image have a row, with an empty `images`, where `text_rows` asks for it."
)
_TEXT_ALONE = "Tools and tool calls have no place in these columns."


def _parts_column(name: str) -> Column:
    part = [text_column("type"), text_column("text")]
    return {"name": name, "list": [text_column("role"), {"name": "content", "list": part}]}


class TrlVision(ExportFormat, frozen=True, kw_only=True):
    """What the vision rows share."""

    storage: ClassVar[Storage] = "parquet"

    text_rows: bool = False
    """Whether records without an image have a row too."""

    @property
    def attachments(self) -> AttachmentUse:
        """Its rows show them."""
        return "shown"

    def prompt_of(self, released: ReleasedRecord) -> tuple[Message, ...]:
        """The messages of the task.

        Raises:
            NotCarriedError: if the record shows no image, or its task has tools.
        """
        if not (self.text_rows or released.record.attachments):
            raise NotCarriedError("no_image")
        task = released.record.task
        if task.tools or any(message.tool_calls for message in task.messages):
            raise NotCarriedError("prompt_has_tool_calls")
        return task.messages


class TrlVisionConversational(TrlVision, frozen=True, kw_only=True):
    """A whole conversation with its images."""

    name: ClassVar[str] = "trl:vision-conversational"
    summary: ClassVar[str] = "`messages` in parts with `images`, for SFT of models that see"
    limits: ClassVar[tuple[str, ...]] = (
        _TEXT_ALONE,
        _WITHOUT_IMAGE,
    )
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"training_weights"})

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return _parts_column("messages"), IMAGES_COLUMN

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"candidates", "attachments"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        candidate = demonstration_of(released, trajectories=False)
        refuse_untrained(candidate)
        response = response_messages(candidate)
        if not says_something(response):
            raise NotCarriedError("no_response")
        messages = (*self.prompt_of(released), *response)
        values = {
            "messages": _spelled(messages),
            "images": shown_images(released, messages),
        }
        return Carried(
            rows=(ExportRow(values=values, candidates=(0,)),),
            carried={"training_weights": weights_followed(released.record, whole=True)},
        )


class TrlVisionPreference(TrlVision, frozen=True, kw_only=True):
    """A better and a worse response to one prompt with images."""

    name: ClassVar[str] = "trl:vision-preference"
    summary: ClassVar[str] = "`prompt`, `chosen`, `rejected` in parts with `images`, for DPO"
    limits: ClassVar[tuple[str, ...]] = (
        _TEXT_ALONE,
        "The images are the prompt's: a response that shows one has no row.",
        _WITHOUT_IMAGE,
    )
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "training_weights"}
    )

    pairs: Pairs = "best-worst"
    """Of a ranking: `best-worst` (first group against last) or `all` (each better and worse)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return *map(_parts_column, ("prompt", "chosen", "rejected")), IMAGES_COLUMN

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"attachments"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each pair of which the judgments agree that one is better."""
        record = released.record
        prompt = self.prompt_of(released)
        pairs = chosen_and_rejected(released, self.pairs)
        answers = [response_messages(candidate) for candidate in record.candidates]
        if any(message.attachments for answer in answers for message in answer):
            raise NotCarriedError("attachments_not_carried", "in a response")
        images = shown_images(released, prompt)
        rows = tuple(
            ExportRow(
                values={
                    "prompt": _spelled(prompt),
                    "chosen": _spelled(answers[better]),
                    "rejected": _spelled(answers[worse]),
                    "images": images,
                },
                candidates=(better, worse),
            )
            for better, worse in pairs
        )
        weights: dict[CarriedField, int] = {
            "training_weights": weights_followed(record, whole=False)
        }
        return Carried(rows=rows, carried=pairs_carried(pairs) | weights)


def _spelled(messages: Sequence[Message]) -> list[dict[str, Any]]:
    spelled = []
    for message in messages:
        if message.role not in _ROLES:
            raise NotCarriedError("role_not_carried", message.role)
        if message.tool_calls:
            raise NotCarriedError("response_not_plain", "tool calls")
        parts = content_parts(message, lambda _: {"type": "image", "text": None})
        spelled.append({"role": message.role, "content": parts})
    return spelled
