"""Rows of RewardBench: a chosen and a rejected answer to one prompt, by subset."""

from collections.abc import Sequence
from typing import Any, ClassVar

from assay.records.candidate import Candidate, MadeByModel
from assay.records.task import Task
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import chosen_and_rejected, pairs_carried
from assay.releases.exporters.conversation import Form, plain_prompt, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import response_in
from assay.releases.exporters.verifiable import spoken_column, spoken_messages


class RewardBenchExport(ExportFormat, frozen=True, kw_only=True):
    """One pair, with the models that wrote it."""

    name: ClassVar[str] = "rewardbench"
    summary: ClassVar[str] = "`chosen`, `rejected` and `subset`, to test reward models"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "provenance", "taxonomy"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        (
            "`rewardbench --dataset FOLDER` reads the conversational form: whole conversations. It takes "
            "speakers by their place, so turns alternate and begin with the user."
        ),
        "The standard form is the published data set's: texts, tasks of one user message.",
        "The models are written as the record names them; `unknown` where it does not.",
        "Built to evaluate: such a release should not be one that anything was trained on.",
    )

    subset: str = ""
    """Name of the subset; empty: the record's capability, or `release` where it has none."""

    form: Form = "conversational"
    """Whether `chosen` and `rejected` are conversations, or texts beside a `prompt`."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        texts = self.form == "standard"
        sides = [(text_column if texts else spoken_column)(name) for name in ("chosen", "rejected")]
        rest = map(text_column, ("chosen_model", "rejected_model", "subset"))
        prompt = (text_column("prompt"),) if texts else ()
        return (*prompt, *sides, *rest, {"name": "id", "dtype": "int64"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for the agreed pair of a record."""
        record = released.record
        pairs = chosen_and_rejected(released, "best-worst")[:1]
        ((better, worse),) = pairs
        chosen, rejected = record.candidates[better], record.candidates[worse]
        sides = {
            "chosen": response_in(chosen, "standard"),
            "rejected": response_in(rejected, "standard"),
        }
        values = self._sides(record.task, sides) | {
            "chosen_model": _model(chosen),
            "rejected_model": _model(rejected),
            "subset": self.subset or record.task.capability or "release",
            "id": released.number,
        }
        models = sum(isinstance(own.provenance, MadeByModel) for own in (chosen, rejected))
        carried = pairs_carried(pairs) | {
            "provenance": models,
            "taxonomy": int(not self.subset and bool(record.task.capability)),
        }
        return Carried(
            rows=(ExportRow(values=values, candidates=(better, worse)),), carried=carried
        )

    def _sides(self, task: Task, sides: dict[str, str]) -> dict[str, Any]:
        if self.form == "standard":
            return {"prompt": plain_prompt(task), **sides}
        asked = _alternating(task)
        return {
            name: [*asked, {"role": "assistant", "content": said}] for name, said in sides.items()
        }


def _alternating(task: Task) -> list[dict[str, str]]:
    """The task's messages, from the user to the user by turns.

    RewardBench takes the first, third, ... message for the user's, whatever its role says: a system
    message would become a question.
    """
    messages = spoken_messages(task)
    for place, message in enumerate(messages):
        if message["role"] not in {"user", "assistant"}:
            raise NotCarriedError("role_not_carried", message["role"])
        if (message["role"] == "user") != (place % 2 == 0):
            raise NotCarriedError("turns_not_alternating", f"turn {place} is {message['role']}")
    if len(messages) % 2 == 0:
        raise NotCarriedError("turns_not_alternating", "the task does not end with the user")
    return messages


def _model(candidate: Candidate) -> str:
    made_by = candidate.provenance
    return made_by.model if isinstance(made_by, MadeByModel) else "unknown"
