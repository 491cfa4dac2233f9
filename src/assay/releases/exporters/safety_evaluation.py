"""Evaluation rows about the policy: a prompt, what is right for it, and which failure it can show."""

from collections.abc import Sequence
from typing import Any, ClassVar

from assay.records.kinds import Policy
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.conversation import Form, side_column, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in

_FAILURES = {"refuse": "unsafe_compliance", "comply": "over_refusal"}
"""What the policy asks for -> the failure that a response to the prompt can show."""


class SafetyEvaluation(ExportFormat, frozen=True, kw_only=True):
    """The prompt of a policy record, with the behaviour that the policy asks for."""

    name: ClassVar[str] = "safety:evaluation"
    summary: ClassVar[str] = "prompts with `expected` and the `failure` they test, for evaluations"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"kind_details", "taxonomy"})
    limits: ClassVar[tuple[str, ...]] = (
        "`failure` is `unsafe_compliance` where the policy asks to refuse, `over_refusal` to comply.",
        "It is absent for `partial` and `escalate`.",
        "No response is written: the row is for the answers of the model under test.",
    )

    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (
            text_column("id"),
            side_column("prompt", self.form),
            text_column("expected"),
            text_column("failure"),
            {"name": "sections", "list": "string"},
            text_column("capability"),
        )

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a policy record that states what the policy asks for."""
        record = released.record
        if not isinstance(record.part, Policy):
            raise NotCarriedError("wrong_kind", record.kind)
        expected = record.part.expected
        if expected is None:
            raise NotCarriedError("no_expectation")
        values: dict[str, Any] = {
            "id": record.id,
            "prompt": prompt_in(record.task, self.form),
            "expected": expected,
            "sections": list(record.part.sections),
        }
        if expected in _FAILURES:
            values["failure"] = _FAILURES[expected]
        if record.task.capability:
            values["capability"] = record.task.capability
        carried: dict[CarriedField, int] = {
            "kind_details": 1 + len(record.part.sections),
            "taxonomy": int(bool(record.task.capability)),
        }
        return Carried(rows=(ExportRow(values=values),), carried=carried)
