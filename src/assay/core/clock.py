"""The clock: the one source of wall time, which is information and never an order.

Order comes from sequence numbers in the store. A build that must be reproducible sets
`SOURCE_DATE_EPOCH` (seconds since 1970, as in reproducible-builds.org) and the clock is fixed.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], str]
"""Returns the time now as UTC in ISO 8601 with seconds, such as `2026-01-31T09:30:00Z`."""


def system_clock() -> str:
    """The machine's time, or the fixed time that `SOURCE_DATE_EPOCH` names."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)  # noqa: TID251  the one place
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def fixed_clock(moment: str) -> Clock:
    """A clock that always returns the same moment."""
    return lambda: moment


def later(now: str, seconds: int) -> str:
    """A moment some seconds after another, both as UTC in ISO 8601."""
    moment = datetime.fromisoformat(now) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
