"""The questions that reviewers answered: distributions, and how far reviewers agree.

Agreement is among people and unnamed labels; judgments of models are counted apart.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from assay.quality.agreement import (
    Abstention,
    Agreement,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from assay.quality.answers import AnswerSeries, dimension_scale, only
from assay.quality.bootstrap import Resampling
from assay.quality.error_marks import CLEAN, MARKED
from assay.quality.estimate import Estimate
from assay.quality.gathering import ReportData
from assay.quality.patterns import AnswerScale, Ratings, reduce
from assay.quality.verdict_agreement import VerdictAgreement, VerdictCode, verdict_agreement

MIN_SLICE_ITEMS = 30
"""Items with two answers that a slice needs before its agreement is reported (a convention)."""

SLICE_REPLICATES = 500
"""Replicates for the interval of one slice."""

STEP_SCALE = ("bad", "neutral", "good")
"""Labels of a step in their order."""

NOT_IN_RUBRIC = "not in the rubric"
"""The nature of a question that no dimension of the rubric asks."""

ATTACK_SCALE = ("held", "partial", "broken")
"""Outcomes of an attack in their order."""

RULING_SCALE = ("complies", "unclear", "violates")
"""Rulings on a section; categories without an order."""


class SliceAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement within one slice. Slices whose answers are spread differently do not compare."""

    axis: str
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


class ReportQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question that reviewers answered: a dimension, the step labels, the rulings."""

    name: str
    """The dimension's name, `step_labels`, `rulings`, `attack_outcomes`, `marked_words` or
    `choice_of_several`."""
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
    """Answers that declined; they are missing from the agreement."""
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


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far reviewers agree on one question, over everything or in one slice."""

    question: str
    """The question's name; `verdicts` for which of two candidates is better, `comparable` for whether
    they can be compared."""
    axis: str
    """The axis of the slice; `all` where everything is meant."""
    value: str
    """The value of the axis; empty where everything is meant."""
    items: int
    """Items with two or more answers."""
    alpha: float | None
    """Krippendorff's alpha; None where it is not defined, or the slice has too few items."""
    alpha_low: float | None
    """Lower end of its interval."""
    alpha_high: float | None
    """Upper end of its interval."""
    ac: float | None
    """Gwet's AC1 or AC2."""
    percent: float | None
    """Share of pairs of answers that are the same."""


def agreement_rows(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion]
) -> Iterator[AgreementRow]:
    """Agreement as rows: each question over everything, then its slices.

    Args:
        verdicts: agreement on two candidates; None where there are none.
        questions: every other question.
    """
    if verdicts is not None:
        yield _whole_row("comparable", verdicts.agreement.comparability)
        yield _whole_row("verdicts", verdicts.agreement.preference)
        yield from (_slice_row("verdicts", part) for part in verdicts.slices)
    for question in questions:
        yield _whole_row(question.name, question.agreement)
        yield from (_slice_row(question.name, part) for part in question.slices)


def _whole_row(question: str, agreement: Agreement) -> AgreementRow:
    alpha = agreement.alpha
    return AgreementRow(
        question=question,
        axis="all",
        value="",
        items=alpha.n_items,
        alpha=alpha.value,
        alpha_low=alpha.low,
        alpha_high=alpha.high,
        ac=agreement.ac.value,
        percent=agreement.percent.value,
    )


def _slice_row(question: str, part: SliceAgreement) -> AgreementRow:
    alpha, ac, percent = part.alpha, part.ac, part.percent
    return AgreementRow(
        question=question,
        axis=part.axis,
        value=part.value,
        items=part.items,
        alpha=alpha.value if alpha else None,
        alpha_low=alpha.low if alpha else None,
        alpha_high=alpha.high if alpha else None,
        ac=ac.value if ac else None,
        percent=percent.value if percent else None,
    )


def verdicts_of(data: ReportData, resampling: Resampling) -> Verdicts | None:
    """The verdicts on two candidates; None where there are none."""
    answers = data.pairs
    if not answers.items:
        return None
    code_of = {code.name.lower(): int(code) for code in VerdictCode}
    items, raters, codes = answers.codes(code_of, abstained=VerdictCode.ABSTAINED)
    agreement = verdict_agreement(
        items, raters, codes, n_items=answers.items, clusters=answers.clusters(),
        resampling=resampling,
    )  # fmt: skip
    whole = answers.on_scale(AnswerScale("nominal", len(VerdictCode)), code_of)
    compared = whole.values <= VerdictCode.PREFERS_B
    second_stage = Ratings(
        items=whole.items[compared],
        raters=whole.raters[compared],
        values=whole.values[compared],
        scale=AnswerScale("ordinal", 3),
        n_items=whole.n_items,
        clusters=whole.clusters,
    )
    return Verdicts(
        items=answers.items,
        reviewers=len(answers.raters),
        agreement=agreement,
        slices=tuple(_slices(second_stage, answers, data, resampling)),
    )


