"""Rows for OpenRLHF, by its stages."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import Pairs, chosen_and_rejected, pairs_carried
from assay.releases.exporters.conversation import messages_column, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportRow
from assay.releases.exporters.imitation import Imitation
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in, response_in
from assay.releases.exporters.verifiable import right_answer


class OpenRlhf(Imitation, frozen=True, kw_only=True):
    """A demonstration, a pair, or a prompt with its right answer."""

    name: ClassVar[str] = "openrlhf"
    summary: ClassVar[str] = "rows for OpenRLHF: demonstrations, pairs, or prompts with a label"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "work_steps", "references"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        "`sft`: --data.input_key prompt --data.output_key response --data.apply_chat_template",
        "`preference`: --data.prompt_key prompt --data.apply_chat_template (chosen, rejected)",
        "`rl`: --data.input_key prompt --data.label_key label --data.apply_chat_template",
        "Its chat template is called without tools: they are lost, and the drop report counts them.",
    )

    stage: Literal["sft", "preference", "rl"] = "sft"
    """`sft` (demonstrations), `preference` (pairs) or `rl` (prompts with the right answer)."""
    pairs: Pairs = "best-worst"
    """Of a ranking: `best-worst` (first group against last) or `all` (each better and worse)."""
    data_source: str = ""
    """With `rl`: written to `datasource`; empty: the record's source classes."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        names = {"sft": ("response",), "preference": ("chosen", "rejected"), "rl": ()}
        sides = tuple(messages_column(name) for name in ("prompt", *names[self.stage]))
        labels = (text_column("label"), text_column("datasource"))
        return (*sides, *(labels if self.stage == "rl" else ()))

    def rows(self, released: ReleasedRecord) -> Carried:
        """The rows of a record, by the stage."""
        match self.stage:
            case "sft":
                return self._demonstrations(released)
            case "preference":
                return self._pairs(released)
            case "rl":
                return self._prompts(released)

    def _demonstrations(self, released: ReleasedRecord) -> Carried:
        place, candidate = self.demonstration(released)
        response = response_in(candidate, "conversational", work=self.work)
        row = self._row(released, {"response": response}, place)
        steps = self.steps_carried(candidate)
        return Carried(rows=(row,), carried={"candidates": 1, "work_steps": steps})

    def _pairs(self, released: ReleasedRecord) -> Carried:
        candidates = released.record.candidates
        pairs = chosen_and_rejected(released, self.pairs)
        rows = []
        for better, worse in pairs:
            sides = {
                "chosen": response_in(candidates[better], "conversational"),
                "rejected": response_in(candidates[worse], "conversational"),
            }
            rows.append(self._row(released, sides, better, worse))
        return Carried(rows=tuple(rows), carried=pairs_carried(pairs))

    def _prompts(self, released: ReleasedRecord) -> Carried:
        source = self.data_source or "+".join(released.record.source_classes)
        values = {"label": right_answer(released.record), "datasource": source}
        return Carried(rows=(self._row(released, values),), carried={"references": 1})

    def _row(self, released: ReleasedRecord, columns: dict[str, Any], *places: int) -> ExportRow:
        prompt = {"prompt": prompt_in(released.record.task, "conversational")}
        return ExportRow(values=prompt | columns, candidates=places)
