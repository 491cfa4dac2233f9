"""Tokens: the words, numbers and symbols of a text, each with what it is compared by."""

import re
import unicodedata
from typing import NamedTuple

_GAP = " \u00a0\u202f\u2009"
# Scripts that leave no space between words: each letter is a token of its own.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTER = rf"(?:(?![{_UNSPACED}])\w)"
_PERCENT = r"%|‰|per ?cent\b|prozent\b|pour cent\b|por ciento\b|procent\b"
_TOKEN = re.compile(
    rf"""
    (?P<minus>(?<![\w)\]%])[-−–])?
    (?:(?P<before>[$€£¥₹])[{_GAP}]?)?
    (?P<digits>\d+(?:[.,'’\u00a0\u202f\u2009]\d+)*)
    (?:[{_GAP}]?(?P<after>[$€£¥₹](?![{_GAP}]?\d)|{_PERCENT}))?
    | (?P<acronym>(?<!\w)(?:[^\W\d_]\.){{2,}}(?:[^\W\d_](?!\w))?)
    | (?P<word>{_LETTER}(?:{_LETTER}|[\u00ad\u200b-\u200d\u2060])*(?:['’]{_LETTER}+)*|[{_UNSPACED}])
    | (?P<dots>\.\.\.|…)
    | (?P<sign>\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_GROUPED = re.compile(
    r"[1-9]\d{0,2}(?:(?P<sign>[,'’\u00a0\u202f\u2009])\d{3})(?:(?P=sign)\d{3})*(?:\.\d+)?"
)
_SAME = str.maketrans({**dict.fromkeys("‘’‚‹›“”„«»'", '"'), **dict.fromkeys("–—‐‑−", "-")})
_APOSTROPHE = str.maketrans("’", "'")


class Token(NamedTuple):
    """One word, number or symbol."""

    key: str
    """What it is compared by."""
    raw: str
    """What is in the text."""
    start: int
    """Place of its first character in the text, from 0."""
    end: int
    """One past its last character."""

    @property
    def is_word(self) -> bool:
        """Whether it is a word or a number, not a symbol."""
        return self.key[-1:].isalnum() or self.is_number

    @property
    def is_number(self) -> bool:
        """Whether digits are in it."""
        return any(letter.isdigit() for letter in self.key)


def tokens_of(text: str) -> list[Token]:
    """All tokens of a text, in order. Linear in the text.

    Letters are compared without regard to case and compatibility form (NFKC), quotation marks and
    dashes as one, `1,000` as `1000`, `5 %` and `5 percent` as `5%`, `5 €` as `€5`, `U.S.` as `US`.
    A number
    carries its minus, its currency sign and its percent sign.
    """
    return [
        Token(_key(match), match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)
    ]


def _key(match: re.Match[str]) -> str:
    if match["digits"]:
        return _number_key(match)
    word = match["word"] or (match["acronym"] or "").replace(".", "")
    if word:
        # Soft hyphens and zero-width characters (Cf) are not seen by a reader, so they do not differ.
        plain = unicodedata.normalize("NFKC", word).translate(_APOSTROPHE).casefold()
        return (
            "".join(character for character in plain if unicodedata.category(character) != "Cf")
            or plain
        )
    return "…" if match["dots"] else match["sign"].translate(_SAME)


def _number_key(match: re.Match[str]) -> str:
    digits = match["digits"]
    if _GROUPED.fullmatch(digits):
        digits = re.sub(r"[^\d.]", "", digits)
    after = match["after"] or ""
    currency = match["before"] or (after if after in "$€£¥₹" else "")
    share = "" if after in "$€£¥₹" else "‰" if after == "‰" else "%"
    plain = unicodedata.normalize("NFKC", digits).translate(_APOSTROPHE)
    return f"{'-' if match['minus'] else ''}{currency}{plain}{share}"
