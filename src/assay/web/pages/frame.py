"""The frame of every page: navigation by permission, the token of forms, the version."""

from typing import Any

import msgspec
from litestar import Request
from litestar.response import Template

from assay import __version__
from assay.contracts.verdict_words import VERDICT_WORDS
from assay.core.canonical import encode_json
from assay.governance.permissions import Permission, Principal, can

Asked = Request[Principal | None, Any, Any]


class NavItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the navigation."""

    href: str
    """Where it leads."""
    label: str
    """What it is called."""
    current: bool
    """Whether this is the page."""


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


def page(
    template: str, request: Request[Any, Any, Any], *, status: int = 200, **context: Any
) -> Template:
    """A page in its frame.

    Args:
        template: its file.
        request: the request that it answers.
        status: HTTP status.
        context: what the template shows.
    """
    return Template(template, context=frame(request) | context, status_code=status)


def frame(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What every template gets."""
    who = request.user
    path = request.url.path
    return {
        "lang": "en",
        "dir": request.query_params.get("dir") if request.query_params.get("dir") == "rtl" else "ltr",
        "csrf": who.csrf if who else None,
        "me": who,
        "nav": [
            NavItem(href=href, label=label, current=_is_current(href, path))
            for href, label, permissions in _NAVIGATION
            if who is not None and any(can(who, each) for each in permissions)
        ],
        "version": __version__,
        "theme": request.cookies.get("assay_theme") if request.cookies.get("assay_theme") in {"light", "dark"} else "auto",
    }  # fmt: skip


def _is_current(href: str, path: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))
