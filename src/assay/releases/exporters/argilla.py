"""Records of Argilla, as `Dataset.records.from_json` reads them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import plain_response, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow, Storage
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.scores import summaries_of
from assay.releases.exporters.verifiable import spoken_messages


class ArgillaExport(ExportFormat, frozen=True, kw_only=True):
    """One record with its fields, and what the reviewers agree on as suggestions."""

    name: ClassVar[str] = "argilla"
    summary: ClassVar[str] = "records of Argilla with fields and suggestions, to look at or review"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"scores"})
    storage: ClassVar[Storage] = "json"
    any_record: ClassVar[bool] = True
    limits: ClassVar[tuple[str, ...]] = (
        "Fields: `prompt` (a chat field) and `response_1`, `response_2`, ... (text fields).",
        "Questions: `preference` (a label, the field's name) and one a scored dimension and response.",
        "Create the data set with these names, then call `dataset.records.from_json`.",
        "Suggestions are what reviewers agree on; votes are in `votes`: a response needs an account.",
    )

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        # One column of free keys: fields and questions differ from record to record.
        return (
            text_column("id"), {"name": "fields", "dtype": "json"},
            {"name": "metadata", "dtype": "json"}, {"name": "suggestions", "dtype": "json"},
        )  # fmt: skip

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        return frozenset({"candidates"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One record for each record with a response."""
        record = released.record
        if not record.candidates:
            raise NotCarriedError("too_few_candidates", "candidates: 0")
        responses = {
            _field(place): plain_response(candidate)
            for place, candidate in enumerate(record.candidates)
        }
        suggestions, written = _suggestions(released)
        values: dict[str, Any] = {
            "id": record.id,
            "fields": {"prompt": spoken_messages(record.task)} | responses,
            "metadata": {"kind": record.kind, "outcome": released.consensus.outcome},
            "suggestions": suggestions,
        }
        places = tuple(range(len(record.candidates)))
        row = ExportRow(values=values, candidates=places)
        return Carried(rows=(row,), carried={"scores": written})


def _field(place: int) -> str:
    return f"response_{place + 1}"


def _suggestions(released: ReleasedRecord) -> tuple[dict[str, Any], int]:
    """Question -> suggestion, and how many of the reviewers' scores they say."""
    suggestions: dict[str, Any] = {}
    written = 0
    winner = released.consensus.candidate
    if winner is not None:
        suggestions["preference"] = {"value": _field(winner), "agent": "reviewers"}
    for place in range(len(released.record.candidates)):
        for dimension, summary in summaries_of(released, place).items():
            if summary.agreed is None:
                continue
            value = int(summary.agreed) if summary.agreed.isdecimal() else summary.agreed
            question = f"{dimension}_{place + 1}"
            suggestions[question] = {"value": value, "agent": "reviewers"}
            written += summary.counts.get(summary.agreed, 0)
    return suggestions, written
