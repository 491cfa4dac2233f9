"""The adjudication: a senior decision on judgments that disagree, and its cause."""

from typing import ClassVar, Literal

from assay.core.fact import Fact, Value
from assay.records.judgment import Attack, LocalizedError, SectionRuling, StepLabel
from assay.records.verdict import DimensionScore, Verdict

Cause = Literal[
    "missing_context", "guideline_ambiguity", "expertise", "legitimate_plural_preference",
    "reviewer_error",
]  # fmt: skip


class Decided(Value, tag_field="decision", tag="decided"):
    """The adjudicator gives an answer: whatever a judgment can say and reviewers can dispute."""

    verdict: Verdict
    """The verdict, a ranking included; `not_asked` where the rest carries the decision."""
    scores: tuple[DimensionScore, ...] = ()
    """Scores given with it."""
    errors: tuple[LocalizedError, ...] | None = None
    """Errors that stand, each at its place; empty: there are none; absent: not decided."""
    step_labels: tuple[StepLabel, ...] = ()
    """Labels on observable steps that stand."""
    rulings: tuple[SectionRuling, ...] = ()
    """Rulings on sections of the policy that stand."""
    attack: Attack | None = None
    """What was found in a red-team transcript; absent where it was not decided."""
    wrote: str | None = None
    """Id of the record that holds the adjudicator's revision."""
    stands_as_is: bool | None = None
    """Whether a text that could be edited is to stay as it is; absent: not decided."""


class Preserved(Value, tag_field="decision", tag="preserved"):
    """The distribution of judgments is the answer."""


class Returned(Value, tag_field="decision", tag="returned"):
    """The record goes back: the task or the guideline must be fixed first."""

    reason: str
    """What must be fixed."""


class Adjudication(Fact):
    """One decision over judgments that were weighed. The judgments stay as they are."""

    prefix: ClassVar[str] = "adj"

    record: str
    """Id of the record."""
    judgments: tuple[str, ...]
    """Ids of the judgments weighed."""
    decision: Decided | Preserved | Returned
    """What was decided: an answer, the distribution of judgments, or a return of the record."""
    cause: Cause
    """Why the judgments disagreed."""
    adjudicator: str
    """Pseudonym of the adjudicator."""
    note: str | None = None
    """Remarks of the adjudicator for the people who judged."""
