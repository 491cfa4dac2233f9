"""Folding: a text as it is compared, in any script."""

import re
import unicodedata

_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
"""Letters of scripts that set no space between words: Thai, Lao, Burmese, Khmer, kana, Han."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def fold(text: str) -> str:
    """A text without what does not matter to its sense: width, case, marks around it, spaces.

    Compatibility forms are made one (NFKC, Unicode Standard Annex 15), and only letters, digits and
    the characters inside words are kept.
    """
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded; a run of a script without spaces is one word."""
    return tuple(fold(text).split())


def is_unspaced(text: str) -> bool:
    """Whether most letters belong to a script that sets no space between words."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(bool(_UNSPACED.match(letter)) for letter in letters) > len(letters)
