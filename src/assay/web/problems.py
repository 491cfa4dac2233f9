"""Problems: every error leaves in one shape, problem details (RFC 9457), or as a page for people."""

from collections.abc import Mapping
from typing import Any, ClassVar

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi import ResponseSpec
from litestar.response import Redirect, Template

from assay.core.errors import AssayError, CheckError, InputError, MachineError, UsageError
from assay.review.answer import RefusedAnswerError
from assay.review.wire import PROBLEM_TYPE, FieldFault, Problem
from assay.web.page_context import PageContext, PageFrame, names_of


class ProblemPage(PageContext, frozen=True, kw_only=True):
    """The page of an error."""

    template: ClassVar[str] = "problem.html"
    problem: Problem
    """The error, as programs get it."""


PROBLEM_JSON = "application/problem+json"
"""Media type of RFC 9457."""

_STATUS: Mapping[type[AssayError], int] = {
    InputError: 422,
    UsageError: 400,
    CheckError: 409,
    MachineError: 503,
}

_STATUS_OF_CODE: Mapping[str, int] = {
    "no-assignment": 404,
    "no-picture": 404,
    "no-account": 404,
    "no-such-fact": 404,
    "no-invitation": 404,
    "no-round": 404,
    "held-back": 403,
    "key-reused": 409,
    "already-decided": 409,
    "name-taken": 409,
    "draft-newer": 409,
    "last-administrator": 409,
    "beyond-permission": 403,
    "no-provider": 404,
    "provider-denied": 403,
    "not-invited": 403,
    "withheld": 403,
    "sign-in-wait": 429,
    "skip-limit": 429,
    "token-refused": 403,
    "sign-in-refused": 403,
    "provider-broken": 502,
    "subject-taken": 409,
}
"""Statuses of errors whose family does not determine them."""


def of_error(error: AssayError) -> Problem:
    """The problem that one of our own errors is."""
    of_family = (status for family, status in _STATUS.items() if isinstance(error, family))
    status = _STATUS_OF_CODE.get(error.code) or next(of_family, 500)
    in_body = isinstance(error, RefusedAnswerError)
    faults = error.faults if isinstance(error, RefusedAnswerError) else (error,)
    return Problem(
        type=f"{PROBLEM_TYPE}{error.code}",
        title=error.code.replace("-", " "),
        status=status,
        detail=error.message,
        hint=error.hint,
        errors=tuple(
            _field_fault(fault, in_body=in_body)
            for fault in faults
            if fault.where or len(faults) > 1
        ),
    )


def _field_fault(error: AssayError, *, in_body: bool) -> FieldFault:
    """One fault; its place is a pointer into the body where the body is at fault."""
    place = error.where.strip("/")
    within = place if error.where.startswith("/") else place.partition(".")[0]
    return FieldFault(
        field=place.replace("/", "."),
        message=error.message,
        hint=error.hint,
        pointer=f"#/{within}" if in_body and within else "",
    )


def of_http(error: HTTPException) -> Problem:
    """The problem that an error of the framework is; field faults of a body are kept."""
    extra = error.extra if isinstance(error.extra, list) else []
    faults = tuple(
        FieldFault(
            field=".".join(filter(None, (fault.get("source"), fault.get("key")))),
            message=str(fault.get("message", "")),
        )
        for fault in extra
        if isinstance(fault, dict)
    )
    title = _TITLES.get(error.status_code, "error")
    return Problem(
        type=f"{PROBLEM_TYPE}{title.replace(' ', '-')}",
        title=title,
        status=error.status_code,
        detail=str(error.detail),
        errors=faults,
    )


_TITLES = {
    400: "bad request",
    401: "sign in first",
    403: "not permitted",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    413: "too large",
    414: "address too long",
    415: "unsupported media type",
    422: "unfit",
    429: "too many requests",
    500: "internal error",
    503: "not available",
}

_RETRY_SECONDS = {429: "60", 503: "1"}
"""Seconds after which a retry is worth it, where nothing else is known."""


_ALWAYS = (401, 403, 429, 500, 503)
"""Statuses of problems that every route of the API may answer with."""


def error_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems that a route may answer with, as the OpenAPI document lists them.

    Args:
        statuses: those beside the ones that every route has.
    """
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=_TITLES[status].capitalize(),
            media_type=PROBLEM_JSON,
        )
        for status in sorted((*statuses, *_ALWAYS))
    }


_UNREADABLE = Problem(
    type=f"{PROBLEM_TYPE}unreadable",
    title="unreadable",
    status=400,
    detail="the request is nested too deeply, or is not UTF-8",
)


def _headers(error: HTTPException) -> dict[str, str]:
    """The headers of a refusal; what is allowed does not name OPTIONS, which is refused everywhere."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if "allow" in headers:
        methods = {method.strip() for method in headers["allow"].split(",")} - {"OPTIONS", ""}
        headers["allow"] = ", ".join(sorted(methods))
    return headers


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The response to an error: problem details for programs, a page for people."""
    headers: dict[str, str] = {}
    if isinstance(error, AssayError):
        problem = of_error(error)
    elif isinstance(error, HTTPException):
        problem, headers = of_http(error), _headers(error)
    elif isinstance(error, RecursionError | UnicodeDecodeError):
        # What reads a body raises these by itself: for one nested without end, or no UTF-8.
        request.app.state.log.warning("a request that cannot be read: %s", error)
        problem = _UNREADABLE
    else:
        request.app.state.log.error("an unforeseen error", exc_info=error)
        problem = Problem(
            type=f"{PROBLEM_TYPE}internal",
            title="internal error",
            status=500,
            detail="something went wrong here; nothing of this request was stored",
        )
    if problem.status in _RETRY_SECONDS:
        headers["Retry-After"] = headers.get("ratelimit-reset", _RETRY_SECONDS[problem.status])
    path = request.url.path
    if f"{path}/".startswith(("/api/", "/static/", "/health/", "/metrics/")):
        return Response(
            problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers
        )
    if problem.status == 401:  # noqa: PLR2004  the one status that has a page of its own
        return Redirect(f"/sign-in?next={path}" if path != "/" else "/sign-in")
    return Template(
        ProblemPage.template,
        context=names_of(ProblemPage(problem=problem), PageFrame()),
        status_code=problem.status,
        media_type=MediaType.HTML,
        headers=headers,
    )
