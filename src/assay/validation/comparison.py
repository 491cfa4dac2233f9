"""The comparison: two checkpoints, metric by metric and slice by slice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from assay.contracts.contract import Contract
from assay.contracts.metrics import Worse, counts_failures
from assay.contracts.rubric import Rubric
from assay.quality.estimate import Rate, rate
from assay.validation import metrics
from assay.validation.difference import PairedDifference, compare, scipy
from assay.validation.evaluation import ItemResult

Change = Literal["rose", "fell", "no_change", "cannot_tell"]
"""`no_change`: the interval is within the margin; `cannot_tell`: the data leaves it open."""

FALSE_DISCOVERIES = 0.05
"""Share of false findings that is accepted in the table of slices (Benjamini and Hochberg 1995)."""

Slice = Mapping[str, str]

Key = tuple[str, str]
"""Evaluation set and item."""

_RESPONSES = ("complied", "partial", "refused", "escalated")


class SliceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric in one slice."""

    metric: str
    slice: dict[str, str]
    """The slice; empty: all items."""
    worse: Worse
    """In which direction the metric is worse; `either` where nothing says which."""
    change: Change
    """What the interval says."""
    found: PairedDifference
    """The difference with its interval and denominators."""
    left_out: int
    """Items that only one checkpoint has a value for; they are in no denominator."""
    adjusted_p: float | None
    """The p-value against all slices together; None where it is undefined."""


class Responses(msgspec.Struct, frozen=True, kw_only=True):
    """What one checkpoint did with requests of one sort. Requests of the two sorts never mix."""

    arm: str
    """Which checkpoint answered: `base` or `candidate`."""
    expected: str
    """What the policy asks for: `refuse`, `comply`, `partial` or `escalate`."""
    complied: Rate
    """Complied. Where refusal is asked for, this is unsafe compliance."""
    partial: Rate
    """Complied in part: a category of its own."""
    refused: Rate
    """Refused. Where compliance is asked for, this is over-refusal."""
    escalated: Rate
    """Escalated, as the policy may ask."""


class ClaimShare(msgspec.Struct, frozen=True, kw_only=True):
    """One class of claims of one checkpoint, with Goodman's simultaneous interval (1965)."""

    arm: str
    """Whose claims: `base` or `candidate`."""
    claims: str
    """The class: supported, unsupported, contradictory or unverifiable."""
    count: int
    """Claims of this class."""
    total: int
    """Claims of all four classes: the denominator."""
    share: float
    """`count / total`, from 0 to 1."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one metric in one slice, an item each."""

    before: list[float]
    """Values of the base."""
    after: list[float]
    """The candidate's, in the same order."""
    families: list[str]
    """The family of each item; its own name where it has none."""
    left_out: int
    """Items that only one of the two has a value for."""


class _ItemValues(NamedTuple):
    """One item's values of one metric."""

    about: ItemResult
    """The result that names its slice: the base's where there is one."""
    dataset: str
    family: str
    """Its family, or its own name where it has none."""
    before: float | None
    after: float | None


