"""The administrator's page: people, their roles, one-time links."""

from typing import Any, ClassVar

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.core.errors import AssayError, UsageError
from assay.governance.accounts import Account
from assay.governance.failed_sign_ins import FailedSignIn
from assay.governance.permissions import GRANTS, Permission, Principal
from assay.program.program import Program
from assay.web.authentication import opt, own_form
from assay.web.page_context import PageContext
from assay.web.pages.frame import page

Asked = Request[Principal, Any, Any]


class AccountsPage(PageContext, frozen=True, kw_only=True):
    """The page of people and their roles."""

    template: ClassVar[str] = "accounts.html"
    accounts: tuple[Account, ...]
    """Everybody who has an account."""
    all_roles: tuple[str, ...] = tuple(GRANTS)
    """Roles that can be given."""
    failed: tuple[FailedSignIn, ...]
    """Sign-ins that failed in this server process."""
    fault: AssayError | None = None
    """Why what was asked for is refused."""
    link: str | None = None
    """A one-time link that was just made."""
    invited_roles: tuple[str, ...] = ()
    """Roles of the account that the link makes."""


_FORM = opt(Permission.accounts, form=True)


@get("/accounts", opt=opt(Permission.accounts), include_in_schema=False, sync_to_thread=False)
def people(request: Asked, program: NamedDependency[Program]) -> Template:
    """Everybody who may sign in."""
    return _people(request, program)


@post("/accounts/invite", opt=_FORM, include_in_schema=False, status_code=200)
async def invite(request: Asked, program: NamedDependency[Program]) -> Template:
    """Make a one-time link; it is shown once."""
    form = await own_form(request)
    roles = form.getall("role", [])
    try:
        secret = program.accounts.invite(
            roles, by=request.user.name, name=str(form.get("name") or "") or None
        )
    except UsageError as error:
        return _people(request, program, status=400, fault=error)
    link = f"{request.base_url}invitation/{secret}"
    return _people(request, program, link=link, invited_roles=tuple(roles))


@post("/accounts/{number:int}/roles", opt=_FORM, include_in_schema=False, status_code=200)
async def roles(
    request: Asked, program: NamedDependency[Program], number: FromPath[int]
) -> Redirect | Template:
    """Give a person other roles; they hold at once."""
    form = await own_form(request)
    try:
        changed = program.accounts.set_roles(number, form.getall("role", []), by=request.user.name)
    except UsageError as error:
        return _people(request, program, status=400, fault=error)
    program.desk.seat([(changed.pseudonym, changed.roles)], by=request.user.name)
    return Redirect("/accounts", status_code=303)


@post("/accounts/{number:int}/close", opt=_FORM, include_in_schema=False, status_code=200)
async def close(
    request: Asked, program: NamedDependency[Program], number: FromPath[int]
) -> Redirect | Template:
    """Close an account; its judgments stay."""
    await own_form(request)
    try:
        closed = program.accounts.close(number, by=request.user.name)
    except UsageError as error:
        return _people(request, program, status=400, fault=error)
    program.desk.seat([(closed.pseudonym, ())], by=request.user.name)
    return Redirect("/accounts", status_code=303)


def _people(
    request: Asked,
    program: Program,
    *,
    status: int = 200,
    fault: AssayError | None = None,
    link: str | None = None,
    invited_roles: tuple[str, ...] = (),
) -> Template:
    shown = AccountsPage(
        accounts=tuple(program.accounts.list()),
        failed=program.accounts.failed_tries(),
        fault=fault,
        link=link,
        invited_roles=invited_roles,
    )
    return page(shown, request, status=status)
