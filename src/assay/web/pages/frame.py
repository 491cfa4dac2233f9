"""The frame of every page, and the typed context that a template is rendered with.

A page is a subclass of `PageContext`: its fields are the names that its template may use, beside those
of the frame and what `template_words` gives every template.
"""

from typing import Any, ClassVar, Literal

import msgspec
from litestar import Request
from litestar.response import Template

from assay import __version__
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


class PageFrame(msgspec.Struct, frozen=True, kw_only=True):
    """What every template gets; a page that knows no request keeps the defaults."""

    lang: str = "en"
    """Language of the page's own words, as BCP 47."""
    dir: Literal["ltr", "rtl"] = "ltr"
    """Direction of the page's own words."""
    csrf: str | None = None
    """Token that forms send; None where nobody is signed in."""
    me: Principal | None = None
    """Who is signed in."""
    nav: tuple[NavItem, ...] = ()
    """The entries that the viewer may open."""
    version: str = __version__
    """Version of this package."""
    theme: Literal["auto", "light", "dark"] = "auto"
    """The theme that the reader chose."""


class PageContext(msgspec.Struct, frozen=True, kw_only=True):
    """What one template shows; each field is a name in it."""

    template: ClassVar[str]
    """File of the template."""


_NAVIGATION = (
    ("/", "Home", (Permission.own_account,)),
    ("/review", "Review", (Permission.review,)),
    ("/adjudication", "Adjudication", (Permission.adjudicate,)),
    ("/calibration", "Calibration", (Permission.review, Permission.manage)),
    ("/guideline", "Guideline", (Permission.manage,)),
    ("/overview", "Overview", (Permission.oversee,)),
    ("/accounts", "People", (Permission.accounts,)),
)


def page(context: PageContext, request: Request[Any, Any, Any], *, status: int = 200) -> Template:
    """A page in its frame.

    Args:
        context: what its template shows.
        request: the request that it answers.
        status: HTTP status.
    """
    return Template(context.template, context=names_of(context, frame(request)), status_code=status)


def names_of(context: PageContext, around: PageFrame) -> dict[str, Any]:
    """The names of a template with their values, a field each."""
    structs: tuple[msgspec.Struct, ...] = (around, context)
    return {name: getattr(each, name) for each in structs for name in each.__struct_fields__}


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
