"""Retrying: how often, and how long to wait for a server that is down or has too much to do."""

from secrets import SystemRandom

import msgspec

LONGEST_WAIT_SECONDS = 60.0
"""The longest wait that a server may ask for; one that asks for more is not waited for."""

_JITTER = SystemRandom()


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How a request is tried again: after waits that double, each drawn from its upper half.

    Drawn, so that the clients of a server that comes back do not all come at one moment
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "equal jitter").
    """

    attempts: int = 7
    """Most attempts for one request, from 1."""
    first_seconds: float = 0.2
    """Longest first wait; each later one is twice as long."""
    longest_seconds: float = 10.0
    """Longest wait that we choose ourselves."""

    def wait(self, failed: int, requested: float | None) -> float | None:
        """Seconds to wait before the next attempt; None where there is to be none.

        Args:
            failed: attempts that failed so far, from 1.
            requested: seconds that the server asked for, where it did.
        """
        if failed >= self.attempts or (requested or 0.0) > LONGEST_WAIT_SECONDS:
            return None
        most: float = min(self.longest_seconds, self.first_seconds * 2 ** (failed - 1))
        # The server knows best when it can answer: its own wait is a lower bound.
        return max(most * _JITTER.uniform(0.5, 1.0), requested or 0.0)


def seconds_asked(retry_after: str | None) -> float | None:
    """The seconds of a `Retry-After` header; None where it is absent or names a date."""
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() else None
