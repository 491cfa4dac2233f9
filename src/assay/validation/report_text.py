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
    return json.dumps(_rounded(msgspec.to_builtins(report)), indent=2, ensure_ascii=False) + "\n"


def to_markdown(report: ValidationReport) -> str:
    """The report for people."""
    parts = (_head, _tests, _runs, _safety, _missing, _claims, _slices, _limits)
    texts = ("\n".join(part(report)).strip() for part in parts)
    return "\n\n".join(text for text in texts if text) + "\n"


def acceptance_rows(tests: Sequence[TestResult]) -> Iterator[tuple[str, ...]]:
    """The acceptance tests as rows: test, metric, slice, state, items, why."""
    for each in tests:
        items = f"{each.items} in {each.clusters} groups"
        state = each.state.upper()
        yield each.test, each.metric, slice_text(each.slice), state, items, each.reason


def overlap_text(overlap: TrainingOverlap | None) -> str:
    """What is known of items that were trained on: the state and its figures."""
    if overlap is None:
        return "unknown; no release is tested, so no item was compared with a training record"
    return f"{overlap.state}; {overlap.describe()}"


def _head(report: ValidationReport) -> Iterator[str]:
    yield f"# Validation of {report.contract}"
    yield ""
    for each in report.arms:
        yield f"- {each.arm}: {each.checkpoint}, {each.results} results on {each.items} items"
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
    asked = {"refuse", "comply"} | measured if measured else ()
    for expected, (title, complied, refused) in _SORTS.items():
        if expected not in asked:
            continue
        yield f"## {title}"
        yield ""
        rows = [each for each in report.responses if each.expected == expected]
        if not rows:
            yield "None were evaluated."
            yield ""
            continue
        shares = (
            (each.arm, each.complied, each.partial, each.refused, each.escalated) for each in rows
        )
        yield from _table(
            ("arm", complied, "complied in part", refused, "escalated"),
            ((arm, *map(_rate, rates)) for arm, *rates in shares),
        )
        yield ""


def _missing(report: ValidationReport) -> Iterator[str]:
    """Rates with missing results at their best and worst, and the items that were relabelled."""
    found = report.helpfulness
    if not found.rates:
        return
    yield "## With missing results at their best and worst"
    yield ""
    yield from _table(
        ("metric", "items", "base lacks", "candidate lacks", "before", "after", "change"),
        (
            (
                each.metric,
                str(each.items),
                str(each.missing_before),
                str(each.missing_after),
                _number(each.before),
                _number(each.after),
                "undefined"
                if each.low is None or each.high is None
                else f"{_number(each.low)} to {_number(each.high)}",
            )
            for each in found.rates
        ),
    )
    if found.relabelled:
        yield ""
        yield f"The expected response of {len(found.relabelled)} items differs between the arms:"
        yield from (f"- {each}" for each in found.relabelled)


def _claims(report: ValidationReport) -> Iterator[str]:
    if not report.claims:
        return
    yield "## Claims"
    yield ""
    yield from _table(
        ("arm", "class", "claims", "share"),
        (
            (
                each.arm,
                each.claims,
                f"{each.count} of {each.total}",
                f"{each.share:.1%} ({each.low:.1%} to {each.high:.1%})",
            )
            for each in report.claims
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
        (_slice_row(each) for each in report.slices),
    )  # fmt: skip


def _slice_row(row: SliceRow) -> tuple[str, ...]:
    found = row.found
    method = "" if found.low is not None else f" ({found.method})"
    return (
        row.metric,
        slice_text(row.slice),
        str(found.items),
        str(found.clusters),
        str(row.left_out),
        _interval(found.before, found.before_low, found.before_high),
        _interval(found.after, found.after_low, found.after_high),
        _interval(found.difference, found.low, found.high) + method,
        _number(found.detectable),
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
    for each in report.limits:
        yield f"- {each}"


def _p(value: float | None) -> str:
    return "below 0.001" if value is not None and value < 0.001 else _number(value)  # noqa: PLR2004  the last place shown


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}".replace("-0.000", "0.000")


def _rate(found: Rate) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "undefined (0 of 0)"
    return (
        f"{found.count} of {found.trials}: {found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
