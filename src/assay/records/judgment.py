"""The judgment: one reviewer's immutable answer about one record.

It lives beside the record because foreign rows carry both; what happens to judgments
(assignment, adjudication) is the package `review`.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal

from assay.core.canonical import encode_fact
from assay.core.fact import Fact, Value
from assay.records.evidence import TextSpan
from assay.records.fields import Index, JsonText, Name, Severity
from assay.records.verdict import DimensionScore, Verdict

POSITION = "position"
"""Why a judge abstains that says one thing in one order and another thing in the other."""


class Judge(Value):
    """Which model judged, pinned: another model, revision, setting or prompt is another judge."""

    model: str
    """The model's name, as its endpoint knows it."""
    prompt: str
    """`sha256:...` over the prompt's template, the rubric's version and the dimensions asked."""
    revision: str | None = None
    """What the endpoint reported beyond that name: the exact model, the fingerprint."""
    parameters: JsonText | None = None
    """Its sampling parameters, as canonical JSON text."""


class Reviewer(Value):
    """Who judged, as a pseudonym, in the role and with the qualification of that moment."""

    pseudonym: str
    """Keyed digest of the person's id, or the name of a model."""
    kind: Literal["human", "model", "rule", "unknown"]
    """A person, a model, a scorer that compares by a rule, or a label of an author not named."""
    role: Literal["author", "reviewer", "policy_reviewer", "language_specialist", "adjudicator"]
    """The role in which the judgment was given."""
    qualification: str | None = None
    """Id of the qualification held at that time."""
    groups: dict[Name, str] = {}
    """Groups that the reviewer belongs to, where they bear on the judgment: name -> value."""
    judge: Judge | None = None
    """The model's pins, where we asked it; absent for people and for imported models."""

    @property
    def automatic(self) -> bool:
        """Whether a program judged: a model, or a rule."""
        return self.kind in {"model", "rule"}


class Action(Value, tag_field="at", tag="step"):
    """An observable step as the place of an error."""

    candidate: Index
    """The candidate that took the step, counted from 0 in the record's order."""
    step: Index
    """The step of its work, from 0."""


class Unanchored(Value, tag_field="at", tag="unanchored"):
    """A place that the source names but that does not match the text; stored as it was given."""

    stated: str
    """What the source states: the quote, or its offsets."""
    reason: str
    """Why it could not be anchored."""


class Whole(Value, tag_field="at", tag="whole"):
    """The candidate as a whole."""

    candidate: Index
    """The candidate that is wrong, counted from 0 in the record's order."""


class LocalizedError(Value):
    """An error at an exact place. No error found is an empty tuple, not a missing one."""

    place: TextSpan | Action | Unanchored | Whole
    """The stretch of text, the step or the candidate that is wrong."""
    category: str
    """What kind of error, by the contract's failure classes or the source's own categories."""
    severity: Severity | None = None
    """How bad it is."""
    source_severity: str | None = None
    """The source's own word for the severity, where its scale is not ours."""
    correction: str | None = None
    """What should be there."""
    verification: str | None = None
    """How the error was checked."""
    note: str | None = None
    """The reviewer's remark in free text."""


class StepLabel(Value):
    """A label on one observable step. A step without a label is unlabelled, not neutral."""

    candidate: Index
    """The candidate that took the step, counted from 0 in the record's order."""
    step: Index
    """The step of its work, from 0."""
    label: Literal["good", "neutral", "bad"]
    """Right and useful, right but idle or unclear, or wrong."""
    note: str | None = None
    """Why the step has this label, in the reviewer's words."""


class SkippedStep(Value):
    """A step that the reviewer was asked about and did not label."""

    candidate: Index
    """The candidate that took the step, counted from 0 in the record's order."""
    step: Index
    """The step of its work, from 0."""
    reason: str | None = None
    """Why it cannot be labelled."""


class SectionRuling(Value):
    """What a reviewer says about one section of the policy."""

    section: str
    """Id of the section."""
    ruling: Literal["violates", "complies", "unclear"]
    """Whether the response breaks it."""
    candidate: Index | None = None
    """The candidate ruled on."""
    severity: Severity | None = None
    """How bad a violation is."""
    reason: str | None = None
    """Why: what breaks the section, or keeps to it."""


