"""The contract: what the model must do, on which evidence, and how improvement is measured."""

import math
from collections.abc import Callable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assay.contracts.header import SEMVER, Header, Part
from assay.contracts.terms import (
    Count,
    DimensionName,
    EvidenceKind,
    Label,
    Name,
    Role,
    Severity,
    Share,
    Signal,
    Slice,
    Text,
)


class Behaviour(Part):
    """Something observable that the model must do under stated conditions."""

    id: Name
    """Name of the behaviour; a task's `capability` refers to it."""
    statement: Text
    """What the model must do, as something that can be seen in its output."""
    conditions: tuple[Text, ...] = ()
    """Under which conditions: who asks, with what at hand, in which situation."""
    positive: tuple[Text, ...] = ()
    """What an output that meets the behaviour shows."""
    prohibited: tuple[Text, ...] = ()
    """Outcomes that must not occur."""
    boundaries: tuple[Text, ...] = ()
    """Where the behaviour ends: the difficult cases on either side of the line."""
    evidence: tuple[EvidenceKind, ...] = ()
    """Kinds of evidence that can show that an output is acceptable."""
    acceptable_when: Text | None = None
    """What this evidence must say for an output to be acceptable; shown to people, decides nothing."""
    dimensions: tuple[DimensionName, ...] = ()
    """Dimensions of the rubric that belong to the behaviour."""


class FailureClass(Part):
    """A way of going wrong."""

    id: Name
    """Name of the failure class."""
    description: Text
    """What goes wrong, so that two people recognise it in the same way."""
    severity: Severity
    """How bad it is."""
    behaviour: Name | None = None
    """The behaviour that it violates."""


class AcceptanceTest(Part):
    """How improvement is measured on data that is excluded from training."""

    id: Name
    """Name of the test."""
    metric: Text
    """What is measured, such as `error_rate` or `over_refusal_rate`."""
    behaviour: Name | None = None
    """The behaviour whose change it measures."""
    slice: Slice = {}
    """The part of the data that it looks at (axis -> value); empty: all of it."""
    direction: Literal["increase", "decrease", "hold"]
    """Where the metric must go; `hold`: no worse than before by more than the margin."""
    margin: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Least change that counts, or for `hold` the largest acceptable loss, in the metric's unit."""
    risk: Annotated[float, Field(gt=0, lt=0.5)] | None = None
    """Accepted probability that the test passes by chance (one-sided)."""
    dataset: Name = "reserve"
    """`reserve`, or the name of another evaluation set that is excluded from training."""


def whole_records(share: float, total: int) -> int:
    """The least number of records that is at least this share of a total.

    Args:
        share: from 0 to 1.
        total: records of which it is a share.
    """
    # Rounded first: 0.07 * 100 is 7.000000000000001 in binary, and would become 8 records.
    return math.ceil(round(share * total, 6))


class Quota(Part):
    """The share or the least number of records that a slice must have."""

    slice: Slice
    """The slice (axis -> value)."""
    share: Share | None = None
    """Least share of `sampling.total`, from 0 to 1, rounded up to whole records."""
    minimum: Count | None = None
    """Least number of records."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.share is None and self.minimum is None:
            raise ValueError("a quota asks for a share, a minimum or both")
        return self

    def records_needed(self, total: int) -> int:
        """The accepted records that the slice must have, by the stricter of the two.

        Args:
            total: the distribution's total, of which `share` is a share.
        """
        return max(self.minimum or 0, whole_records(self.share or 0.0, total))


_HARD_VALUES: dict[str, Callable[[str], bool]] = {
    "difficulty": frozenset({"hard", "very hard", "very_hard", "hardest", "expert"}).__contains__,
    "failure_cluster": lambda value: value not in {"none", "no", "other"},
}
"""Values that are hard without being named so."""


class Sampling(Part):
    """The distribution that the records are drawn to."""

    total: Count
    """Least number of accepted records of a release; shares are shares of it."""
    aim: bool = False
    """Whether `total` is only an aim: it is reported, and a release below it is not refused."""
    axes: dict[DimensionName, Annotated[tuple[Label, ...], Field(min_length=1)]]
    """The axes and their values; standard ones or axes of one's own."""
    left_out: dict[DimensionName, Text] = {}
    """Standard axes that do not matter here, each with the reason."""
    hard: tuple[Slice, ...] = ()
    """Slices that are hard for the model and must not be left out."""
    quotas: tuple[Quota, ...] = ()
    """What single slices must have."""
    least_items: Annotated[int, Field(ge=2, le=1000)] = 8
    """Evaluated items that a slice needs to be planned for on its own; smaller ones are merged."""

    def hard_values(self) -> Iterator[tuple[str, int]]:
        """Axis and place of each value that is hard by its meaning: difficulties and clusters."""
        for axis, is_hard in _HARD_VALUES.items():
            for place, value in enumerate(self.axes.get(axis, ())):
                if is_hard(value.lower()) and {axis: value} not in self.hard:
                    yield axis, place

    def hard_slices(self) -> tuple[Slice, ...]:
        """Every hard slice: those that are named, and those that are hard by their meaning."""
        meant = ({axis: self.axes[axis][place]} for axis, place in self.hard_values())
        return tuple({frozenset(cut.items()): cut for cut in (*self.hard, *meant)}.values())


