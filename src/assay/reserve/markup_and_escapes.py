"""Disguises of a whole text that single characters give away: markup, escapes, hidden characters."""

import html
import quopri
import re
import sys
from collections.abc import Iterator
from urllib.parse import unquote

_LEAST_HIDDEN = 24
"""Characters that do not show from which they may be a text."""

_UTF7 = re.compile(r"\+A[A-H][A-Za-z0-9+/]{2}")
_QUOTED = re.compile(r"=\r?\n|=[0-9A-F]{2}")
_PUNYCODE = re.compile(r"xn--([A-Za-z0-9-]{1,300})")
_IN_WORD = re.compile(r"\w<[^<>]{0,300}>\w|\w<[^<>]{0,300}><[^<>]{0,300}>\w")
_ANY_TAG = re.compile(r"<[^<>]{0,300}>")
# Quoted values may hold `>`; no part holds `<`, so that a text of many openings is read once. The groups
# are possessive: no attribute is read in two ways.
_TAG = re.compile(
    r"""<([A-Za-z][A-Za-z0-9]{0,15})([\s/](?:"[^"<]{0,300}"|'[^'<]{0,300}'|[^<>]){0,300}+)?>"""
)
_QUOTED_VALUE = re.compile(r""""[^"]*"|'[^']*'""")
_HIDDEN_NAME = re.compile(r"(?:^|[\s/])hidden(?=[\s/=]|$)", re.IGNORECASE)
_HIDDEN_FROM_READERS = re.compile(r"""[\s/]aria-hidden\s*=\s*["']?true""", re.IGNORECASE)
_STYLE = re.compile(r"""[\s/]style\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")
_ZERO = r"[+-]?(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?(?=[;!]|$)"
_HIDING_STYLE = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden"
    rf"|color:transparent|(?:font-size|opacity|(?:max-)?(?:width|height)):{_ZERO}|font:0[a-z/%]"
    r"|transform:scale[xy]?\(0(?:\.0*)?[,)]|clip:rect\(0|text-indent:-\d{3}|(?:left|top):-\d{3})"
)
_NEVER_SHOWN = frozenset({"template", "script", "style", "noframes", "noembed", "datalist"})
_WITHOUT_CONTENT = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)  # fmt: skip
_ATTRIBUTE = re.compile(r"""=\s{0,9}(?:"([^"<>]{20,})"|'([^'<>]{20,})')""")
# As in other patterns, one class of characters stands first, which is sought the fastest.
_LINK = re.compile(r"[!\[](?:(?<=!)\[|(?<=\[))([^\[\]]{0,200})\]\([^()\s]{0,300}\)")
_COMMAND = re.compile(
    r"[\\{}](?:(?<=[{}])|(?<=\\)(?:[A-Za-z]{1,20}\*?(?=\{)|[-/,;:!]|(?:bf|it|rm|sf|tt|em)\b\s?))"
)
_JOINT = re.compile(r"""["'`]\s{0,20}(?:\+\+?|\.\.?|&|\|\||<>|\\)\s{0,20}\\?\s{0,20}["'`]""")
_NEIGHBOURS = re.compile(r"""(["'])[ \t]{0,9}\\?\r?\n[ \t]{0,40}\1""")
_HYPHENATED = re.compile(r"(?<=\w)-\r?\n[ \t]{0,9}(?=\w)")
_LETTER_SUBSTITUTES = re.compile(r"@|\$(?![0-9])|(?<=[A-Za-z])[!|](?=[A-Za-z])")
_IMITATED = str.maketrans("@$!|", "asil")
_COMMENT_MARKS = (("<!--", "-->"), ("/*", "*/"), ("{#", "#}"), ("<?", "?>"), ("(*", "*)"))
_TAG_CHARACTERS = re.compile("[\U000e0020-\U000e007e]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_NO_WIDTH = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\ufe00-\ufe0f\U000e0020-\U000e01ef]")


def may_be_disguised(text: str) -> bool:
    """Whether a text of plain ASCII may have a disguise of `disguised_readings`.

    Single characters are sought, which costs a fortieth of a pattern.
    """
    return (
        "@" in text
        or ("*" in text and ("/*" in text or "(*" in text))
        or "](" in text
        or "{#" in text
        or "-\n" in text
        or ("=" in text and ("=\n" in text or "=\r" in text or "=20" in text))
        or "xn--" in text
        or ('"' in text and ("+" in text or '"\n' in text))
        or ("'" in text and ("'+" in text or "' +" in text))
    )


def markup_readings(text: str) -> Iterator[tuple[str, str]]:
    """Readings of a text that single characters give away.

    Returns:
        Name of the disguise and what the text reads without it.
    """
    if "<" in text or "*" in text or "#" in text or any(mark in text for mark in ("](", "\\", '"')):
        yield "unwrapped", _unwrap(text)
    elif "-\n" in text or "'" in text:
        yield "unwrapped", _join_pieces(text)
    if "<" in text and "=" in text:
        yield "attributes", "\n".join(one or other for one, other in _ATTRIBUTE.findall(text))
    if "@" in text and _LETTER_SUBSTITUTES.search(text):
        letters = _LETTER_SUBSTITUTES.sub(lambda match: match[0].translate(_IMITATED), text)
        yield "substituted letters", letters
    yield from _escape_readings(text)
    if not text.isascii() and _INVISIBLE.search(text):
        yield from (("invisible", hidden) for hidden in _invisible(text))


