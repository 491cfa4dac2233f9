"""The `accounts` interface of an open program: who may sign in, and as what."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from threading import Semaphore

import msgspec
from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from assay.context import Context, Interface
from assay.contracts.service import PRIVATE_FOLDER
from assay.core.clock import later
from assay.core.errors import UsageError
from assay.governance.accounts import (
    NAME,
    TOKEN_PREFIX,
    Account,
    Invitation,
    SessionRow,
    TokenRow,
    check_name,
    check_password,
    digest,
    new_secret,
)
from assay.governance.failed_sign_ins import FailedSignIn, FailedSignIns
from assay.governance.permissions import (
    GRANTS,
    Permission,
    Principal,
    limit_to_scopes,
    permissions_of,
    read_scopes,
    refuse_unknown_role,
)
from assay.records.pseudonym import is_pseudonym
from assay.store.accounts import Accounts
from assay.store.sign_in_ledger import FileLedger
from assay.store.writing import WriteUnit

SESSION_SECONDS = 12 * 3600
"""How long a browser stays signed in at most."""

IDLE_SECONDS = 3600
"""How long it stays signed in without a request."""

RENEWED_SECONDS = 300
"""How old the end of a session in use may become before it is written anew."""

INVITATION_SECONDS = 7 * 24 * 3600
"""How long an invitation may be used."""

DAY_SECONDS = 24 * 3600

STRENGTH = profiles.RFC_9106_LOW_MEMORY
"""What a password's hash costs: argon2id with 64 MiB, three passes (RFC 9106, section 4)."""

HASHER = PasswordHasher.from_parameters(STRENGTH)
"""Hashes passwords, and detects when an older hash is weaker than it should be."""

ADMINISTRATOR = "administrator"
"""The role that runs the accounts."""

SIGN_INS = "sign-ins.sqlite"
"""Name of the file in which failed sign-ins are counted."""

AT_ONCE = 2
"""Passwords that are hashed at one time: each takes 64 MiB, so a flood of them would take all."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A new session."""

    cookie: str
    """Its secret, shown once."""
    principal: Principal
    """The person, with permissions and the session's CSRF token."""


