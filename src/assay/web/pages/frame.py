"""The frame of every page: navigation by permission, the token of forms, the version."""

from typing import Any

from litestar import Request
from litestar.response import Template

from assay.contracts.verdict_words import VERDICT_WORDS
from assay.core.canonical import encode_json
from assay.governance.permissions import Permission, Principal, can
from assay.web.page_context import NavItem, PageContext, PageFrame, names_of

Asked = Request[Principal | None, Any, Any]


_NAVIGATION = (
    ("/", "Home", (Permission.own_account,)),
    ("/review", "Review", (Permission.review,)),
    ("/adjudication", "Adjudication", (Permission.adjudicate,)),
    ("/calibration", "Calibration", (Permission.review, Permission.manage)),
    ("/guideline", "Guideline", (Permission.manage,)),
    ("/overview", "Overview", (Permission.oversee,)),
    ("/accounts", "People", (Permission.accounts,)),
)

DESK_VERDICTS = encode_json(
    [
        {
            "word": word,
            "label": words.label,
            "label_of_several": words.label_of_several,
            "command": words.command,
            "needs_cause": words.needs_cause,
        }
        for word, words in VERDICT_WORDS.items()
    ]
).decode()
"""The verdicts without a winner, for the scripts of the desk, as JSON."""


def page(context: PageContext, request: Request[Any, Any, Any], *, status: int = 200) -> Template:
    """A page in its frame.

    Args:
        context: what its template shows.
        request: the request that it answers.
        status: HTTP status.
    """
    return Template(context.template, context=names_of(context, frame(request)), status_code=status)


def frame(request: Request[Any, Any, Any]) -> PageFrame:
    """The frame for a request."""
    who: Principal | None = request.user
    path = request.url.path
    theme = request.cookies.get("assay_theme")
    return PageFrame(
        dir="rtl" if request.query_params.get("dir") == "rtl" else "ltr",
        csrf=who.csrf if who else None,
        me=who,
        nav=tuple(
            NavItem(href=href, label=label, current=_is_current(href, path))
            for href, label, permissions in _NAVIGATION
            if who is not None and any(can(who, permission) for permission in permissions)
        ),
        theme="light" if theme == "light" else "dark" if theme == "dark" else "auto",
    )


def _is_current(href: str, path: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))