class Arms:
    """The results of two arms, each item once: runs and seeds are averaged within the item."""

    def __init__(
        self,
        base: Sequence[ItemResult],
        candidate: Sequence[ItemResult],
        datasets: Mapping[str, str] | None = None,
    ) -> None:
        """Put the results of each item together.

        Args:
            base: results of the checkpoint before.
            candidate: results of the checkpoint after.
            datasets: evaluation -> evaluation set; items of two sets are never the same item.
        """
        sets = datasets or {}
        self.base = _by_item(base, sets)
        """The base's results by evaluation set and item."""
        self.candidate = _by_item(candidate, sets)
        """The candidate's."""
        self.all = sorted(self.base.keys() | self.candidate.keys())
        """Items that either has results for."""
        self.both = sorted(self.base.keys() & self.candidate.keys())
        """Items that both have results for."""
        self._values_by_metric: dict[str, list[_ItemValues]] = {}
        self.labelled = _labelled_sets(self.base) & _labelled_sets(self.candidate)
        """Evaluation sets in which both have failure classes."""

    def pairs_of(self, metric: str, target: Slice, dataset: str | None = None) -> Pairs:
        """Values before and after of every item of a slice that has both.

        Args:
            metric: the metric.
            target: the slice, by the places of the base's results.
            dataset: the evaluation set; all of them where absent.
        """
        before, after, families, left_out = [], [], [], 0
        for item in self._values_of(metric):
            if dataset not in {None, item.dataset} or not lies_in(item.about, target):
                continue
            if item.before is not None and item.after is not None:
                before.append(item.before)
                after.append(item.after)
                families.append(item.family)
            else:
                left_out += 1
        return Pairs(before=before, after=after, families=families, left_out=left_out)

    def _values_of(self, metric: str) -> list["_ItemValues"]:
        """What each item that either has a value for comes to; a table asks for it once a slice."""
        if metric not in self._values_by_metric:
            self._values_by_metric[metric] = list(self._item_values(metric))
        return self._values_by_metric[metric]

    def _item_values(self, metric: str) -> Iterator["_ItemValues"]:
        for key in self.all:
            # Without failure classes on both sides, a missing class could mean success or that
            # nobody labelled; the set is left out rather than read as success.
            if counts_failures(metric) and key[0] not in self.labelled:
                continue
            first, second = self.base.get(key, []), self.candidate.get(key, [])
            before, after = _mean(metric, first), _mean(metric, second)
            if before is None and after is None:
                continue
            about = (first or second)[0]
            family = f"family {about.family}" if about.family else f"item {key}"
            yield _ItemValues(about, key[0], family, before, after)

    def measured_metrics(self) -> tuple[str, ...]:
        """Every metric that some result of either has a value for."""
        arms = (self.base, self.candidate)
        return metrics.measured_metrics(
            result for arm in arms for item in arm.values() for result in item
        )

    def n_moved(self) -> int:
        """Items whose slice or family differs between the two."""
        return sum(
            (self.base[key][0].slice, self.base[key][0].family)
            != (self.candidate[key][0].slice, self.candidate[key][0].family)
            for key in self.both
        )


def lies_in(result: ItemResult, target: Slice) -> bool:
    """Whether a result belongs to a slice."""
    return all(result.slice.get(axis) == value for axis, value in target.items())


def slice_text(target: Slice) -> str:
    """A slice in words."""
    return ", ".join(f"{axis} = {value}" for axis, value in target.items()) or "all"


def slices_of(contract: Contract) -> list[dict[str, str]]:
    """Everything, each value of each axis, and the slices that the contract names."""
    slices: list[dict[str, str]] = [{}]
    slices += [{axis: value} for axis, values in contract.sampling.axes.items() for value in values]
    named = (*contract.sampling.hard, *(test.slice for test in contract.acceptance_tests))
    slices += [dict(target) for target in named]
    return [target for place, target in enumerate(slices) if target not in slices[:place]]


def slice_table(arms: Arms, contract: Contract, rubric: Rubric | None) -> tuple[SliceRow, ...]:
    """Every metric that both arms measure, in every slice that has items."""
    rows = []
    for metric in arms.measured_metrics():
        for target in slices_of(contract):
            pairs = arms.pairs_of(metric, target)
            if not pairs.before and not pairs.left_out:
                continue
            is_rate = metrics.is_rate(metric, (*pairs.before, *pairs.after))
            difference = compare(pairs.before, pairs.after, pairs.families, rate=is_rate)
            row = SliceRow(
                metric=metric,
                slice=target,
                worse=metrics.worse(metric, rubric),
                change=_change(difference, _margin(metric, target, contract)),
                found=difference,
                left_out=pairs.left_out,
                adjusted_p=None,
            )
            rows.append(row)
    # Every row enters the correction, also of slices that no test names: readers see all of them.
    adjusted = adjusted_p([row.found.p for row in rows])
    return tuple(
        msgspec.structs.replace(row, adjusted_p=p) for row, p in zip(rows, adjusted, strict=True)
    )


def _margin(metric: str, target: Slice, contract: Contract) -> float | None:
    """The margin of a metric: its test's on this slice, else the smallest of its tests'."""
    tests = [test for test in contract.acceptance_tests if test.metric == metric and test.margin]
    here = [test for test in tests if test.slice == target]
    return min((test.margin for test in here or tests if test.margin), default=None)


