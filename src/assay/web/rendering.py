"""Rendering: a text that a model wrote, as HTML that a reviewer can read and point into.

Markdown, tables, formulas and code become what they mean; links and pictures become words, since a
remote picture reveals to its author who reviews. Characters that cannot be seen are spelt out, and
names by which the text gives away its writer are hidden, in both views. Every run of words carries
its place in the raw text: code points from `data-start` to `data-end`, and `data-exact` where the
run is that stretch itself, so that places inside it can be counted.
"""

from functools import lru_cache

import msgspec

from assay.core.digest import sha256_hex
from assay.review.wire import Heading
from assay.web.cleaning import clean
from assay.web.invisible_characters import MarkedText
from assay.web.writer import Writer

MAX_CHARS = 200_000
"""Code points of a text that is rendered; a longer one is shown as it was written."""

MAX_LINES = 5_000
"""Lines of a text that is rendered."""

MAX_NODES = 20_000
"""Elements of a rendered text; one with more is shown as it was written."""

SHORT_CHARS = 10_000
"""Code points up to which a text is short: most are, and their HTML takes little memory."""

CACHED = 512
"""Rendered short texts that are cached: a record is shown to several people within minutes."""

CACHED_LONG = 8
"""Rendered long texts that are cached."""


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A text as HTML."""

    html: str
    """The HTML: blocks to be put into a box of the page's own."""
    raw_html: str
    """The text as it was written, as HTML to be put into a `pre`: with the same marks and places."""
    plain: bool
    """Whether the whole text is shown as it was written: too large, too involved, or unreadable."""
    outline: tuple[Heading, ...]
    """Its headings, in order."""
    masked: int
    """Names that are hidden, by which the text gives away its writer."""
    as_written: int
    """Blocks that are shown as they were written, since rendering them would lose words."""


def render(raw: str) -> Rendered:
    """A text as HTML; it never fails, and the same text gives the same HTML.

    Args:
        raw: the text exactly as it is stored.
    """
    return _short(raw) if len(raw) <= SHORT_CHARS else _long(raw)


def render_anew(raw: str) -> Rendered:
    """As `render`, without the cache."""
    marked = MarkedText(raw)
    raw_html = MarkedText(raw, marked.cuts).runs(0, len(raw))
    if len(raw) <= MAX_CHARS and raw.count("\n") < MAX_LINES:
        rendered = _render_markdown(marked, raw, raw_html)
        if rendered is not None:
            return rendered
    return Rendered(
        html=f'<pre class="as-written" dir="auto">{raw_html}</pre>',
        raw_html=raw_html,
        plain=True,
        outline=(),
        masked=marked.masked,
        as_written=0,
    )


_short = lru_cache(CACHED)(render_anew)
_long = lru_cache(CACHED_LONG)(render_anew)


def _render_markdown(marked: MarkedText, raw: str, raw_html: str) -> Rendered | None:
    page = Writer(marked, name=f"h-{sha256_hex(raw.encode('utf-8', 'surrogatepass'))[-8:]}")
    try:
        html = page.write()
    except Exception:  # noqa: BLE001 - whatever a parser makes of a text, a reviewer can read it
        return None
    # An element has an opening and a closing tag.
    if html.count("<") > 2 * MAX_NODES:
        return None
    return Rendered(
        html=clean(html),
        raw_html=raw_html,
        plain=False,
        outline=tuple(page.headings),
        masked=marked.masked,
        as_written=page.as_written,
    )
