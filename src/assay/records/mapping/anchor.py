"""Anchoring: a span that a source states, found in the text, or kept as it was given."""

from collections.abc import Callable, Sequence

from assay.records.evidence import TextSpan
from assay.records.judgment import Unanchored
from assay.records.mapping.pieces import Convention

_COUNTED: dict[Convention, tuple[int, int]] = {
    "0-based exclusive": (0, 0),
    "1-based exclusive": (-1, -1),
    "0-based inclusive": (0, 1),
    "1-based inclusive": (-1, 0),
}
"""What to add to the stated start and end for offsets from 0 with an exclusive end."""


def anchor_offsets(
    pointer: str,
    text: str,
    *,
    quote: str | None,
    stated: tuple[int, int] | None,
    conventions: Sequence[Convention],
) -> TextSpan | Unanchored:
    """The span at the stated offsets, counted in the first way in which the quote matches.

    Args:
        pointer: the text's place in the record.
        text: the text itself.
        quote: the words of the span; without them the offsets alone decide.
        stated: start and end as the source counts them.
        conventions: the ways of counting that the mapping allows, in order.
    """
    for convention in conventions:
        offsets = _offsets(text, quote, stated, convention)
        if offsets is not None:
            start, end = offsets
            return TextSpan(pointer=pointer, start=start, end=end, quote=text[start:end])
    place = f" [{stated[0]}:{stated[1]}]" if stated else ""
    return Unanchored(
        stated=f"{quote or ''}{place}".strip(),
        reason=f"the text does not hold it there (tried: {', '.join(conventions)})",
    )


def anchor_marked(
    pointer: str, text: str, *, marked: str, opening: str, closing: str
) -> TextSpan | Unanchored:
    """The span between two marks.

    Args:
        pointer: the text's place in the record.
        text: the text itself, without marks.
        marked: the text as the source gives it, with marks.
        opening: the mark before the span.
        closing: the mark after it.
    """
    unanchored = _unanchored_by(marked)
    if marked.count(opening) != 1 or marked.count(closing) != 1:
        times = f"{marked.count(opening)} and {marked.count(closing)} times"
        return unanchored(f"the marks {opening} and {closing} appear {times}, not once each")
    before, _, rest = marked.partition(opening)
    quote, mark, after = rest.partition(closing)
    if not mark:
        return unanchored(f"the mark {closing} comes before {opening}")
    if before + quote + after != text:
        return unanchored("without its marks it is not the text of the record")
    return TextSpan(pointer=pointer, start=len(before), end=len(before) + len(quote), quote=quote)


def _unanchored_by(stated: str) -> Callable[[str], Unanchored]:
    return lambda reason: Unanchored(stated=stated, reason=reason)


def _offsets(
    text: str, quote: str | None, stated: tuple[int, int] | None, convention: Convention
) -> tuple[int, int] | None:
    if convention == "search once":
        if not quote or text.count(quote) != 1 or text.find(quote) != text.rfind(quote):
            return None
        start = text.find(quote)
        return start, start + len(quote)
    if stated is None:
        return None
    add_to_start, add_to_end = _COUNTED[convention]
    start, end = stated[0] + add_to_start, stated[1] + add_to_end
    if not 0 <= start <= end <= len(text):
        return None
    return (start, end) if quote is None or text[start:end] == quote else None
