"""Answers compared as texts: what of their writing makes no difference."""

import re
import unicodedata

_SIGNED = re.compile(r"-?[.,]?\d")
_MEANT = frozenset("%‰°$€£¥+#<>=±")


def normalise(text: str, *, keep_case: bool = False, keep_punctuation: bool = False) -> str:
    """The text in NFKC, with single spaces, in lower case, without punctuation at its ends.

    The sign of a number, and what is part of a name or a quantity (`%`, `+`, `#`), is none.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").split())
    if not keep_punctuation:
        # A text of punctuation alone stays as it is.
        plain = _bare(plain) or plain
    return plain if keep_case else plain.casefold()


def _bare(text: str) -> str:
    """The text without punctuation at its ends; signs of a number and of a name stay."""
    start, end = 0, len(text)
    while start < end and not (_is_meant(text[start]) or _SIGNED.match(text, start)):
        start += 1
    while end > start and not _is_meant(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_meant(letter: str) -> bool:
    return letter.isalnum() or letter in _MEANT