class AccountsService(Interface):
    """Invite people, sign them in, make tokens and revoke them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._accounts = Accounts(context.store)
        self._hasher = HASHER
        self._hashing = Semaphore(AT_ONCE)
        self._used: dict[bytes, str] = {}
        self.failed_sign_ins = FailedSignIns(
            ledger=FileLedger(context.folder / PRIVATE_FOLDER / SIGN_INS), key=context.keys.desk
        )
        """Sign-ins that failed in any process of this machine that serves the program."""

    @cached_property
    def _nobody(self) -> str:
        """Checked where there is no account, so that a wrong name takes as long as a wrong password."""
        return self._hasher.hash(new_secret())

    def first_link(self) -> str | None:
        """The secret of a one-time link that makes the first administrator; None if there is one.

        Earlier links of this kind are withdrawn: only the newest one works.
        """
        if self._has_administrator():
            return None
        by = self._context.actor
        with self._write("account.withdraw_links", by, ADMINISTRATOR) as unit:
            self._accounts.withdraw_open(unit, ADMINISTRATOR)
        return self.invite((ADMINISTRATOR,), by=by, seconds=DAY_SECONDS)

    def invite(
        self,
        roles: Iterable[str],
        *,
        by: str,
        name: str | None = None,
        seconds: int = INVITATION_SECONDS,
    ) -> str:
        """Make a one-time link for an account with these roles; its secret is shown once.

        Args:
            roles: the roles.
            by: who invites.
            name: the name to sign in with; the invited person chooses it where absent.
            seconds: how long it may be used.

        Raises:
            UsageError: for an unknown role, or a name that is taken or cannot be one.
        """
        granted = _roles(roles)
        if name is not None:
            check_name(name)
            self._refuse_taken(name)
        secret = new_secret()
        invitation = Invitation(
            digest=digest(secret),
            name=name,
            roles=granted,
            until=later(self._context.clock(), seconds),
        )
        with self._write("account.invite", by, name or "") as unit:
            self._accounts.invite(unit, invitation)
        return secret

    def invitation(self, secret: str, *, address: str = "") -> Invitation:
        """The invitation behind a link. A valid link works however many wrong ones came before it.

        Args:
            secret: the link's secret.
            address: where it comes from; wrong links are counted by it.

        Raises:
            UsageError: if there is none, or it was used or has ended.
            SignInWaitError: if there is none, and too many wrong links came from the same address.
        """
        invitation = self._accounts.invitation(digest(secret))
        if invitation is None or invitation.used or invitation.until < self._context.clock():
            if address:
                self.failed_sign_ins.wrong_link(address)
            raise UsageError(
                code="no-invitation",
                message="this link was used before, or has ended",
                hint="ask an administrator for a new one",
            )
        return invitation

    def accept(self, secret: str, *, name: str, password: str) -> Account:
        """Make the account that an invitation is for.

        Raises:
            UsageError: if the link is not valid, the name is taken or the password too short.
        """
        invitation, account = self._invited_account(secret, name)
        check_password(password)
        return self._use(
            invitation, msgspec.structs.replace(account, password=self._hash(password))
        )

    def enter(self, secret: str, *, name: str, password: str) -> SignedIn:
        """Make the account that an invitation is for, and sign it in.

        The link admits the person, so failed sign-ins with the name do not count.

        Raises:
            UsageError: as `accept`.
        """
        return self._begin(self.accept(secret, name=name, password=password))

    def accept_as(self, secret: str, *, name: str, subject: str) -> Account:
        """Make the account that an invitation is for, which a provider signs in: it has no password.

        Args:
            secret: the link's secret.
            name: the name of the account, where the invitation leaves it open.
            subject: issuer and subject at the OpenID Connect provider.

        Raises:
            UsageError: if the link is not valid, the name is taken, or the subject has an account.
        """
        invitation, account = self._invited_account(secret, name)
        if self._accounts.by_subject(subject):
            raise UsageError(
                code="subject-taken",
                message="the person that the provider names already has an account here",
                hint="sign in without the invitation",
            )
        return self._use(invitation, msgspec.structs.replace(account, subject=subject))

    def add_program(
        self, name: str, roles: Iterable[str], *, scopes: Iterable[str], days: int, by: str
    ) -> tuple[Account, str]:
        """Make an account for a program: it has no password, and its one token is its only access.

        Args:
            name: the account's name.
            roles: its roles.
            scopes: what its token is limited to.
            days: how long the token holds.
            by: who does it.

        Returns:
            The account, and the token's secret, which is shown this once.

        Raises:
            UsageError: for a name that is taken or cannot be one, an unknown role or that of an
                administrator, or a scope that the roles do not grant; then no account is made.
        """
        check_name(name)
        self._refuse_taken(name)
        account = Account(
            id=0, name=name, pseudonym=self._context.pseudonym(name), roles=_roles(roles)
        )
        if ADMINISTRATOR in account.roles:
            raise UsageError(
                code="program-administrator",
                message="a program cannot be an administrator: nobody could sign in to its account",
                where="roles",
                hint="name the role of what it does, such as reviewer or lead",
            )
        # Before the account is written: a refused call leaves none behind.
        _granted_scopes(_principal(account, csrf=None), scopes)
        with self._write("account.add_program", by, name) as unit:
            account = self._accounts.add(unit, account)
        who = _principal(account, csrf=None)
        return account, self.make_token(who, name=name, scopes=scopes, days=days)

    def sign_in(self, name: str, password: str, *, address: str = "") -> SignedIn | None:
        """Sign a person in; None for a wrong name or password, and the result does not tell which.

        Args:
            name: the name as typed.
            password: the password.
            address: where the try comes from.

        Raises:
            SignInWaitError: if too many tries with this name failed, whether it has an account or
                not, or too many of this address.
        """
        if address:
            self.failed_sign_ins.begin_at(address)
        name = name if NAME.match(name) else ""
        self.failed_sign_ins.begin(name, address, self._context.clock())
        account = self._accounts.by_name(name) if name else None
        password_hash = (
            account.password if account and account.active and account.password else None
        )
        # Always one hash, so that the time does not tell whether the name has an account.
        right = self._verify(password_hash or self._nobody, password)
        if account is None or password_hash is None or not right:
            return None
        self.failed_sign_ins.succeed(name, address)
        return self._begin(account)

    def failed_tries(self) -> tuple[FailedSignIn, ...]:
        """The failed tries on this machine by account; names without one are one row, the last."""
        return self.failed_sign_ins.rows({account.name for account in self._accounts.all()})

    def sign_in_as(self, subject: str) -> SignedIn | None:
        """Sign in the account that an OpenID Connect subject is linked to; None where there is none."""
        account = self._accounts.by_subject(subject)
        return self._begin(account) if account and account.active else None

    def principal(self, cookie: str) -> Principal | None:
        """Who a browser's cookie belongs to."""
        session = self._accounts.signed_in(digest(cookie))
        if session is None:
            return None
        row, account = session
        now = self._context.clock()
        if row.until < now or not account.active:
            return None
        if row.until < later(now, IDLE_SECONDS - RENEWED_SECONDS):
            self._used[row.digest] = min(
                later(now, IDLE_SECONDS), later(row.begun, SESSION_SECONDS)
            )
        return _principal(account, csrf=row.csrf)

    def renew_sessions(self) -> None:
        """Write the new ends of the sessions that were used since the last call, without an audit entry.

        Requests only note them, so that none waits for the disk.
        """
        used, self._used = self._used, {}
        if not used:
            return
        with self._write("account.renew", "desk", "") as unit:
            for session, until in used.items():
                self._accounts.renew(unit, session, until)

    def bearer(self, token: str) -> Principal | None:
        """Who an API token acts for, within its scopes."""
        token_row = self._accounts.token(digest(token)) if token.startswith(TOKEN_PREFIX) else None
        if token_row is None:
            return None
        row, account = token_row
        if row.revoked or row.until < self._context.clock() or not account.active:
            return None
        # What the roles grant today: a token made earlier loses what its person lost.
        whole = _principal(account, csrf=None)
        return msgspec.structs.replace(
            whole, permissions=limit_to_scopes(whole.permissions, row.scopes)
        )

    def sign_out(self, cookie: str, who: Principal) -> None:
        """End a session."""
        with self._write("account.sign_out", who.name, who.name) as unit:
            self._accounts.end(unit, digest(cookie))

    def make_token(
        self, who: Principal, *, name: str, scopes: Iterable[str], days: int = 90
    ) -> str:
        """Make an API token; its secret is shown once.

        Raises:
            UsageError: for an unknown scope, or one that the person does not hold.
        """
        requested = _granted_scopes(who, scopes)
        secret = new_secret(TOKEN_PREFIX)
        now = self._context.clock()
        row = TokenRow(
            digest=digest(secret),
            account=who.account,
            name=name,
            scopes=tuple(str(scope) for scope in requested),
            until=later(now, days * DAY_SECONDS),
            made=now,
        )
        with self._write("token.make", who.name, name) as unit:
            self._accounts.add_token(unit, row)
        return secret

    def tokens(self, who: Principal) -> Sequence[TokenRow]:
        """A person's own tokens."""
        return self._accounts.tokens_of(who.account)

    def revoke(self, who: Principal, token: bytes) -> bool:
        """Revoke a person's own token; False if the person has no such token."""
        with self._write("token.revoke", who.name, "") as unit:
            return self._accounts.revoke(unit, who.account, token)

    def list(self) -> Sequence[Account]:
        """All accounts."""
        return self._accounts.all()

    def set_roles(self, number: int, roles: Iterable[str], *, by: str) -> Account:
        """Give an account other roles; its sessions go on with them at once."""
        account = self._account(number)
        changed = msgspec.structs.replace(account, roles=_roles(roles))
        self._keep_an_administrator(changed)
        with self._write("account.roles", by, account.name) as unit:
            self._end_first_links(unit, changed)
            self._accounts.change(unit, changed)
        return changed

    def close(self, number: int, *, by: str) -> Account:
        """Close an account: sessions end, tokens are revoked; its judgments stay."""
        account = self._account(number)
        closed = msgspec.structs.replace(account, active=False)
        self._keep_an_administrator(closed)
        with self._write("account.close", by, account.name) as unit:
            self._accounts.change(unit, closed)
            self._accounts.end_all(unit, number)
        return closed

    def link(self, number: int, subject: str, *, by: str) -> Account:
        """Link an account to the subject by which an OpenID Connect provider names the person."""
        linked = msgspec.structs.replace(self._account(number), subject=subject)
        with self._write("account.link", by, linked.name) as unit:
            self._accounts.change(unit, linked)
        return linked

    def preferences(self, who: Principal) -> bytes:
        """A person's own settings of the desk, as JSON."""
        return self._account(who.account).preferences

    def set_preferences(self, who: Principal, preferences: bytes) -> None:
        """Keep a person's own settings of the desk."""
        changed = msgspec.structs.replace(self._account(who.account), preferences=preferences)
        with self._write("account.preferences", who.name, who.name) as unit:
            self._accounts.change(unit, changed)

    def _invited_account(self, secret: str, name: str) -> tuple[Invitation, Account]:
        """An invitation and the account that it would make, which cannot sign in yet."""
        invitation = self.invitation(secret)
        name = invitation.name or name
        check_name(name)
        self._refuse_taken(name)
        pseudonym = self._context.pseudonym(name)
        return invitation, Account(id=0, name=name, pseudonym=pseudonym, roles=invitation.roles)

    def _use(self, invitation: Invitation, account: Account) -> Account:
        name = account.name
        with self._write("account.accept", name, name) as unit:
            # Two requests with one link: the first to write it makes the account.
            if not self._accounts.use(unit, invitation.digest, name):
                raise UsageError(code="no-invitation", message="this link was used meanwhile")
            self._end_first_links(unit, account)
            return self._accounts.add(unit, account)

    def _end_first_links(self, unit: WriteUnit, account: Account) -> None:
        """Withdraw the open links for the first administrator, once this account becomes it."""
        if _administers(account) and not self._has_administrator():
            self._accounts.withdraw_open(unit, ADMINISTRATOR)

    def _begin(self, account: Account) -> SignedIn:
        cookie, csrf = new_secret(), new_secret()
        now = self._context.clock()
        row = SessionRow(
            digest=digest(cookie),
            account=account.id,
            csrf=csrf,
            until=later(now, IDLE_SECONDS),
            begun=now,
        )
        with self._write("account.sign_in", account.name, account.name) as unit:
            self._accounts.begin(unit, row)
        return SignedIn(cookie=cookie, principal=_principal(account, csrf=csrf))

    def _write(self, action: str, actor: str, account: str) -> AbstractContextManager[WriteUnit]:
        """A transaction on an account; the audit log has pseudonyms and no names."""
        return self._context.store.write(
            action, actor=self._audit_name(actor), subject=self._audit_name(account)
        )

    def _audit_name(self, name: str) -> str:
        return name if not name or is_pseudonym(name) else self._context.pseudonym(name)

    def _account(self, number: int) -> Account:
        account = self._accounts.by_id(number)
        if account is None:
            raise UsageError(code="no-account", message=f"there is no account {number}")
        return account

    def _refuse_taken(self, name: str) -> None:
        if self._accounts.by_name(name):
            raise UsageError(code="name-taken", message=f"the name {name!r} is taken", where="name")

    def _has_administrator(self) -> bool:
        return any(map(_administers, self._accounts.all()))

    def _keep_an_administrator(self, changed: Account) -> None:
        others = (account for account in self._accounts.all() if account.id != changed.id)
        was = _administers(self._account(changed.id))
        if was and not _administers(changed) and not any(map(_administers, others)):
            raise UsageError(
                code="last-administrator",
                message="this is the last administrator",
                hint="make another one first",
            )

    def _hash(self, password: str) -> str:
        with self._hashing:
            return self._hasher.hash(password)

    def _verify(self, password_hash: str, password: str) -> bool:
        with self._hashing:
            try:
                return self._hasher.verify(password_hash, password)
            except (VerificationError, InvalidHashError):
                return False