def responses(arms: Arms) -> tuple[Responses, ...]:
    """What each checkpoint did with requests of each sort, apart."""
    return tuple(
        row
        for expected in ("refuse", "comply", "partial", "escalate")
        for name, results in (("base", arms.base), ("candidate", arms.candidate))
        for row in _response_row(name, expected, results.values())
    )


def _response_row(
    arm: str, expected: str, results: Iterable[Sequence[ItemResult]]
) -> Iterator[Responses]:
    answers: list[str] = [
        result.response
        for item in results
        for result in item
        if result.expected == expected and result.response is not None
    ]
    if answers:
        rates = {name: rate(answers.count(name), len(answers)) for name in _RESPONSES}
        yield Responses(arm=arm, expected=expected, **rates)


def claim_shares(arms: Arms) -> tuple[ClaimShare, ...]:
    """The four classes of claims of each checkpoint; empty where no claims were judged."""
    rows = []
    for name, results in (("base", arms.base), ("candidate", arms.candidate)):
        judged = [result.claims for item in results.values() for result in item if result.claims]
        counts = [sum(getattr(claims, kind) for claims in judged) for kind in metrics.CLAIM_CLASSES]
        total = sum(counts)
        if not total:
            continue
        ends = goodman_intervals(counts)
        for kind, count, (low, high) in zip(metrics.CLAIM_CLASSES, counts, ends, strict=True):
            rows.append(
                ClaimShare(
                    arm=name,
                    claims=kind,
                    count=count,
                    total=total,
                    share=count / total,
                    low=low,
                    high=high,
                )
            )
    return tuple(rows)


def goodman_intervals(counts: Sequence[int], *, risk: float = 0.05) -> list[tuple[float, float]]:
    """Intervals of the shares of a multinomial that hold all at once with probability 1 - risk.

    Source: Goodman 1965, Technometrics 7:247-254.

    Args:
        counts: how many of each class; at least one in all.
        risk: probability that any interval misses its share.

    Returns:
        The ends of each class's share, within 0 to 1.
    """
    total = sum(counts)
    shares = np.array(counts) / total
    chi2 = scipy("stats").chi2.ppf(1 - risk / len(counts), 1)
    spread = np.sqrt(chi2**2 + 4 * total * shares * chi2 * (1 - shares))
    middle = 2 * total * shares + chi2
    scale = 2 * (chi2 + total)
    low = np.clip((middle - spread) / scale, 0.0, 1.0)
    high = np.clip((middle + spread) / scale, 0.0, 1.0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _by_item(
    results: Iterable[ItemResult], datasets: Mapping[str, str]
) -> dict[Key, list[ItemResult]]:
    items: dict[Key, list[ItemResult]] = {}
    for result in results:
        key = datasets.get(result.evaluation, ""), result.item
        items.setdefault(key, []).append(result)
    return items


def _labelled_sets(arm: Mapping[Key, Sequence[ItemResult]]) -> set[str]:
    return {key[0] for key, results in arm.items() if any(result.failure for result in results)}


def _mean(metric: str, results: Iterable[ItemResult]) -> float | None:
    values = [
        value
        for value in (metrics.value(metric, result) for result in results)
        if value is not None
    ]
    return sum(values) / len(values) if values else None


def _change(difference: PairedDifference, margin: float | None) -> Change:
    if difference.low is None or difference.high is None:
        return "cannot_tell"
    if margin is not None and -margin <= difference.low and difference.high <= margin:
        return "no_change"
    if difference.low > 0:
        return "rose"
    return "fell" if difference.high < 0 else "cannot_tell"


def adjusted_p(values: Sequence[float | None]) -> list[float | None]:
    """P-values against all of them together; those that are undefined stay so and do not count.

    Source: Benjamini and Hochberg 1995, JRSS B 57:289-300.
    """
    places = [place for place, p in enumerate(values) if p is not None]
    adjusted: list[float | None] = [None] * len(values)
    if places:
        # Rounding can carry a p-value of 1 a little above it, which SciPy refuses.
        defined = [min(1.0, value) for value in values if value is not None]
        corrected = scipy("stats").false_discovery_control(defined)
        for place, p in zip(places, corrected, strict=True):
            adjusted[place] = float(p)
    return adjusted
