"""Authentication: who makes a request, whether they may, and whether the request is their own.

Every route names one permission; a route that names none lets nobody in. What changes something
needs, from a browser, the token of its session and an origin that is ours.
"""

from collections.abc import Iterable
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import FormMultiDict
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from assay.desk.accounts import AccountsService
from assay.governance.permissions import Permission, Principal, can
from assay.web.allowance import Allowances
from assay.web.forms import USUAL, FormLimit, read_form

COOKIE = "__Host-assay"
"""Name of the session's cookie; its prefix has browsers keep it to this host and path."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

CSRF_HEADER = "x-csrf-token"
"""Header in which scripts send the token of their session."""

CSRF_FIELD = "csrf"
"""Field in which forms send it."""

LONGEST_QUERY = 8 * 1024
"""Most bytes of an address after its path; what a provider sends back with a person is the longest."""

Connection = ASGIConnection[Any, Any, Any, Any]


class AuthMiddleware(AbstractAuthenticationMiddleware):
    """Finds out who makes the request, by session cookie or API token, and counts its requests."""

    def __init__(self, app: ASGIApp, *, allowances: Allowances) -> None:
        # By default the framework lets OPTIONS pass without authentication.
        super().__init__(app, exclude_http_methods=())
        self._allowances = allowances

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """The principal of a request; None where nobody is signed in."""
        if "\0" in connection.scope["path"]:
            # No file system and no database takes this character, so nothing of ours has it in its name.
            raise NotFoundException
        if len(connection.scope["query_string"]) > LONGEST_QUERY:
            raise HTTPException(
                status_code=414,
                detail=f"an address has at most {LONGEST_QUERY:,} bytes after its path",
            )
        accounts: AccountsService = connection.app.state.program.accounts
        bearer = connection.headers.get("authorization", "")
        if bearer.startswith("Bearer "):
            principal = accounts.bearer(bearer.removeprefix("Bearer "))
            # Counted before it is refused, so that guessing tokens is limited by address.
            self._allowances.spend(_counted_as(principal, connection))
            if principal is None:
                raise NotAuthorizedException("this token is unknown, revoked or has ended")
            return AuthenticationResult(user=principal, auth="token")
        cookie = connection.cookies.get(COOKIE)
        principal = accounts.principal(cookie) if cookie else None
        self._allowances.spend(_counted_as(principal, connection))
        return AuthenticationResult(user=principal, auth="session" if principal else None)


def _counted_as(principal: Principal | None, connection: Connection) -> str:
    """Whose requests are counted together: a principal's, or an address's; files of pages apart."""
    files = " files" if connection.scope["path"].startswith("/static/") else ""
    if principal is not None:
        return f"account-{principal.account}{files}"
    return f"{connection.client.host if connection.client else 'nobody'}{files}"


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whom the route's permission lets in, and only requests of their own making.

    It waits for nothing, and is a coroutine all the same: a plain function would be sent through
    a thread for every request.

    Raises:
        MethodNotAllowedException: if it asks with OPTIONS what it may ask.
        NotAuthorizedException: if somebody must sign in first.
        PermissionDeniedException: if they may not do this, or the request comes from elsewhere.
    """
    if connection.scope.get("method") == "OPTIONS":
        # No other site may read an answer of ours, so there is nothing to ask before.
        raise MethodNotAllowedException(headers={"allow": ", ".join(_methods(connection))})
    needed = handler.opt.get("permission")
    if not isinstance(needed, Permission):
        raise PermissionDeniedException("this route names no permission, so nobody may use it")
    principal: Principal | None = connection.user
    if not can(principal, needed):
        if principal is None:
            raise NotAuthorizedException("sign in first")
        raise PermissionDeniedException(f"your roles do not grant {needed}")
    method = connection.scope.get("method", "GET")
    # A browser adds the cookie to requests that other sites make; a token only its owner sends.
    if method not in SAFE and connection.auth != "token":
        _refuse_foreign(connection)
        if principal is not None and not handler.opt.get("form"):
            check_token(principal, connection.headers.get(CSRF_HEADER))


def _methods(connection: Connection) -> list[str]:
    """The methods of the routes at the path that was asked for."""
    template = connection.scope.get("path_template")
    routes = [route for route in connection.app.routes if route.path_format == template]
    return sorted({str(method) for route in routes for method in getattr(route, "methods", ())})


def _refuse_foreign(connection: Connection) -> None:
    """Refuse a request that another site had a browser make."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise PermissionDeniedException("this request was made by another site")
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise PermissionDeniedException("this request was made by another site")


def check_token(principal: Principal, token: str | None) -> None:
    """Refuse a request without the token of its own session.

    Raises:
        PermissionDeniedException: if the token is missing or another one.
    """
    if not principal.csrf or not token or not compare_digest(token, principal.csrf):
        raise PermissionDeniedException("the page is out of date: load it again, then repeat")


async def own_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The fields of a form, once its token is checked; for routes that say `form=True`."""
    form = await read_form(request)
    if request.user is not None and request.auth != "token":
        token = form.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER)
        check_token(request.user, token)
    return form


def opt(permission: Permission, *, form: bool = False, limit: FormLimit = USUAL) -> dict[str, Any]:
    """The options of a route.

    Args:
        permission: who may use it.
        form: whether its form checks its own token.
        limit: how large its form may be.
    """
    return {"permission": permission, "form": form, "limit": limit}


def texts(form: FormMultiDict, names: Iterable[str]) -> dict[str, str]:
    """Fields of a form as texts; empty where absent."""
    return {name: str(form.get(name) or "") for name in names}
