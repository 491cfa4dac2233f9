"""Accounts: people who may sign in, and the secrets that identify them.

A secret is 256 random bits, shown once; the store keeps its SHA-256. There is no open
registration and no default password: an account comes from an invitation.
"""

import re
from hashlib import sha256
from secrets import token_urlsafe

import msgspec

from assay.core.errors import UsageError

TOKEN_PREFIX = "assay_"  # noqa: S105  a prefix by which scanners find leaked tokens, no secret
"""How an API token begins."""

LEAST_PASSWORD = 12
"""Fewest characters of a password; there is no other rule, as NIST SP 800-63B advises."""

MOST_PASSWORD = 256
"""Most characters of a password, so that hashing it stays cheap."""

NAME = re.compile(r"^[\w][\w.@+-]{0,99}\Z")
"""What a name to sign in with looks like."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in."""

    id: int
    """Number of the account in the store."""
    name: str
    """Name by which the person signs in."""
    pseudonym: str
    """Pseudonym under which the person judges."""
    roles: tuple[str, ...]
    """Roles that the person holds, which grant permissions."""
    password: str | None = None
    """Argon2id hash of the password; absent where another service signs the person in."""
    subject: str | None = None
    """Issuer and subject at an OpenID Connect provider."""
    active: bool = True
    """Whether the person may sign in."""
    preferences: bytes = b"{}"
    """The person's own settings of the desk, as JSON."""


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link that makes an account."""

    digest: bytes
    """SHA-256 of its secret."""
    name: str | None
    """The name that the account will have; chosen by the invited person where absent."""
    roles: tuple[str, ...]
    """The roles that the account will have."""
    until: str
    """When it ends, as UTC in ISO 8601."""
    used: str | None = None
    """Name of the account that it made."""


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser."""

    digest: bytes
    """SHA-256 of its cookie."""
    account: int
    """Number of the account."""
    csrf: str
    """Token that forms and scripts of this session send."""
    until: str
    """When it ends, as UTC in ISO 8601."""
    begun: str
    """When the person signed in."""


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """An API token."""

    digest: bytes
    """SHA-256 of its secret."""
    account: int
    """Number of the account that it acts for."""
    name: str
    """What its owner calls it."""
    scopes: tuple[str, ...]
    """What it is limited to."""
    until: str
    """When it ends, as UTC in ISO 8601."""
    made: str
    """When it was made."""
    revoked: bool = False
    """Whether it was taken back."""


def new_secret(prefix: str = "") -> str:
    """A secret of 256 random bits in URL-safe characters."""
    return prefix + token_urlsafe(32)


def digest(secret: str) -> bytes:
    """The form in which the store holds a secret. It is random, so a fast hash is enough."""
    return sha256(secret.encode()).digest()


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long.

    Raises:
        UsageError: if it is.
    """
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise UsageError(
            code="bad-password",
            message=f"a password has {LEAST_PASSWORD} to {MOST_PASSWORD} characters",
            where="password",
            hint="a sentence that only you would say is long enough and easy to remember",
        )


def check_name(name: str) -> None:
    """Refuse a name that nobody could sign in with.

    Raises:
        UsageError: if it is not made of letters, digits and . _ @ + -
    """
    if not NAME.match(name):
        raise UsageError(
            code="bad-name",
            message=f"{name!r} is not a name to sign in with",
            where="name",
            hint="use up to 100 letters, digits and . _ @ + -",
        )
