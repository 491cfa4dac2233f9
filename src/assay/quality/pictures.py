"""The pictures of the quality report: what each shows, and of which numbers it is made."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import altair as alt

from assay.contracts.terms import SEVERITIES
from assay.contracts.verdict_words import NO_WINNER_WORDS
from assay.quality.agreement import Agreement
from assay.quality.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MOST_ROWS,
    ORANGE,
    PINK,
    SKY,
    WIDTH,
    YELLOW,
    Cell,
    Picture,
    chart_of,
    colour,
    cut,
    picture_of,
    stacked_bars,
)
from assay.quality.estimate import Estimate
from assay.quality.report import QualityReport
from assay.quality.report_outline import SUPPORT, slice_name
from assay.quality.report_text import round_floats
from assay.quality.wording import plain, undefined_text
from assay.verification.ledger import ALL


def pictures(report: QualityReport) -> tuple[Picture, ...]:
    """The pictures for which there is data, in the order of the report's sections."""
    kinds = (_agreement, _verdicts, _odds, _dispositions, _ledger, _defects, _quotas)
    return tuple(picture for kind in kinds for picture in kind(report))


COEFFICIENTS: Mapping[str, str] = {"alpha": BLUE, "AC": ORANGE, "percent agreement": GREY}
"""The numbers that belong together, with their colours."""

MOST_ODDS = 1e4
"""An interval that reaches beyond this odds ratio says nothing and is not drawn."""


def _agreement(report: QualityReport) -> Iterator[Picture]:
    agreements: list[tuple[str, Agreement]] = []
    if report.verdicts is not None:
        verdicts = report.verdicts.agreement
        agreements = [
            ("can they be compared", verdicts.comparability),
            ("which is better", verdicts.preference),
        ]
    agreements += [(question.name, question.agreement) for question in report.questions]
    rows = [
        (name, coefficient, *_estimate(estimate))
        for name, agreement in agreements
        for coefficient, estimate in (
            ("alpha", agreement.alpha), ("AC", agreement.ac), ("percent agreement", agreement.percent),
        )
    ]  # fmt: skip
    columns = ("question", "coefficient", "value", "low", "high", "items", "answers", "undefined")
    shown = [name for name, _ in agreements[:MOST_ROWS]]
    drawn = [row for row in rows if row[0] in shown and row[2] is not None]
    if not drawn:
        return
    base = chart_of(columns, drawn).encode(
        y=alt.Y("question:N", sort=shown, title=None),
        yOffset=alt.YOffset("coefficient:N", sort=list(COEFFICIENTS)),
        color=colour("coefficient", COEFFICIENTS),
    )
    lowest = min(0.0, *(float(bound) for row in drawn for bound in row[2:4] if bound is not None))
    scale = alt.Scale(domain=[lowest, 1.0])
    chart = alt.layer(
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("low:Q", scale=scale, title="agreement, with its interval"), x2="high:Q"
        ),
        base.mark_point(size=55, filled=True, opacity=1).encode(
            x=alt.X("value:Q", scale=scale),
            shape=alt.Shape(
                "coefficient:N", scale=alt.Scale(domain=list(COEFFICIENTS)), title=None
            ),
        ),
    )
    yield picture_of(
        "agreement", "dimensions", "Agreement by question", columns=columns, rows=rows,
        chart=chart.properties(width=WIDTH, height=alt.Step(16)),
        caption="1 is full agreement, 0 is what chance would give for alpha and AC. Percent "
        "agreement is not corrected for chance. What is undefined is in the data, not drawn."
        + cut(len(agreements)),
    )  # fmt: skip


def _estimate(estimate: Estimate) -> tuple[Cell, ...]:
    bounds = tuple(round_floats(value) for value in (estimate.value, estimate.low, estimate.high))
    why = undefined_text(estimate.reason) if estimate.reason else ""
    return (*bounds, estimate.n_items, estimate.n_ratings, why)


ANSWERS: Mapping[str, str] = {
    "chose a candidate": BLUE,
    **{
        word.replace("_", " "): colour
        for word, colour in zip(NO_WINNER_WORDS, cycle((SKY, ORANGE, YELLOW)))
    },
    "abstained": GREY,
}
"""Kinds of verdict, with their colours, in the order in which they are stacked."""