def questions_of(data: ReportData, resampling: Resampling) -> Iterator[ReportQuestion]:
    """Every other question that was answered: dimensions in the rubric's order, then the rest."""
    declared = {dimension.id: dimension for dimension in data.documents.rubric.dimensions}
    dimensions = data.dimensions
    names = [name for name in declared if name in dimensions]
    names += sorted(set(dimensions) - set(declared))
    for name in names:
        dimension = declared.get(name)
        read = dimension_scale(list(dimensions[name].counts), dimension)
        nature = dimension.nature if dimension else NOT_IN_RUBRIC
        yield _question(name, dimensions[name], read, nature, data=data, resampling=resampling)
    for name, answers, kind, values in (
        ("choice_of_several", data.lists, "nominal", tuple(data.lists.counts)),
        ("step_labels", data.steps, "ordinal", STEP_SCALE),
        ("rulings", data.rulings, "nominal", RULING_SCALE),
        ("attack_outcomes", data.attacks, "ordinal", ATTACK_SCALE),
        ("marked_words", data.marks, "nominal", (CLEAN, MARKED)),
    ):
        if answers.items:
            scale = AnswerScale("ordinal" if kind == "ordinal" else "nominal", max(len(values), 1))
            codes = {value: code for code, value in enumerate(values)}
            yield _question(
                name, answers, (scale, codes, True), NOT_IN_RUBRIC,
                data=data, resampling=resampling,
            )  # fmt: skip


def _question(
    name: str,
    answers: AnswerSeries,
    read: tuple[AnswerScale, dict[str, int], bool],
    nature: str,
    *,
    data: ReportData,
    resampling: Resampling,
) -> ReportQuestion:
    scale, codes, on_rubric = read
    agreement = answers.agreement(scale, codes, resampling)
    names = list(answers.raters.numbers)
    without = agreement.without_one
    return ReportQuestion(
        name=name,
        nature=nature,
        scale=f"{scale.kind}, {scale.n_values} values",
        on_rubric_scale=on_rubric,
        counts=answers.counts,
        items=answers.items,
        answers=answers.n_answers,
        abstained=answers.n_abstained,
        not_applicable=answers.not_applicable,
        agreement=agreement,
        lowest_without=_name(names, without.low_without),
        highest_without=_name(names, without.high_without),
        abstention=answers.abstention(resampling),
        slices=tuple(_slices(answers.on_scale(scale, codes), answers, data, resampling)),
    )


def _name(names: Sequence[object], code: int | None) -> str | None:
    return None if code is None else str(names[code])


def _slices(
    ratings: Ratings, answers: AnswerSeries, data: ReportData, resampling: Resampling
) -> Iterator[SliceAgreement]:
    """Agreement for each value of the contract's axes that has answers, where there are enough."""
    draws = msgspec.structs.replace(
        resampling, replicates=min(resampling.replicates, SLICE_REPLICATES)
    )
    pairable = np.bincount(ratings.items, minlength=ratings.n_items) > 1
    records = answers.records()
    for axis, values in data.documents.contract.sampling.axes.items():
        for value in values:
            keep = np.flatnonzero(data.places.inside(axis, value, records) & pairable)
            if keep.size:
                yield _slice(axis, value, only(ratings, keep), draws)


def _slice(axis: str, value: str, ratings: Ratings, resampling: Resampling) -> SliceAgreement:
    if ratings.n_items < MIN_SLICE_ITEMS:
        return SliceAgreement(
            axis=axis, value=value, items=ratings.n_items, alpha=None, ac=None, percent=None
        )
    patterns = reduce(ratings)
    return SliceAgreement(
        axis=axis,
        value=value,
        items=ratings.n_items,
        alpha=krippendorff_alpha(patterns, resampling),
        ac=gwet_ac(
            patterns, "identity" if ratings.scale.kind == "nominal" else "quadratic", resampling
        ),
        percent=percent_agreement(patterns, resampling),
    )
