"""The writer: parsed Markdown becomes HTML in which every word knows its place in the raw text.

Nothing is left out in silence. Where a block cannot be shown without losing a word (cells beyond a
table's columns, what is too deep) the whole block is shown as it was written, and counted.
"""

import re
from collections.abc import Callable
from html import escape

import msgspec
from markdown_it.token import Token

from assay.review.wire import Heading
from assay.web.highlight import highlight
from assay.web.invisible_characters import MarkedText, direction, run, spell_out
from assay.web.maths import mathml
from assay.web.source_map import AT, STARTS, Content, SourceMap, code_content, inline_content, parse
from assay.web.steps import StepBudgetError

_WORD = re.compile(r"[^\s!-/:-@\[-`{-~]")
"""A code point that is neither blank nor ASCII punctuation: no markup is made of it."""

_PLAIN_TAGS = {
    "thead_open": "<thead>", "thead_close": "</thead>", "tbody_open": "<tbody>",
    "tbody_close": "</tbody>", "tr_open": "<tr>", "tr_close": "</tr>", "th_close": "</th>",
    "td_close": "</td>", "table_close": "</table>", "bullet_list_close": "</ul>",
    "ordered_list_close": "</ol>", "list_item_close": "</li>", "blockquote_close": "</blockquote>",
    "em_open": "<em>", "em_close": "</em>", "strong_open": "<strong>", "strong_close": "</strong>",
    "paragraph_close": "</p>", "s_open": "<s>", "s_close": "</s>", "hr": "<hr>", "hardbreak": "<br>", "softbreak": "\n",
}  # fmt: skip
_CONTAINERS = {
    "bullet_list_open": "ul", "ordered_list_open": "ol", "list_item_open": "li",
    "blockquote_open": "blockquote", "table_open": "table",
}  # fmt: skip
_ALIGNED = re.compile(r"text-align:(left|center|right)")
_SHIFT, _DEEPEST = 2, 6
"""A text's headings start below the page's own; HTML ends at the sixth level."""

MAX_MATHS = 30_000
"""Code points of the formulas of one text that are set; further ones are shown as their source."""

EACH_FORMULA = 40
"""Code points that a formula counts for beyond its own, however short it is."""

MAX_PARTS = 40_000
"""Tags and runs of one text; a text with more is shown as it was written."""


class LostError(Exception):
    """A block cannot be shown in full."""


