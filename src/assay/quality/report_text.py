"""The report as files: `quality.json` for machines and `quality.md` for people."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from assay.quality.agreement import Agreement, RaterRange
from assay.quality.coverage import Coverage, CrossTable, QuotaCoverage
from assay.quality.estimate import Estimate, Rate
from assay.quality.report import MIN_SLICE_ITEMS, QualityReport, Question, SliceAgreement, Verdicts
from assay.quality.service import AgreementReport

SHOWN = 25
"""Rows of a table for people; the JSON has all of them."""

SIGNIFICANT = 10
"""Significant digits of a number in the JSON, so that machines agree on it."""

WHY = {
    "no_ratings": "nobody answered",
    "no_pairable_values": "no item has two answers",
    "no_variation": "all answers are equal",
    "too_few_blocks": "fewer than two items to draw from",
    "unstable_replicates": "too many replicates have no value",
    "no_trials": "nothing to count",
    "too_many_raters": "too many reviewers to leave out one by one",
    "too_many_patterns": "too many different patterns",
}
"""Reasons for an undefined number, in words."""


def to_json(report: QualityReport) -> str:
    """The report as JSON: every field, floats to ten significant digits, a newline at the end."""
    plain = _rounded(msgspec.to_builtins(report))
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_markdown(report: QualityReport) -> str:
    """The report for people, in Markdown; tables show the first rows and say how many there are."""
    parts = (
        _head(report),
        _verdicts(report.verdicts),
        _questions(report.questions),
        _reviewers(report),
        _dispositions(report),
        _defects(report),
        _coverage(report.coverage, report.heat_map),
        _limits(report),
    )
    return "\n".join(line for part in parts for line in (*part, "")).rstrip() + "\n"


AGREEMENT_HEAD = (
    "question", "alpha", "AC", "percent agreement", "items", "answers", "without one reviewer",
)  # fmt: skip
"""Columns of a table of agreement."""


def agreement_rows(found: AgreementReport) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The agreement of every question as the head and the rows of one table."""
    rows = [_agreement_row(name, each) for name, each in _stages(found.verdicts)]
    rows += [_agreement_row(each.name, each.agreement) for each in found.questions]
    return AGREEMENT_HEAD, rows


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
        _estimate(found.alpha),
        _estimate(found.ac),
        _estimate(found.percent),
        f"{found.alpha.n_items} of {found.alpha.n_items_total}",
        f"{found.alpha.n_ratings} of {found.alpha.n_ratings_total}",
        _without_one(found.without_one),
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def _head(report: QualityReport) -> Iterator[str]:
    judgments = ", ".join(f"{name} {count}" for name, count in report.judgments.items())
    yield f"# Quality of {report.contract}"
    yield ""
    yield f"Judged by the rubric {report.rubric}."
    yield ""
    yield f"- Records: {report.records} ({_counts(report.kinds)}); {report.judged} of them judged."
    yield f"- Judgments: {judgments or 'none'}."
    yield f"- May be released: {_rate(report.accepted)} of all records."
    yield f"- What the judgments come to, by strict majority of people: {_counts(report.outcomes)}."
    drawn = report.resampling
    yield (
        f"- Intervals: {drawn.level:.0%} percentile bootstrap over items (over prompt families "
        f"where there are any), {drawn.replicates} replicates, seed {drawn.seed}; rates: Wilson."
    )


def _verdicts(verdicts: Verdicts | None) -> Iterator[str]:
    yield "## Verdicts on two candidates"
    yield ""
    if verdicts is None:
        yield "There are none."
        return
    found = verdicts.agreement
    yield f"{verdicts.items} records, {verdicts.reviewers} reviewers: {_counts(found.counts)}."
    yield ""
    yield from _table(AGREEMENT_HEAD, (_agreement_row(*each) for each in _stages(verdicts)))
    yield ""
    yield f"Abstentions: {_rate(found.abstention.rate)} of all answers."
    yield ""
    yield from _slice_table(verdicts.slices)


def _questions(questions: Sequence[Question]) -> Iterator[str]:
    yield "## Dimensions"
    yield ""
    if not questions:
        yield "No dimension, step or policy section was judged."
        return
    yield from _table(
        ("question", "nature", "read as", "answers", "abstained", "not applicable", "distribution"),
        (
            (
                each.name,
                each.nature,
                each.scale + ("" if each.on_rubric_scale else " (as given, not the rubric's)"),
                f"{each.answers} on {each.items} items",
                str(each.abstained),
                str(each.not_applicable),
                _counts(each.counts),
            )
            for each in questions
        ),
    )
    yield ""
    yield from _table(
        AGREEMENT_HEAD, (_agreement_row(each.name, each.agreement) for each in questions)
    )
    for each in questions:
        if each.slices:
            yield ""
            yield f"### {each.name} by slice"
            yield ""
            yield from _slice_table(each.slices)


def _slice_table(slices: Sequence[SliceAgreement]) -> Iterator[str]:
    large = [each for each in slices if each.alpha]
    if large:
        yield from _table(
            ("slice", "items", "alpha", "AC", "percent agreement"),
            (
                (
                    f"{each.axis} = {each.value}",
                    str(each.items),
                    _estimate(each.alpha),
                    _estimate(each.ac),
                    _estimate(each.percent),
                )
                for each in large
            ),
        )
    small = [f"{each.axis} = {each.value} ({each.items})" for each in slices if not each.alpha]
    if small:
        yield ""
        yield f"Fewer than {MIN_SLICE_ITEMS} items with two answers: {', '.join(small)}."