class Reserve(Part):
    """Evaluation data that authors, training pipelines and exports never see."""

    id: Name
    """Name of the reserve."""
    size: Count | None = None
    """Number of records; or give `share`."""
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Share of `sampling.total`, rounded up to whole records; or give `size`."""
    openers: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Roles that may open it; each opening is logged."""
    covers: Text
    """Which behaviour, difficult boundaries and known failure clusters it represents."""

    @model_validator(mode="after")
    def _has_one_size(self) -> Self:
        if (self.size is None) == (self.share is None):
            raise ValueError("a reserve has either a size or a share")
        return self

    def declared_size(self, total: int) -> int:
        """How many items the reserve must hold.

        Args:
            total: the distribution's total, of which `share` is a share.
        """
        return self.size or whole_records(self.share or 0.0, total)


class Supervision(Part):
    """One signal of the supervision mix."""

    signal: Signal
    """The kind of supervision."""
    slice: Slice = {}
    """The records of this kind that it is about (axis -> value); empty: all of them."""
    behaviours: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The behaviours that it shapes or measures."""
    dimensions: tuple[DimensionName, ...] = ()
    """The dimensions that it is scored on."""
    why: Text
    """Why this signal fits the evidence that there is."""
    accept: dict[DimensionName, int | tuple[Label, ...]] = {}
    """What endorses a candidate: dimension -> the last acceptable value towards its bad end, or the
    acceptable categories. A dimension named here must have been judged or verified."""


class ReviewLayer(Part):
    """How records of one risk are reviewed. The first layer that fits a record is its layer."""

    id: Name
    """Name of the layer."""
    slice: Slice = {}
    """The records that it holds for (axis -> value); empty: all that came through."""
    severities: tuple[Severity, ...] = ()
    """Only records whose content has one of these severities (`sensitivity.severity`); empty: any."""
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Roles that may judge records of this layer."""
    passes: Annotated[int, Field(ge=0, le=25)]
    """Independent judgments of each record; 0 only where machines verify and people sample."""
    needs_verification: bool = False
    """Whether every verifier of the rubric must have passed before a record is accepted."""
    second_review_share: Share = 0.0
    """Share of the otherwise accepted records that get one more independent judgment."""
    agreement: Annotated[float, Field(gt=0.5, le=1)] = 1.0
    """Least share of the judgments (abstentions not counted) with one verdict, to be accepted."""
    span_agreement: Share = 0.5
    """Least mean F1 of the errors that two reviewers located, matched by overlap, to be accepted."""
    max_abstentions: Annotated[int, Field(ge=0, le=25)] = 0
    """Abstentions beyond this number send the record to adjudication."""
    on_disagreement: Literal["second_review", "adjudication", "preserve"] = "adjudication"
    """What happens below `agreement`: one more judgment, a senior decision, or both answers kept.
    Disagreement on an objective dimension is never kept: it goes to adjudication."""
    on_contradiction: Literal["adjudication", "record"] = "adjudication"
    """What happens where a verdict contradicts the priority rules on its own scores."""
    always_adjudicate: bool = False
    """Whether a senior decision is needed even where all agree."""


