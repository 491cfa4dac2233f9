"""The diagnosis: whether an error that no code expected comes from a damaged store.

Changed bytes can make a number of a text or a fact of another shape, and fail anywhere. An audit
then says whether the store is damaged; where it finds nothing, the error is a mistake of ours.
"""

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from assay.core.errors import AssayError, MachineError
from assay.store.audit import verify
from assay.store.store import Store

SUSPICIOUS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    SQLAlchemyError,
    msgspec.MsgspecError,
)
"""Errors that data of another shape can cause."""


def diagnose(store: Store, error: BaseException | None) -> MachineError | None:
    """What an unexpected error means: the store's damage, or None where an audit finds none.

    Args:
        store: the open store.
        error: what ended the work with it, if anything did.
    """
    if isinstance(error, AssayError) or not isinstance(error, SUSPICIOUS):
        return None
    try:
        report = verify(store)
    except MachineError as fault:
        return fault
    damage = [each for each in report.findings if each.code != "no-witness"]
    if not damage:
        return None
    first = damage[0]
    return MachineError(
        code="store-corrupt",
        message=f"the store is damaged: {first.where}: {first.message}; "
        f"an audit has {len(damage)} findings",
        where=store.url,
        hint="`assay audit verify` lists them; restore the store from a backup",
    )
