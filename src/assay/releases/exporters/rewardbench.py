"""Rows of RewardBench: a prompt with a chosen and a rejected text, by subset."""

from collections.abc import Sequence
from typing import ClassVar

from assay.records.candidate import Candidate, MadeByModel
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import chosen_and_rejected, pairs_carried
from assay.releases.exporters.conversation import plain_prompt, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import response_in


class RewardBenchExport(ExportFormat, frozen=True, kw_only=True):
    """One pair, with the models that wrote it."""

    name: ClassVar[str] = "rewardbench"
    summary: ClassVar[str] = "`prompt`, `chosen`, `rejected` and `subset`, to test reward models"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "provenance", "taxonomy"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        "The standard form carries tasks of one user message; it invents no chat template.",
        "The models are written as the record names them; `unknown` where it does not.",
        "Built to evaluate: such a release should not be one that anything was trained on.",
    )

    subset: str = ""
    """Name of the subset; empty: the record's capability, or `release` where it has none."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        names = ("prompt", "chosen", "chosen_model", "rejected", "rejected_model", "subset")
        return (*(text_column(name) for name in names), {"name": "id", "dtype": "int64"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for the agreed pair of a record."""
        record = released.record
        pairs = chosen_and_rejected(released, "best-worst")[:1]
        ((better, worse),) = pairs
        chosen, rejected = record.candidates[better], record.candidates[worse]
        values = {
            "prompt": plain_prompt(record.task),
            "chosen": response_in(chosen, "standard"),
            "chosen_model": _model(chosen),
            "rejected": response_in(rejected, "standard"),
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


def _model(candidate: Candidate) -> str:
    made_by = candidate.provenance
    return made_by.model if isinstance(made_by, MadeByModel) else "unknown"
