"""Verdicts and scores: tagged unions in which every way of not answering has its own name."""

from assay.core.fact import Value
from assay.records.fields import Index, Integer, Name


class Prefers(Value, tag_field="verdict", tag="prefers"):
    """One candidate is better."""

    candidate: Index
    """The better candidate, counted in the record's order."""
    strength: Index | None = None
    """How much better, from 1 (slightly); absent where no strength was asked."""


class Ranks(Value, tag_field="verdict", tag="ranks"):
    """An order over three or more candidates."""

    order: tuple[tuple[Index, ...], ...]
    """Groups of candidates, best group first; within a group they tie."""


class Tie(Value, tag_field="verdict", tag="tie"):
    """The candidates are equally good."""


class BothUnacceptable(Value, tag_field="verdict", tag="both_unacceptable"):
    """No candidate may be used. Not a tie: it says nothing about which is better."""


class InsufficientContext(Value, tag_field="verdict", tag="insufficient_context"):
    """The task does not give enough to judge."""


class Abstained(Value, tag_field="verdict", tag="abstained"):
    """The reviewer declined to judge."""

    reason: str
    """Why no verdict is given, in words."""


class NotAsked(Value, tag_field="verdict", tag="not_asked"):
    """No overall verdict was asked for; scores, errors or step labels carry the judgment."""


Verdict = Prefers | Ranks | Tie | BothUnacceptable | InsufficientContext | Abstained | NotAsked


class Scored(Value, tag_field="score", tag="scored"):
    """A number on the dimension's scale."""

    value: Integer
    """The number, or its numerator."""
    denominator: Index | None = None
    """Denominator of a fractional score; absent for a whole number."""


class Category(Value, tag_field="score", tag="category"):
    """A value of a categorical scale."""

    value: str
    """The value, as the rubric spells it."""


class ScoreAbstained(Value, tag_field="score", tag="abstained"):
    """The reviewer declined to score this dimension."""

    reason: str
    """Why no score is given, in words."""


class NotApplicable(Value, tag_field="score", tag="not_applicable"):
    """The dimension does not apply to this record."""


Score = Scored | Category | ScoreAbstained | NotApplicable


class DimensionScore(Value):
    """One score on one dimension."""

    dimension: Name
    """Name of the dimension in the rubric."""
    score: Score
    """The score, or the way of not giving one."""
    candidate: Index | None = None
    """The candidate scored; absent where the record as a whole is meant."""


def verdict_key(verdict: Verdict, n_candidates: int) -> str:
    """The name under which a verdict is counted, such as `prefers:0`, `tie` or `ranks:2>0=1`.

    A ranking of two candidates is the same answer as a preference or a tie.
    """
    if isinstance(verdict, Prefers):
        return f"prefers:{verdict.candidate}"
    if not isinstance(verdict, Ranks):
        return str(verdict.__struct_config__.tag)
    if len(verdict.order) == 1 and len(verdict.order[0]) == n_candidates:
        return "tie"
    if n_candidates == 2 and verdict.order and len(verdict.order[0]) == 1:  # noqa: PLR2004  a pair
        return f"prefers:{verdict.order[0][0]}"
    groups = ("=".join(str(candidate) for candidate in sorted(group)) for group in verdict.order)
    return "ranks:" + ">".join(groups)


def score_key(score: Score) -> str | None:
    """The name under which a score is counted; None where none was given."""
    match score:
        case Scored(value=value, denominator=None):
            return str(value)
        case Scored(value=value, denominator=denominator):
            return f"{value}/{denominator}"
        case Category(value=value):
            return value
        case _:
            return None
