"""Where the fields of judgments are, as people write it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from assay.contracts.terms import DimensionName
from assay.records.mapping.pieces import CandidateName, Convention, Repeated
from assay.records.mapping.value import MappingPart, Value


class ReviewerMap(MappingPart):
    """Who judged."""

    person: Value | None = None
    """Raw id of a person; it becomes a pseudonym and goes no further."""
    model: Value | None = None
    """Name of a model that judged."""
    unnamed: str | None = None
    """A label whose author the source does not name: what to call it, such as `final label`."""
    position: Value | None = None
    """The place of a rater in a list, such as `rater 0`: one of several people whom the source
    does not tell apart from row to row. It is no person, so the judgment's author is unknown."""
    role: Literal["author", "reviewer", "policy_reviewer", "language_specialist", "adjudicator"] = (
        "reviewer"
    )
    """The role in which it was given."""
    qualification: Value | None = None
    """Id of the qualification held."""
    groups: dict[DimensionName, Value] = {}
    """Groups that the reviewer belongs to."""

    @model_validator(mode="after")
    def _one_reviewer(self) -> Self:
        named = (self.person, self.model, self.unnamed, self.position)
        if sum(author is not None for author in named) != 1:
            msg = "say who judged: one of person, model, unnamed, position"
            raise ValueError(msg)
        if self.unnamed is not None and "{" in self.unnamed:
            msg = (
                f"unnamed is plain text and fills in no field: {self.unnamed!r}; "
                "one author's labels of a row belong in one judgment"
            )
            raise ValueError(msg)
        return self


class ScoreMap(Repeated):
    """One score on one dimension."""

    dimension: Value
    """The dimension's name."""
    candidate: CandidateName | None = None
    """The candidate scored; the record as a whole where absent."""
    number: Value | None = None
    """A number: whole, or a decimal, which is kept as an exact fraction."""
    category: Value | None = None
    """A value of a categorical scale. For both, a table may give `{abstained: why}` or
    `{not_applicable: true}`; an absent value gives no score."""

    @model_validator(mode="after")
    def _one_scale(self) -> Self:
        if (self.number is None) == (self.category is None):
            msg = "give one of number, category"
            raise ValueError(msg)
        return self


class ReasonMap(Repeated):
    """Why; left out where its text is absent."""

    text: Value
    """The reason in words."""
    dimension: Value | None = None
    """The dimension that it is about."""
    code: Value | None = None
    """A reason code."""
    candidate: CandidateName | None = None
    """The candidate that it is about."""


class MarkedMap(MappingPart):
    """A span that the text itself marks, such as `<v>here</v>`."""

    text: Value
    """The text with its marks."""
    open: Annotated[str, StringConstraints(min_length=1)]
    """The mark before the span."""
    close: Annotated[str, StringConstraints(min_length=1)]
    """The mark after it."""


class SpanMap(MappingPart):
    """A stretch of a text of the record."""

    within: str = Field(alias="in")
    """The text: `candidate NAME`, `message N`, or a JSON pointer into the record."""
    marked: MarkedMap | None = None
    """The span as the text marks it; then nothing else is given."""
    quote: Value | None = None
    """The words of the span."""
    start: Value | None = None
    """Where it starts, in characters (code points)."""
    end: Value | None = None
    """Where it ends."""
    offsets: tuple[Convention, ...] = ()
    """How the offsets count. With a quote, several may be named: the first that matches holds.
    Where none does, the error is kept as unanchored and counted."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        counted = self.start is not None and self.end is not None
        if (self.start is None) != (self.end is None):
            msg = "give both start and end"
            raise ValueError(msg)
        if self.marked is not None:
            if self.quote is not None or counted or self.offsets:
                msg = "a marked span needs no quote, start, end or offsets"
                raise ValueError(msg)
        elif not self.offsets:
            msg = "say how offsets count, such as `offsets: [0-based exclusive]`"
            raise ValueError(msg)
        elif self.quote is None and (len(self.offsets) > 1 or "search once" in self.offsets):
            msg = "without a quote, only one way of counting can hold: nothing would tell which"
            raise ValueError(msg)
        elif not counted and self.offsets != ("search once",):
            msg = "counting needs start and end"
            raise ValueError(msg)
        return self


class ErrorMap(Repeated):
    """One localized error: a span, a step of work, or a candidate as a whole."""

    span: SpanMap | None = None
    """The words at fault."""
    step: Value | None = None
    """The step at fault, from 0; of `candidate`."""
    candidate: CandidateName | None = None
    """The candidate, for a step or as a whole."""
    category: Value
    """What kind of error."""
    severity: Value | None = None
    """low, medium, high or critical."""
    source_severity: Value | None = None
    """The source's own word for the severity."""
    correction: Value | None = None
    """What should be there."""
    verification: Value | None = None
    """How the error was checked."""
    note: Value | None = None
    """The reviewer's remark."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.span is None) == (self.candidate is None):
            msg = "say where it is: a span, or a candidate (with a step)"
            raise ValueError(msg)
        if self.step is not None and self.candidate is None:
            msg = "a step needs its candidate"
            raise ValueError(msg)
        return self


class StepLabelMap(Repeated):
    """One label on one observable step."""

    candidate: CandidateName = 0
    """The candidate."""
    step: Value
    """The step, from 0."""
    label: Value
    """good, neutral or bad; absent: unlabelled."""
    note: Value | None = None
    """Why."""


class FirstBad(MappingPart):
    """Labels given by the first bad step: those before it are good, later ones unlabelled."""

    candidate: CandidateName = 0
    """The candidate."""
    first_bad: Value
    """The first bad step, from 0; where it is absent, all steps are good."""


class RulingMap(Repeated):
    """What is said about one section of the policy."""

    section: Value
    """Id of the section."""
    ruling: Value
    """violates, complies or unclear; absent: no ruling."""
    candidate: CandidateName | None = None
    """The candidate ruled on."""
    severity: Value | None = None
    """How bad a violation is."""


class ComparisonMap(Repeated):
    """Which candidate is better on one dimension, beside the overall verdict."""

    dimension: Value
    """The dimension's name."""
    verdict: Value
    """`prefers NAME`, `prefers NAME by 2`, `tie`, `{ranks: ...}`, or a way of not answering. The
    better candidate gets as many points more than the other as its strength says (1 where none
    is); of a ranking, each gets the number of groups below it. Absent: no scores."""


