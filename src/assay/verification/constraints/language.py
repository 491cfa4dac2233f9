"""The language of a text.

py3langid detects it: a naive Bayes classifier over byte sequences (Lui and Baldwin, "langid.py: An
Off-the-shelf Language Identification Tool", ACL 2012). It is small (4.5 MB and numpy), BSD-3 and
kept, needs no network, takes time linear in the text, and says the same of the same text each
time. langdetect draws at random unless it is seeded, and its last release is of 2021; lingua takes
96 MB on disk and a gigabyte of memory. It is loaded when a language is first asked for.
"""

import unicodedata
from functools import cache, lru_cache
from typing import Any

from assay.verification.constraints.kind import CannotTellError, ConstraintParameters, Phrase

SURE = 0.5
"""The probability from which another language than the one asked for is detected (a convention)."""

CERTAIN = 0.9
"""The probability from which a language is taken for that of a text (a convention)."""

_CODES = """
af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy ga gd
gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk
ml mn mr ms mt my ne nl nn no oc om or pa pl ps pt qu ro ru rw sa se si sk sl sn so sq sr st
sv sw ta te tg th tk tl tr tt ug uk ur uz vi vo wa xh yo zh zu
"""

LANGUAGES = frozenset(_CODES.split())
"""Languages that can be asked for: those of the detector that have a code of two letters."""

_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh"}
"""Other codes of a language, and written forms of one that the detector parts at random."""


class ResponseLanguage(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `language:response_language`."""

    language: Phrase
    """ISO 639-1 code, such as `de`; a region or writing behind it (`zh-cn`) does not count."""

    def __post_init__(self) -> None:
        """Refuse a language that the detector does not know."""
        if _plain(self.language) not in LANGUAGES:
            raise ValueError(f"the language {self.language!r} is not one that can be detected")


def response_language(text: str, parameters: ResponseLanguage) -> str | None:
    """The text is in one language."""
    return other_than(parameters.language, text)


def other_than(language: str, text: str) -> str | None:
    """Which other language a text is in; None where it is in this one.

    Only the letters of the writing that most letters belong to, Latin or not, are read: the
    detector reads bytes, of which letters of other writings have two or three.

    Args:
        language: one of `LANGUAGES`.
        text: the text.

    Raises:
        CannotTellError: if the likeliest language is another, but not sure, as with a few words.
    """
    letters = _in_its_writing(text)
    if not any(character.isalpha() for character in letters):
        return "it has no letters"
    code, probability = _detector().classify(letters)
    expected, detected = _plain(language), _plain(code)
    if detected == expected:
        return None
    if probability < SURE:
        raise CannotTellError(f"whether the text is in {expected!r} cannot be determined")
    return f"it is in {detected!r}, not {expected!r}"


def likely_language(text: str) -> str | None:
    """The language that a text is in by all likelihood; None where it is not sure.

    Args:
        text: the text; a few words are rarely enough.

    Returns:
        An ISO 639-1 code, such as `de`.
    """
    letters = _in_its_writing(text)
    if not any(character.isalpha() for character in letters):
        return None
    code, probability = _detector().classify(letters)
    return _plain(code) if probability >= CERTAIN else None


def _plain(code: str) -> str:
    base = code.strip().lower().replace("_", "-").partition("-")[0]
    return _SAME.get(base, base)


def _in_its_writing(text: str) -> str:
    """The text without the letters of the writing, Latin or not, that it has fewer of."""
    if text.isascii():
        return text
    latin = [is_latin(character) for character in text]
    other = [character.isalpha() and not at for character, at in zip(text, latin, strict=True)]
    drop = latin if sum(latin) < sum(other) else other
    return "".join(" " if at else character for character, at in zip(text, drop, strict=True))


@lru_cache(maxsize=10_000)
def is_latin(character: str) -> bool:
    """Whether a character is a Latin letter."""
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN")


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  half a second

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
