"""Failed sign-ins: counted by account as well as by address, with waits that double.

The counts are in a ledger that all server processes of a machine share, without a flush of the disk.
What is typed in place of a name may be a password, so the ledger has keyed digests of names and
addresses; names that have an account are shown, and all others are one number. Wrong one-time links
are counted apart: a link cannot be guessed, so anyone who holds one is let in, whatever else failed.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from time import monotonic
from typing import Protocol

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
"""Counts that are remembered; the one that was changed longest ago is dropped first."""

MOST_ADDRESSES = 1000
"""Different addresses that are counted for one name; more count as this many."""

TRIES_A_MINUTE = 10
"""Sign-ins that one address may fail in a minute; and, apart from them, one-time links."""

MINUTE_SECONDS = 60.0


class SignInWaitError(UsageError):
    """Too many tries failed; none is examined for the next `seconds`."""

    def __init__(self, seconds: int, of: str = "for this name") -> None:
        self.seconds = seconds
        super().__init__(
            code="sign-in-wait",
            message=f"too many tries failed {of}; the next one counts in {seconds} seconds",
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
    """Seconds from now during which no password is examined; 0 where there is no wait."""


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """The tries that are counted together."""

    count: int = 0
    """How many tries are counted under the key."""
    addresses: tuple[str, ...] = ()
    """Digests of the addresses that they came from, sorted."""
    last: str = ""
    """When the last one was, as UTC in ISO 8601."""
    tried_at: float = 0.0
    """When it was, or when their minute began, in seconds of the clock that never goes back."""
    free_at: float = 0.0
    """When the next one is examined, in the same seconds."""


class OpenLedger(Protocol):
    """The ledger while no other thread or process changes it."""

    def get(self, key: str) -> Tries | None:
        """What is counted under a key."""

    def put(self, key: str, tries: Tries) -> None:
        """Count this under a key from now on; beyond `MOST_NAMES` the oldest key is dropped."""

    def drop(self, key: str) -> None:
        """Forget a key."""

    def under(self, beginning: str) -> list[tuple[str, Tries]]:
        """Every key with this beginning, and its tries."""


class SignInLedger(Protocol):
    """Where tries are counted, for every process that examines passwords."""

    def open(self) -> AbstractContextManager[OpenLedger]:
        """The ledger, for one change at a time.

        Raises:
            MachineError: if it cannot be used; then no password is examined.
        """


class MemoryLedger:
    """A ledger of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    @contextmanager
    def open(self) -> Iterator[OpenLedger]:
        """The ledger, for one change at a time."""
        with self._lock:
            yield self

    def get(self, key: str) -> Tries | None:
        """What is counted under a key."""
        return self._tries.get(key)

    def put(self, key: str, tries: Tries) -> None:
        """Count this under a key from now on."""
        self._tries[key] = tries
        self._tries.move_to_end(key)
        if len(self._tries) > MOST_NAMES:
            self._tries.popitem(last=False)

    def drop(self, key: str) -> None:
        """Forget a key."""
        self._tries.pop(key, None)

    def under(self, beginning: str) -> list[tuple[str, Tries]]:
        """Every key with this beginning, and its tries."""
        return [(key, tries) for key, tries in self._tries.items() if key.startswith(beginning)]


