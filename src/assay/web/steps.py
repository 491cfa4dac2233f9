"""Steps: how much work a text may make its parser do, counted and never timed.

A text that was made to be slow ends at the same step on every machine, so the same text always
looks the same.
"""

from collections.abc import MutableMapping
from typing import Any

MAX_STEPS = 60_000
"""Steps of the parser; a text that needs more is shown as it was written."""


class StepBudgetError(Exception):
    """A text takes more steps than it may."""


def count(env: MutableMapping[str, Any], steps: int = 1) -> None:
    """Count steps in a parser's environment.

    Raises:
        StepBudgetError: where there were more than `MAX_STEPS`.
    """
    env["steps"] = env.get("steps", 0) + steps
    if env["steps"] > MAX_STEPS:
        raise StepBudgetError
