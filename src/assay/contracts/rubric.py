"""The rubric: how outputs are judged, dimension by dimension, and which dimension outranks which."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assay.contracts.header import Header, Part
from assay.contracts.terms import DimensionName, EvidenceType, Label, Text
from assay.contracts.verdict_words import VERDICT_WORDS, OpenVerdict

ScaleKind = Literal["binary", "ordinal", "categorical"]

SCALE = r"^(binary|-?\d{1,3}\.\.-?\d{1,3})$"
"""The short spelling of a scale of whole numbers."""

FIELD = r"^[a-z_]+(\.[a-z_]+)*$"
"""The pattern of a part of the record."""

_RANGE = re.compile(r"^(-?\d{1,3})\.\.(-?\d{1,3})$")


class Dimension(Part):
    """One observable quality and how it is judged."""

    id: DimensionName
    """Name of the dimension; also the name of its column."""
    question: Text
    """What the reviewer, or the machine, answers."""
    scale: (
        Annotated[str, Field(pattern=SCALE)]
        | Annotated[tuple[Label, ...], Field(min_length=2, max_length=50)]
    )
    """`binary` (0 or 1), a range of whole numbers such as `1..5`, or a list of categories."""
    better: Literal["higher", "lower"] = "higher"
    """Which end of the scale is the good one."""
    tolerance: Annotated[int, Field(ge=0, le=1998)] | None = None
    """Largest difference between two scores that still counts as agreement; absent: 0 where the
    dimension is objective or has two values, else a quarter of the range, at least 1."""
    anchors: dict[Label, Text] = {}
    """What a value looks like (value -> text): both ends of a range, each category of a list."""
    interpolation: Text | None = None
    """How the values of a range are distinguished that have no anchor of their own."""
    examples: dict[Label, Text] = {}
    """An example output for a value (value -> text)."""
    exclusions: tuple[Text, ...] = ()
    """What does not count here, so that dimensions stay apart."""
    abstention: Text | None = None
    """When to abstain instead of giving a value."""
    escalation: Text | None = None
    """To whom a doubtful case goes."""
    field: Annotated[str, Field(pattern=FIELD)] | None = None
    """The part of the record that is examined, such as `candidate.content` or `candidate.work`."""
    evidence: tuple[EvidenceType, ...] = ()
    """What the score must rest on."""
    action: Text | None = None
    """What the reviewer does: mark a span, run a calculation, open the citation."""
    judged_by: Literal["machine", "expert", "uncertain"]
    """Whether a machine can verify it, an expert must judge it, or it stays uncertain."""
    verifier: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Name of the external test that verifies it."""
    verifier_options: dict[Text, str | bool | int] = {}
    """Options of the verifier (name -> value), such as `tolerance: "0.01"`."""
    nature: Literal["objective", "judgmental", "plural"] = "judgmental"
    """`objective`: one right answer; `plural`: people may rightly differ, so the spread is kept."""
    unverified_because: Text | None = None
    """Why no external test is feasible, where an objective dimension has none."""
    guards_against: Literal["unsafe_compliance", "over_refusal"] | None = None
    """The safety failure that this dimension detects; the two are scored apart."""

    @property
    def scale_kind(self) -> ScaleKind:
        """What sort of scale it is."""
        if isinstance(self.scale, tuple):
            return "categorical"
        return "binary" if self.scale == "binary" else "ordinal"

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Least and greatest value of a scale of whole numbers; None for categories."""
        if isinstance(self.scale, tuple):
            return None
        span = _RANGE.match(self.scale)
        return (int(span[1]), int(span[2])) if span else (0, 1)

    @property
    def agreement_tolerance(self) -> int:
        """The tolerance in force: the one that is set, or the default for the scale."""
        if self.tolerance is not None:
            return self.tolerance
        if self.bounds is None or self.nature == "objective" or self.scale_kind == "binary":
            return 0
        low, high = self.bounds
        return 0 if high - low == 1 else max(1, (high - low) // 4)

    @property
    def values(self) -> tuple[str, ...]:
        """All values of the scale as they are written in anchors and examples, in order."""
        if isinstance(self.scale, tuple):
            return self.scale
        low, high = self.bounds or (0, 1)
        return tuple(str(value) for value in range(low, high + 1))

    @model_validator(mode="after")
    def _scale_ascends(self) -> Self:
        if isinstance(self.scale, tuple):
            if len(set(self.scale)) != len(self.scale):
                raise ValueError("a category is listed twice on the scale")
        elif self.bounds and self.bounds[0] >= self.bounds[1]:
            raise ValueError("a range runs from a smaller to a greater number, such as 1..5")
        return self


class PriorityRule(Part):
    """One rule: a veto makes a candidate unacceptable, a comparison lets the better one win."""

    veto: DimensionName | None = None
    """Dimension whose bad value makes a candidate unacceptable."""
    below: int | None = None
    """With `veto`: values below this one are unacceptable."""
    above: int | None = None
    """With `veto`: values above this one are unacceptable."""
    compare: DimensionName | None = None
    """Dimension on which the better candidate wins, if no earlier rule decided."""
    by: Annotated[int, Field(ge=1, le=999)] | None = None
    """With `compare`: least difference that decides; 1 where it is not given."""

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if (self.veto is None) == (self.compare is None):
            raise ValueError("a rule is either a veto or a comparison")
        bounds = (self.below is not None) + (self.above is not None)
        if self.veto is not None and (bounds != 1 or self.by is not None):
            raise ValueError("a veto has either `below` or `above`, and nothing else")
        if self.compare is not None and bounds:
            raise ValueError("a comparison has no `below` or `above`; it may have `by`")
        return self


class Rubric(Header):
    """How outputs are judged."""

    kind: Literal["rubric"]
    """`rubric`, by which a reader recognises the document."""
    dimensions: tuple[Dimension, ...] = ()
    """What is judged, each on its own."""
    priority: tuple[PriorityRule, ...] = ()
    """Which dimension outranks which: vetoes first, then comparisons in this order."""
    verdicts: tuple[OpenVerdict, ...] = tuple(VERDICT_WORDS)
    """Answers without a winner that a comparison permits."""
    reasons_required: bool = True
    """Whether every judgment gives a reason that is tied to a dimension and to evidence."""
