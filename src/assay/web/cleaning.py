"""The last gate before a page: what is not on these lists is not in the HTML of a text.

The writer escapes every word of a text and writes every tag itself; this gate holds even if it
errs. Nothing on the lists can load, run, link, name a target or carry a style.
"""

import re

import nh3

from assay.web import highlight, maths

TAGS = frozenset({
    "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "table", "thead", "tbody",
    "tr", "th", "td", "pre", "code", "em", "strong", "s", "span", "div",
}) | maths.TAGS  # fmt: skip
"""Every element that the HTML of a text may hold."""

CLASSES = frozenset({
    "url", "image", "sign", "masked", "marker", "info", "code", "as-written", "math",
    "math-block", "math-source", "left", "center", "right",
    "level-1", "level-2", "level-3", "level-4", "level-5", "level-6",
}) | highlight.CLASSES  # fmt: skip
"""Every class that an element of it may have."""

ATTRIBUTES = frozenset({"class", "data-start", "data-end", "data-exact", "data-sign", "dir", "id"})
"""Every attribute of an element that is not a formula's."""

_HEADINGS = frozenset({"h3", "h4", "h5", "h6"})
_NUMBER = re.compile(r"\d{1,9}")
_SIGN = re.compile(r"U\+[0-9A-F]{4,6}")
_ID = re.compile(r"h-[0-9a-f]{8}-\d{1,6}")


def clean(html: str) -> str:
    """The HTML of a text with nothing in it but what is on the lists."""
    return _CLEANER.clean(html)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag in maths.TAGS:
        return maths.attribute_value(name, value)
    patterns = {"data-start": _NUMBER, "data-end": _NUMBER, "data-sign": _SIGN, "id": _ID}
    if name == "class":
        return value if value in CLASSES else None
    if name == "dir":
        return value if value in {"ltr", "rtl", "auto"} else None
    if name == "data-exact":
        return ""
    if name == "id" and tag not in _HEADINGS:
        return None
    return value if name in patterns and patterns[name].fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(maths.ATTRIBUTES if tag in maths.TAGS else ATTRIBUTES) for tag in TAGS},
    attribute_filter=_attribute,
    link_rel=None,
    url_schemes=set(),
    generic_attribute_prefixes=set(),
)
