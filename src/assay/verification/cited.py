"""Citations: the markers by which a text names its sources, and the sources that a record names."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assay.verification.token import tokens_of

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”‘’«»`{}|\\^\[\]]{1,2000}", re.IGNORECASE)
_NUMBER = r"\d{1,3}(?:[ ]?[-–,;][ ]?\d{1,3}){0,20}"
_NUMBER_IN_BRACKETS = re.compile(rf"\[({_NUMBER})\]")
_NUMBERS = re.compile(rf"(?<![\w\]])(?:\[{_NUMBER}\])+(?![:(])")
_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?"
_SURNAME = r"[^\W\d_a-zß-öø-ÿ][\w'’-]{1,40}"
_AUTHORS = rf"{_SURNAME}(?:(?:,? (?:and|&|und|et)|,) {_SURNAME}){{0,5}}(?:,? et al\.?)?"
_BRACKETS = re.compile(r"\(([^()\n]{5,300})\)")
_INSIDE = re.compile(
    rf"(?:see |cf\. |e\.g\.,? )?(?P<authors>{_AUTHORS}),? (?P<year>{_YEAR})(?:[,:] .*)?"
)
_NARRATED = re.compile(rf"(?P<authors>\b{_AUTHORS}) \((?P<year>{_YEAR})\)")
_NAMED = re.compile(r"\b(?:sources?|quelle|fuente|fonte)[ ]?: ?([^\n\[\]]{2,300})", re.IGNORECASE)
_LISTED = re.compile(r"^[ ]{0,8}\[(\d{1,3})\]:?[ ]+(\S[^\n]{1,500})$", re.MULTILINE)
_FIRST_NUMBER = re.compile(r"^(?:\[(\d{1,3})\][.:]?|(\d{1,3})(?:[.:](?=\s)|$))")
_SMALL = frozenset({"and", "und", "et", "al", "&", ",", "."})
_LONGEST_RANGE = 50


class CitationMarker(NamedTuple):
    """One marker as it is in a text."""

    start: int
    """Place of its first character in the text, from 0."""
    text: str
    """The marker as it is written."""
    url: str = ""
    """The address that it gives, in the form that addresses are compared in."""
    number: int = 0
    """The number that it gives; 0 for none."""
    words: tuple[str, ...] = ()
    """Surnames and year, of which a source must have all."""
    title: tuple[str, ...] = ()
    """The words of a source that is named in full."""


class ListedSources(NamedTuple):
    """What sources a record names."""

    urls: frozenset[str]
    """Web addresses, in the form of `plain_url`."""
    words: tuple[tuple[str, ...], ...]
    """The words of each source, without its number."""
    numbers: frozenset[int]
    """The numbers that precede them, as in `[2] Timetable`."""


def citations_in(text: str) -> list[CitationMarker]:
    """Every citation of a text, in order; an entry of its own list of references is one too."""
    entries = {int(match[1]): match for match in _LISTED.finditer(text)}
    # Blanked and not cut out, so that places stay those of the text.
    running = _LISTED.sub(lambda match: " " * len(match[0]), text)
    citations = [_entry(match.start(2), match[2]) for match in _LISTED.finditer(text)]
    citations += [_resolve(marker, entries) for marker in _markers(running)]
    return sorted(citations, key=lambda citation: citation.start)


def _markers(text: str) -> Iterator[CitationMarker]:
    for match in _URL.finditer(text):
        yield CitationMarker(match.start(), _without_end_marks(match[0]), url=plain_url(match[0]))
    for row in _NUMBERS.finditer(text):
        for match in _NUMBER_IN_BRACKETS.finditer(text, row.start(), row.end()):
            for number in _numbers(match[1]):
                yield CitationMarker(match.start(), match[0], number=number)
    yield from _authors(text)
    for match in _NAMED.finditer(text):
        if not _URL.search(match[1]):
            yield CitationMarker(match.start(1), match[1].rstrip(" .;)"), title=_words(match[1]))


def _authors(text: str) -> Iterator[CitationMarker]:
    for match in _BRACKETS.finditer(text):
        for piece in match[1].split(";"):
            inside = _INSIDE.fullmatch(piece.strip())
            if inside:
                yield CitationMarker(match.start(), piece.strip(), words=_names_and_year(inside))
    for match in _NARRATED.finditer(text):
        yield CitationMarker(match.start(), match[0], words=_names_and_year(match))


def _entry(start: int, text: str) -> CitationMarker:
    match = _URL.search(text)
    if match:
        return CitationMarker(start, text, url=plain_url(match[0]))
    return CitationMarker(start, text, title=_words(text))


def _resolve(citation: CitationMarker, entries: dict[int, re.Match[str]]) -> CitationMarker:
    """A number that the text's own list explains stands for that entry."""
    match = entries.get(citation.number)
    if match is None:
        return citation
    return _entry(match.start(2), match[2])._replace(start=citation.start, text=citation.text)


def listed_sources(locators: Iterable[str]) -> ListedSources:
    """What sources these locators name."""
    texts = list(locators)
    numbers = (_FIRST_NUMBER.match(text) for text in texts)
    return ListedSources(
        urls=frozenset(plain_url(match) for text in texts for match in _URL.findall(text)),
        words=tuple(_words(_FIRST_NUMBER.sub("", text)) for text in texts),
        numbers=frozenset(int(match[1] or match[2]) for match in numbers if match),
    )


def is_listed(citation: CitationMarker, sources: ListedSources, *, in_order: bool) -> bool:
    """Whether a record names the source that a citation does.

    Args:
        citation: the citation.
        sources: what the record names.
        in_order: whether a number counts the record's sources from 1.
    """
    if citation.url:
        return citation.url in sources.urls
    if citation.number:
        counted = in_order and citation.number <= len(sources.words)
        return counted or citation.number in sources.numbers
    if citation.words:
        return any(set(citation.words) <= set(words) for words in sources.words)
    return any(_same_title(citation.title, words) for words in sources.words)


def _same_title(cited: tuple[str, ...], named: tuple[str, ...]) -> bool:
    """Whether one begins with the other: a citation may be shorter, or say more at its end."""
    shorter = min(len(cited), len(named))
    return shorter > 0 and cited[:shorter] == named[:shorter]


def plain_url(url: str) -> str:
    """An address without scheme, `www.`, fragment, final slash and final punctuation."""
    bare = re.sub(r"^https?://", "", _without_end_marks(url), flags=re.IGNORECASE).partition("#")[0]
    host, slash, path = bare.partition("/")
    return (host.lower().removeprefix("www.") + slash + path).rstrip("/")


def _without_end_marks(url: str) -> str:
    bare = url.rstrip(".,;:!?")
    return bare.rstrip(").,;:!?") if bare.count("(") < bare.count(")") else bare


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for piece in re.split(r"[ ]?[,;][ ]?", text):
        ends = [int(end) for end in re.split(r"[ ]?[-–][ ]?", piece)]
        if len(ends) == 2 and 0 <= ends[1] - ends[0] <= _LONGEST_RANGE:  # noqa: PLR2004  a range has two ends
            numbers += range(ends[0], ends[1] + 1)
        else:
            numbers += ends
    # 0 stands for no number in a marker.
    return [number for number in numbers if number]


def _names_and_year(match: re.Match[str]) -> tuple[str, ...]:
    names = tuple(word for word in _words(match["authors"]) if word not in _SMALL)
    return (*names, match["year"].casefold())


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.key for token in tokens_of(text) if token.is_word)
