"""Conversations for axolotl (`type: chat_template`), with the turns that are trained on."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import messages_column
from assay.releases.exporters.exporter import Carried, Column, ExportRow
from assay.releases.exporters.imitation import Imitation
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in, response_in, tools_in

_CONFIGURATION = """\
datasets:
  - path: {data_file}
    ds_type: json
    type: chat_template
    field_messages: messages
    message_property_mappings:
      role: role
      content: content
    message_field_training: train
"""


class Axolotl(Imitation, frozen=True, kw_only=True):
    """A whole conversation whose turns say whether they are trained on."""

    name: ClassVar[str] = "axolotl"
    summary: ClassVar[str] = "`messages` with `train` on each turn, and `tools`, for axolotl"
    limits: ClassVar[tuple[str, ...]] = (
        "`train` is true on the assistant's turns of the response, and false on all others.",
        "`axolotl.yaml` holds the `datasets` entry to copy into a configuration.",
        "Pairs: `trl:preference` with `type: chat_template.default` and `field_messages: prompt`.",
        "Steps: `trl:stepwise` with `type: stepwise_supervised`.",
    )

    earlier_turns: bool = False
    """Whether the assistant's turns of the task are trained on as well."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return messages_column("messages"), messages_column("tools")

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"candidates", "tools"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a demonstration."""
        task = released.record.task
        place, candidate = self.demonstration(released)
        prompt = prompt_in(task, "conversational")
        response = response_in(candidate, "conversational", work=self.work)
        messages = [
            *(_mark_trained(message, trained=self.earlier_turns) for message in prompt),
            *(_mark_trained(message, trained=True) for message in response),
        ]
        values = {"messages": messages} | tools_in(task, "conversational")
        return Carried(
            rows=(ExportRow(values=values, candidates=(place,)),),
            carried={"work_steps": self.steps_carried(candidate)},
        )

    def companions(self, data_file: str) -> Mapping[str, bytes]:
        """`axolotl.yaml`: the `datasets` entry that reads these rows."""
        return {"axolotl.yaml": _CONFIGURATION.format(data_file=data_file).encode()}


def _mark_trained(message: dict[str, Any], *, trained: bool) -> dict[str, Any]:
    return message | {"train": trained and message["role"] == "assistant"}
