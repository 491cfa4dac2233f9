"""The quality report: what is known about the judgments and records, with every denominator.

One typed structure, made in one pass over the cases. Agreement is among people and unnamed
labels; verdicts of models are counted apart. The same cases, documents and seed give the same
report to the byte.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np

from assay.quality.agreement import (
    Abstention,
    Agreement,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from assay.quality.answers import Answers, dimension_scale, only
from assay.quality.bootstrap import Resampling
from assay.quality.case import Case
from assay.quality.coverage import Coverage, CrossTable, coverage, cross_table
from assay.quality.disposition import RELEASABLE
from assay.quality.estimate import Estimate, Rate, rate
from assay.quality.gathering import Gathering, ReviewerTally
from assay.quality.limits import limits
from assay.quality.patterns import Ratings, Scale, reduce
from assay.quality.rules import Contradiction, InForce
from assay.quality.verdict_agreement import VerdictAgreement, VerdictCode, verdict_agreement

MIN_SLICE_ITEMS = 30
"""Items with two answers that a slice needs before its agreement is reported (a convention)."""

SLICE_REPLICATES = 500
"""Replicates for the interval of one slice."""

SHOWN_CONTRADICTIONS = 100
"""Contradictions that are listed one by one; all of them are counted."""

STEP_SCALE = ("bad", "neutral", "good")
"""Labels of a step in their order."""

NOT_IN_RUBRIC = "not in the rubric"
"""The nature of a question that no dimension of the rubric asks."""

RULING_SCALE = ("complies", "unclear", "violates")
"""Rulings on a section; categories without an order."""


class SliceAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement within one slice. Slices whose answers are spread differently do not compare."""

    axis: str
    """The axis."""
    value: str
    """The value of the axis."""
    items: int
    """Items in the slice with two or more answers."""
    alpha: Estimate | None
    """Krippendorff's alpha; None where the slice has too few items."""
    ac: Estimate | None
    """Gwet's AC1 or AC2; None where the slice has too few items."""
    percent: Estimate | None
    """Percent agreement; None where the slice has too few items."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question that reviewers answered: a dimension, the step labels, the rulings."""

    name: str
    """The dimension's name, `step_labels`, `rulings` or `choice_of_several`."""
    nature: str
    """`objective`, `judgmental` or `plural` by the rubric; else `not in the rubric`."""
    scale: str
    """How the answers were read: nominal, ordinal or interval, and how many values there are."""
    on_rubric_scale: bool
    """Whether that is the rubric's scale."""
    counts: dict[str, int]
    """Answers by value: the distribution."""
    items: int
    """Items that somebody answered."""
    answers: int
    """Answers with a value."""
    abstained: int
    """Answers that declined."""
    not_applicable: int
    """Answers that the question does not apply."""
    agreement: Agreement
    """How far reviewers agree."""
    lowest_without: str | None
    """The reviewer without whom alpha is lowest; None where that is not defined."""
    highest_without: str | None
    """The reviewer without whom alpha is highest; None where that is not defined."""
    abstention: Abstention | None
    """Who declined, and whether on the same items; None where nobody did."""
    slices: tuple[SliceAgreement, ...]
    """The same by the contract's axes."""


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """The overall verdicts on two candidates."""

    items: int
    """Records with a verdict."""
    reviewers: int
    """Reviewers who gave one."""
    agreement: VerdictAgreement
    """Agreement in two stages: can the candidates be compared, and which is better."""
    slices: tuple[SliceAgreement, ...]
    """The second stage by the contract's axes."""


