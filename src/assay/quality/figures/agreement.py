"""The figures of answers: agreement, disagreement, abstention, and what adjudication overturned."""

from collections.abc import Iterator, Sequence

from assay.quality.agreement import Agreement
from assay.quality.estimate import Estimate, Rate, rate
from assay.quality.figures.figure import (
    ESTIMATE_COLUMNS,
    SHARES,
    Conditions,
    Figure,
    FigureCell,
    Panel,
    coefficient_axis,
    decimal_cell,
    estimate_cells,
    estimate_interval,
    inside,
    number,
    percent_cell,
    rate_cells,
    rate_interval,
    share_text,
    words,
)
from assay.quality.figures.picture import Interval, IntervalPicture, cut_note, first_rows
from assay.quality.overturns import Overturns
from assay.quality.sections.questions import (
    MIN_SLICE_ITEMS,
    ReportQuestion,
    SliceAgreement,
    Verdicts,
)
from assay.quality.wording import COMPARABLE, WHICH_IS_BETTER, plain, undefined_text

_WHICH_IS_BETTER = f"{WHICH_IS_BETTER.capitalize()}?"
"""The question that a preference answers."""


def agreement_figure(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion], *, level: float
) -> Figure:
    """The three numbers of agreement by question.

    Args:
        verdicts: verdicts on two candidates; None where there are none.
        questions: every other question that was answered.
        level: nominal coverage of the intervals, between 0 and 1.
    """
    agreements = list(_agreements(verdicts, questions))
    axis = coefficient_axis([value for _, _, agreed in agreements for _, value in _three(agreed)])
    return Figure(
        name="agreement",
        title="Agreement by question",
        caption="Krippendorff's alpha, Gwet's AC and percent agreement. 1 is full agreement; at 0 "
        "alpha and AC are what chance gives, and percent agreement is not corrected for chance. Read "
        "the three together: where nearly all answers are equal, alpha is low beside a high percent "
        f"agreement. Lines are {level:.0%} bootstrap intervals over items. What is undefined is in "
        f"the data, not drawn.{cut_note(len(agreements))}",
        panels=tuple(
            Panel(
                picture=IntervalPicture(
                    name=f"agreement-{key}",
                    title=f"Agreement: {name}",
                    intervals=tuple(estimate_interval(*entry) for entry in _three(agreed)),
                    axis=axis,
                ),
                heading=name,
                aside=f"{agreed.alpha.n_raters} reviewers",
            )
            for name, key, agreed in first_rows(agreements)
        ),
        columns=("question", "coefficient", *ESTIMATE_COLUMNS),
        rows=tuple(
            (words(name, _differ(key)), words(coefficient), *estimate_cells(value))
            for name, key, agreed in agreements
            for coefficient, value in _three(agreed)
        ),
        empty="Nobody has judged yet. Agreement needs records that several people judge: the "
        "contract's layers of review say how many.",
    )


def slice_figure(verdicts: Verdicts | None, questions: Sequence[ReportQuestion]) -> Figure:
    """Krippendorff's alpha by question and slice."""
    sliced = [entry for entry in _slices(verdicts, questions) if entry[2]]
    axis = coefficient_axis([s.alpha for _, _, slices in sliced for s in slices if s.alpha])
    drawn = [entry for entry in sliced if any(part.alpha for part in entry[2])]
    return Figure(
        name="slices",
        title="Agreement by question and slice",
        caption="Krippendorff's alpha within each slice of the contract's axes. Slices whose "
        "answers are spread differently do not compare. A slice with fewer than "
        f"{MIN_SLICE_ITEMS} items is named and not computed; questions that have only such slices "
        "are in the data and not drawn."
        + cut_note(max((len(slices) for _, _, slices in drawn), default=0)),
        panels=tuple(
            Panel(
                picture=IntervalPicture(
                    name=f"slices-{key}",
                    title=f"Alpha by slice: {name}",
                    intervals=first_rows([_slice_interval(part) for part in slices]),
                    axis=axis,
                ),
                heading=name,
            )
            for name, key, slices in drawn
        ),
        columns=("question", "axis", "slice", *ESTIMATE_COLUMNS),
        rows=tuple(
            (
                words(name, (*_differ(key), *inside({part.axis: part.value}))),
                words(part.axis),
                words(part.value),
                *_slice_cells(part),
            )
            for name, key, slices in sliced
            for part in slices
        ),
        empty="No slice has an item with two answers yet.",
    )


def disagreement_figure(verdicts: Verdicts | None, questions: Sequence[ReportQuestion]) -> Figure:
    """How many pairs of answers differ, by question."""
    agreed = [
        (name, key, agreement.percent) for name, key, agreement in _agreements(verdicts, questions)
    ]
    intervals = [_rest_interval(name, estimate) for name, _, estimate in agreed]
    picture = IntervalPicture(
        name="disagreement",
        title="Disagreement by question",
        intervals=first_rows(intervals),
        axis=SHARES,
    )
    return Figure(
        name="disagreement",
        title="Disagreement by question",
        caption="Pairs of answers to one item that are not exactly equal, averaged over the items "
        "with two answers: what percent agreement leaves. A question in the data leads to the records "
        f"of these items.{cut_note(len(intervals))}",
        panels=(Panel(picture=picture),) if intervals else (),
        columns=("question", "share that differs", "low", "high", "items with two answers"),
        rows=tuple(
            (
                words(name, _differ(key)),
                *(percent_cell(bound) for bound in _rest_of(estimate)),
                number(estimate.n_items),
            )
            for name, key, estimate in agreed
        ),
        empty="No record has two answers yet. Agreement needs records that several people judge.",
    )


