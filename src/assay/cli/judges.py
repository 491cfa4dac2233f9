"""How commands report model judges: never without their agreement with people."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from assay.cli.output import say

if TYPE_CHECKING:
    from assay.quality.estimate import Estimate, Rate
    from assay.quality.judges import JudgeAgreement, JudgeQuestion


def show_judges(judges: Iterable["JudgeAgreement"]) -> None:
    """Print each judge with what it is, what depended on the order, and its agreement with people."""
    for judge in judges:
        pins = judge.pins
        pinned = f"prompt {pins.prompt[:19]}, revision {pins.revision}" if pins else "imported"
        say(f"model judge {judge.judge} ({pinned}): {judge.judgments} judgments")
        if judge.position.trials:
            say(f"  abstained because of the order: {interval(judge.position)}")
        for question in judge.questions:
            say(f"  {question.name}: {_agreement(question)}")
        if judge.warning:
            say(f"  {judge.warning}", fg="red")


def _agreement(question: "JudgeQuestion") -> str:
    if not question.percent.n_items:
        return f"it answered no item that a person answered, and declined {question.declined}"
    return (
        f"agreement with people {_share(question.percent)} on {question.percent.n_items} answers "
        f"of {question.records} records, alpha {_number(question.alpha)}; people among themselves "
        f"alpha {_number(question.people_alpha)}; it declined {question.declined}"
    )


def interval(rate: "Rate") -> str:
    """A rate with its counts and its interval, or why there is none."""
    if rate.value is None or rate.low is None or rate.high is None:
        return "0 of 0"
    return f"{rate.count} of {rate.trials} ({rate.value:.0%}, {rate.low:.0%} to {rate.high:.0%})"


def counts_text(counts: Mapping[str, int]) -> str:
    """Counts by reason in one line."""
    return ", ".join(f"{reason} {count}" for reason, count in counts.items()) or "none"


def _share(estimate: "Estimate") -> str:
    return _estimate_text(estimate, ".0%")


def _number(estimate: "Estimate") -> str:
    return _estimate_text(estimate, ".2f")


def _estimate_text(estimate: "Estimate", form: str) -> str:
    if estimate.value is None:
        return f"undefined ({estimate.reason})"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:{form}} (no interval: {estimate.reason})"
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"
