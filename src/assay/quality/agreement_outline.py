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
from assay.quality.wording import counts, estimate, number, share, undefined

AGREEMENT_HEAD = (
    "question", "alpha", "AC", "percent agreement", "items", "answers", "without one reviewer",
)  # fmt: skip
"""Columns of a table of agreement."""


def agreement_table(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion]
) -> list[tuple[str, ...]]:
    """The agreement on every question as rows under `AGREEMENT_HEAD`, the verdicts first."""
    rows = [_agreement_row(name, each) for name, each in _stages(verdicts)]
    return rows + [_agreement_row(each.name, each.agreement) for each in questions]


def _stages(verdicts: Verdicts | None) -> list[tuple[str, Agreement]]:
    if verdicts is None:
        return []
    found = verdicts.agreement
    return [
        ("can they be compared", found.comparability),
        ("which is better", found.preference),
        ("who abstains", found.abstention.agreement),
    ]


def _agreement_row(name: str, found: Agreement) -> tuple[str, ...]:
    return (
        name,
        estimate(found.alpha),
        estimate(found.ac),
        estimate(found.percent),
        f"{found.alpha.n_items} of {found.alpha.n_items_total}",
        f"{found.alpha.n_ratings} of {found.alpha.n_ratings_total}",
        _without_one(found.without_one),
    )


def tell_verdicts(verdicts: Verdicts | None) -> Iterator[Block | str]:
    """The verdicts on two candidates."""
    if verdicts is None:
        yield "There are none."
        return
    found = verdicts.agreement
    yield f"{verdicts.items} records, {verdicts.reviewers} reviewers: {counts(found.counts)}."
    yield table("Agreement on verdicts", AGREEMENT_HEAD, agreement_table(verdicts, ()))
    yield f"Abstentions: {share(found.abstention.rate)} of all answers."
    yield from _slices("Which is better", [("which is better", verdicts.slices)])


def tell_dimensions(questions: Sequence[ReportQuestion]) -> Iterator[Block | str]:
    """Every other question: its answers, and agreement on it by slice."""
    if not questions:
        yield "No dimension, step or policy section was judged."
        return
    yield table(
        "What was asked, and how answers spread",
        ("question", "nature", "read as", "answers", "abstained", "not applicable", "distribution"),
        (
            (
                each.name,
                each.nature,
                each.scale + ("" if each.on_rubric_scale else " (as given, not the rubric's)"),
                f"{each.answers} on {each.items} items",
                str(each.abstained),
                str(each.not_applicable),
                ", ".join(f"{value}: {count}" for value, count in each.counts.items()),
            )
            for each in questions
        ),
    )
    yield table("Agreement by question", AGREEMENT_HEAD, agreement_table(None, questions))
    yield from _slices("Agreement", [(each.name, each.slices) for each in questions])


def _slices(caption: str, given: Sequence[tuple[str, Sequence[SliceAgreement]]]) -> Iterator[Block]:
    rows = [
        (name, f"{each.axis} = {each.value}", str(each.items), *_slice_cells(each))
        for name, slices in given
        for each in slices
    ]
    if rows:
        yield table(
            f"{caption} by slice; a number needs {MIN_SLICE_ITEMS} items with two answers",
            ("question", "slice", "items with two answers", "alpha", "AC", "percent agreement"),
            rows,
        )


def _slice_cells(found: SliceAgreement) -> tuple[str, str, str]:
    if found.alpha is None:
        return ("too few items", "", "")
    return estimate(found.alpha), estimate(found.ac), estimate(found.percent)


def _without_one(found: RaterRange) -> str:
    if found.low is None or found.high is None:
        return undefined(found.reason)
    return f"{number(found.low)} to {number(found.high)}"
