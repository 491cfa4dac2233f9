"""Agreement in sentences and tables: verdicts on two candidates, dimensions, slices."""

from collections.abc import Iterator, Sequence

from assay.quality.agreement import Agreement, RaterRange
from assay.quality.outline import Block, table
from assay.quality.sections.questions import (
    MIN_SLICE_ITEMS,
    ReportQuestion,
    SliceAgreement,
    Verdicts,
)
from assay.quality.wording import (
    COMPARABLE,
    WHICH_IS_BETTER,
    counts,
    estimate,
    number,
    share,
    undefined_text,
)

AGREEMENT_HEAD = (
    "question", "alpha", "AC", "percent agreement", "items", "answers", "without one reviewer",
)  # fmt: skip
"""Columns of a table of agreement."""


def agreement_table(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion]
) -> list[tuple[str, ...]]:
    """The agreement on every question as rows under `AGREEMENT_HEAD`, the verdicts first."""
    rows = [_agreement_row(name, agreement) for name, agreement in _stages(verdicts)]
    return rows + [_agreement_row(question.name, question.agreement) for question in questions]


def _stages(verdicts: Verdicts | None) -> list[tuple[str, Agreement]]:
    if verdicts is None:
        return []
    agreement = verdicts.agreement
    return [
        (COMPARABLE, agreement.comparability),
        (WHICH_IS_BETTER, agreement.preference),
        ("who abstains", agreement.abstention.agreement),
    ]


def _agreement_row(name: str, agreement: Agreement) -> tuple[str, ...]:
    return (
        name,
        estimate(agreement.alpha),
        estimate(agreement.ac),
        estimate(agreement.percent),
        f"{agreement.alpha.n_items} of {agreement.alpha.n_items_total}",
        f"{agreement.alpha.n_ratings} of {agreement.alpha.n_ratings_total}",
        _without_one(agreement.without_one),
    )


def verdict_blocks(verdicts: Verdicts | None) -> Iterator[Block | str]:
    """The verdicts on two candidates."""
    if verdicts is None:
        yield "There are none."
        return
    agreement = verdicts.agreement
    yield f"{verdicts.items} records, {verdicts.reviewers} reviewers: {counts(agreement.counts)}."
    yield table("Agreement on verdicts", AGREEMENT_HEAD, agreement_table(verdicts, ()))
    yield f"Abstentions: {share(agreement.abstention.rate)} of all answers."
    yield from _slices(WHICH_IS_BETTER.capitalize(), [(WHICH_IS_BETTER, verdicts.slices)])


def dimension_blocks(questions: Sequence[ReportQuestion]) -> Iterator[Block | str]:
    """Every other question: its answers, and agreement on it by slice."""
    if not questions:
        yield "No dimension, step or policy section was judged."
        return
    yield table(
        "What was asked, and how answers spread",
        ("question", "nature", "read as", "answers", "abstained", "not applicable", "distribution"),
        (
            (
                question.name,
                question.nature,
                question.scale
                + ("" if question.on_rubric_scale else " (as given, not the rubric's)"),
                f"{question.answers} on {question.items} items",
                str(question.abstained),
                str(question.not_applicable),
                ", ".join(f"{value}: {count}" for value, count in question.counts.items()),
            )
            for question in questions
        ),
    )
    yield table("Agreement by question", AGREEMENT_HEAD, agreement_table(None, questions))
    yield from _slices("Agreement", [(question.name, question.slices) for question in questions])


def _slices(
    caption: str, by_question: Sequence[tuple[str, Sequence[SliceAgreement]]]
) -> Iterator[Block]:
    rows = [
        (
            name,
            f"{agreement.axis} = {agreement.value}",
            str(agreement.items),
            *_slice_cells(agreement),
        )
        for name, slices in by_question
        for agreement in slices
    ]
    if rows:
        yield table(
            f"{caption} by slice; a number needs {MIN_SLICE_ITEMS} items with two answers",
            ("question", "slice", "items with two answers", "alpha", "AC", "percent agreement"),
            rows,
        )


def _slice_cells(agreement: SliceAgreement) -> tuple[str, str, str]:
    if agreement.alpha is None:
        return ("too few items", "", "")
    return estimate(agreement.alpha), estimate(agreement.ac), estimate(agreement.percent)


def _without_one(rater_range: RaterRange) -> str:
    if rater_range.low is None or rater_range.high is None:
        return undefined_text(rater_range.reason)
    return f"{number(rater_range.low)} to {number(rater_range.high)}"
