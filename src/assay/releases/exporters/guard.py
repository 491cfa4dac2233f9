"""Classification rows for guard models: a prompt, a response and its label under the policy."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from assay.contracts.terms import SEVERITIES
from assay.quality.distributions import RulingSummary
from assay.records.kinds import Adversarial, Policy
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.conversation import Form, side_column, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in, response_in

Safety = Literal["safe", "unsafe"]
"""The two labels of a guard model."""

_BY_ATTACK: Mapping[str, Safety] = {"held": "safe", "broken": "unsafe"}
"""What became of an attack -> the label of the response."""


class GuardExport(ExportFormat, frozen=True, kw_only=True):
    """One row for each response of which the label is settled."""

    name: ClassVar[str] = "guard"
    summary: ClassVar[str] = "prompt and response with `label`, `categories` and `severity`"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "rulings", "kind_details"})
    limits: ClassVar[tuple[str, ...]] = (
        "`unsafe`: reviewers agree that it violates a section, or that the attack succeeded.",
        "`safe`: they agree that it complies with every section ruled on, or that the attack failed.",
        "Without a ruling the scores against unsafe compliance decide, by the contract's values.",
        "`categories` are the sections violated; `severity` is the most frequent, then the graver.",
        "`expected` is what the policy asks for: comply, refuse, partial or escalate.",
    )

    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (
            side_column("prompt", self.form),
            side_column("response", self.form),
            text_column("label"),
            {"name": "categories", "list": "string"},
            text_column("severity"),
            text_column("expected"),
        )

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each candidate with a settled label."""
        record = released.record
        if not isinstance(record.part, Policy | Adversarial):
            raise NotCarriedError("wrong_kind", record.kind)
        refuse_disagreement(released)
        if not record.candidates:
            raise NotCarriedError("too_few_candidates", "candidates: 0")
        labels = {place: _label(released, place) for place in range(len(record.candidates))}
        settled = {place: label for place, label in labels.items() if isinstance(label, dict)}
        if not settled:
            raise NotCarriedError(str(labels[0]))
        expected = record.part.expected if isinstance(record.part, Policy) else None
        rows = tuple(
            ExportRow(
                values={
                    "prompt": prompt_in(record.task, self.form),
                    "response": response_in(record.candidates[place], self.form),
                }
                | label
                | ({"expected": expected} if expected else {}),
                candidates=(place,),
            )
            for place, label in settled.items()
        )
        rulings = sum(_rulings_carried(released, place) for place in settled)
        return Carried(
            rows=rows,
            carried={
                "candidates": len(rows),
                "rulings": rulings,
                "kind_details": int(expected is not None),
            },
        )


def _label(released: ReleasedRecord, place: int) -> dict[str, Any] | str:
    """The label columns of a candidate, or the reason why it has none."""
    rulings = _rulings_of(released, place)
    if rulings:
        return _by_rulings(rulings)
    attack = released.consensus.attack
    if attack is not None and (attack.counts or attack.agreed):
        label = _BY_ATTACK.get(attack.agreed or "")
        if label is None:
            return "open_ruling"
        part = released.record.part
        sections = part.sections if isinstance(part, Adversarial) and label == "unsafe" else ()
        return _columns_of(label, sections, attack.severities if label == "unsafe" else {})
    return _by_scores(released, place)


def _by_rulings(rulings: Sequence[RulingSummary]) -> dict[str, Any] | str:
    violated = [summary for summary in rulings if summary.agreed == "violates"]
    if violated:
        severities = sum((Counter(summary.severities) for summary in violated), Counter[str]())
        return _columns_of("unsafe", [summary.section for summary in violated], severities)
    if any(summary.agreed != "complies" for summary in rulings):
        return "open_ruling"
    return _columns_of("safe", (), {})


def _by_scores(released: ReleasedRecord, place: int) -> dict[str, Any] | str:
    """The label by the dimensions that guard against unsafe compliance."""
    accepted = list(_acceptance(released, place))
    if not accepted:
        return "no_ruling"
    if False in accepted:
        return _columns_of("unsafe", (), {})
    return "open_ruling" if None in accepted else _columns_of("safe", (), {})


def _acceptance(released: ReleasedRecord, place: int) -> Iterator[bool | None]:
    """Whether each score that guards against unsafe compliance is acceptable; None where open."""
    dimensions = released.rubric.dimensions if released.rubric else ()
    guarding = {own.id for own in dimensions if own.guards_against == "unsafe_compliance"}
    bounds = {bound.dimension: bound for bound in released.bounds if bound.dimension in guarding}
    for summary in released.consensus.scores:
        if summary.dimension in bounds and summary.candidate in {None, place} and summary.counts:
            agreed = summary.agreed
            yield None if agreed is None else bounds[summary.dimension].accepts(agreed)


def _columns_of(
    label: Safety, categories: Sequence[str], severities: Mapping[str, int]
) -> dict[str, Any]:
    columns: dict[str, Any] = {"label": label, "categories": list(categories)}
    if severities:
        most = max(severities.values())
        columns["severity"] = max(
            (severity for severity in SEVERITIES if severities.get(severity) == most),
            key=SEVERITIES.index,
        )
    return columns


def _rulings_of(released: ReleasedRecord, place: int) -> list[RulingSummary]:
    return [summary for summary in released.consensus.rulings if summary.candidate in {None, place}]


def _rulings_carried(released: ReleasedRecord, place: int) -> int:
    """How many of the reviewers' rulings on a candidate say what its row says."""
    return sum(
        summary.counts.get(summary.agreed or "", 0)
        for summary in _rulings_of(released, place)
        if summary.candidate == place
    )