def abstention_figure(verdicts: Verdicts | None, questions: Sequence[ReportQuestion]) -> Figure:
    """How often people decline to answer, by question."""
    rates = [entry for entry in _abstentions(verdicts, questions) if entry[1].trials]
    picture = IntervalPicture(
        name="abstention",
        title="Abstentions by question",
        intervals=first_rows([rate_interval(name, share) for name, share, _ in rates]),
        axis=SHARES,
    )
    return Figure(
        name="abstention",
        title="Abstention by question",
        caption="Answers that were declined, among all that were asked for. Lines are 95 % "
        f"intervals.{cut_note(len(rates))}",
        panels=(Panel(picture=picture),) if rates else (),
        columns=("question", "declined", "asked", "share", "low", "high"),
        rows=tuple((words(name), *rate_cells(share, records)) for name, share, records in rates),
        empty="Nobody has judged yet.",
    )


def overturn_figure(overturned: Overturns) -> Figure:
    """How often senior decisions differ from the judgments that they weighed."""
    shares = [("all causes", "any", overturned.adjudications, overturned.overturned)]
    shares += [
        (plain(share.cause), share.cause, share.adjudications, share.overturned)
        for share in overturned.causes
    ]
    if not overturned.adjudications:
        shares = []
    picture = IntervalPicture(
        name="overturns",
        title="Overturned judgments by cause",
        intervals=first_rows([rate_interval(name, share) for name, _, _, share in shares]),
        axis=SHARES,
    )
    return Figure(
        name="overturns",
        title="Judgments that adjudication overturned",
        caption="Among the judgments that can be compared with a senior decision; "
        f"{overturned.not_compared} weighed judgments cannot be compared and are left out. Judgments "
        "of one record are not independent, so the intervals are somewhat too narrow."
        + cut_note(len(shares)),
        panels=(Panel(picture=picture),) if shares else (),
        columns=("cause", "adjudications", "overturned", "compared", "share", "low", "high"),
        rows=tuple(
            (
                words(name),
                number(count, records=(("cause", cause),)),
                *rate_cells(share, (("cause", cause), ("overturned", "yes"))),
            )
            for name, cause, count, share in shares
        ),
        empty="No record was adjudicated yet. Records on which people disagree come to the "
        "adjudicators by the contract's rules.",
    )


def _agreements(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion]
) -> Iterator[tuple[str, str, Agreement]]:
    """Each question in words, its key in conditions, and its agreement."""
    if verdicts is not None:
        stages = verdicts.agreement
        yield f"{COMPARABLE.capitalize()}?", "comparable", stages.comparability
        yield _WHICH_IS_BETTER, "verdict", stages.preference
    for question in questions:
        yield _question_name(question), question.name, question.agreement


def _slices(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion]
) -> Iterator[tuple[str, str, tuple[SliceAgreement, ...]]]:
    if verdicts is not None:
        yield _WHICH_IS_BETTER, "verdict", verdicts.slices
    for question in questions:
        yield _question_name(question), question.name, question.slices


def _abstentions(
    verdicts: Verdicts | None, questions: Sequence[ReportQuestion]
) -> Iterator[tuple[str, Rate, Conditions | None]]:
    if verdicts is not None:
        declined = verdicts.agreement.abstention.rate
        yield "verdict on two candidates", declined, (("candidates", "2"), ("verdict", "abstained"))
    for question in questions:
        trials = question.answers + question.abstained
        yield _question_name(question), rate(question.abstained, trials), None


def _question_name(question: ReportQuestion) -> str:
    return f"{plain(question.name)} ({question.nature})"


def _differ(key: str) -> Conditions:
    return (("differ", key),)


def _three(agreed: Agreement) -> tuple[tuple[str, Estimate], ...]:
    return (("alpha", agreed.alpha), ("AC", agreed.ac), ("percent agreement", agreed.percent))


def _slice_interval(part: SliceAgreement) -> Interval:
    label = f"{plain(part.axis)}: {part.value}"
    if part.alpha is not None:
        return estimate_interval(label, part.alpha)
    return Interval(
        label=label,
        aside=f"{part.items} items",
        value=None,
        low=None,
        high=None,
        note=f"under {MIN_SLICE_ITEMS} items",
    )


def _slice_cells(part: SliceAgreement) -> tuple[FigureCell, ...]:
    if part.alpha is not None:
        return estimate_cells(part.alpha)
    why = f"fewer than {MIN_SLICE_ITEMS} items"
    return (*(decimal_cell(None) for _ in range(3)), number(part.items), number(None), words(why))


def _rest_interval(name: str, agreed: Estimate) -> Interval:
    value, low, high = _rest_of(agreed)
    return Interval(
        label=name,
        aside=f"{agreed.n_items} items",
        value=value,
        low=low,
        high=high,
        note=share_text(value, low, high)
        or undefined_text(agreed.reason).removeprefix("undefined: "),
    )


def _rest_of(agreed: Estimate) -> tuple[float | None, float | None, float | None]:
    """What percent agreement leaves to 1; its upper bound gives the lower one."""
    value, low, high = (
        None if bound is None else max(0.0, 1 - bound)
        for bound in (agreed.value, agreed.high, agreed.low)
    )
    return value, low, high
