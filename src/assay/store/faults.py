"""What a database's own errors mean for the person who meets them."""

import sqlite3
from collections.abc import Mapping

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from assay.core.errors import MachineError

_KEPT = "nothing that was acknowledged is lost"

_FAULTS: Mapping[str, tuple[str, str]] = {
    "disk-full": (
        "the disk that holds the store is full; this change was not stored",
        f"free some space and do it again; {_KEPT}",
    ),
    "store-locked": (
        "another process is writing to the store and did not finish in time",
        "wait for it to end, or stop it, and do this again",
    ),
    "store-corrupt": (
        "the store's file is damaged, or is not a store",
        "restore it from a backup; `assay audit verify` shows whether the backup is whole",
    ),
    "store-read-only": (
        "the store cannot be written",
        "check the permissions of the file and of its folder",
    ),
    "store-unreachable": (
        "the store cannot be opened or reached",
        "check the store's address in assay.toml, that it is there, and that you may use it",
    ),
    "store-broken-off": (
        "the machine failed to read or write the store",
        f"check the disk or the server, then do this again; {_KEPT}",
    ),
}
"""Code of the fault -> what is wrong, what to do."""

_SQLITE = {
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_BUSY: "store-locked",
    sqlite3.SQLITE_LOCKED: "store-locked",
    sqlite3.SQLITE_CORRUPT: "store-corrupt",
    sqlite3.SQLITE_NOTADB: "store-corrupt",
    sqlite3.SQLITE_READONLY: "store-read-only",
    sqlite3.SQLITE_PERM: "store-read-only",
    sqlite3.SQLITE_CANTOPEN: "store-unreachable",
    sqlite3.SQLITE_IOERR: "store-broken-off",
}
"""Primary result code of SQLite -> code of the fault."""

_SQLSTATE = {
    "53100": "disk-full",
    "55P03": "store-locked",
    "40P01": "store-locked",
    "25006": "store-read-only",
    "42501": "store-read-only",
    "XX001": "store-corrupt",
    "XX002": "store-corrupt",
    "58030": "store-broken-off",
    "57P01": "store-broken-off",
    "57P02": "store-broken-off",
}
"""SQLSTATE of PostgreSQL -> code of the fault; see its appendix A, error codes."""


def fault(error: BaseException | None) -> MachineError | None:
    """What a driver's error means, if the machine caused it; None for a defect of the code."""
    if isinstance(error, UnicodeDecodeError) or _is_not_text(error):
        return _as_error("store-corrupt", error)
    if isinstance(error, sqlite3.Error):
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _as_error(_SQLITE.get(primary), error)
    if error is not None and hasattr(error, "sqlstate"):
        return _as_error(_postgres_code(error), error)
    return None


def _is_not_text(error: BaseException | None) -> bool:
    """Whether SQLite met text that is not UTF-8, for which it has no code of its own."""
    return isinstance(error, sqlite3.OperationalError) and "decode to UTF-8" in str(error)


def _postgres_code(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    # Without a state no server answered: psycopg raises such an error when it cannot connect.
    if state is None:
        return "store-unreachable" if type(error).__name__ == "OperationalError" else None
    if state[:2] in {"08", "28", "3D"}:
        return "store-unreachable"
    return _SQLSTATE.get(state)


def _as_error(code: str | None, error: BaseException | None) -> MachineError | None:
    if code is None:
        return None
    message, hint = _FAULTS[code]
    reported = str(error).strip().split("\n", maxsplit=1)[0]
    return MachineError(code=code, message=f"{message} ({reported})", hint=hint)


def unreadable_schema(error: BaseException) -> MachineError:
    """The fault of a store whose own list of tables makes no sense."""
    message, hint = _FAULTS["store-corrupt"]
    reported = str(error).strip().split("\n", maxsplit=1)[0]
    return MachineError(
        code="store-corrupt",
        message=f"{message}: its tables cannot be read ({reported})",
        hint=hint,
    )


def translate(engine: Engine) -> None:
    """Let an engine raise `MachineError` wherever its driver reports a fault of the machine."""

    def replace(context: ExceptionContext) -> BaseException | None:
        return fault(context.original_exception)

    event.listen(engine, "handle_error", replace, retval=True)