def _escape_readings(text: str) -> Iterator[tuple[str, str]]:
    """Readings without escapes: the name of the escape and the text."""
    if "=" in text and _QUOTED.search(text):
        yield (
            "quoted-printable",
            quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace"),
        )
    if "+A" in text and _UTF7.search(text):
        yield "utf-7", text.encode("ascii", "ignore").decode("utf-7", "ignore")
    if "xn--" in text:
        yield "punycode", _PUNYCODE.sub(_from_punycode, text)
    if "&amp;" in text:
        yield "references", html.unescape(text)
    if "%25" in text:
        yield "percent", unquote(text)


def _unwrap(text: str) -> str:
    """The text without comments, hidden elements, commands of LaTeX, and joints of strings."""
    for opening, closing in _COMMENT_MARKS:
        if opening in text:
            text = _cut_out(text, opening, closing)
    if "<" in text:
        text = _without_hidden(text)
        if _IN_WORD.search(text):
            text = _ANY_TAG.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    return _join_pieces(text)


def _join_pieces(text: str) -> str:
    """The text in one string: without joints, line ends in words, and commands of LaTeX."""
    if "\\" in text and "{" in text:
        text = _COMMAND.sub("", text)
    if '"' in text or "'" in text or "`" in text:
        text = _NEIGHBOURS.sub("", _JOINT.sub("", text))
    return _HYPHENATED.sub("", text) if "-\n" in text or "-\r" in text else text


def _cut_out(text: str, opening: str, closing: str) -> str:
    """The text without what stands between two marks, the marks included."""
    # Found by `find` and not by a pattern: openings without an end would cost a pattern the square
    # of their number.
    pieces = []
    before = 0
    while (start := text.find(opening, before)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        pieces.append(text[before:start])
        before = end + len(closing)
    pieces.append(text[before:])
    return "".join(pieces)


def _without_hidden(text: str) -> str:
    """The text without elements that a browser does not show, or does not read aloud."""
    pieces = []
    before = 0
    for match in _TAG.finditer(text):
        name, attributes = match[1].lower(), match[2] or ""
        if match.start() < before or name in _WITHOUT_CONTENT:
            continue
        if name in _NEVER_SHOWN or (attributes and _hides(attributes)):
            pieces.append(text[before : match.start()])
            before = _end_of_element(text, match.end(), name)
    pieces.append(text[before:])
    return "".join(pieces)


def _hides(attributes: str) -> bool:
    """Whether the attributes of a tag keep the text of its element from being shown or read aloud.

    A browser decodes references in attributes, and comments and escapes in a style, before it looks.
    What is hidden from screen readers alone is shown: it is left out of this reading all the same,
    since the text itself is compared too.
    """
    decoded = html.unescape(attributes) if "&" in attributes else attributes
    if _HIDDEN_NAME.search(_QUOTED_VALUE.sub('""', decoded)):
        return True
    if _HIDDEN_FROM_READERS.search(decoded):
        return True
    styles = ("".join(match.groups(default="")) for match in _STYLE.finditer(decoded))
    return any(_HIDING_STYLE.search(_plain_style(style)) for style in styles)


def _plain_style(style: str) -> str:
    """A style in lower case, without white space, comments and escapes."""
    if "/*" in style:
        style = _STYLE_COMMENT.sub("", style)
    if "\\" in style:
        style = _STYLE_ESCAPE.sub(lambda match: _character(int(match[1], 16)), style)
    return "".join(style.split()).lower()


def _character(code: int) -> str:
    return chr(code) if code <= sys.maxunicode else ""


def _end_of_element(text: str, start: int, name: str) -> int:
    """One past the closing tag of an element that begins before `start`; the text's end without one.

    An element that is never closed hides all that follows, as in a browser.
    """
    depth = 1
    for tag in re.compile(rf"<(/?){name}(?=[\s/>])[^<>]{{0,300}}>", re.IGNORECASE).finditer(
        text, start
    ):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return len(text)


def _invisible(text: str) -> Iterator[str]:
    """Texts in characters that do not show: tags, variation selectors, two zero-width characters."""
    tags = "".join(_TAG_CHARACTERS.findall(text))
    if len(tags) >= _LEAST_HIDDEN:
        yield "".join(chr(ord(character) - 0xE0000) for character in tags)
    selectors = "".join(_SELECTORS.findall(text))
    if len(selectors) >= _LEAST_HIDDEN:
        yield bytes(_byte_of_selector(character) for character in selectors).decode(
            "utf-8", "replace"
        )
    zero_width = _NO_WIDTH.findall(text)
    kinds = sorted(set(zero_width))
    if len(zero_width) >= 8 * _LEAST_HIDDEN and len(kinds) == 2:  # noqa: PLR2004  bits have two values
        # Which of the two stands for 1 is not known: both are tried.
        for one in kinds:
            bits = "".join("1" if character == one else "0" for character in zero_width)
            whole = len(bits) // 8 * 8
            yield bytes(int(bits[at : at + 8], 2) for at in range(0, whole, 8)).decode(
                "utf-8", "replace"
            )


def _byte_of_selector(selector: str) -> int:
    """The byte that a variation selector stands for: the first sixteen, then the others."""
    code = ord(selector)
    return code - 0xFE00 if code < 0x10000 else code - 0xE0100 + 16  # noqa: PLR2004  the two blocks


def _from_punycode(match: re.Match[str]) -> str:
    try:
        return match[1].encode().decode("punycode")
    except (UnicodeError, OverflowError):
        return match[0]
