"""Failed sign-ins: counted by account as well as by address, with waits that double.

They are kept in the memory of one server process: a try that is written down would cost a stranger
nothing and the disk a flush, and what is typed in place of a name may be a password. So only names
that have an account are shown, and all others are one number.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

import msgspec

from assay.core.errors import UsageError

FREE_TRIES = 5
"""Tries in a row that may fail before there is a wait."""

FIRST_WAIT_SECONDS = 30
"""The first wait; each further failure doubles it."""

LONGEST_WAIT_SECONDS = 15 * 60
"""The longest wait: 96 tries a day against one account, wherever they come from."""

FORGOTTEN_SECONDS = 24 * 3600
"""After this long without a try, a name is as if it had never failed."""

MOST_NAMES = 10_000
"""Names that are remembered; the one that was tried longest ago is dropped first."""


class SignInWaitError(UsageError):
    """Too many tries failed for a name; `seconds` says how long no password is looked at."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            code="sign-in-wait",
            message=f"too many tries failed for this name; the next one counts in {seconds} seconds",
            hint="wait for that long; further tries meanwhile do not prolong it",
        )


class FailedSignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Failed tries to sign in with one name."""

    name: str | None
    """The name of the account; None for all names that have none, together."""
    tries: int
    """Tries that failed since the last success, or since the server started."""
    addresses: int
    """Addresses that they came from."""
    last: str
    """When the last one was, as UTC in ISO 8601."""
    wait_seconds: int
    """How long no password is looked at for it from now; 0 where there is no wait."""


class _Tries:
    """What is known of the tries with one name."""

    def __init__(self) -> None:
        self.count = 0
        self.addresses: set[str] = set()
        self.last = ""
        self.tried_at = 0.0
        self.free_at = 0.0


class FailedSignIns:
    """Counts tries before their password is looked at, so that tries at once all count."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begin with nothing counted.

        Args:
            clock: gives seconds that never go back.
        """
        self._clock = clock
        self._names: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._trusted: set[tuple[str, str]] = set()
        self._gate = Lock()

    def begin(self, name: str, address: str, now: str) -> None:
        """Count a try; nothing in it depends on whether the name has an account.

        An address from which somebody has signed in with the name is counted apart, so that
        strangers cannot keep the person out.

        Args:
            name: the name as typed.
            address: where the try comes from.
            now: the time, for people.

        Raises:
            SignInWaitError: if the name must wait; such a try does not prolong the wait.
        """
        moment = self._clock()
        with self._gate:
            tries = self._tries_of(self._key(name, address), moment)
            if tries.free_at > moment:
                raise SignInWaitError(int(tries.free_at - moment) + 1)
            tries.count += 1
            tries.addresses.add(address)
            tries.last, tries.tried_at = now, moment
            beyond = tries.count - FREE_TRIES
            if beyond >= 0:
                wait = min(FIRST_WAIT_SECONDS * 2 ** min(beyond, 10), LONGEST_WAIT_SECONDS)
                tries.free_at = moment + wait

    def succeed(self, name: str, address: str) -> None:
        """Forget the tries with a name: the right password came."""
        with self._gate:
            self._names.pop(self._key(name, address), None)
            if len(self._trusted) >= MOST_NAMES:
                self._trusted.clear()
            self._trusted.add((name, address))

    def rows(self, accounts: set[str]) -> tuple[FailedSignIn, ...]:
        """The failed tries by account, those with most first; names without one are the last row.

        Args:
            accounts: names that have an account.
        """
        moment = self._clock()
        with self._gate:
            tried = [(name, each) for (name, _), each in self._names.items() if each.count]
            named = [_row(name, [each], moment) for name, each in tried if name in accounts]
            others = [each for name, each in tried if name not in accounts]
        named.sort(key=lambda row: (-row.tries, row.name or ""))
        return (*named, _row(None, others, moment)) if others else tuple(named)

    def _key(self, name: str, address: str) -> tuple[str, str]:
        return (name, address if (name, address) in self._trusted else "")

    def _tries_of(self, key: tuple[str, str], moment: float) -> _Tries:
        tries = self._names.pop(key, None)
        if tries is None or moment - tries.tried_at > FORGOTTEN_SECONDS:
            tries = _Tries()
        self._names[key] = tries
        if len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)
        return tries


def _row(name: str | None, tries: list[_Tries], moment: float) -> FailedSignIn:
    free_at = max(each.free_at for each in tries) if name is not None else 0.0
    return FailedSignIn(
        name=name,
        tries=sum(each.count for each in tries),
        addresses=len(set().union(*(each.addresses for each in tries))),
        last=max(each.last for each in tries),
        wait_seconds=max(0, int(free_at - moment)),
    )
