"""The adjudication: a senior decision on judgments that disagree, and its cause."""

from typing import ClassVar, Literal

from assay.core.fact import Fact, Value
from assay.records.verdict import DimensionScore, Verdict

Cause = Literal[
    "missing_context", "guideline_ambiguity", "expertise", "legitimate_plural_preference",
    "reviewer_error",
]  # fmt: skip


class Decided(Value, tag_field="decision", tag="decided"):
    """The adjudicator gives a verdict."""

    verdict: Verdict
    """The verdict."""
    scores: tuple[DimensionScore, ...] = ()
    """Scores that stand beside it."""


class Preserved(Value, tag_field="decision", tag="preserved"):
    """The distribution of judgments is the answer."""


class Returned(Value, tag_field="decision", tag="returned"):
    """The record goes back: the task or the guideline must be mended first."""

    reason: str
    """What must be mended."""


class Adjudication(Fact):
    """One decision over judgments that were weighed. The judgments stay as they are."""

    prefix: ClassVar[str] = "adj"

    record: str
    """Id of the record."""
    judgments: tuple[str, ...]
    """Ids of the judgments weighed."""
    decision: Decided | Preserved | Returned
    """What was decided."""
    cause: Cause
    """Why the judgments disagreed."""
    adjudicator: str
    """Pseudonym of the adjudicator."""
    note: str | None = None
    """The adjudicator's words."""
