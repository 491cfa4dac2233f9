"""Signing in and out, and the one-time link that makes an account."""

import re
from functools import partial
from typing import Annotated, Any, ClassVar

from anyio.to_thread import run_sync
from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import PathParameter
from litestar.response import Redirect, Template
from msgspec.structs import replace

from assay.core.errors import AssayError, UsageError
from assay.desk.accounts import SESSION_SECONDS, SignedIn
from assay.governance.accounts import LEAST_PASSWORD, Invitation
from assay.governance.failed_sign_ins import SignInWaitError
from assay.governance.permissions import Permission, Principal
from assay.program.program import Program
from assay.web.authentication import COOKIE, opt, own_form, texts
from assay.web.forms import read_form
from assay.web.page_context import PageContext
from assay.web.pages.frame import Asked, page

LONGEST_PATH = 1000
"""Most characters of a path to go on to after signing in."""

_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


class SignInPage(PageContext, frozen=True, kw_only=True):
    """The page on which a person signs in."""

    template: ClassVar[str] = "sign_in.html"
    next: str
    """Path to go on to."""
    provider: str | None
    """Name of the provider that signs people in; None where there is none."""
    name: str = ""
    """The name that was just tried."""
    failed: bool = False
    """Whether name and password did not belong together."""
    wait: SignInWaitError | None = None
    """How long nothing is tried."""


class InvitationPage(PageContext, frozen=True, kw_only=True):
    """The page behind a one-time link."""

    template: ClassVar[str] = "invitation.html"
    invitation: Invitation
    """What the link is for."""
    least: int = LEAST_PASSWORD
    """Fewest characters of a password."""
    secret: str
    """The secret of the link; it makes one account, once."""
    name: str
    """The name in the form of the password."""
    chosen: str | None
    """The name under which the provider's account would be made; empty or None while it is open."""
    provider: str | None
    """Name of the provider that signs people in; None where there is none."""
    fault: AssayError | None = None
    """Why no account was made."""


Secret = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_-]{20,100}$")]


@get("/sign-in", opt=opt(Permission.public), include_in_schema=False)
async def sign_in_page(request: Asked, program: NamedDependency[Program]) -> Template:
    """The page on which a person signs in."""
    onward = own_path(request.query_params.get("next"))
    return page(SignInPage(next=onward, provider=_provider(program)), request)


@post(
    "/sign-in",
    opt=opt(Permission.public, form=True),
    include_in_schema=False,
    status_code=200,
)
async def sign_in(request: Asked, program: NamedDependency[Program]) -> Template | Redirect:
    """Sign a person in; a wrong name and a wrong password look the same."""
    fields = texts(await read_form(request), ("name", "password", "next"))
    onward = own_path(fields["next"])
    again = SignInPage(next=onward, name=fields["name"], provider=_provider(program))
    try:
        signed_in = await _in_thread(request, program, fields["name"], fields["password"])
    except SignInWaitError as error:
        refusal = page(replace(again, wait=error), request, status=429)
        refusal.headers["Retry-After"] = str(error.seconds)
        return refusal
    if signed_in is None:
        return page(replace(again, failed=True), request, status=401)
    seat(program, signed_in.principal)
    return with_cookie(Redirect(onward, status_code=303), signed_in)


@post("/sign-out", opt=opt(Permission.own_account, form=True), include_in_schema=False)
async def sign_out(
    request: Request[Principal, Any, Any], program: NamedDependency[Program]
) -> Redirect:
    """End the session; the browser is asked to delete all that it kept."""
    await own_form(request)
    program.accounts.sign_out(request.cookies[COOKIE], request.user)
    response = Redirect("/sign-in", status_code=303)
    response.set_cookie(_cookie("", max_age=0))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@get("/invitation/{secret:str}", opt=opt(Permission.public), include_in_schema=False, sync_to_thread=False)  # fmt: skip
def invitation_page(request: Asked, program: NamedDependency[Program], secret: Secret) -> Template:
    """The page behind a one-time link."""
    invitation = program.accounts.invitation(secret, address=_address(request))
    chosen = str(invitation.name or request.query_params.get("name") or "")
    shown = InvitationPage(
        invitation=invitation,
        secret=secret,
        name=chosen,
        chosen=chosen,
        provider=_provider(program),
    )
    return page(shown, request)


@post(
    "/invitation/{secret:str}",
    opt=opt(Permission.public, form=True),
    include_in_schema=False,
    status_code=200,
)
async def accept(
    request: Asked, program: NamedDependency[Program], secret: Secret
) -> Template | Redirect:
    """Make the account that a one-time link is for, and sign it in."""
    fields = texts(await read_form(request), ("name", "password"))
    invitation = program.accounts.invitation(secret, address=_address(request))
    entering = partial(
        program.accounts.enter, secret, name=fields["name"], password=fields["password"]
    )
    try:
        signed_in = await run_sync(entering)
    except UsageError as error:
        shown = InvitationPage(
            invitation=invitation,
            secret=secret,
            name=fields["name"],
            chosen=invitation.name,
            provider=_provider(program),
            fault=error,
        )
        return page(shown, request, status=400)
    seat(program, signed_in.principal)
    return with_cookie(Redirect("/", status_code=303), signed_in)


def _provider(program: Program) -> str | None:
    """What the provider is called that signs people in; None where there is none."""
    settings = program.documents.program.oidc
    return settings.name if settings else None


async def _in_thread(request: Asked, program: Program, name: str, password: str) -> SignedIn | None:
    """Hashing a password takes long on purpose; the other requests go on meanwhile."""
    trying = partial(program.accounts.sign_in, name, password, address=_address(request))
    return await run_sync(trying)


def _address(request: Asked) -> str:
    """Where a request comes from, as the server has it: a proxy that is trusted may have said it."""
    return request.client.host if request.client else ""


def seat(program: Program, who: Principal) -> None:
    """Seat a person who signed in in every queue that the roles open."""
    program.desk.seat([(who.pseudonym, who.roles)], by=who.name)


def with_cookie(response: Redirect, signed_in: SignedIn) -> Redirect:
    """The response with the cookie of a new session."""
    response.set_cookie(_cookie(signed_in.cookie, max_age=SESSION_SECONDS))
    return response


def _cookie(value: str, *, max_age: int) -> Cookie:
    """The session's cookie; a browser takes its deletion, too, only with all its attributes."""
    return Cookie(
        key=COOKIE,
        value=value,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=max_age,
    )


def own_path(path: str | None) -> str:
    """A path of ours to go on to; never another site's."""
    # Browsers drop tabs and line ends from an address and read `\\` as `/`.
    if path and _OWN_PATH.fullmatch(path) and len(path) <= LONGEST_PATH:
        return path
    return "/"
