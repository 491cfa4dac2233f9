"""The vault: encrypted evaluation items in a database of their own.

Each sealing makes a data key, wrapped by age for the recipients' public keys; each item is
encrypted under it with AES-256-GCM, bound to its reserve, name and version, so that no two can be
exchanged. Sealing needs no secret; reading needs an opener's private key, which ordinary
machines do not hold.
"""

import secrets
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)

from assay.core.errors import InputError, MachineError, UsageError
from assay.store.connection import (
    among,
    keep_private,
    open_engine,
    reading,
    sqlite_file,
    writing,
)
from assay.store.damage import CORRUPT, faults_of_the_file

VERSION = 1
"""Version of the way in which items are encrypted; it is bound into every item."""

_SHOWN_FAULTS = 5
"""Faults of the file that are read."""

_METADATA = MetaData()
_KEYS = Table(
    "vault_keys",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("reserve", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
_ITEMS = Table(
    "vault_items",
    _METADATA,
    Column("reserve", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("key", Integer, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
_OPENINGS = Table(
    "vault_openings",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("reserve", Text, nullable=False),
)


class SqlVault:
    """A vault in SQLite or PostgreSQL; implements `reserve.ports.Vault`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the vault at a URL, and make it where there is none.

        Raises:
            UsageError: if the URL names no database that Assay knows.
            MachineError: if it cannot be reached, or its role may not use it.
        """
        engine = open_engine(url)
        keep_private(engine, create=True)
        _METADATA.create_all(engine)
        return cls(engine)

    @classmethod
    def open_to_look(cls, url: str) -> Self | None:
        """Open a vault to look at it: nothing is made or changed; None where no file is here.

        A server of a vault is not asked: most machines may not use it.

        Raises:
            UsageError: if the URL names no database that Assay knows.
        """
        engine = open_engine(url, damaged=True)
        file = sqlite_file(engine)
        return cls(engine) if file is not None and file.exists() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.dispose()

    def present_items(self, reserve: str, items: Sequence[str]) -> frozenset[str]:
        """Which of these items the reserve holds already."""
        with reading(self._engine) as connection:
            query = select(_ITEMS.c.item).where(
                _ITEMS.c.reserve == reserve, among(connection, _ITEMS.c.item, items)
            )
            return frozenset(connection.execute(query).scalars())

    def keep(
        self, reserve: str, items: Sequence[tuple[str, bytes]], recipients: Sequence[str]
    ) -> None:
        """Keep items, encrypted for the recipients; whole or not at all."""
        # A key for each sealing: who seals needs no earlier key, and so cannot read earlier items.
        data_key = secrets.token_bytes(32)
        to = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
        wrapped = pyrage.encrypt(data_key, to)
        with writing(self._engine, _ITEMS) as connection:
            last = connection.execute(select(func.max(_KEYS.c.number))).scalar_one() or 0
            number = last + 1
            connection.execute(
                insert(_KEYS), {"number": number, "reserve": reserve, "wrapped": wrapped}
            )
            connection.execute(
                insert(_ITEMS),
                [_encrypted_row(reserve, name, body, data_key, number) for name, body in items],
            )

    def count(self, reserve: str) -> int:
        """How many items the reserve holds."""
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(_ITEMS).where(_ITEMS.c.reserve == reserve)
            return int(connection.execute(query).scalar_one())

    def faults(self, reserve: str, sealed: int) -> tuple[str, ...]:
        """What shows that the vault is damaged, without a key; changed bytes of an item show later.

        Args:
            reserve: name of the reserve.
            sealed: items of it that the store knows to be sealed.
        """
        try:
            with reading(self._engine) as connection:
                damage = faults_of_the_file(connection, _SHOWN_FAULTS)
                there = set(inspect(connection).get_table_names())
                lost = [name for name in _METADATA.tables if name not in there]
                damage += [f"it has no table {name}" for name in lost]
                if damage:
                    return tuple(damage)
                keyless = (
                    select(func.count())
                    .select_from(_ITEMS)
                    .where(_ITEMS.c.key.not_in(select(_KEYS.c.number)))
                )
                unopened = connection.execute(keyless).scalar_one()
            n_held = self.count(reserve)
        except MachineError as error:
            if error.code != CORRUPT:
                raise
            return (error.message,)
        if n_held < sealed:
            damage.append(f"it holds {n_held} items of {reserve}, and {sealed} are sealed")
        if unopened:
            damage.append(f"the key of {unopened} items is gone")
        return tuple(damage)

    def openings(self, reserve: str) -> int:
        """How often the vault was asked to open the reserve, by its own count."""
        with reading(self._engine) as connection:
            query = (
                select(func.count()).select_from(_OPENINGS).where(_OPENINGS.c.reserve == reserve)
            )
            return int(connection.execute(query).scalar_one())

    def decrypt(self, reserve: str, identity: str) -> Iterator[tuple[str, bytes]]:
        """Every item with its plain bytes; the vault counts the opening first.

        Raises:
            UsageError: if the key opens nothing here.
            InputError: if an item was changed since it was sealed.
        """
        # Committed before anything is decrypted: who stops half-way is counted as well.
        with writing(self._engine, _ITEMS) as connection:
            connection.execute(insert(_OPENINGS), {"reserve": reserve})
        with reading(self._engine) as connection:
            wrapped = connection.execute(
                select(_KEYS.c.number, _KEYS.c.wrapped).where(_KEYS.c.reserve == reserve)
            ).all()
            keys = {row.number: _unwrap_key(row.wrapped, identity) for row in wrapped}
            rows = connection.execute(
                select(_ITEMS).where(_ITEMS.c.reserve == reserve).order_by(_ITEMS.c.item)
            )
            for row in rows:
                yield row.item, _plain(reserve, row.item, row.nonce, row.body, keys[row.key])


def _encrypted_row(
    reserve: str, name: str, body: bytes, data_key: bytes, number: int
) -> dict[str, object]:
    nonce = secrets.token_bytes(12)
    closed = AESGCM(data_key).encrypt(nonce, body, _bound_to(reserve, name))
    return {"reserve": reserve, "item": name, "key": number, "nonce": nonce, "body": closed}


def _plain(reserve: str, name: str, nonce: bytes, body: bytes, data_key: bytes) -> bytes:
    try:
        return AESGCM(data_key).decrypt(nonce, body, _bound_to(reserve, name))
    except InvalidTag as error:
        raise InputError(
            code="vault-changed",
            message="an item of the vault was changed since it was sealed",
            where=name,
            hint="restore the vault from a backup",
        ) from error


def _bound_to(reserve: str, name: str) -> bytes:
    # Authenticated with the item and not stored: bytes that were moved to another name or another
    # reserve fail to decrypt.
    return f"{reserve}|{name}|{VERSION}".encode()


def _unwrap_key(wrapped: bytes, identity: str) -> bytes:
    try:
        return bytes(pyrage.decrypt(wrapped, [pyrage.x25519.Identity.from_str(identity.strip())]))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise UsageError(
            code="wrong-vault-key",
            message="this key does not open the vault",
            where="assay.toml: vault_key",
            hint="an opener's private key starts with AGE-SECRET-KEY-; the opening stays logged",
        ) from error
