"""Accounts, invitations, sessions and tokens in SQL. Secrets are kept as digests only."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import (
    Row,
    RowMapping,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from assay.governance.accounts import Account, Invitation, SessionRow, TokenRow
from assay.store.store import Store
from assay.store.writing import WriteUnit


class Accounts:
    """Reads accounts, and writes them inside a unit of work."""

    def __init__(self, store: Store) -> None:
        self._store = store
        tables = store.schema.desk
        self._accounts = tables.accounts
        self._invitations = tables.invitations
        self._sessions = tables.sessions
        self._tokens = tables.tokens
        # Asked for at every request, so built once.
        self._signed_in = _row_with_account(
            self._sessions, SessionRow.__struct_fields__, self._accounts
        )
        self._bearing = _row_with_account(self._tokens, TokenRow.__struct_fields__, self._accounts)

    def all(self) -> list[Account]:
        """All accounts in the order in which they were made."""
        with self._store.snapshot() as connection:
            query = select(self._accounts).order_by(self._accounts.c.id)
            return [_account(row) for row in connection.execute(query).mappings()]

    def by_id(self, number: int) -> Account | None:
        """The account with this number."""
        return self._one(select(self._accounts).where(self._accounts.c.id == number))

    def by_name(self, name: str) -> Account | None:
        """The account with this name."""
        return self._one(select(self._accounts).where(self._accounts.c.name == name))

    def by_subject(self, subject: str) -> Account | None:
        """The account of a person whom another service signs in."""
        return self._one(select(self._accounts).where(self._accounts.c.subject == subject))

    def by_pseudonym(self, pseudonym: str) -> Account | None:
        """The account with this pseudonym."""
        return self._one(select(self._accounts).where(self._accounts.c.pseudonym == pseudonym))

    def signed_in(self, digest: bytes) -> tuple[SessionRow, Account] | None:
        """The session with this cookie's digest, and its account."""
        row = self._first(self._signed_in, digest)
        if row is None:
            return None
        own, account = _split_row(row, SessionRow.__struct_fields__)
        return SessionRow(**{**own, "digest": digest}), _account(account)

    def token(self, digest: bytes) -> tuple[TokenRow, Account] | None:
        """The token with this digest, and its account."""
        row = self._first(self._bearing, digest)
        if row is None:
            return None
        own, account = _split_row(row, TokenRow.__struct_fields__)
        return _token(own), _account(account)

    def tokens_of(self, account: int) -> list[TokenRow]:
        """The tokens of an account, newest last."""
        table = self._tokens
        query = select(table).where(table.c.account == account).order_by(table.c.made)
        with self._store.snapshot() as connection:
            return [_token(row) for row in connection.execute(query).mappings()]

    def invitation(self, digest: bytes) -> Invitation | None:
        """The invitation with this digest."""
        table = self._invitations
        with self._store.snapshot() as connection:
            rows = connection.execute(select(table).where(table.c.digest == digest)).mappings()
            first_row = rows.first()
        return _invitation(first_row) if first_row else None

    def add(self, unit: WriteUnit, account: Account) -> Account:
        """Add an account; the number is given here."""
        newest = select(func.max(self._accounts.c.id))
        number = (unit.connection.execute(newest).scalar() or 0) + 1
        made = msgspec.structs.replace(account, id=number)
        unit.connection.execute(insert(self._accounts), _row(made))
        unit.acted = True
        return made

    def change(self, unit: WriteUnit, account: Account) -> None:
        """Rewrite an account."""
        table = self._accounts
        unit.connection.execute(update(table).where(table.c.id == account.id), _row(account))
        unit.acted = True

    def invite(self, unit: WriteUnit, invitation: Invitation) -> None:
        """Add an invitation."""
        unit.connection.execute(insert(self._invitations), _row(invitation))
        unit.acted = True

    def withdraw_open(self, unit: WriteUnit, role: str) -> None:
        """Withdraw every open invitation that grants a role."""
        table = self._invitations
        opened = select(table).where(table.c.used.is_(None))
        granting = [
            invitation.digest
            for invitation in map(_invitation, unit.connection.execute(opened).mappings().all())
            if role in invitation.roles
        ]
        unit.connection.execute(delete(table).where(table.c.digest.in_(granting)))
        unit.acted = True

    def use(self, unit: WriteUnit, digest: bytes, name: str) -> bool:
        """Use an invitation up; False if somebody was faster."""
        table = self._invitations
        # Test and change are one statement: of two requests with one link, only one matches a row.
        used = (
            update(table).where(table.c.digest == digest, table.c.used.is_(None)).values(used=name)
        )
        unit.acted = True
        return unit.connection.execute(used).rowcount == 1

    def begin(self, unit: WriteUnit, session: SessionRow) -> None:
        """Add a session, and delete those that have ended."""
        table = self._sessions
        unit.connection.execute(delete(table).where(table.c.until < session.begun))
        unit.connection.execute(insert(table), _row(session))
        unit.acted = True

    def renew(self, unit: WriteUnit, digest: bytes, until: str) -> None:
        """Have a session that is still there end later; the audit log does not name it."""
        table = self._sessions
        later = update(table).where(table.c.digest == digest, table.c.until < until)
        unit.connection.execute(later.values(until=until))

    def end(self, unit: WriteUnit, digest: bytes) -> None:
        """End a session."""
        table = self._sessions
        unit.connection.execute(delete(table).where(table.c.digest == digest))
        unit.acted = True

    def end_all(self, unit: WriteUnit, account: int) -> None:
        """End all sessions of an account and revoke its tokens."""
        sessions, tokens = self._sessions, self._tokens
        unit.connection.execute(delete(sessions).where(sessions.c.account == account))
        revoked = update(tokens).where(tokens.c.account == account).values(revoked=True)
        unit.connection.execute(revoked)
        unit.acted = True

    def add_token(self, unit: WriteUnit, token: TokenRow) -> None:
        """Add a token."""
        unit.connection.execute(insert(self._tokens), _row(token))
        unit.acted = True

    def revoke(self, unit: WriteUnit, account: int, digest: bytes) -> bool:
        """Revoke a token; False if the account has no such token."""
        table = self._tokens
        revoked = (
            update(table)
            .where(table.c.digest == digest, table.c.account == account)
            .values(revoked=True)
        )
        unit.acted = True
        return unit.connection.execute(revoked).rowcount == 1

    def _one(self, query: Select[Any]) -> Account | None:
        with self._store.snapshot() as connection:
            row = connection.execute(query).mappings().first()
        return _account(row) if row else None

    def _first(self, query: Select[Any], digest: bytes) -> Row[Any] | None:
        return next(iter(self._store.ask(query, {"of": digest})), None)


