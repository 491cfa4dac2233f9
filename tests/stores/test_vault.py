"""The vault on PostgreSQL: a role of its own, which the store's role cannot pass for."""

from pathlib import Path

import pyrage
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from assay.core.errors import AssayError
from assay.store.vault import SqlVault
from stores.conftest import database

IDENTITY = pyrage.x25519.Identity.generate()
ITEMS = [("item-1", b"the first secret"), ("item-2", b"the second secret")]


@pytest.mark.postgres
def test_the_stores_role_cannot_read_the_vault(admin: Connection, server: str) -> None:
    """The vault's role reads what it kept; the ordinary role is denied every table."""
    for role in ("keeper", "ordinary"):
        admin.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
    admin.exec_driver_sql("CREATE DATABASE vault OWNER keeper")
    at = database(server, "vault")
    with SqlVault.open(at.replace("postgres@", "keeper@", 1)) as vault:
        vault.keep("r", ITEMS, [str(IDENTITY.to_public())])
        assert dict(vault.decrypt("r", str(IDENTITY))) == dict(ITEMS)
        assert vault.openings("r") == 1
    with (
        pytest.raises((AssayError, ProgrammingError), match="permission denied"),
        SqlVault.open(at.replace("postgres@", "ordinary@", 1)) as vault,
    ):
        vault.count("r")


def test_kept_items_come_back_and_their_bytes_are_nowhere(tmp_path: Path) -> None:
    """A vault in a file holds no plain byte, and gives every item back with the key."""
    with SqlVault.open(f"sqlite:///{tmp_path}/deep/vault.sqlite") as vault:
        vault.keep("r", ITEMS, [str(IDENTITY.to_public())])
        vault.keep("r", [("item-3", b"later")], [str(IDENTITY.to_public())])
        assert vault.present_items("r", ["item-1", "item-9"]) == frozenset({"item-1"})
        assert len(list(vault.decrypt("r", str(IDENTITY)))) == vault.count("r") == 3
    for file in (tmp_path / "deep").iterdir():
        assert b"secret" not in file.read_bytes()