class ReviewerRates(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer's answers. Records differ in difficulty, so rates are no ranking of people."""

    reviewer: str
    """Pseudonym."""
    kind: str
    """`human`, `model` or `unknown`."""
    judgments: int
    """Standing judgments."""
    abstained: Rate
    """Abstentions among judgments that were asked for a verdict."""
    tie: Rate
    """Ties among verdicts given."""
    both_unacceptable: Rate
    """Both unacceptable among verdicts given."""
    insufficient_context: Rate
    """Insufficient context among verdicts given."""
    first_shown: Rate
    """Preferences for the candidate shown first, among preferences with a known order."""


class Repeats(msgspec.Struct, frozen=True, kw_only=True):
    """Second answers of the same reviewer on the same record: agreement with oneself."""

    judgments: int
    """Judgments that a later occasion of the same reviewer follows."""
    same_verdict: Rate
    """Equal verdicts among consecutive occasions."""
    same_score: Rate
    """Equal scores among scores given on consecutive occasions."""


class DispositionCount(msgspec.Struct, frozen=True, kw_only=True):
    """Records with one state by one rule."""

    state: str
    """The state; `undisposed` where no rule has been applied under the documents in force."""
    rule: str
    """The rule."""
    records: int
    """How many records."""


class DefectCount(msgspec.Struct, frozen=True, kw_only=True):
    """Localized errors of one category, severity and task family."""

    category: str
    """The failure class, or the source's own category."""
    declared: bool
    """Whether the contract names it as a failure class."""
    severity: str
    """How bad; `(unstated)` where the source does not say."""
    family: str
    """The task's capability or else its prompt family; `(unstated)` where it has none."""
    errors: int
    """How many errors."""


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about the judgments and records of a program."""

    contract: str
    """Name and version of the contract."""
    rubric: str
    """Name and version of the rubric."""
    documents: dict[str, str]
    """Document ids of the contract and the rubric."""
    resampling: Resampling
    """How intervals were drawn."""
    records: int
    """All records."""
    kinds: dict[str, int]
    """Records by kind."""
    judged: int
    """Records with a judgment."""
    judgments: dict[str, int]
    """Judgments given, superseded, repeated, and those that stand by kind of reviewer."""
    outcomes: dict[str, int]
    """Judged records by what their judgments come to under a strict majority of people."""
    verdicts: Verdicts | None
    """Verdicts on two candidates; None where there are none."""
    questions: tuple[Question, ...]
    """Every other question that was answered, in the rubric's order."""
    reviewers: tuple[ReviewerRates, ...]
    """Answers by reviewer, the most active first."""
    repeats: Repeats
    """Agreement of reviewers with themselves."""
    dispositions: tuple[DispositionCount, ...]
    """Records by state and rule."""
    accepted: Rate
    """Records that may be released, among all records."""
    contradicted: Rate
    """Verdicts that contradict the priority rules, among those that could be held against them."""
    contradictions: tuple[Contradiction, ...]
    """The first of them, one by one."""
    error_search: Rate
    """Judgments that found an error, among those that looked for one."""
    defects: tuple[DefectCount, ...]
    """Errors found, the most frequent first."""
    coverage: Coverage
    """The sampling distribution against what is there."""
    heat_map: CrossTable | None
    """The first two axes of the contract against each other; None with fewer than two axes."""
    limits: tuple[str, ...]
    """What these numbers do not show."""


def quality_report(
    cases: Iterable[Case], documents: InForce, resampling: Resampling | None = None
) -> QualityReport:
    """Make the report in one pass over the cases.

    Args:
        cases: every record's case.
        documents: the contract and rubric in force.
        resampling: how intervals are drawn; by default 2000 replicates from seed 0.
    """
    drawn = resampling or Resampling()
    gathered = Gathering(documents)
    for case in cases:
        gathered.add(case)
    verdicts = _verdicts(gathered, drawn)
    questions = tuple(_questions(gathered, drawn))
    contract, rubric = documents.contract, documents.rubric
    records = sum(gathered.kinds.values())
    released = sum(n for (state, _), n in gathered.states.items() if state in RELEASABLE)
    axes = list(contract.sampling.axes)[:2]
    return QualityReport(
        contract=f"{contract.id} {contract.version}",
        rubric=f"{rubric.id} {rubric.version}",
        documents={"contract": documents.contract_id, "rubric": documents.rubric_id},
        resampling=drawn,
        records=records,
        kinds=dict(sorted(gathered.kinds.items())),
        judged=sum(gathered.outcomes.values()),
        judgments=dict(sorted(gathered.judgments.items())),
        outcomes=dict(sorted(gathered.outcomes.items())),
        verdicts=verdicts,
        questions=questions,
        reviewers=_reviewers(gathered.reviewers, drawn.level),
        repeats=_repeats(gathered, drawn.level),
        dispositions=_dispositions(gathered),
        accepted=rate(released, records, level=drawn.level),
        contradicted=rate(
            len(gathered.contradictions), gathered.checked_against_priority, level=drawn.level
        ),
        contradictions=tuple(gathered.contradictions[:SHOWN_CONTRADICTIONS]),
        error_search=rate(gathered.with_errors, gathered.errors_asked, level=drawn.level),
        defects=_defects(gathered),
        coverage=coverage(gathered.cells, contract.sampling),
        heat_map=cross_table(gathered.cells, contract.sampling, *axes) if len(axes) > 1 else None,
        limits=limits(gathered),
    )


def _verdicts(gathered: Gathering, resampling: Resampling) -> Verdicts | None:
    answers = gathered.pairs
    if not answers.items:
        return None
    code_of = {code.name.lower(): int(code) for code in VerdictCode}
    items, raters, codes = answers.codes(code_of, abstained=VerdictCode.ABSTAINED)
    found = verdict_agreement(
        items, raters, codes, n_items=answers.items, clusters=answers.clusters(),
        resampling=resampling,
    )  # fmt: skip
    whole = answers.on_scale(Scale("nominal", len(VerdictCode)), code_of)
    compared = whole.values <= VerdictCode.PREFERS_B
    second_stage = Ratings(
        items=whole.items[compared],
        raters=whole.raters[compared],
        values=whole.values[compared],
        scale=Scale("ordinal", 3),
        n_items=whole.n_items,
        clusters=whole.clusters,
    )
    return Verdicts(
        items=answers.items,
        reviewers=len(answers.raters),
        agreement=found,
        slices=tuple(_slices(second_stage, answers, gathered, resampling)),
    )


def _questions(gathered: Gathering, resampling: Resampling) -> Iterator[Question]:
    declared = {dimension.id: dimension for dimension in gathered.documents.rubric.dimensions}
    given = gathered.dimensions
    names = [name for name in declared if name in given]
    names += sorted(set(given) - set(declared))
    for name in names:
        dimension = declared.get(name)
        read = dimension_scale(list(given[name].counts), dimension)
        nature = dimension.nature if dimension else NOT_IN_RUBRIC
        yield _question(name, given[name], read, nature, gathered=gathered, resampling=resampling)
    for name, answers, kind, values in (
        ("choice_of_several", gathered.lists, "nominal", tuple(gathered.lists.counts)),
        ("step_labels", gathered.steps, "ordinal", STEP_SCALE),
        ("rulings", gathered.rulings, "nominal", RULING_SCALE),
    ):
        if answers.items:
            scale = Scale("ordinal" if kind == "ordinal" else "nominal", max(len(values), 1))
            codes = {value: code for code, value in enumerate(values)}
            yield _question(
                name, answers, (scale, codes, True), NOT_IN_RUBRIC,
                gathered=gathered, resampling=resampling,
            )  # fmt: skip


def _question(
    name: str,
    answers: Answers,
    read: tuple[Scale, dict[str, int], bool],
    nature: str,
    *,
    gathered: Gathering,
    resampling: Resampling,
) -> Question:
    scale, codes, on_rubric = read
    found = answers.agreement(scale, codes, resampling)
    names = list(answers.raters.numbers)
    without = found.without_one
    return Question(
        name=name,
        nature=nature,
        scale=f"{scale.kind}, {scale.n_values} values",
        on_rubric_scale=on_rubric,
        counts=answers.counts,
        items=answers.items,
        answers=answers.given,
        abstained=answers.abstained,
        not_applicable=answers.not_applicable,
        agreement=found,
        lowest_without=_name(names, without.low_without),
        highest_without=_name(names, without.high_without),
        abstention=answers.abstention(resampling),
        slices=tuple(_slices(answers.on_scale(scale, codes), answers, gathered, resampling)),
    )


def _name(names: Sequence[object], code: int | None) -> str | None:
    return None if code is None else str(names[code])


def _slices(
    given: Ratings, answers: Answers, gathered: Gathering, resampling: Resampling
) -> Iterator[SliceAgreement]:
    """Agreement for each value of the contract's axes that has answers, where there are enough."""
    drawn = msgspec.structs.replace(
        resampling, replicates=min(resampling.replicates, SLICE_REPLICATES)
    )
    pairable = np.bincount(given.items, minlength=given.n_items) > 1
    records = answers.records()
    for axis, values in gathered.documents.contract.sampling.axes.items():
        places = np.array([each.get(axis, "") for each in gathered.taxonomies], dtype=object)
        lies = places[records]
        for value in values:
            keep = np.flatnonzero((lies == value) & pairable)
            if keep.size:
                yield _slice(axis, value, only(given, keep), drawn)


def _slice(axis: str, value: str, given: Ratings, resampling: Resampling) -> SliceAgreement:
    if given.n_items < MIN_SLICE_ITEMS:
        return SliceAgreement(
            axis=axis, value=value, items=given.n_items, alpha=None, ac=None, percent=None
        )
    patterns = reduce(given)
    return SliceAgreement(
        axis=axis,
        value=value,
        items=given.n_items,
        alpha=krippendorff_alpha(patterns, resampling),
        ac=gwet_ac(
            patterns, "identity" if given.scale.kind == "nominal" else "quadratic", resampling
        ),
        percent=percent_agreement(patterns, resampling),
    )


def _reviewers(tallies: dict[str, ReviewerTally], level: float) -> tuple[ReviewerRates, ...]:
    ordered = sorted(tallies.items(), key=lambda each: (-each[1].verdicts.total(), each[0]))
    return tuple(_rates(name, tally, level) for name, tally in ordered)


def _rates(name: str, tally: ReviewerTally, level: float) -> ReviewerRates:
    verdicts = tally.verdicts
    asked = verdicts.total() - verdicts["not_asked"]
    given = asked - verdicts["abstained"]
    return ReviewerRates(
        reviewer=name,
        kind=tally.kind,
        judgments=verdicts.total(),
        abstained=rate(verdicts["abstained"], asked, level=level),
        tie=rate(verdicts["tie"], given, level=level),
        both_unacceptable=rate(verdicts["both_unacceptable"], given, level=level),
        insufficient_context=rate(verdicts["insufficient_context"], given, level=level),
        first_shown=rate(tally.first_shown, tally.placed, level=level),
    )


def _repeats(gathered: Gathering, level: float) -> Repeats:
    verdicts, scores = gathered.repeated_verdicts, gathered.repeated_scores
    return Repeats(
        judgments=gathered.judgments["repeated"],
        same_verdict=rate(verdicts[True], verdicts.total(), level=level),
        same_score=rate(scores[True], scores.total(), level=level),
    )


def _dispositions(gathered: Gathering) -> tuple[DispositionCount, ...]:
    return tuple(
        DispositionCount(state=state, rule=rule, records=count)
        for (state, rule), count in sorted(gathered.states.items())
    )


def _defects(gathered: Gathering) -> tuple[DefectCount, ...]:
    declared = {each.id for each in gathered.documents.contract.failure_classes}
    ordered = sorted(gathered.defects.items(), key=lambda each: (-each[1], each[0]))
    return tuple(
        DefectCount(
            category=category,
            declared=category in declared,
            severity=severity,
            family=family,
            errors=count,
        )
        for (category, severity, family), count in ordered
    )
