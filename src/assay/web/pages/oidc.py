"""Signing in by an OpenID Connect provider: the redirect to it, and its callback."""

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.response import Redirect

from assay.core.errors import AssayError
from assay.desk.accounts import SignedIn
from assay.governance.permissions import Permission
from assay.program.program import Program
from assay.web.authentication import opt
from assay.web.pages.frame import Asked
from assay.web.pages.sign_in import own_path, seat, with_cookie
from assay.web.problems import answer_error

FLOW_COOKIE = "__Host-assay-oidc"
"""Name of the cookie of a sign-in under way."""

STARTS_A_MINUTE = 30
"""Sign-ins by the provider that one address may begin or finish in a minute."""

_SLOW = RateLimitConfig(rate_limit=("minute", STARTS_A_MINUTE), store="oidc").middleware


@get(
    "/sign-in/oidc",
    opt=opt(Permission.public),
    include_in_schema=False,
    middleware=[_SLOW],
    sync_to_thread=True,
)
def begin(request: Asked, program: NamedDependency[Program]) -> Redirect:
    """Send the browser to the provider.

    Raises:
        PermissionDeniedException: if another site would have an invitation accepted.
    """
    query = request.query_params
    invitation = query.get("invitation", "")
    if invitation:
        # Only our own page of the invitation may lead on to an account.
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise PermissionDeniedException("open the invitation itself, then choose the provider")
        program.accounts.invitation(invitation)
    begun = program.oidc.begin(
        redirect_uri=_return_address(request),
        onward=own_path(query.get("next")),
        invitation=invitation,
        name=query.get("name", ""),
    )
    response = Redirect(begun.address, status_code=303)
    response.set_cookie(_flow_cookie(begun.cookie, begun.seconds))
    return response


@get(
    "/sign-in/oidc/callback",
    opt=opt(Permission.public),
    include_in_schema=False,
    middleware=[_SLOW],
    sync_to_thread=True,
)
def callback(request: Asked, program: NamedDependency[Program]) -> Response[object]:
    """Sign in the person that the provider vouches for; the flow's cookie is deleted either way."""
    response: Response[object]
    try:
        signed_in, onward = _finish(request, program)
        response = with_cookie(Redirect(onward, status_code=303), signed_in)
    except AssayError as error:
        response = answer_error(request, error)
    response.set_cookie(_flow_cookie("", 0))
    return response


def _finish(request: Asked, program: Program) -> tuple[SignedIn, str]:
    """A new session and where to go on to.

    Raises:
        AssayError: if the provider, its token or the account says no.
    """
    oidc = program.oidc
    parameters = {name: values[-1] for name, values in request.query_params.dict().items()}
    cookie = request.cookies.get(FLOW_COOKIE)
    vouched = oidc.finish(cookie, parameters, _return_address(request))
    if vouched.flow.invitation:
        program.accounts.accept_as(
            vouched.flow.invitation, name=vouched.flow.name, subject=vouched.subject
        )
    signed_in = program.accounts.sign_in_as(vouched.subject)
    if signed_in is None:
        raise oidc.unknown()
    seat(program, signed_in.principal)
    return signed_in, vouched.flow.onward


def _return_address(request: Asked) -> str:
    return f"{request.base_url}sign-in/oidc/callback"


def _flow_cookie(value: str, seconds: int) -> Cookie:
    return Cookie(
        key=FLOW_COOKIE,
        value=value,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=seconds,
    )
