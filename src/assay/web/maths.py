r"""Formulas: found between `$`, `$$`, `\(` `\)` and `\[` `\]`, and set as MathML.

What cannot be set safely is shown as its source: a formula that is too long,
or that holds a command, an element or a character outside the lists below. Hidden and shifted parts
are outside on purpose: they could show a reviewer something else than what is there.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from assay.web.invisible_characters import has_invisible
from assay.web.steps import count

MAX_FORMULA = 1_000
"""Code points of one formula that is set."""

MAX_LINES = 60
"""Lines in which the end of a displayed formula is looked for."""

TAGS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub",
    "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable",
    "mtr", "mtd", "mstyle", "menclose",
})  # fmt: skip
"""Elements of a formula. No `mphantom`, `mpadded`, `maction`, `semantics`, `annotation-xml`."""

_LENGTH = re.compile(r"-?0?\.\d{1,4}em|\d(?:\.\d{1,4})?(?:em|ex)?")
_WORDS = re.compile(
    r"true|false|inline|block|prefix|infix|postfix|normal|italic|bold|bold-italic|double-struck"
    r"|script|bold-script|fraktur|bold-fraktur|sans-serif|bold-sans-serif|monospace"
    r"|(?:(?:left|center|right|none|solid|dashed)\s?){1,12}|[+-]?\d"
    r"|(?:box|circle|roundedbox|updiagonalstrike|downdiagonalstrike|horizontalstrike|longdiv|top|bottom"
    r"|left|right|\s)+"
)
_VALUES = {
    "width": _LENGTH, "lspace": _LENGTH, "rspace": _LENGTH, "linethickness": _LENGTH,
    "minsize": _LENGTH, "maxsize": _LENGTH, "rowspacing": _LENGTH, "columnspacing": _LENGTH,
    "display": _WORDS, "mathvariant": _WORDS, "stretchy": _WORDS, "fence": _WORDS,
    "separator": _WORDS, "form": _WORDS, "accent": _WORDS, "accentunder": _WORDS,
    "movablelimits": _WORDS, "largeop": _WORDS, "symmetric": _WORDS, "displaystyle": _WORDS,
    "scriptlevel": _WORDS, "columnalign": _WORDS, "columnlines": _WORDS, "rowlines": _WORDS,
    "notation": _WORDS,
}  # fmt: skip
ATTRIBUTES = frozenset(_VALUES)
"""Attributes of a formula's elements; each has a short list of values."""

_REFUSED = re.compile(
    r"\\(?:[egx]?def|let|(?:re|provide)?newcommand|(?:re)?newenvironment|DeclareMathOperator"
    r"|href|url|class|style|cssId|data|html\w*|label|includegraphics|[hv]?phantom|smash|[rl]lap|clap"
    r"|mathchoice)(?![A-Za-z])|(?<!\\)%"
)
"""Commands that define others, or carry or lay out what would not be seen; comments."""
_OPERATORS = str.maketrans("", "", "\u2061\u2062\u2063\u2064")
"""Characters of MathML that are invisible by design: applying, times, comma, plus."""

_OPENERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}


def mathml(source: str, *, display: bool) -> str | None:
    """The formula as MathML, or None where it is to be shown as its source.

    Args:
        source: LaTeX, without its delimiters.
        display: whether it is on its own line.
    """
    if not source.strip() or len(source) > MAX_FORMULA or _REFUSED.search(source):
        return None
    try:
        root = Converter(display="block" if display else "inline").convert_to_element(source)
        return "".join(_serialise(root))
    except Exception:  # noqa: BLE001 - a formula of a model; the converter fails in many ways
        return None


def attribute_value(name: str, value: str) -> str | None:
    """The value of a formula's attribute where it is on the list, else None."""
    allowed = _VALUES.get(name)
    return value if allowed and allowed.fullmatch(value) else None


def add_maths(parser: MarkdownIt) -> None:
    """Teach a Markdown parser the four pairs of delimiters."""
    parser.inline.ruler.before("escape", "math_inline", _inline_rule)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
    parser.block.ruler.before("fence", "math_block", _block_rule, interrupts)


def _serialise(element: Element) -> Iterator[str]:
    if element.tag not in TAGS:
        # One element outside the list, and the whole formula is shown as its source.
        raise ValueError(element.tag)
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if attribute_value(name, value) is not None
    )
    yield f"<{element.tag}{attributes}>"
    yield _text(element.text)
    for child in element:
        yield from _serialise(child)
        yield _text(child.tail)
    yield f"</{element.tag}>"


def _text(stored: str | None) -> str:
    """The converter keeps symbols as character references; they are turned into themselves."""
    text = unescape(stored or "")
    if has_invisible(text.translate(_OPERATORS)):
        raise ValueError(text)
    return escape(text, quote=False)


def _inline_rule(state: StateInline, silent: bool) -> bool:
    start = state.pos
    opener = next((word for word in _OPENERS if state.src.startswith(word, start)), None)
    if opener is None:
        return False
    closer = _OPENERS[opener]
    first = start + len(opener)
    last = _end(state.src, closer, first, min(state.posMax, first + 2 * MAX_FORMULA))
    if last < 0 or not state.src[first:last].strip():
        return False
    if opener == "$" and not _is_tight(state.src, first, last):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = state.src[first:last]
        token.markup = opener
    state.pos = last + len(closer)
    return True


def _end(text: str, closer: str, start: int, limit: int) -> int:
    """Where the closer starts, or -1; a backslash before `$` makes it a currency sign."""
    place = text.find(closer, start, limit)
    while closer[0] == "$" and place > 0 and text[place - 1] == "\\":
        place = text.find(closer, place + 1, limit)
    return place


def _is_tight(text: str, first: int, last: int) -> bool:
    """No blank inside the dollars and no digit behind them: `$5 and $6` is money (Pandoc's rule)."""
    return not (
        text[first].isspace() or text[last - 1].isspace() or text[last + 1 : last + 2].isdigit()
    )


def _block_rule(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - the library's names
    start = state.bMarks[startLine] + state.tShift[startLine]
    opener = state.src[start : start + 2]
    if state.is_code_block(startLine) or opener not in {"$$", "\\["}:
        return False
    closer = _OPENERS[opener]
    for line in range(startLine, min(endLine, startLine + MAX_LINES)):
        count(state.env)
        first = start + 2 if line == startLine else state.bMarks[line] + state.tShift[line]
        if line > startLine and (state.sCount[line] < state.blkIndent or state.isEmpty(line)):
            return False
        place = state.src.find(closer, first, state.eMarks[line])
        if place < 0:
            continue
        if state.src[place + 2 : state.eMarks[line]].strip(" \t"):
            return False
        if not silent:
            _push_block(state, startLine, line, place + 2)
        return True
    return False


def _push_block(state: StateBlock, first_line: int, last_line: int, end: int) -> None:
    start = state.bMarks[first_line] + state.tShift[first_line]
    lines = [
        state.src[state.bMarks[n] + state.tShift[n] : state.eMarks[n]]
        for n in range(first_line, last_line + 1)
    ]
    token = state.push("math_block", "math", 0)
    token.content = "\n".join(lines).rstrip()[2:-2]
    token.map = [first_line, last_line + 1]
    token.meta["at"] = (start, end)
    state.line = last_line + 1
