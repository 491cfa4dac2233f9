"""Versions of the schema: making a store, bringing an older one up to date, refusing a newer one."""

import logging
from importlib import resources

from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from assay.core.errors import MachineError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every revision of the schema, oldest first; a test holds them equal to the migrations."""

_LOG = logging.getLogger("assay.store")

_VERSION_TABLE = "alembic_version"


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables, or change those of an older release; all of it or nothing.

    That an older store was changed is logged as a warning, which Python shows by itself.

    Raises:
        MachineError: if a newer release made the store.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISIONS[-1]:
            return  # nothing to do, and no lock to wait for
    # Two processes may start at once: the revision is read again under the lock.
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('assay schema'))"))
        revision = _revision(connection)
        if revision is not None:
            _refuse_newer(revision)
        if revision != REVISIONS[-1]:
            _migrate(connection)
    if revision not in {None, REVISIONS[-1]}:
        _LOG.warning(
            "assay: an older Assay made this store (its schema was %s); it was brought up to date (%s), "
            "and an older Assay can no longer open it",
            revision,
            REVISIONS[-1],
        )


def require_current(engine: Engine) -> None:
    """Refuse a store whose schema this release does not read.

    Raises:
        MachineError: if there is no schema, or an older or a newer one.
    """
    with engine.connect() as connection:
        revision = _revision(connection)
    if revision is None:
        raise MachineError(
            code="no-store",
            message="there is no store here",
            where=engine.url.render_as_string(hide_password=True),
            hint="make one with `assay init`, or correct the store's address in assay.toml",
        )
    _refuse_newer(revision)
    if revision != REVISIONS[-1]:
        raise MachineError(
            code="store-older",
            message=f"an older Assay made this store (its schema is {revision})",
            hint="make a backup, then open it with create=True, which brings it up to date",
        )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    versions = table(_VERSION_TABLE, column("version_num"))
    return str(connection.execute(select(versions.c.version_num)).scalar_one())


def _refuse_newer(revision: str) -> None:
    if revision not in REVISIONS:
        raise MachineError(
            code="store-newer",
            message=f"a newer Assay made this store (its schema is {revision})",
            hint="install that release of Assay, or a later one",
        )


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that only a new store needs
    from alembic.config import Config  # noqa: PLC0415 - the same

    with resources.as_file(resources.files("assay.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