def _verdicts(report: QualityReport) -> Iterator[Picture]:
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    for rates in report.reviewers:
        if not rates.abstained.trials:
            continue
        open_ends = tuple(open_end.count for _, open_end in rates.without_winner)
        counts = (rates.tie.trials - sum(open_ends), *open_ends, rates.abstained.count)
        name = f"{rates.reviewer} ({rates.abstained.trials})"
        names.append(name)
        rows += [(name, answer, n) for answer, n in zip(ANSWERS, counts, strict=True)]
    if rows:
        columns = ("reviewer", "verdict", "judgments")
        drawn = [row for row in rows if row[0] in names[:MOST_ROWS]]
        chart = _shares(columns, drawn, names[:MOST_ROWS], ANSWERS)
        yield picture_of(
            "verdicts_by_reviewer", "reviewers", "Verdicts by reviewer", columns=columns, rows=rows, chart=chart,
            caption="Shares of the judgments of which a verdict was asked; their number follows "
            "each name. Reviewers see different records, so this ranks nobody."
            + cut(len(names)),
        )  # fmt: skip


STATES = ("accepted", "disagreement_preserved", "needs_second_review", "needs_adjudication",
          "set_aside", "undisposed")  # fmt: skip
"""Dispositions in the order in which they are drawn."""


def _dispositions(report: QualityReport) -> Iterator[Picture]:
    states: Counter[str] = Counter()
    for entry in report.dispositions:
        states[entry.state] += entry.records
    rows = [(plain(state), states[state]) for state in STATES if states[state]]
    if rows:
        columns = ("disposition", "records")
        yield picture_of(
            "dispositions", "dispositions", "Records by disposition", columns=columns, rows=rows,
            chart=_bars(columns, rows),
            caption="Accepted records and preserved disagreements are released if rights and "
            "gates let them; the rest wait or stay out.",
        )  # fmt: skip


LEDGER_COLOURS = dict(zip(SUPPORT, (GREEN, BLUE, SKY, GREY), strict=True))
"""Colours of the evidence for a dimension."""


def _odds(report: QualityReport) -> Iterator[Picture]:
    """Odds ratios of surface cues among people, where a fit was possible."""
    rows: list[tuple[Cell, ...]] = [
        (plain(effect.feature), audit.group, effect.odds, effect.low, effect.high)
        for audit in report.shortcuts
        for effect in audit.style.effects
        if effect.odds is not None and effect.high is not None and effect.high < MOST_ODDS
    ]
    if not rows:
        return
    columns = ("cue", "group", "odds ratio", "low", "high")
    groups = list(dict.fromkeys(str(row[1]) for row in rows[:MOST_ROWS]))
    colours = dict(zip(groups, cycle((BLUE, ORANGE, GREEN, PINK, GREY)), strict=False))
    base = chart_of(columns, rows[:MOST_ROWS]).encode(
        y=alt.Y("cue:N", title=None, sort=None),
        yOffset=alt.YOffset("group:N", sort=groups),
        color=colour("group", colours),
    )
    x = alt.X(
        "low:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(tickCount=5, format="~g"),
        title="odds ratio for one standard deviation more",
    )
    chart = alt.layer(
        chart_of(("even",), [(1,)]).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="even:Q"),
        base.mark_rule(size=2).encode(x=x, x2="high:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            x="odds ratio:Q", shape=alt.Shape("group:N", scale=alt.Scale(domain=groups), title=None)
        ),
    )
    yield picture_of(
        "shortcut_odds", "shortcuts", "Surface cues: what wins, with scores held equal",
        columns=columns, rows=rows,
        chart=chart.properties(width=WIDTH, height=alt.Step(20)),
        caption="At 1, the broken line, a cue neither wins nor loses. Bars are 95 % intervals." + cut(len(rows)),
    )  # fmt: skip