def _principal(account: Account, *, csrf: str | None) -> Principal:
    return Principal(
        account=account.id,
        name=account.name,
        pseudonym=account.pseudonym,
        roles=account.roles,
        permissions=permissions_of(account.roles),
        csrf=csrf,
    )


def _administers(account: Account) -> bool:
    """Whether somebody can sign in to this account and administer the others.

    An account of a program has no sign-in, so it keeps nobody from being locked out.
    """
    can_sign_in = account.password is not None or account.subject is not None
    return account.active and can_sign_in and ADMINISTRATOR in account.roles


def _granted_scopes(who: Principal, names: Iterable[str]) -> tuple[Permission, ...]:
    """The scopes of a token for somebody with these permissions.

    Raises:
        UsageError: for an unknown scope, or one that the roles do not grant.
    """
    scopes = read_scopes(names)
    beyond = [scope for scope in scopes if scope not in who.permissions]
    if beyond:
        raise UsageError(
            code="beyond-permission",
            message=f"the roles {', '.join(who.roles)} do not grant {', '.join(beyond)}",
            where="scopes",
            hint=f"they grant: {', '.join(sorted(who.permissions))}",
        )
    return scopes


def _roles(names: Iterable[str]) -> tuple[str, ...]:
    roles = tuple(role for role in GRANTS if role in set(names))
    unknown = sorted(set(names) - set(GRANTS))
    for name in unknown:
        refuse_unknown_role(name, where="roles")
    if not roles:
        raise UsageError(
            code="unknown-role",
            message="no role is named",
            where="roles",
            hint=f"name some of {', '.join(GRANTS)}",
        )
    return roles