class Writer:
    """One text on its way to HTML."""

    def __init__(self, marked: MarkedText, *, name: str) -> None:
        """Take a text.

        Args:
            marked: the text with its cuts.
            name: start of the headings' ids.
        """
        self.marked = marked
        self.name = name
        self.source = SourceMap(marked.raw, marked.with_stand_ins())
        self.html: list[str] = []
        self.headings: list[Heading] = []
        self.as_written = 0
        self._plain: list[str] = []
        self._shown: list[tuple[int, int]] = []
        self._waiting: tuple[int, int, str] | None = None
        self._maths_left = MAX_MATHS
        self._blocks: dict[str, Callable[[Token], None]] = {
            "paragraph_open": self._paragraph,
            "heading_open": self._open_heading,
            "heading_close": self._close_heading,
            "th_open": self._cell,
            "td_open": self._cell,
            "fence": self._code,
            "code_block": self._code,
            "math_block": self._math_block,
            "inline": self._inline,
        }
        self._blocks |= dict.fromkeys(_CONTAINERS, self._container)

    def write(self) -> str:
        """The HTML of the whole text.

        Raises:
            StepBudgetError: where the text takes too many steps.
        """
        reached = 0
        group: list[Token] = []
        for token in parse(self.source):
            group.append(token)
            if token.level == 0 and token.nesting <= 0:
                first, last = group[0].map or (reached, reached)
                self._gap(reached, first)
                self._block(group, first, last)
                reached, group = max(reached, last), []
        self._gap(reached, len(self.source.lines))
        return "".join(self.html)

    def _gap(self, first_line: int, last_line: int) -> None:
        """Lines that no block took are blank, or are shown as they were written."""
        start, end = self._raw_lines(first_line, last_line)
        if _WORD.search(self.marked.raw, start, end):
            self._write_as_it_is(start, end)

    def _block(self, tokens: list[Token], first_line: int, last_line: int) -> None:
        start, end = self._raw_lines(first_line, last_line)
        before = len(self.html), len(self.headings), len(self._plain)
        self._shown = []
        try:
            for token in tokens:
                self._token(token)
            self._flush()
            self._refuse_losses(start, end)
        except LostError:
            # Half a block must not stay: what it had written is taken back before it is shown as a whole.
            self._waiting = None
            del self.html[before[0] :], self.headings[before[1] :], self._plain[before[2] :]
            self._write_as_it_is(start, end)

    def _refuse_losses(self, start: int, end: int) -> None:
        # The runs must be in order and leave out nothing but blanks and markup, up to the block's end.
        reached = start
        for first, last in [*self._shown, (end, end)]:
            if first < reached or _WORD.search(self.marked.raw, reached, first):
                raise LostError
            reached = last

    def _write_as_it_is(self, start: int, end: int) -> None:
        self.as_written += 1
        runs = self.marked.runs(start, end)
        self._tag(f'<pre class="as-written" dir="auto">{runs}</pre>')

    def _raw_lines(self, first: int, last: int) -> tuple[int, int]:
        return self.source.raw(self.source.line(first)), self.source.raw(self.source.line(last))

    def _token(self, token: Token) -> None:
        if token.hidden:
            self._tag("\n" if token.nesting < 0 else "")
        elif token.type in _PLAIN_TAGS:
            self._tag(_PLAIN_TAGS[token.type])
        elif token.type in self._blocks:
            self._blocks[token.type](token)
        else:
            raise LostError

    def _paragraph(self, _token: Token) -> None:
        self._tag('<p dir="auto">')

    def _cell(self, token: Token) -> None:
        side = _ALIGNED.search(str(token.attrGet("style") or ""))
        kind = f' class="{side.group(1)}"' if side else ""
        self._tag(f'<{token.tag}{kind} dir="auto">')

    def _container(self, token: Token) -> None:
        lines = token.map or (0, 0)
        way = direction(self.marked.raw[slice(*self._raw_lines(*lines))])
        self._tag(f'<{_CONTAINERS[token.type]} dir="{way}">')
        if token.type == "list_item_open" and token.info:
            at: int = token.meta[STARTS][0]
            self._text(at, at + len(token.info) + 1, "marker")
            self._tag(" ")

    def _open_heading(self, token: Token) -> None:
        level = int(token.tag[1:])
        tag = f"h{min(level + _SHIFT, _DEEPEST)}"
        number = len(self.headings)
        heading = Heading(level=level, text="", id=f"{self.name}-{number}")
        self._tag(f'<{tag} class="level-{level}" id="{heading.id}" dir="auto">')
        self.headings.append(heading)
        self._plain = []

    def _close_heading(self, token: Token) -> None:
        self._tag(f"</h{min(int(token.tag[1:]) + _SHIFT, _DEEPEST)}>")
        text = " ".join("".join(self._plain).split())
        self.headings[-1] = msgspec.structs.replace(self.headings[-1], text=text)

    def _code(self, token: Token) -> None:
        first_line = token.map[0] if token.map else 0
        if token.info.strip():
            lead = len(token.info) - len(token.info.lstrip())
            at = token.meta[STARTS][0] + len(token.markup) + lead
            self._tag('<div class="code"><p class="info" dir="ltr">')
            self._text(at, at + len(token.info.strip()))
            self._tag('</p><pre dir="ltr"><code>')
        else:
            self._tag('<div class="code"><pre dir="ltr"><code>')
        content = code_content(token, self.source, first_line + (token.type == "fence"))
        for start, end, kind in highlight(token.content, token.info):
            self._part(content, start, end, kind)
        self._tag("</code></pre></div>")

    def _math_block(self, token: Token) -> None:
        start, end = token.meta[AT]
        self._tag('<div class="math-block" dir="ltr">')
        if not self._formula(token.content, start, end, display=True):
            self._tag('<code class="math-source">')
            self._text(start, end)
            self._tag("</code>")
        self._tag("</div>")

    def _inline(self, token: Token) -> None:
        content = inline_content(token, self.source)
        if content is None:
            raise LostError
        link_end = 0
        in_autolink = False
        for child in token.children or ():
            start, end = child.meta[AT]
            if child.info == "auto":
                in_autolink = child.nesting > 0
                if in_autolink:
                    self._url(content, start + 1, end - 1)
            elif in_autolink:
                continue
            elif child.type == "link_open":
                link_end = start + 1
                continue
            elif child.type == "link_close":
                self._tag(" ")
                self._link_target(content, link_end, end)
            else:
                self._inline_token(child, content, start, end)
            link_end = end

    def _inline_token(self, token: Token, content: Content, start: int, end: int) -> None:
        if token.type in _PLAIN_TAGS:
            self._tag(_PLAIN_TAGS[token.type])
        elif token.type == "text":
            if token.content and token.content != content.text[start:end]:
                raise LostError
            self._part(content, start, start + len(token.content))
        elif token.type == "text_special":
            self._special(token, content, start, end)
        elif token.type == "code_inline":
            self._code_span(token, content, start, end)
        elif token.type == "image":
            self._image(token, content, start, end)
        elif token.type == "math_inline":
            self._math_span(token, content, start, end)
        else:
            raise LostError

    def _special(self, token: Token, content: Content, start: int, end: int) -> None:
        around = content.around(start, end)
        if token.info == "escape" or around is None:
            self._part(content, start + (len(token.content) == 1), end)
            return
        first, last = (self.source.raw(place) for place in around)
        if any(self.marked.cuts_within(first, last)):
            self._text(*around)
            return
        self._flush()
        text = spell_out(token.content)
        self._show(first, last, run(first, last, text), text)

    def _code_span(self, token: Token, content: Content, start: int, end: int) -> None:
        first, last = start + len(token.markup), end - len(token.markup)
        inner = content.text[first:last].replace("\n", " ")
        if inner != token.content:
            first, last, inner = first + 1, last - 1, inner[1:-1]
        if inner != token.content:
            raise LostError
        self._tag('<code dir="ltr">')
        self._part(content, first, last)
        self._tag("</code>")

    def _image(self, token: Token, content: Content, start: int, end: int) -> None:
        around = content.around(start, end)
        if around is None:
            raise LostError
        first, last = (self.source.raw(place) for place in around)
        label_end = start + 2 + len(token.content)
        self._tag(f'<span class="image" data-start="{first}" data-end="{last}">[image: ')
        self._part(content, start + 2, label_end)
        self._tag(", ")
        self._link_target(content, label_end, end)
        self._tag("]</span>")

    def _link_target(self, content: Content, label_end: int, end: int) -> None:
        """What is between the brackets behind a label: the address and, maybe, a title."""
        tail = content.text[label_end:end]
        if not tail.startswith("](") or not tail.endswith(")"):
            raise LostError
        target = tail[2:-1].strip()
        if target:
            first = label_end + tail.index(target, 2)
            self._url(content, first, first + len(target))

    def _url(self, content: Content, start: int, end: int) -> None:
        self._tag('<span class="url" dir="ltr">')
        self._part(content, start, end)
        self._tag("</span>")

    def _math_span(self, token: Token, content: Content, start: int, end: int) -> None:
        around = content.around(start, end)
        display = token.markup in {"$$", "\\["}
        if around is None or not self._formula(token.content, *around, display=display):
            self._tag('<code class="math-source" dir="ltr">')
            self._part(content, start, end)
            self._tag("</code>")

    def _formula(self, latex: str, start: int, end: int, *, display: bool) -> bool:
        """Set a formula; no where its source is to be shown, since it hides, is hidden or fails."""
        first, last = self.source.raw(start), self.source.raw(end)
        self._maths_left -= len(latex) + EACH_FORMULA
        if self._maths_left < 0 or any(self.marked.cuts_within(first, last)):
            return False
        formula = mathml(latex, display=display)
        if formula is None:
            return False
        self._flush()
        opening = f'<span class="math" dir="ltr" data-start="{first}" data-end="{last}">'
        self._show(first, last, f"{opening}{formula}</span>", latex)
        return True

    def _part(self, content: Content, start: int, end: int, kind: str = "") -> None:
        """Show a part of a block's content; blanks that have no place are shown without one."""
        reached = start
        for offset, first, last in content.pieces(start, end):
            if offset > reached:
                self._tag(escape(content.text[reached:offset]))
            self._text(first, last, kind)
            reached = offset + last - first
        if reached < end:
            self._tag(escape(content.text[reached:end]))

    def _text(self, start: int, end: int, kind: str = "") -> None:
        """Show a stretch of the source, joined to the one before where nothing is between."""
        first, last = self.source.raw(start), self.source.raw(end)
        if self._waiting and self._waiting[1:] == (first, kind):
            first = self._waiting[0]
        else:
            self._flush()
        self._waiting = (first, last, kind)

    def _flush(self) -> None:
        if self._waiting:
            first, last, kind = self._waiting
            self._waiting = None
            self._show(
                first, last, self.marked.runs(first, last, kind), self.marked.seen(first, last)
            )

    def _show(self, first: int, last: int, html: str, plain: str) -> None:
        self.html.append(html)
        self._plain.append(plain)
        self._shown.append((first, last))

    def _tag(self, html: str) -> None:
        self._flush()
        self.html.append(html)
        if len(self.html) > MAX_PARTS:
            raise StepBudgetError
