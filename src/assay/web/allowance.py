"""Allowances: how many requests one principal, or one address, may make in a minute.

Litestar's own limiter keeps a list of moments for each principal and rewrites it at every
request; at the desk's pace that was a seventh of the processor time. Here it is one number each.
"""

from collections import Counter
from collections.abc import Callable
from time import monotonic

from litestar.exceptions import TooManyRequestsException

WINDOW_SECONDS = 60
"""How long an allowance lasts; then everybody has a new one."""


class Allowances:
    """Counts requests in the running minute. It belongs to one event loop."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        """Begin with nobody counted.

        Args:
            most: requests that one principal may make in a minute.
            clock: gives seconds that never go back.
        """
        self._most = most
        self._clock = clock
        self._spent: Counter[str] = Counter()
        self._until = clock() + WINDOW_SECONDS

    def spend(self, who: str) -> None:
        """Count one request.

        Args:
            who: the account or the address whose requests are counted together.

        Raises:
            TooManyRequestsException: if the allowance is spent; it says how long it lasts.
        """
        now = self._clock()
        if now >= self._until:
            # Everybody's counts end together, so that they are not a memory of who came.
            self._spent.clear()
            self._until = now + WINDOW_SECONDS
        self._spent[who] += 1
        if self._spent[who] > self._most:
            left = int(self._until - now) + 1
            raise TooManyRequestsException(headers={"RateLimit-Reset": str(left)})