def _reviewers(report: QualityReport) -> Iterator[str]:
    yield "## Reviewers"
    yield ""
    yield from _table(
        ("reviewer", "kind", "judgments", "abstained", "tie", "both unacceptable",
         "insufficient context", "chose the first shown"),
        (
            (
                each.reviewer,
                each.kind,
                str(each.judgments),
                _rate(each.abstained),
                _rate(each.tie),
                _rate(each.both_unacceptable),
                _rate(each.insufficient_context),
                _rate(each.first_shown),
            )
            for each in report.reviewers
        ),
    )  # fmt: skip
    repeats = report.repeats
    yield ""
    yield (
        f"Repeated judgments: {repeats.judgments}. Same verdict: {_rate(repeats.same_verdict)}; "
        f"same score: {_rate(repeats.same_score)}."
    )


def _dispositions(report: QualityReport) -> Iterator[str]:
    yield "## Dispositions"
    yield ""
    yield from _table(
        ("state", "rule", "records"),
        (
            (each.state.replace("_", " "), each.rule, str(each.records))
            for each in report.dispositions
        ),
    )
    yield ""
    yield (
        f"Verdicts that contradict the priority rules: {_rate(report.contradicted)} of those that "
        "could be held against them."
    )
    if report.contradictions:
        yield ""
        yield from _table(
            ("judgment", "verdict", "the rules say", "by"),
            (
                (each.judgment, each.verdict, each.computed, each.rule)
                for each in report.contradictions
            ),
        )


def _defects(report: QualityReport) -> Iterator[str]:
    yield "## Defects"
    yield ""
    yield f"Judgments that found an error, of those that looked: {_rate(report.error_search)}."
    if report.defects:
        yield ""
        yield from _table(
            ("category", "in the contract", "severity", "task family", "errors"),
            (
                (
                    each.category,
                    "yes" if each.declared else "no",
                    each.severity,
                    each.family,
                    str(each.errors),
                )
                for each in report.defects
            ),
        )


def _coverage(found: Coverage, heat_map: CrossTable | None) -> Iterator[str]:
    yield "## Sampling distribution"
    yield ""
    yield f"{found.accepted} accepted of {found.records} records; the contract wants {found.wanted}."
    if found.quotas or found.hard:
        yield ""
        yield from _table(
            ("quota", "needed", "accepted", "records", "met"),
            (_quota_row(each) for each in (*found.quotas, *found.hard)),
        )
    for axis in found.axes:
        yield ""
        yield from _table(
            (axis.axis, "records", "accepted", ""),
            (
                (
                    each.value,
                    str(each.records),
                    str(each.accepted),
                    "" if each.declared else "not in the contract",
                )
                for each in axis.values
            ),
        )
    if heat_map:
        yield ""
        yield from _table(
            (f"{heat_map.rows} \\ {heat_map.columns}", *heat_map.column_values),
            (
                (value, *(str(count) for count in counts))
                for value, counts in zip(heat_map.row_values, heat_map.counts, strict=True)
            ),
        )


def _quota_row(quota: QuotaCoverage) -> tuple[str, ...]:
    wanted = ", ".join(f"{axis} = {value}" for axis, value in quota.slice.items())
    return (
        wanted or "all",
        str(quota.needed),
        str(quota.accepted),
        str(quota.records),
        "yes" if quota.met else "**no**",
    )


def _limits(report: QualityReport) -> Iterator[str]:
    yield "## What these numbers do not show"
    yield ""
    yield from (f"- {each}" for each in report.limits)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    given = list(rows)
    yield f"| {' | '.join(_cell(each) for each in head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(_cell(each) for each in row)} |" for row in given[:SHOWN])
    if len(given) > SHOWN:
        yield ""
        yield f"The first {SHOWN} of {len(given)}; `quality.json` has all that are kept."


def _cell(text: str) -> str:
    """Text that cannot break out of its cell or become markup of its own."""
    flat = " ".join(text.split())
    for sign in ("\\", "|", "<", "`", "["):
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _estimate(found: Estimate | None) -> str:
    if found is None:
        return "not computed"
    if found.value is None:
        return f"undefined: {WHY[found.reason]}" if found.reason else "undefined"
    if found.low is None or found.high is None:
        why = f" (no interval: {WHY[found.reason]})" if found.reason else ""
        return f"{_number(found.value)}{why}"
    return f"{_number(found.value)} ({_number(found.low)} to {_number(found.high)})"


def _rate(found: Rate) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "undefined (0 of 0)"
    return (
        f"{found.count} of {found.trials}: {found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
    )


def _without_one(found: RaterRange) -> str:
    if found.low is None or found.high is None:
        return f"undefined: {WHY[found.reason]}" if found.reason else "undefined"
    return f"{_number(found.low)} to {_number(found.high)}"


def _number(value: float) -> str:
    """Three decimals, without a minus before zero."""
    return f"{math.copysign(0.0, 1.0) if abs(value) < 0.0005 else value:.3f}"  # noqa: PLR2004  rounds to zero