class Attack(Value):
    """What a reviewer found in a red-team transcript."""

    strategy: str | None = None
    """How the model was pressed, by the contract's taxonomy or in the reviewer's words."""
    outcome: Literal["held", "partial", "broken"] | None = None
    """Whether the model kept to the policy, broke it in part, or broke it."""
    severity: Severity | None = None
    """How bad the result is."""
    attempts: Index | None = None
    """How often the reviewer repeated the attack."""
    successes: Index | None = None
    """How often it succeeded."""


class Reason(Value):
    """Why: tied to a dimension and, where there is any, to evidence."""

    text: str
    """The reason in words."""
    dimension: Name | None = None
    """The dimension that it is about."""
    code: str | None = None
    """A reason code of the rubric."""
    candidate: Index | None = None
    """The candidate that it is about."""
    evidence: Index | None = None
    """The piece of the record's evidence that it rests on."""
    span: TextSpan | None = None
    """The words that it points at."""


class Judgment(Fact):
    """One reviewer's answer about one record, under one rubric. Never edited, only superseded."""

    prefix: ClassVar[str] = "jud"

    record: str
    """Id of the record."""
    reviewer: Reviewer
    """Who judged, under which pseudonym and in which role."""
    verdict: Verdict
    """The overall answer; `not_asked` where only scores, errors or labels were asked for."""
    scores: tuple[DimensionScore, ...] = ()
    """Scores by dimension and candidate."""
    reasons: tuple[Reason, ...] = ()
    """Why the reviewer answered so, each tied to a dimension or to evidence where there is one."""
    errors: tuple[LocalizedError, ...] | None = None
    """Errors found, each at its place; empty means looked for and none found, absent not asked."""
    step_labels: tuple[StepLabel, ...] = ()
    """Labels on observable steps."""
    skipped_steps: tuple[SkippedStep, ...] = ()
    """Steps that were asked about and explicitly left without a label."""
    rulings: tuple[SectionRuling, ...] = ()
    """Rulings on sections of the policy."""
    attack: Attack | None = None
    """What was found in a red-team transcript; absent where none was asked about."""
    wrote: str | None = None
    """Id of the record that holds what the reviewer wrote: a revision, or a demonstration."""
    stands_as_is: bool | None = None
    """Whether the reviewer read a text that could be edited and left it as it is; absent where not asked."""
    order: tuple[Index, ...] | None = None
    """The record's candidates in the order they were presented; absent where not recorded."""
    rubric: str | None = None
    """Document id of the rubric in force; absent for work judged under a foreign guideline."""
    guideline: str | None = None
    """Name of the foreign guideline, where the work was not judged under our rubric."""
    visible: tuple[str, ...] | None = None
    """What else was in sight (suggestions, verifier results); absent where not recorded."""
    active_ms: Index | None = None
    """Active time in milliseconds."""
    judged_at: str | None = None
    """When, as the source says it; as ISO 8601 it orders the reviewer's judgments of one occasion."""
    occasion: Index = 0
    """Which of the reviewer's judgments on this record it is: a later one has a higher number."""
    supersedes: str | None = None
    """Id of the judgment that this one replaces."""
    source_flags: dict[Name, str] = {}
    """What the source tool says of the answer itself, such as the result of an authenticity check:
    flag -> value. It is shown, and decides nothing."""


def standing(judgments: Iterable[Judgment]) -> list[Judgment]:
    """The judgments that no later one replaces. A program's judgment replaces no person's."""
    candidates = list(judgments)
    replacing = [judgment for judgment in candidates if judgment.supersedes]
    if not replacing:
        return candidates  # the usual case; an id is a digest, and costs more than the rest
    by_people = {own.supersedes for own in replacing if not own.reviewer.automatic}
    by_programs = {own.supersedes for own in replacing if own.reviewer.automatic}
    return [
        own
        for own in candidates
        if own.id not in by_people and not (own.reviewer.automatic and own.id in by_programs)
    ]


def in_order(judgment: Judgment) -> Judgment:
    """The same judgment with its parts in an order of their own, whatever order they came in."""
    errors = judgment.errors
    return judgment.replace(
        scores=tuple(sorted(judgment.scores, key=encode_fact)),
        reasons=tuple(sorted(judgment.reasons, key=encode_fact)),
        errors=None if errors is None else tuple(sorted(errors, key=encode_fact)),
        step_labels=tuple(sorted(judgment.step_labels, key=encode_fact)),
        rulings=tuple(sorted(judgment.rulings, key=encode_fact)),
    )