class FailedSignIns:
    """Counts tries before their password is examined, so that simultaneous tries all count."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        *,
        ledger: SignInLedger | None = None,
        key: bytes | None = None,
    ) -> None:
        """Count in a ledger.

        Args:
            clock: gives seconds that never go back, the same to every process of the ledger.
            ledger: where to count; the memory of this process unless given.
            key: what digests of names and addresses depend on; one of this process unless given.
        """
        self._clock = clock
        self._ledger = ledger or MemoryLedger()
        self._secret = key or secrets.token_bytes(32)

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
        with self._ledger.open() as ledger:
            moment = self._clock()  # in the ledger's order, which other processes share
            key = self._key(ledger, name, address)
            tries = _unexpired_tries(ledger.get(key), moment)
            if tries.free_at > moment:
                raise SignInWaitError(int(tries.free_at - moment) + 1)
            beyond = tries.count + 1 - FREE_TRIES
            # The exponent is bounded, so that a long series makes no huge number.
            wait = min(FIRST_WAIT_SECONDS * 2 ** min(beyond, 10), LONGEST_WAIT_SECONDS)
            addresses = {*tries.addresses, self._digest(address)}
            counted = Tries(
                count=tries.count + 1,
                addresses=tuple(sorted(addresses)[:MOST_ADDRESSES]),
                last=now,
                tried_at=moment,
                free_at=moment + wait if beyond >= 0 else tries.free_at,
            )
            ledger.put(key, counted)

    def succeed(self, name: str, address: str) -> None:
        """Forget the tries with a name, and the address's last one: the right password came."""
        with self._ledger.open() as ledger:
            ledger.drop(self._key(ledger, name, address))
            ledger.put(self._trusted_key(name, address), Tries(tried_at=self._clock()))
            # `begin_at` counted this try against the address before it was known to be right.
            key = self._address_key("sign-in", address)
            tries = ledger.get(key)
            if tries is not None and tries.count:
                ledger.put(key, msgspec.structs.replace(tries, count=tries.count - 1))

    def begin_at(self, address: str) -> None:
        """Count a try to sign in by its address, whatever the name.

        Raises:
            SignInWaitError: if too many of this address failed within a minute.
        """
        self._spend(self._address_key("sign-in", address))

    def wrong_link(self, address: str) -> None:
        """Count a one-time link that is none; a valid link is never counted.

        Raises:
            SignInWaitError: if too many of this address were wrong within a minute.
        """
        self._spend(self._address_key("link", address))

    def rows(self, accounts: set[str]) -> tuple[FailedSignIn, ...]:
        """The failed tries by account, those with most first; names without one are the last row.

        Args:
            accounts: names that have an account.
        """
        moment = self._clock()
        names = {self._digest(account): account for account in accounts}
        with self._ledger.open() as ledger:
            under = ledger.under("name:")
        failed = [(key.split(":")[1], tries) for key, tries in under if tries.count]
        named = [_row(names[name], [tries], moment) for name, tries in failed if name in names]
        others = [tries for name, tries in failed if name not in names]
        named.sort(key=lambda row: (-row.tries, row.name or ""))
        return (*named, _row(None, others, moment)) if others else tuple(named)

    def _spend(self, key: str) -> None:
        with self._ledger.open() as ledger:
            moment = self._clock()  # in the ledger's order, which other processes share
            tries = ledger.get(key)
            if tries is None or not 0 <= moment - tries.tried_at < MINUTE_SECONDS:
                tries = Tries(tried_at=moment)
            if tries.count >= TRIES_A_MINUTE:
                left = tries.tried_at + MINUTE_SECONDS - moment
                raise SignInWaitError(int(left) + 1, "from this address")
            ledger.put(key, msgspec.structs.replace(tries, count=tries.count + 1))

    def _key(self, ledger: OpenLedger, name: str, address: str) -> str:
        # An address that has signed in has a count of its own, which strangers cannot fill.
        trusted = ledger.get(self._trusted_key(name, address)) is not None
        own = self._digest(address) if trusted else ""
        return f"name:{self._digest(name)}:{own}"

    def _trusted_key(self, name: str, address: str) -> str:
        return f"trusted:{self._digest(name)}:{self._digest(address)}"

    def _address_key(self, kind: str, address: str) -> str:
        return f"{kind}:{self._digest(address)}"

    def _digest(self, text: str) -> str:
        return hmac.digest(self._secret, text.encode("utf-8", "replace"), "sha256").hex()[:32]


def _unexpired_tries(tries: Tries | None, moment: float) -> Tries:
    """The tries, unless they are too old, or from before the machine was restarted."""
    # A restart sets the monotonic clock back, so that older tries seem to lie in the future.
    if tries is None or not 0 <= moment - tries.tried_at <= FORGOTTEN_SECONDS:
        return Tries()
    return tries


def _row(name: str | None, tries: list[Tries], moment: float) -> FailedSignIn:
    free_at = max(entry.free_at for entry in tries) if name is not None else 0.0
    return FailedSignIn(
        name=name,
        tries=sum(entry.count for entry in tries),
        addresses=len(set().union(*(entry.addresses for entry in tries))),
        last=max(entry.last for entry in tries),
        wait_seconds=max(0, int(free_at - moment)),
    )
