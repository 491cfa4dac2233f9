"""Numbers in words: an estimate with its interval, a share with its denominator, or why not."""

import math
from collections.abc import Mapping

from assay.quality.estimate import Estimate, Rate, Reason

WHY: Mapping[str, str] = {
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

NEARLY_ZERO = 0.0005
"""Below this a number is written as zero, without a minus."""


def undefined_text(reason: Reason | None) -> str:
    """Why a number is undefined."""
    return f"undefined: {WHY[reason]}" if reason else "undefined"


def estimate(coefficient: Estimate | None) -> str:
    """A coefficient with its interval."""
    if coefficient is None:
        return "not computed"
    if coefficient.value is None:
        return undefined_text(coefficient.reason)
    if coefficient.low is None or coefficient.high is None:
        why = f" (no interval: {WHY[coefficient.reason]})" if coefficient.reason else ""
        return f"{number(coefficient.value)}{why}"
    return f"{number(coefficient.value)} ({number(coefficient.low)} to {number(coefficient.high)})"


def share(rate: Rate) -> str:
    """A share with its counts and its interval."""
    if rate.value is None or rate.low is None or rate.high is None:
        return "undefined (0 of 0)"
    return f"{rate.count} of {rate.trials}: {rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"


def counts(by_name: Mapping[str, int]) -> str:
    """Counts by name."""
    return ", ".join(f"{plain(name)} {count}" for name, count in by_name.items()) or "none"


COMPARABLE = "can they be compared"
"""The first stage of a verdict on two candidates, as every table and picture names it."""

WHICH_IS_BETTER = "which is better"
"""The second stage: which of two candidates that can be compared."""


def question_words(name: str) -> str:
    """A question in words: the second stage of verdicts by its name, any other as it is called.

    Args:
        name: as data names it; `preferences` is what the diagnosis calls the second stage.
    """
    return WHICH_IS_BETTER if name == "preferences" else name


def plain(name: str) -> str:
    """A name of the code as words."""
    return name.replace("_", " ")


def number(value: float) -> str:
    """Three decimals, without a minus before zero."""
    return f"{math.copysign(0.0, 1.0) if abs(value) < NEARLY_ZERO else value:.3f}"


def percent(value: float) -> str:
    """A share in per cent."""
    return f"{value:.1%}"