class RankMap(Repeated):
    """The rank number of one candidate."""

    candidate: CandidateName
    """The candidate."""
    rank: Value
    """Its number: equal numbers tie. Absent: no rank."""


class RanksMap(MappingPart):
    """A verdict by the rank number of each candidate."""

    entries: Annotated[tuple[RankMap, ...], Field(min_length=1)]
    """The rank numbers."""
    best: Literal["lowest", "highest"] = "lowest"
    """Which number is the best: `highest` where the numbers are scores."""


class AttackMap(MappingPart):
    """What a reviewer found in a red-team transcript."""

    strategy: Value | None = None
    """How the model was pressed."""
    outcome: Value | None = None
    """held, partial or broken."""
    severity: Value | None = None
    """low, medium, high or critical."""
    attempts: Value | None = None
    """How often the reviewer repeated the attack."""
    successes: Value | None = None
    """How often it succeeded."""


class JudgmentMap(Repeated):
    """Where the fields of a judgment are; one entry for each judgment that a row can hold."""

    name: str | None = None
    """A name by which another judgment of the row refers to it; a template."""
    reviewer: ReviewerMap
    """Who judged."""
    ranks: RanksMap | None = None
    """The overall answer by rank numbers, instead of `verdict`. Where no candidate has one, there
    is no judgment."""
    verdict: Value | None = None
    """The overall answer: `prefers NAME`, `prefers NAME by 2`, `tie`, `both_unacceptable`,
    `insufficient_context`, `not_asked`, `{abstained: why}` or `{ranks: [[NAME], [NAME, NAME]]}`;
    rank numbers make a verdict under `ranks`. Where it is asked for and absent, there is no judgment; where it is left out of the mapping,
    none was asked."""
    scores: tuple[ScoreMap, ...] = ()
    """Scores by dimension and candidate."""
    comparisons: tuple[ComparisonMap, ...] = ()
    """Which candidate is better on which dimension; each becomes scores of the candidates."""
    reasons: tuple[ReasonMap, ...] = ()
    """Why."""
    errors: tuple[ErrorMap, ...] | None = None
    """Localized errors; where the mapping asks for them, none found differs from not asked."""
    step_labels: tuple[StepLabelMap, ...] | FirstBad = ()
    """Labels on observable steps."""
    rulings: tuple[RulingMap, ...] = ()
    """Rulings on sections of the policy."""
    attack: AttackMap | None = None
    """What was found in a red-team transcript."""
    wrote: Value | None = None
    """Id of the record that holds what the reviewer wrote."""
    supersedes: Value | None = None
    """The judgment that this one replaces: the name of an earlier one of the row, or an id."""
    order: tuple[CandidateName, ...] | None = None
    """The candidates in the order in which they were presented, where that is known."""
    guideline: Value | None = None
    """Name of the guideline under which it was judged."""
    visible: tuple[str, ...] | None = None
    """What else was in sight, where that is known."""
    flags: dict[str, Value] = {}
    """What the source tool says of the answer itself, such as an authenticity check: flag -> value."""
    active_ms: Value | None = None
    """Active time in milliseconds."""
    active_seconds: Value | None = None
    """Active time in seconds; kept to the millisecond."""
    judged_at: Value | None = None
    """When, as the source says it. As ISO 8601 it marks a reviewer's later judgment of a record
    from an earlier one."""
    occasion: Value | None = None
    """Which of the reviewer's judgments on the record it is: a whole number from 0 that is
    higher for a later one, such as a round or the number of the row in the source; 0 where it
    is absent."""
    once: tuple[str, ...] = ()
    """Columns that name the vote, where several rows repeat it: rows with the same values and
    the same record give one judgment, and are set aside where they differ."""

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.active_ms is not None and self.active_seconds is not None:
            msg = "give one of active_ms, active_seconds"
            raise ValueError(msg)
        if self.verdict is not None and self.ranks is not None:
            msg = "give one of verdict, ranks"
            raise ValueError(msg)
        return self
