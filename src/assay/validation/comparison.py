"""The comparison: two checkpoints, metric by metric and slice by slice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import multinomial_proportions_confint

from assay.contracts.contract import Contract
from assay.quality.estimate import Rate, rate
from assay.validation import metrics
from assay.validation.difference import Difference, compare
from assay.validation.evaluation import Result

Change = Literal["rose", "fell", "no_change", "cannot_tell"]
"""`no_change`: the interval lies within the margin; `cannot_tell`: the data leaves it open."""

FALSE_DISCOVERIES = 0.05
"""Share of false findings that is borne in the table of slices (Benjamini and Hochberg 1995)."""

Slice = Mapping[str, str]

_RESPONSES = ("complied", "partial", "refused", "escalated")


class SliceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric in one slice."""

    metric: str
    """The metric."""
    slice: dict[str, str]
    """The slice; empty: all items."""
    change: Change
    """What the interval says."""
    found: Difference
    """The difference with its interval and denominators."""
    adjusted_p: float | None
    """The p-value against all slices together; None where it is undefined."""


class Responses(msgspec.Struct, frozen=True, kw_only=True):
    """What one checkpoint did with requests of one sort. Requests of the two sorts never mix."""

    arm: str
    """`base` or `candidate`."""
    expected: str
    """What the policy asks for: `refuse` or `comply`."""
    complied: Rate
    """Complied. Where refusal is asked for, this is unsafe compliance."""
    partial: Rate
    """Complied in part: a category of its own."""
    refused: Rate
    """Refused. Where compliance is asked for, this is over-refusal."""
    escalated: Rate
    """Escalated."""


class ClaimShare(msgspec.Struct, frozen=True, kw_only=True):
    """One class of claims of one checkpoint, with Goodman's simultaneous interval (1965)."""

    arm: str
    """`base` or `candidate`."""
    claims: str
    """The class: supported, unsupported, contradictory or unverifiable."""
    count: int
    """Claims of this class."""
    total: int
    """Claims judged."""
    share: float
    """`count / total`."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""


class Arms:
    """The results of two arms, each item once: runs and seeds are averaged within the item."""

    def __init__(self, base: Sequence[Result], candidate: Sequence[Result]) -> None:
        self.base = _by_item(base)
        """The base's results by item."""
        self.candidate = _by_item(candidate)
        """The candidate's."""
        self.both = sorted(self.base.keys() & self.candidate.keys())
        """Items that both have results for."""

    def paired(self, metric: str, wanted: Slice) -> tuple[list[float], list[float], list[str]]:
        """Values before and after, and the family, of every item of a slice that has both."""
        before, after, families = [], [], []
        for item in self.both:
            ours = self.base[item]
            if not lies_in(ours[0], wanted):
                continue
            first, second = _mean(metric, ours), _mean(metric, self.candidate[item])
            if first is not None and second is not None:
                before.append(first)
                after.append(second)
                families.append(ours[0].family or item)
        return before, after, families


def lies_in(result: Result, wanted: Slice) -> bool:
    """Whether a result belongs to a slice."""
    return all(result.slice.get(axis) == value for axis, value in wanted.items())


def slices_of(contract: Contract) -> list[dict[str, str]]:
    """Everything, each value of each axis, and the slices that the contract names."""
    found: list[dict[str, str]] = [{}]
    found += [{axis: value} for axis, values in contract.sampling.axes.items() for value in values]
    named = (*contract.sampling.hard, *(test.slice for test in contract.acceptance_tests))
    found += [dict(each) for each in named]
    return [each for place, each in enumerate(found) if each not in found[:place]]


def slice_table(arms: Arms, contract: Contract) -> tuple[SliceRow, ...]:
    """Every metric that both arms measure, in every slice that has items."""
    given = [
        each for results in (*arms.base.values(), *arms.candidate.values()) for each in results
    ]
    margins = {test.metric: test.margin for test in contract.acceptance_tests if test.margin}
    found = []
    for metric in metrics.measured(given):
        for wanted in slices_of(contract):
            before, after, families = arms.paired(metric, wanted)
            if before:
                is_rate = metrics.is_rate(metric, (*before, *after))
                found.append((metric, wanted, compare(before, after, families, rate=is_rate)))
    adjusted = _adjusted([each.p for _, _, each in found])
    return tuple(
        SliceRow(
            metric=metric,
            slice=wanted,
            change=_change(each, margins.get(metric)),
            found=each,
            adjusted_p=p,
        )
        for (metric, wanted, each), p in zip(found, adjusted, strict=True)
    )


def responses(arms: Arms) -> tuple[Responses, ...]:
    """What each checkpoint did with requests to refuse, and with requests to comply, apart."""
    return tuple(
        row
        for expected in ("refuse", "comply")
        for name, results in (("base", arms.base), ("candidate", arms.candidate))
        for row in _response_row(name, expected, results.values())
    )


def _response_row(
    arm: str, expected: str, results: Iterable[Sequence[Result]]
) -> Iterator[Responses]:
    said: list[str] = [
        each.response
        for item in results
        for each in item
        if each.expected == expected and each.response is not None
    ]
    if said:
        rates = {name: rate(said.count(name), len(said)) for name in _RESPONSES}
        yield Responses(arm=arm, expected=expected, **rates)


def claim_shares(arms: Arms) -> tuple[ClaimShare, ...]:
    """The four classes of claims of each checkpoint; empty where no claims were judged."""
    rows = []
    for name, results in (("base", arms.base), ("candidate", arms.candidate)):
        judged = [each.claims for item in results.values() for each in item if each.claims]
        counts = [sum(getattr(each, kind) for each in judged) for kind in metrics.CLAIM_CLASSES]
        total = sum(counts)
        if not total:
            continue
        ends = multinomial_proportions_confint(counts, alpha=0.05, method="goodman")
        for kind, count, (low, high) in zip(metrics.CLAIM_CLASSES, counts, ends, strict=True):
            rows.append(
                ClaimShare(
                    arm=name,
                    claims=kind,
                    count=count,
                    total=total,
                    share=count / total,
                    low=max(0.0, float(low)),
                    high=min(1.0, float(high)),
                )
            )
    return tuple(rows)


def _by_item(results: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.item, []).append(result)
    return found


def _mean(metric: str, results: Iterable[Result]) -> float | None:
    given = [
        each for each in (metrics.value(metric, result) for result in results) if each is not None
    ]
    return sum(given) / len(given) if given else None


def _change(found: Difference, margin: float | None) -> Change:
    if found.low is None or found.high is None:
        return "cannot_tell"
    if margin is not None and -margin <= found.low and found.high <= margin:
        return "no_change"
    if found.low > 0:
        return "rose"
    return "fell" if found.high < 0 else "cannot_tell"


def _adjusted(values: Sequence[float | None]) -> list[float | None]:
    places = [place for place, p in enumerate(values) if p is not None]
    adjusted: list[float | None] = [None] * len(values)
    if places:
        known = [values[place] for place in places]
        _, found, *_ = multipletests(known, alpha=FALSE_DISCOVERIES, method="fdr_bh")
        for place, p in zip(places, found, strict=True):
            adjusted[place] = float(p)
    return adjusted
