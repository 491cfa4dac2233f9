"""What a template is rendered with: the typed context of its page, in the frame of all pages.

A page is a subclass of `PageContext`: its fields are the names that its template may use, beside those
of the frame and what `template_words` gives every template.
"""

from typing import Any, ClassVar, Literal

import msgspec

from assay import __version__
from assay.governance.permissions import Principal


class NavItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the navigation."""

    href: str
    """Path of the page that it leads to."""
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


def names_of(context: PageContext, around: PageFrame) -> dict[str, Any]:
    """The names of a template with their values, a field each."""
    structs: tuple[msgspec.Struct, ...] = (around, context)
    return {name: getattr(part, name) for part in structs for name in part.__struct_fields__}
