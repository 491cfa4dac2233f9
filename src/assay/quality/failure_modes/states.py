"""The three states of an alarm of quality, and what each needs."""

from assay.governance.failure_modes import Alarm, FailureMode

MIN_TRIALS = 20
"""Trials below which nothing is concluded (a convention)."""

SHOWN = 3
"""Records, dimensions or slices that an alarm names."""


def raised_alarm(
    mode: FailureMode, reason: str, remedy: str, evidence: tuple[str, ...] = ()
) -> Alarm:
    """An alarm whose failure mode is shown by the data."""
    return Alarm(
        mode=mode, state="raised", stage="quality", reason=reason, remedy=remedy, evidence=evidence
    )


def clear_alarm(mode: FailureMode, reason: str) -> Alarm:
    """An alarm that the data rule out: they could have shown the smallest effect that matters."""
    return Alarm(mode=mode, state="clear", stage="quality", reason=reason)


def unknown_alarm(mode: FailureMode, reason: str, remedy: str = "") -> Alarm:
    """An alarm that the data leave open, since they could not have shown the effect."""
    return Alarm(mode=mode, state="unknown", stage="quality", reason=reason, remedy=remedy)