def _ledger(report: QualityReport) -> Iterator[Picture]:
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    for ledger_row in report.ledger.rows:
        if ledger_row.axis != ALL:
            continue
        name = f"{ledger_row.dimension} ({ledger_row.items})"
        names.append(name)
        counts = (
            ledger_row.machine_verified,
            ledger_row.expert_judged,
            ledger_row.both,
            ledger_row.uncertain,
        )
        rows += [(name, support, n) for support, n in zip(SUPPORT, counts, strict=True)]
    if rows:
        columns = ("dimension", "support", "items")
        drawn = [row for row in rows if row[0] in names[:MOST_ROWS]]
        chart = _shares(columns, drawn, names[:MOST_ROWS], LEDGER_COLOURS)
        yield picture_of(
            "ledger", "ledger", "Evidence for each dimension", columns=columns, rows=rows, chart=chart,
            caption="Shares of the items that a dimension applies to; their number follows its "
            "name. A verifier covers only what it measures." + cut(len(names)),
        )  # fmt: skip


def _defects(report: QualityReport) -> Iterator[Picture]:
    errors: Counter[tuple[str, str]] = Counter()
    for defect in report.defects:
        errors[defect.severity, plain(defect.cause)] += defect.errors
    named_severities = [
        severity for severity in reversed(SEVERITIES) if any(key[0] == severity for key in errors)
    ]
    severities = [
        *named_severities,
        *sorted({severity for severity, _ in errors} - set(named_severities)),
    ]
    causes = sorted(
        {cause for _, cause in errors}, key=lambda cause: (cause.startswith("("), cause)
    )
    rows = [(severity, cause, errors[severity, cause]) for severity in severities for cause in causes
            if errors[severity, cause]]  # fmt: skip
    if rows:
        columns = ("severity", "cause", "errors")
        palette = (BLUE, ORANGE, GREEN, PINK, YELLOW)
        named = [cause for cause in causes if not cause.startswith("(")]
        colours = dict(zip(named, palette, strict=False)) | {
            cause: GREY for cause in causes if cause.startswith("(")
        }
        drawn = [row for row in rows if row[0] in severities[:MOST_ROWS]]
        chart = stacked_bars(columns, drawn, severities[:MOST_ROWS], colours, stack="zero")
        yield picture_of(
            "defects_by_severity", "defects", "Errors by severity and cause", columns=columns, rows=rows, chart=chart,
            caption="Errors that reviewers localized. A cause is known only where an adjudication "
            "named it." + cut(len(severities)),
        )  # fmt: skip


def _quotas(report: QualityReport) -> Iterator[Picture]:
    quotas = (*report.coverage.quotas, *report.coverage.hard)
    rows = [
        (f"{number}. {slice_name(quota)}", quota.needed, quota.distinct, quota.accepted, quota.records,
         "met" if quota.met else "not met")
        for number, quota in enumerate(quotas, 1)
    ]  # fmt: skip
    if not rows:
        return
    columns = ("slice", "needed", "distinct", "accepted", "records", "state")
    order = [str(row[0]) for row in rows[:MOST_ROWS]]
    base = chart_of(columns, rows[:MOST_ROWS]).encode(
        y=alt.Y("slice:N", sort=order, title=None),
    )
    chart = alt.layer(
        base.mark_bar().encode(
            x=alt.X("distinct:Q", title="distinct accepted records", axis=alt.Axis(tickMinStep=1)),
            color=colour("state", {"met": BLUE, "not met": ORANGE}),
        ),
        base.mark_tick(thickness=3, color=INK, size=18).encode(
            x=alt.X("needed:Q", title="distinct accepted records", axis=alt.Axis(tickMinStep=1))
        ),
    )
    yield picture_of(
        "quotas", "coverage", "Quotas and hard slices: accepted against needed", columns=columns, rows=rows,
        chart=chart.properties(width=WIDTH, height=alt.Step(24)),
        caption="A bar is what is accepted, near copies counted once; the black mark is what the slice "
        "needs."
        + cut(len(rows)),
    )  # fmt: skip


def _shares(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    order: Sequence[str],
    colours: Mapping[str, str],
) -> Any:
    return stacked_bars(columns, rows, order, colours, stack="normalize")


def _bars(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Any:
    """Bars of the second column by the first, with the number at their end."""
    name, count = columns
    base = chart_of(columns, rows).encode(
        y=alt.Y(f"{name}:N", sort=[str(row[0]) for row in rows], title=None),
        x=alt.X(f"{count}:Q", title=count, axis=alt.Axis(tickMinStep=1)),
    )
    labels = base.mark_text(align="left", dx=4, color=INK).encode(text=f"{count}:Q")
    return alt.layer(base.mark_bar(color=BLUE), labels).properties(width=WIDTH, height=alt.Step(24))