class AgreementFloor(Part):
    """The agreement among people that a release needs on one dimension."""

    dimension: DimensionName
    """The dimension of the rubric whose scores must agree."""
    slice: Slice = {}
    """The records that it is about (axis -> value); empty: all."""
    least: Annotated[float, Field(gt=-1, le=1)]
    """Least value of Krippendorff's alpha, above -1 and at most 1."""
    bound: Literal["lower", "point"] = "lower"
    """What must reach it: the lower end of alpha's 95 % interval, or alpha itself."""


_LEAST_DRIFT = 0.03
"""Least distance of two shares of errors that a chart is asked to tell apart."""


class DriftWatch(Part):
    """When a reviewer counts as no longer judging as before."""

    run_length: Annotated[int, Field(ge=50, le=10_000)] = 1000
    """Mean number of answers of a sound reviewer until a false alarm, on each chart."""
    least_values: Annotated[int, Field(ge=10, le=1000)] = 20
    """Values below which a reviewer's chart is not drawn."""
    sound_share: Annotated[float, Field(ge=0.02, le=0.4, allow_inf_nan=False)] = 0.1
    """Share of wrong answers to known work that is sound."""
    drifted_share: Annotated[float, Field(ge=0.05, le=0.9, allow_inf_nan=False)] = 0.3
    """Share of wrong answers to known work that an alarm is to find."""

    @model_validator(mode="after")
    def _tells_drifted_from_sound(self) -> Self:
        # Shares closer together need thousands of answers before a chart can tell them apart.
        if round(self.drifted_share - self.sound_share, 9) < _LEAST_DRIFT:
            raise ValueError("drifted_share must be at least sound_share plus 0.03")
        return self


class Review(Part):
    """Who sees what, how often, and what makes a record accepted."""

    blinded: bool = True
    """Whether candidates' identity is hidden and their order drawn separately for each reviewer."""
    unblinded_because: Text | None = None
    """Why blinding is not appropriate, where it is off."""
    sentinel_share: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = 0.0
    """Share of the work at the desk that is known work, by which drift is seen."""
    skip_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    """Most of what one person ends at the desk within an hour that may be skips; ten are always free."""
    drift: DriftWatch = DriftWatch()
    """When a reviewer counts as no longer judging as before."""
    layers: Annotated[tuple[ReviewLayer, ...], Field(min_length=1)]
    """The layers, from the strictest to the one that takes all other records."""
    agreement_floors: tuple[AgreementFloor, ...] = ()
    """Agreement that a release needs, by dimension and slice."""


IsolationLevel = Literal["landlock", "namespaces"]
"""How a sandbox isolates code, from the weaker to the stronger."""


class MachineEvidence(Part):
    """What a verifier's verdict must rest on to count."""

    minimum_isolation: IsolationLevel | None = None
    """Weakest isolation of code under test; verdicts from a weaker one do not count."""
    refuse_forgeable: bool = False
    """Whether verdicts that a candidate could forge are refused even beside an expert's."""


class DuplicatePolicy(Part):
    """What a release does with records that are near copies of each other."""

    in_release: Literal["keep", "drop"] = "keep"
    """`drop`: of near copies one stays and the others are left out and counted; `keep`: all stay."""
    largest_share: Share | None = None
    """Largest share of a release's records that may be near copies of another one."""
    across_splits: Literal["allow", "refuse"] = "allow"
    """Whether a release may have near copies in several splits (the axis `split`)."""

    @property
    def is_demanding(self) -> bool:
        """Whether near copies may stop a release."""
        return self.largest_share is not None or self.across_splits == "refuse"


class QualificationRule(Part):
    """What a person must have shown before working in a role."""

    role: Role
    """The role that the person is to work in."""
    duty: Text
    """What the role decides."""
    expertise: Text
    """Which expertise the decision needs."""
    test: Text | None = None
    """The blinded test on the exact task and rubric; credentials only support screening."""
    items: Count | None = None
    """Number of items in the test."""
    pass_mark: Share | None = None
    """Least share of the items answered as the key says."""
    credentials: tuple[Text, ...] = ()
    """Certificates that must be presented before anybody takes the test or works in the role, each seen by a lead;
    never enough where there is a test."""
    valid_days: Annotated[int, Field(ge=1, le=3650)] = 180
    """Days for which the passed test counts."""
    renew_days: Annotated[int, Field(ge=0, le=365)] = 14
    """Days before that end from which the test may be taken again."""