def _row_with_account(table: Table, names: tuple[str, ...], accounts: Table) -> Select[Any]:
    """The row of a table with the digest `of`, followed by the account that it belongs to."""
    return (
        select(
            *(table.c[name].label(f"own_{name}") for name in names),
            *(accounts.c[name] for name in Account.__struct_fields__),
        )
        .join(accounts, accounts.c.id == table.c.account)
        .where(table.c.digest == bindparam("of"))
    )


def _split_row(row: Row[Any], names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row of `_owned` in its two parts, by column."""
    values = tuple(row)
    own, account = values[: len(names)], values[len(names) :]
    return (
        dict(zip(names, own, strict=True)),
        dict(zip(Account.__struct_fields__, account, strict=True)),
    )


def _row(struct: msgspec.Struct) -> dict[str, Any]:
    """A struct as the columns of its table; lists of names are kept as one text."""
    row = msgspec.structs.asdict(struct)
    return {
        name: " ".join(value) if isinstance(value, tuple) else value for name, value in row.items()
    }


def _account(row: Mapping[str, Any] | RowMapping) -> Account:
    own = {name: row[name] for name in Account.__struct_fields__}
    own |= {"roles": tuple(own["roles"].split()), "preferences": bytes(own["preferences"])}
    return Account(**own)


def _token(row: Mapping[str, Any] | RowMapping) -> TokenRow:
    own = {name: row[name] for name in TokenRow.__struct_fields__}
    own |= {"digest": bytes(own["digest"]), "scopes": tuple(own["scopes"].split())}
    return TokenRow(**own)


def _invitation(row: RowMapping) -> Invitation:
    own = {name: row[name] for name in Invitation.__struct_fields__}
    own |= {"digest": bytes(own["digest"]), "roles": tuple(own["roles"].split())}
    return Invitation(**own)
