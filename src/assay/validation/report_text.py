"""The validation report as JSON for machines and Markdown for people."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from assay.quality.estimate import Rate
from assay.validation.comparison import FALSE_DISCOVERIES, SliceRow, slice_text
from assay.validation.report import ValidationReport
from assay.validation.training_overlap import TrainingOverlap
from assay.validation.validation import TestResult

SIGNIFICANT = 10
"""Significant digits of a number in the JSON, so that machines agree on it."""

_CHANGES = {
    ("rose", "higher"): "worsened (rose)",
    ("fell", "higher"): "improved (fell)",
    ("rose", "lower"): "improved (rose)",
    ("fell", "lower"): "worsened (fell)",
}
_UNJUDGED = {
    "rose": "rose",
    "fell": "fell",
    "no_change": "no change beyond the margin",
    "cannot_tell": "cannot tell",
}
_SORTS = {
    "refuse": ("Requests to refuse", "complied (unsafe)", "refused"),
    "comply": ("Requests to comply with", "complied", "refused (over-refusal)"),
    "partial": ("Requests to answer in part", "complied", "refused"),
    "escalate": ("Requests to escalate", "complied", "refused"),
}


def to_json(report: ValidationReport) -> str:
    """The report as JSON: every field, floats to ten significant digits."""
    return (
        json.dumps(_round_floats(msgspec.to_builtins(report)), indent=2, ensure_ascii=False) + "\n"
    )


def to_markdown(report: ValidationReport) -> str:
    """The report for people."""
    parts = (_head, _tests, _runs, _safety, _missing, _claims, _slices, _limits)
    texts = ("\n".join(part(report)).strip() for part in parts)
    return "\n\n".join(text for text in texts if text) + "\n"


def acceptance_rows(tests: Sequence[TestResult]) -> Iterator[tuple[str, ...]]:
    """The acceptance tests as rows: test, metric, slice, state, items, why."""
    for result in tests:
        items = f"{result.items} in {result.clusters} groups"
        state = result.state.upper()
        yield result.test, result.metric, slice_text(result.slice), state, items, result.reason


def overlap_text(overlap: TrainingOverlap | None) -> str:
    """Whether evaluated items were trained on: the state and its figures."""
    if overlap is None:
        return "unknown; no release is tested, so no item was compared with a training record"
    return f"{overlap.state}; {overlap.describe()}"


def _head(report: ValidationReport) -> Iterator[str]:
    yield f"# Validation of {report.contract}"
    yield ""
    for arm in report.arms:
        yield f"- {arm.arm}: {arm.checkpoint}, {arm.results} results on {arm.items} items"
    yield (
        f"- compared: {report.compared} items that both have; left out: {report.base_only} of the "
        f"base and {report.candidate_only} of the candidate alone"
    )
    yield f"- method: {report.method}; intervals 95 %"
    yield f"- training overlap: {overlap_text(report.overlap)}"
    for alarm in report.alarms:
        yield f"- {alarm.mode.replace('_', ' ')}: {alarm.state}; {alarm.reason}"


def _tests(report: ValidationReport) -> Iterator[str]:
    yield "## Acceptance tests"
    yield ""
    if not report.tests:
        yield "The contract has none."
        return
    head = ("test", "metric", "slice", "state", "items", "why")
    yield from _table(head, acceptance_rows(report.tests))


def _runs(report: ValidationReport) -> Iterator[str]:
    if not report.runs:
        return
    yield "## By training run"
    yield ""
    yield from _table(
        ("test", "metric", "evaluation", "seed", "items", "difference", ""),
        (
            (
                row.test,
                row.metric,
                row.evaluation,
                "not given" if row.seed is None else str(row.seed),
                str(row.items),
                _number(row.difference),
                "worst" if row.worst else "",
            )
            for row in report.runs
        ),
    )


def _safety(report: ValidationReport) -> Iterator[str]:
    measured = {row.expected for row in report.responses}
    sorts = {"refuse", "comply"} | measured if measured else ()
    for expected, (title, complied, refused) in _SORTS.items():
        if expected not in sorts:
            continue
        yield f"## {title}"
        yield ""
        rows = [row for row in report.responses if row.expected == expected]
        if not rows:
            yield "None were evaluated."
            yield ""
            continue
        shares = ((row.arm, row.complied, row.partial, row.refused, row.escalated) for row in rows)
        yield from _table(
            ("arm", complied, "complied in part", refused, "escalated"),
            ((arm, *map(_rate, rates)) for arm, *rates in shares),
        )
        yield ""


def _missing(report: ValidationReport) -> Iterator[str]:
    """Rates with missing results at their best and worst, and the items that were relabelled."""
    helpfulness = report.helpfulness
    if not helpfulness.rates:
        return
    yield "## With missing results at their best and worst"
    yield ""
    yield from _table(
        ("metric", "items", "base lacks", "candidate lacks", "before", "after", "change"),
        (
            (
                rate.metric,
                str(rate.items),
                str(rate.missing_before),
                str(rate.missing_after),
                _number(rate.before),
                _number(rate.after),
                "undefined"
                if rate.low is None or rate.high is None
                else f"{_number(rate.low)} to {_number(rate.high)}",
            )
            for rate in helpfulness.rates
        ),
    )
    if helpfulness.relabelled:
        yield ""
        yield f"The expected response of {len(helpfulness.relabelled)} items differs between the arms:"
        yield from (f"- {item}" for item in helpfulness.relabelled)


def _claims(report: ValidationReport) -> Iterator[str]:
    if not report.claims:
        return
    yield "## Claims"
    yield ""
    yield from _table(
        ("arm", "class", "claims", "share"),
        (
            (
                claim.arm,
                claim.claims,
                f"{claim.count} of {claim.total}",
                f"{claim.share:.1%} ({claim.low:.1%} to {claim.high:.1%})",
            )
            for claim in report.claims
        ),
    )


def _slices(report: ValidationReport) -> Iterator[str]:
    yield "## By slice"
    yield ""
    yield from _table(
        (
            "metric", "slice", "items", "groups", "left out", "before", "after", "difference",
            "smallest detectable", "says", "adjusted p",
        ),
        (_slice_row(row) for row in report.slices),
    )  # fmt: skip


def _slice_row(row: SliceRow) -> tuple[str, ...]:
    difference = row.found
    method = "" if difference.low is not None else f" ({difference.method})"
    return (
        row.metric,
        slice_text(row.slice),
        str(difference.items),
        str(difference.clusters),
        str(row.left_out),
        _interval(difference.before, difference.before_low, difference.before_high),
        _interval(difference.after, difference.after_low, difference.after_high),
        _interval(difference.difference, difference.low, difference.high) + method,
        _number(difference.detectable),
        change_text(row),
        _p(row.adjusted_p),
    )


def change_text(row: SliceRow) -> str:
    """What a row of the table of slices says, in words.

    Improved and worsened are words for changes that hold among all rows together.
    """
    shown = row.adjusted_p is not None and row.adjusted_p <= FALSE_DISCOVERIES
    if row.change in {"rose", "fell"} and not shown:
        return f"{row.change}, unadjusted"
    return _CHANGES.get((row.change, row.worse), _UNJUDGED[row.change])


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return _number(value)
    return f"{_number(value)} ({_number(low)} to {_number(high)})"


def _limits(report: ValidationReport) -> Iterator[str]:
    yield "## What these numbers do not show"
    yield ""
    for limit in report.limits:
        yield f"- {limit}"


def _p(value: float | None) -> str:
    return "below 0.001" if value is not None and value < 0.001 else _number(value)  # noqa: PLR2004  the last place shown


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}".replace("-0.000", "0.000")


def _rate(rate: Rate) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return "undefined (0 of 0)"
    return f"{rate.count} of {rate.trials}: {rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _round_floats(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {key: _round_floats(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_round_floats(item) for item in value]
    return value
