"""The form: what a reviewer is asked about a record, derived from the documents in force."""

from typing import Literal

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.policy import PolicyRules as PolicyDocument
from assay.contracts.rubric import Dimension, PriorityRule, Rubric
from assay.contracts.terms import SEVERITIES
from assay.records.kinds import Adversarial, Critique, Demonstration, Outcome, Policy
from assay.records.record import Record

STRENGTHS = 3
"""Strengths of a preference: 1 slightly, 2 better, 3 much better."""

COMPARED = 2
"""Least number of candidates that can be compared."""


class AskedDimension(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One dimension to score."""

    id: str
    """Name of the dimension."""
    question: str
    """What the reviewer answers."""
    kind: Literal["binary", "ordinal", "categorical"]
    """What sort of scale it is."""
    values: tuple[str, ...]
    """All values of the scale, in order."""
    better: Literal["higher", "lower"] = "higher"
    """Which end of the scale is the good one."""
    anchors: dict[str, str] = {}
    """What a value looks like."""
    interpolation: str | None = None
    """How the values without an anchor are distinguished."""
    examples: dict[str, str] = {}
    """An example output for a value."""
    exclusions: tuple[str, ...] = ()
    """What does not count here."""
    abstention: str | None = None
    """When to abstain instead of giving a value."""
    escalation: str | None = None
    """The person or role that decides doubtful cases."""
    action: str | None = None
    """What the reviewer does."""
    evidence: tuple[str, ...] = ()
    """What the score must rest on."""


class AskedSection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One section of the policy to rule on."""

    id: str
    """Name of the section."""
    title: str
    """What it is about."""
    text: str
    """The rule, as the policy states it."""
    benign_counterpart: str | None = None
    """A similar request that must be served."""


class ErrorCategory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of error that a critique may name."""

    id: str
    """Name of the failure class."""
    description: str
    """What goes wrong in an error of this kind."""


class AskedRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One priority rule, ready to compute with."""

    dimension: str
    """The dimension that it looks at."""
    rule: Literal["veto", "compare"]
    """`veto` rules a candidate out by its value; `compare` prefers the better value."""
    below: int | None = None
    """A veto strikes values below this one."""
    above: int | None = None
    """A veto strikes values above this one."""
    by: int | None = None
    """Least difference that decides a comparison."""


class Form(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked about one record."""

    kind: str
    """Kind of the record, such as `preference`."""
    verdicts: tuple[str, ...]
    """Verdicts that may be given, by their tags."""
    strengths: int = STRENGTHS
    """Strengths of a preference, counted from 1."""
    dimensions: tuple[AskedDimension, ...] = ()
    """Dimensions to score, for each candidate."""
    required_dimensions: tuple[str, ...] = ()
    """Dimensions without whose scores an answer is not complete."""
    reasons_required: bool = False
    """Whether a choice needs a reason tied to a dimension."""
    steps: bool = False
    """Whether the steps of the work are labelled."""
    sections: tuple[AskedSection, ...] = ()
    """Sections of the policy to rule on."""
    errors: bool = False
    """Whether errors are to be looked for; critiques are welcome everywhere."""
    categories: tuple[ErrorCategory, ...] = ()
    """Kinds of error that may be named: the contract's failure classes."""
    severities: tuple[str, ...] = SEVERITIES
    """Severities, in rising order."""
    attack: bool = False
    """Whether a red-team transcript is to be described."""
    writing: Literal["demonstration", "revision"] | None = None
    """What the reviewer may write."""
    priority: tuple[AskedRule, ...] = ()
    """Priority rules, in their order."""
    rubric: str = ""
    """Name and version of the rubric."""


def form_of(
    record: Record,
    *,
    contract: Contract,
    rubric: Rubric,
    policy: PolicyDocument | None = None,
    may_write: bool = False,
) -> Form:
    """What is asked about a record.

    Args:
        record: the record.
        contract: the contract in force; it names the kinds of error.
        rubric: the rubric in force.
        policy: the policy in force, if there is one.
        may_write: whether the program has a source class for what reviewers write.
    """
    part = record.part
    dimensions = tuple(
        _asked_dimension(dimension)
        for dimension in rubric.dimensions
        if dimension.judged_by != "machine"
    )
    return Form(
        kind=record.kind,
        verdicts=_verdicts(record, rubric),
        dimensions=dimensions,
        required_dimensions=_required_dimensions(record, contract, dimensions),
        reasons_required=rubric.reasons_required,
        steps=record.kind in {"process", "trajectory"},
        sections=_sections(part.sections, policy) if isinstance(part, Policy | Adversarial) else (),
        errors=isinstance(part, Critique),
        categories=tuple(
            ErrorCategory(id=failure.id, description=failure.description)
            for failure in contract.failure_classes
        ),
        attack=isinstance(part, Adversarial),
        writing=_writing(record) if may_write else None,
        priority=tuple(_rule(rule) for rule in rubric.priority),
        rubric=f"{rubric.id} {rubric.version}",
    )


def _verdicts(record: Record, rubric: Rubric) -> tuple[str, ...]:
    """The verdicts that make sense for a record; a comparison needs something to compare."""
    n_candidates = len(record.candidates)
    if record.kind == "preference" and n_candidates > COMPARED:
        return ("ranks", *rubric.verdicts)
    if record.kind == "preference":
        return ("prefers", *rubric.verdicts)
    return ("not_asked", "insufficient_context", "abstained")


def _required_dimensions(
    record: Record, contract: Contract, dimensions: tuple[AskedDimension, ...]
) -> tuple[str, ...]:
    """What an outcome is scored on: what the contract's signal names, or all that is asked."""
    if not isinstance(record.part, Outcome) or not record.candidates:
        return ()
    named = {
        dimension
        for signal in contract.supervision
        if signal.signal == record.kind
        for dimension in signal.dimensions
    }
    ids = [dimension.id for dimension in dimensions]
    return tuple(name for name in ids if name in named) or tuple(ids)


def _writing(record: Record) -> Literal["demonstration", "revision"] | None:
    if isinstance(record.part, Critique | Demonstration) and record.candidates:
        return "revision"
    asks_for_one = isinstance(record.part, Demonstration | Outcome) and not record.candidates
    return "demonstration" if asks_for_one else None


def _asked_dimension(dimension: Dimension) -> AskedDimension:
    return AskedDimension(
        id=dimension.id,
        question=dimension.question,
        kind=dimension.scale_kind,
        values=dimension.values,
        better=dimension.better,
        anchors=dict(dimension.anchors),
        interpolation=dimension.interpolation,
        examples=dict(dimension.examples),
        exclusions=dimension.exclusions,
        abstention=dimension.abstention,
        escalation=dimension.escalation,
        action=dimension.action,
        evidence=tuple(str(kind) for kind in dimension.evidence),
    )


def _sections(named: tuple[str, ...], policy: PolicyDocument | None) -> tuple[AskedSection, ...]:
    """The sections that a record names, or all of the policy where it names none."""
    sections = policy.sections if policy else ()
    chosen = [section for section in sections if section.id in named] if named else list(sections)
    shown = tuple(
        AskedSection(
            id=section.id,
            title=section.title,
            text=section.text,
            benign_counterpart=section.benign_counterpart,
        )
        for section in chosen
    )
    missing = [name for name in named if name not in {section.id for section in sections}]
    return (*shown, *(AskedSection(id=name, title=name, text="") for name in missing))


def _rule(rule: PriorityRule) -> AskedRule:
    if rule.veto is not None:
        return AskedRule(dimension=rule.veto, rule="veto", below=rule.below, above=rule.above)
    return AskedRule(dimension=str(rule.compare), rule="compare", by=rule.by or 1)
