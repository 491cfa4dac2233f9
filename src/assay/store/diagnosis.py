"""The diagnosis: whether an error that no code expected comes from a damaged store.

Changed bytes can turn a text into a number or give a fact another shape, and fail anywhere. A look
at the store, and an audit of one that is not large, then show whether it is damaged. Where they find
nothing, the error is a defect of the code; a note on it says what was looked at.
"""

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from assay.core.errors import AssayError, MachineError
from assay.store.soundness import damage_error, findings_of_an_audit, require_sound
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

MOST_ROWS = 50_000
"""Rows of a store above which a diagnosis audits nothing: an audit of more takes many seconds."""


def diagnose(store: Store, error: BaseException | None) -> MachineError | None:
    """What an unexpected error means: the store's damage, or None where none was found.

    Where none was found, a note on the error says what was looked at.

    Args:
        store: the open store.
        error: what ended the work with it, if anything did.
    """
    if isinstance(error, AssayError) or not isinstance(error, SUSPICIOUS):
        return None
    try:
        seen = require_sound(store)
        audited = seen.rows <= MOST_ROWS
        findings = findings_of_an_audit(store) if audited else []
    except MachineError as fault:
        return fault
    if findings:
        return damage_error(store, findings)
    extent = f"each of its {seen.rows} rows" if audited else seen.extent
    further = "" if audited else "; `assay audit verify` reads all"
    error.add_note(f"No damage was found in the store. Looked at: {extent}{further}.")
    return None
