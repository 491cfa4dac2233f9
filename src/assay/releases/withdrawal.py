"""The withdrawal: a notice that a release, or part of it, must no longer be used."""

from typing import ClassVar

from assay.core.fact import Fact
from assay.core.ports import FactStore


class Withdrawal(Fact):
    """One withdrawal. The release's folder stays as it is; the notice goes with it."""

    prefix: ClassVar[str] = "wdr"

    release: str
    """Id of the release."""
    reason: str
    """Why it is withdrawn, in words; the signed notice repeats it."""
    records: tuple[str, ...] = ()
    """Ids of the records withdrawn; empty where the whole release is."""


def withdrawn_records(store: FactStore) -> dict[str, str]:
    """The records that were withdrawn one by one, each with the reason."""
    return {
        record: withdrawal.reason
        for withdrawal in store.scan(Withdrawal)
        for record in withdrawal.records
    }