class ReadingCaps(Part):
    """Most minutes that one person reads severe content of one harm category."""

    hourly_minutes: Annotated[int, Field(ge=1, le=60)] | None = None
    """Most minutes within any hour."""
    daily_minutes: Annotated[int, Field(ge=1, le=480)] | None = None
    """Most minutes within any 24 hours."""
    weekly_minutes: Annotated[int, Field(ge=1, le=2400)] | None = None
    """Most minutes within any seven days."""


class Welfare(Part):
    """What protects the people who read severe content."""

    restricted_to: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Roles that may see severe content at all."""
    opt_in: bool = False
    """Whether people see it only after they agreed to."""
    blur: bool = False
    """Whether it is hidden until the reader uncovers it."""
    hourly_minutes: Annotated[int, Field(ge=1, le=60)] | None = None
    """Most minutes an hour that one person reads it, of all harm categories together."""
    daily_minutes: Annotated[int, Field(ge=1, le=480)] | None = None
    """Most minutes a day that one person reads it, of all harm categories together."""
    weekly_minutes: Annotated[int, Field(ge=1, le=2400)] | None = None
    """Most minutes a week that one person reads it, of all harm categories together."""
    categories: dict[DimensionName, ReadingCaps] = {}
    """Harm categories with caps of their own below those on all together: category -> caps."""
    break_after_minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    """Minutes after which a break is due."""
    break_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    """Minutes that a break lasts."""
    cool_down_items: Annotated[int, Field(ge=1, le=100)] | None = None
    """Benign items that come after a break was due, before the next severe content."""
    skip_without_penalty: bool = False
    """Whether an item may be declined without any consequence."""
    support: Text | None = None
    """Whom to turn to."""

    @model_validator(mode="after")
    def _cools_down_after_a_break(self) -> Self:
        if self.cool_down_items is not None and self.break_after_minutes is None:
            raise ValueError("cool_down_items come after a break: give break_after_minutes as well")
        return self


class CompatibleVersion(Part):
    """An older version of a document whose labels still hold, although its words have changed."""

    document: Literal["contract", "rubric", "policy"]
    """The document that has the older version."""
    version: Annotated[str, Field(pattern=SEMVER, max_length=64)]
    """The older version, such as 1.2.0."""
    because: Text
    """Why labels made under it mean the same now; releases print it."""


class Contract(Header):
    """What the model must do, on which evidence, and how improvement is measured."""

    kind: Literal["contract"]
    """`contract`, by which a reader recognises the document."""
    gap: Text
    """The behaviour gap: the concrete family of failures that this program is to close."""
    deployment: Text
    """Where the model meets people, and who they are."""
    behaviours: tuple[Behaviour, ...] = ()
    """What the model must do."""
    failure_classes: tuple[FailureClass, ...] = ()
    """Which failures matter, and how much."""
    training_objectives: tuple[Text, ...] = ()
    """What the training data is to teach."""
    evaluation_objectives: tuple[Text, ...] = ()
    """What the evaluation data is to measure; not the same set."""
    supervision: tuple[Supervision, ...] = ()
    """The mix of signals."""
    sampling: Sampling
    """The distribution that the records are drawn to."""
    reserve: Reserve | None = None
    """Evaluation data under seal."""
    acceptance_tests: tuple[AcceptanceTest, ...] = ()
    """How improvement is measured on data that is excluded from training."""
    review: Review
    """Layers of review by risk."""
    verification: MachineEvidence = MachineEvidence()
    """What a verifier's verdict must rest on; nothing beyond a sandbox where absent."""
    duplicates: DuplicatePolicy | None = None
    """What a release does with near copies; where absent they are kept, counted and stop nothing."""
    roles: tuple[QualificationRule, ...] = ()
    """Roles and what qualifies for them."""
    welfare: Welfare | None = None
    """Protection of the people who read severe content."""
    compatible: tuple[CompatibleVersion, ...] = ()
    """Older versions of documents whose labels still hold; all others need re-review."""
