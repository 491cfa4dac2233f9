"""Several attributes of one response, each a whole number, as HelpSteer2 and 3 lay them out."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from assay.quality.distributions import ScoreSummary
from assay.records.record import Record
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import (
    Form,
    messages_column,
    plain_prompt,
    plain_response,
    spell_messages,
    text_column,
)
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.scores import describe_scores, summaries_of

_WHOLE = re.compile(r"-?\d+")


class HelpSteerExport(ExportFormat, frozen=True, kw_only=True):
    """One row for each response, one column for each attribute."""

    name: ClassVar[str] = "helpsteer"
    summary: ClassVar[str] = "`prompt`, `response` and one whole number an attribute, for SteerLM"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "scores"})
    limits: ClassVar[tuple[str, ...]] = (
        "No mean is made: a score is the adjudicator's, or the one on which reviewers agree.",
        "Of scores that agree within the dimension's tolerance, the middle one is written.",
        "`disagreements` writes every score that was given, sorted, as a list.",
        "Categories and fractions are not whole numbers and cannot be written.",
        "Without `attributes` each row has the dimensions that its response was scored on.",
    )

    scores: Literal["agreed", "disagreements"] = "agreed"
    """`agreed` writes one whole number an attribute, `disagreements` the list of all scores."""
    attributes: str = ""
    """Dimensions to write, separated by commas; empty: those that were scored."""
    form: Form = "standard"
    """`standard` writes the task as text in `prompt`, `conversational` as messages in `context`."""

    @property
    def named_attributes(self) -> tuple[str, ...]:
        """The attributes asked for; empty: those that were scored."""
        return tuple(name.strip() for name in self.attributes.split(",") if name.strip())

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types; empty where the attributes are not named."""
        if not self.named_attributes:
            return ()
        prompt_column = (
            text_column("prompt") if self.form == "standard" else messages_column("context")
        )
        kind = "dtype" if self.scores == "agreed" else "list"
        attributes = ({"name": name, kind: "int64"} for name in self.named_attributes)
        return prompt_column, text_column("response"), *attributes

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each candidate that has a score on every attribute."""
        record = released.record
        if not record.candidates:
            raise NotCarriedError("too_few_candidates", "candidates: 0")
        rows, written = [], 0
        for place, candidate in enumerate(record.candidates):
            summaries = summaries_of(released, place)
            attributes = self._attributes(summaries)
            if not attributes:
                continue
            response = {"response": plain_response(candidate)}
            rows.append(
                ExportRow(values=self._prompt(record) | response | attributes, candidates=(place,))
            )
            written += sum(self._scores_written(summaries[name]) for name in attributes)
        if not rows:
            raise NotCarriedError("no_scores", describe_scores(released))
        return Carried(rows=tuple(rows), carried={"candidates": len(rows), "scores": written})

    def _prompt(self, record: Record) -> dict[str, Any]:
        if self.form == "standard":
            return {"prompt": plain_prompt(record.task)}
        return {"context": spell_messages(record.task.messages, "template")}

    def _attributes(self, summaries: dict[str, ScoreSummary]) -> dict[str, Any]:
        """Attribute -> value; empty where one that was asked for has none."""
        names = self.named_attributes or tuple(summaries)
        values = {name: self._value(summaries[name]) for name in names if name in summaries}
        present = {name: value for name, value in values.items() if value is not None}
        return {} if self.named_attributes and len(present) < len(names) else present

    def _value(self, summary: ScoreSummary) -> int | list[int] | None:
        if self.scores == "agreed":
            agreed = summary.agreed
            return int(agreed) if agreed is not None and _WHOLE.fullmatch(agreed) else None
        if not all(_WHOLE.fullmatch(score) for score in summary.counts):
            return None
        spread = sorted(
            int(score) for score in summary.counts for _ in range(summary.counts[score])
        )
        return spread or None

    def _scores_written(self, summary: ScoreSummary) -> int:
        """How many of the reviewers' scores the row holds; the rest is lost."""
        if self.scores == "disagreements":
            return sum(summary.counts.values())
        return summary.counts.get(summary.agreed or "", 0)
