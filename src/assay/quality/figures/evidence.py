"""The figures of evidence: the ledger, errors by cause, and surface cues that win."""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle

from assay.contracts.terms import SEVERITIES
from assay.quality.figures.figure import DECIMALS, Figure, FigureCell, Panel, number, words
from assay.quality.figures.picture import (
    Axis,
    Bar,
    BarPart,
    BarPicture,
    Interval,
    IntervalPicture,
    Tone,
    cut_note,
    first_rows,
)
from assay.quality.report_outline import SUPPORT
from assay.quality.sections.defects import DefectCount
from assay.quality.shortcuts.audit import ShortcutAudit
from assay.quality.wording import plain
from assay.verification.ledger import ALL, CoverageReport

MOST_ODDS = 1e4
"""An interval that reaches beyond this odds ratio says nothing and is left out."""

_SUPPORT_TONES: tuple[Tone, ...] = ("green", "blue", "sky", "grey")
_CAUSE_TONES: tuple[Tone, ...] = ("blue", "orange", "green", "pink", "yellow")


def ledger_figure(ledger: CoverageReport) -> Figure:
    """Kinds of evidence by dimension, as shares of the items that it applies to."""
    counted = [
        (row, (row.machine_verified, row.expert_judged, row.both, row.uncertain))
        for row in ledger.rows
        if row.axis == ALL
    ]
    picture = BarPicture(
        name="ledger",
        title="Evidence for each dimension",
        parts=tuple(BarPart(*entry) for entry in zip(SUPPORT, _SUPPORT_TONES, strict=True)),
        bars=first_rows(
            [
                Bar(label=plain(row.dimension), lengths=counts, note=f"{row.items} items")
                for row, counts in counted
            ]
        ),
        unit="items",
        shares=True,
    )
    return Figure(
        name="ledger",
        title="Evidence for each dimension",
        caption="Shares of the items that a dimension applies to; their number is beside each bar. "
        f"A verifier covers only what it measures.{cut_note(len(counted))}",
        panels=(Panel(picture=picture),) if counted else (),
        columns=("dimension", "support", "items", "of"),
        rows=tuple(
            (words(row.dimension), words(support), number(count), number(row.items))
            for row, counts in counted
            for support, count in zip(SUPPORT, counts, strict=True)
        ),
    )


def defect_figure(defects: Sequence[DefectCount]) -> Figure:
    """Errors that reviewers localized, by severity and cause."""
    errors: Counter[tuple[str, str]] = Counter()
    for defect in defects:
        errors[defect.severity, plain(defect.cause)] += defect.errors
    severities = _severities({severity for severity, _ in errors})
    # What is not determined stands in brackets, comes last and is grey.
    causes = sorted({cause for _, cause in errors}, key=lambda name: (name.startswith("("), name))
    tones = cycle(_CAUSE_TONES)
    picture = BarPicture(
        name="defects_by_severity",
        title="Errors by severity and cause",
        parts=tuple(
            BarPart(cause, "grey" if cause.startswith("(") else next(tones)) for cause in causes
        ),
        bars=first_rows(
            [
                Bar(
                    label=severity,
                    lengths=tuple(errors[severity, cause] for cause in causes),
                    note=f"{sum(errors[severity, cause] for cause in causes)} errors",
                )
                for severity in severities
            ]
        ),
        unit="errors",
    )
    return Figure(
        name="defects_by_severity",
        title="Errors by severity and cause",
        caption="Errors that reviewers localized. A cause is known only where an adjudication "
        f"named it.{cut_note(len(severities))}",
        panels=(Panel(picture=picture),) if severities else (),
        columns=("severity", "cause", "errors"),
        rows=tuple(
            (words(severity), words(cause), number(errors[severity, cause]))
            for severity in severities
            for cause in causes
            if errors[severity, cause]
        ),
    )


def _severities(named: set[str]) -> list[str]:
    """The worst first, then words of the source that are on no scale of ours."""
    ours = [severity for severity in reversed(SEVERITIES) if severity in named]
    return [*ours, *sorted(named - set(ours))]


def odds_figure(audits: Sequence[ShortcutAudit]) -> Figure:
    """Odds ratios of surface cues, where a fit was possible, by group of reviewers."""
    by_group = [
        (audit.group, intervals) for audit in audits if (intervals := _odds_intervals(audit))
    ]
    bounds = [
        (interval.low, interval.high)
        for _, intervals in by_group
        for interval in intervals
        if interval.low is not None and interval.high is not None
    ]
    axis = Axis(
        low=min([0.5, *(low for low, _ in bounds)]),
        high=max([2.0, *(high for _, high in bounds)]),
        title="odds ratio for one standard deviation more",
        logarithmic=True,
        marks=(1.0,),
    )
    return Figure(
        name="shortcut_odds",
        title="Surface cues: what wins, with scores held equal",
        caption="At 1, the upright line, a cue neither wins nor loses. Lines are 95 % intervals."
        + cut_note(max((len(intervals) for _, intervals in by_group), default=0)),
        panels=tuple(
            Panel(
                picture=IntervalPicture(
                    name=f"shortcut_odds-{place}",
                    title=f"Odds ratios of surface cues: {group}",
                    intervals=first_rows(intervals),
                    axis=axis,
                ),
                heading=group,
            )
            for place, (group, intervals) in enumerate(by_group, 1)
        ),
        columns=("cue", "group", "odds ratio", "low", "high"),
        rows=tuple(
            (words(interval.label), words(group), *_odds_cells(interval))
            for group, intervals in by_group
            for interval in intervals
        ),
    )


def _odds_intervals(audit: ShortcutAudit) -> list[Interval]:
    return [
        Interval(
            label=plain(effect.feature),
            aside="",
            value=effect.odds,
            low=effect.low,
            high=effect.high,
            note=f"{effect.odds:.2f} ({effect.low:.2f} to {effect.high:.2f})",
        )
        for effect in audit.style.effects
        if effect.odds is not None and effect.low is not None and effect.high is not None
        # A logarithmic axis has no place for nothing.
        and effect.low > 0 and effect.high < MOST_ODDS
    ]  # fmt: skip


def _odds_cells(interval: Interval) -> tuple[FigureCell, ...]:
    bounds = (interval.value, interval.low, interval.high)
    return tuple(number(None if bound is None else round(bound, DECIMALS)) for bound in bounds)
