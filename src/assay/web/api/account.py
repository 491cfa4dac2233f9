"""One's own account over REST: who I am, and my API tokens."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from assay.core.errors import UsageError
from assay.governance.failed_sign_ins import FailedSignIn
from assay.governance.permissions import Permission, Principal
from assay.program.program import Program
from assay.review.wire import CurrentUser
from assay.web.authentication import opt
from assay.web.problems import error_responses

DIGEST = r"^[0-9a-f]{64}$"
"""The pattern of a token's digest."""

PRINTED = r"^[^\x00-\x1f\x7f]+$"
"""The pattern of a name without control characters; PostgreSQL stores no NUL."""

WHO = opt(Permission.who)
"""Options of the route that returns the current account."""

Asked = Request[Principal, Any, Any]


class NewToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API token to be made."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=PRINTED)]
    """What I call it."""
    scopes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=10)]
    """Permissions that it is limited to, by name."""
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 90
    """Days after which it ends, 1 to 365."""


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was made."""

    token: str
    """Its secret, shown this once."""


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """One of my tokens, without its secret."""

    digest: str
    """SHA-256 of its secret, by which it is revoked."""
    name: str
    """What I call it."""
    scopes: tuple[str, ...]
    """Permissions that it is limited to, by name."""
    until: str
    """When it ends, as UTC in ISO 8601."""
    revoked: bool
    """Whether it was revoked before its end."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """My tokens."""

    items: tuple[TokenView, ...]
    """The tokens, newest last."""


class FailedTries(msgspec.Struct, frozen=True, kw_only=True):
    """Failed tries to sign in."""

    items: tuple[FailedSignIn, ...]
    """One for each account, those with most tries first; names without an account come last, as one."""


class SignInsController(Controller):
    """What the administrator sees of sign-ins."""

    path = "/api/v1/accounts"
    tags = ("account",)
    opt = opt(Permission.accounts)

    @get(
        "/failed-sign-ins",
        summary="Failed sign-ins",
        responses=error_responses(),
        sync_to_thread=False,
    )
    def failed(self, program: NamedDependency[Program]) -> FailedTries:
        """Failed tries since the last success, counted by all server processes of this machine."""
        return FailedTries(items=program.accounts.failed_tries())


class AccountController(Controller):
    """One's own account."""

    path = "/api/v1/me"
    tags = ("account",)
    opt = opt(Permission.own_account)

    @get("/", opt=WHO, summary="Who I am", responses=error_responses(), sync_to_thread=False)
    def me(self, request: Asked) -> CurrentUser:
        """Who I am, and what I may do with this session or token."""
        who = request.user
        return CurrentUser(
            name=who.name,
            pseudonym=who.pseudonym,
            roles=who.roles,
            permissions=tuple(sorted(who.permissions)),
        )

    @get("/tokens", summary="My API tokens", responses=error_responses(), sync_to_thread=False)
    def tokens(self, request: Asked, program: NamedDependency[Program]) -> Tokens:
        """My API tokens, without their secrets."""
        return Tokens(
            items=tuple(
                TokenView(
                    digest=row.digest.hex(),
                    name=row.name,
                    scopes=row.scopes,
                    until=row.until,
                    revoked=row.revoked,
                )
                for row in program.accounts.tokens(request.user)
            )
        )

    @post(
        "/tokens",
        summary="Make an API token",
        responses=error_responses(400, 413),
        sync_to_thread=False,
    )
    def make_token(
        self, request: Asked, program: NamedDependency[Program], data: JSONBody[NewToken]
    ) -> MadeToken:
        """Make an API token; only somebody who signed in may, never another token."""
        if request.auth != "session":
            raise UsageError(
                code="beyond-permission", message="a token cannot make tokens: sign in for that"
            )
        secret = program.accounts.make_token(
            request.user, name=data.name, scopes=data.scopes, days=data.days
        )
        return MadeToken(token=secret)

    @delete(
        "/tokens/{digest:str}",
        summary="Revoke an API token",
        responses=error_responses(400, 404),
        sync_to_thread=False,
    )
    def revoke(
        self,
        request: Asked,
        program: NamedDependency[Program],
        digest: Annotated[str, PathParameter(pattern=DIGEST)],
    ) -> None:
        """Revoke one of my API tokens; it is refused from now on."""
        if not program.accounts.revoke(request.user, bytes.fromhex(digest)):
            raise UsageError(code="no-such-fact", message="you have no such token")
