"""How words, sentences and paragraphs are counted. Each rule takes time linear in the text."""

import re
from collections.abc import Iterator

_WORD = re.compile(r"\w+")
_BLANK_LINES = re.compile(r"\n\s*\n")
_FULL_WIDTH_END = re.compile(r"[。！？]+[」』”’）》]*")
_LIST_NUMBER = re.compile(r"\d{1,3}|[A-Za-z]|[ivx]{1,4}|[IVX]{1,4}")

_ENDS = ".!?…。！？।॥؟۔"
_MARKUP = "\"'“”‘’«»„()[]{}<>*_~`#」』）》"

_NAME_FOLLOWS = frozenset(
    ["mr", "mrs", "ms", "dr", "prof", "st", "gen", "gov", "sen", "rep", "rev"]
)
_NUMBER_FOLLOWS = frozenset(["no", "vol", "fig", "p", "pp", "ch", "sec"])
_GOES_ON = frozenset(["e.g", "i.e", "vs", "cf", "ca", "approx", "viz"])


def words(text: str) -> int:
    r"""How many words a text has.

    A word is an unbroken run of letters, digits and underscores of any script (`\w+`), so that
    `don't` and `well-known` are two words each, `3.14` is two, and a lone character is none.
    """
    return sum(1 for _ in _WORD.finditer(text))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what is between blank lines, without the empty ones."""
    parts = (part.strip() for part in _BLANK_LINES.split(text))
    return [part for part in parts if part]


def sentences(text: str) -> int:
    """How many sentences a text has.

    A sentence holds at least one letter or digit. It ends with the text, and at a full stop, an
    exclamation or question mark or three dots (those of Chinese, Japanese, Indic and Arabic writing
    too) that white space follows, with closing quotation marks, brackets and Markdown in between.
    None of these ends a sentence where the next word begins with a small letter, unless the text
    has no capital at all, and a full stop ends none behind

    - the number or letter of a list item at the beginning of a line (`1.`, `b.`);
    - a single capital other than `I`, as in `J. Smith`;
    - a title that a name follows (`Dr.`, `St.`), a shortened word that a number follows (`No. 5`),
      and `e.g.`, `i.e.`, `vs.`, `cf.`, `ca.`, `approx.`, `viz.`

    Line breaks end no sentence: a heading or greeting without a stop belongs to what follows.
    """
    tokens = list(_tokens(text))
    small = not any(character.isupper() for character in text)
    count, begun = 0, False
    for place, (token, first) in enumerate(tokens):
        begun = begun or any(character.isalnum() for character in token)
        following = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        after = following.lstrip(_MARKUP)[:1]
        goes_on = after.islower() and not small
        if begun and not goes_on and _ends_sentence(token, after, first_of_line=first):
            count, begun = count + 1, False
    return count + begun


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """What is between white space, and whether it is the first with a letter in its line."""
    for line in _FULL_WIDTH_END.sub(r"\g<0> ", text).split("\n"):
        first = True
        for token in line.split():
            yield token, first
            first = first and not any(character.isalnum() for character in token)


def _ends_sentence(token: str, after: str, *, first_of_line: bool) -> bool:
    """Whether a token ends a sentence that the character `after`, or nothing, follows."""
    bare = token.strip(_MARKUP)
    word = bare.rstrip(_ENDS)
    end = bare[len(word) :]
    if end != ".":
        return bool(end)
    if first_of_line and _LIST_NUMBER.fullmatch(word):
        return False
    if len(word) == 1 and word.isupper() and word != "I":
        return not after
    small = word.lower()
    if small in _NUMBER_FOLLOWS:
        return not after.isdigit()
    return small not in _GOES_ON and not (small in _NAME_FOLLOWS and after.isupper())
