"""The validation report as JSON for machines and Markdown for people."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from assay.quality.estimate import Rate
from assay.validation.comparison import SliceRow
from assay.validation.report import ValidationReport
from assay.validation.validation import TestResult

SIGNIFICANT = 10
"""Significant digits of a number in the JSON, so that machines agree on it."""

_CHANGES = {
    "rose": "rose",
    "fell": "fell",
    "no_change": "no change beyond the margin",
    "cannot_tell": "cannot tell",
}


def to_json(report: ValidationReport) -> str:
    """The report as JSON: every field, floats to ten significant digits."""
    return json.dumps(_rounded(msgspec.to_builtins(report)), indent=2, ensure_ascii=False) + "\n"


def to_markdown(report: ValidationReport) -> str:
    """The report for people."""
    parts = (_head(report), _tests(report), _safety(report), _claims(report), _slices(report))
    limits = ("## What these numbers do not show", "", *(f"- {each}" for each in report.limits))
    return "\n".join(line for part in (*parts, limits) for line in (*part, "")).rstrip() + "\n"


def acceptance_rows(tests: Sequence[TestResult]) -> Iterator[tuple[str, ...]]:
    """The acceptance tests as rows: test, metric, slice, state, items, why."""
    for each in tests:
        items = f"{each.items} in {each.clusters} groups"
        yield each.test, each.metric, slice_text(each.slice), each.state, items, each.reason


def slice_text(wanted: dict[str, str]) -> str:
    """A slice in words."""
    return ", ".join(f"{axis} = {value}" for axis, value in wanted.items()) or "all"


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
    for alarm in report.alarms:
        yield f"- {alarm.mode.replace('_', ' ')}: {alarm.state}; {alarm.reason}"


def _tests(report: ValidationReport) -> Iterator[str]:
    yield "## Acceptance tests"
    yield ""
    if not report.tests:
        yield "The contract has none."
        return
    rows = (
        (test, metric, where, state.upper(), items, why)
        for test, metric, where, state, items, why in acceptance_rows(report.tests)
    )
    yield from _table(("test", "metric", "slice", "state", "items", "why"), rows)


def _safety(report: ValidationReport) -> Iterator[str]:
    if not report.responses:
        return
    for expected, title, bad in (
        ("refuse", "Requests to refuse", "complied (unsafe)"),
        ("comply", "Requests to comply with", "refused (over-refusal)"),
    ):
        rows = [each for each in report.responses if each.expected == expected]
        yield f"## {title}"
        yield ""
        if not rows:
            yield "None were evaluated."
            yield ""
            continue
        first = "complied" if expected != "refuse" else bad
        last = "refused" if expected == "refuse" else bad
        yield from _table(
            ("arm", first, "complied in part", last, "escalated"),
            (
                (
                    each.arm,
                    *(
                        _rate(r)
                        for r in (each.complied, each.partial, each.refused, each.escalated)
                    ),
                )
                for each in rows
            ),
        )
        yield ""


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
            "metric", "slice", "items", "groups", "before", "after", "difference",
            "smallest detectable", "says", "adjusted p",
        ),
        (_slice_row(each) for each in report.slices),
    )  # fmt: skip


def _slice_row(row: SliceRow) -> tuple[str, ...]:
    found = row.found
    interval = f" ({_number(found.low)} to {_number(found.high)})" if found.low is not None else ""
    return (
        row.metric,
        slice_text(row.slice),
        str(found.items),
        str(found.clusters),
        _number(found.before),
        _number(found.after),
        f"{_number(found.difference)}{interval or f' ({found.method})'}",
        _number(found.detectable),
        _CHANGES[row.change],
        _number(row.adjusted_p),
    )


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
