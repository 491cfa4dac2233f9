"""Error marks: which words of a text each reviewer marked as wrong.

Agreement on spans has two readings: F1 of matched errors, and alpha over words (each word marked or
not). The second corrects for chance and needs the words that nobody marked, so it is read on the
texts that carry errors alone (Krippendorff, Content Analysis, 4th ed., section 12.4, reads units of
a continuum; words are their discrete form).
"""

import re
from collections.abc import Iterator, Sequence

from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.judgment import Judgment
from assay.records.record import Record

_SYLLABLES = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_SYLLABLES}]|[^\W{_SYLLABLES}]+")
"""A run of letters and digits; in Chinese, Japanese and Korean one character."""

MOST_WORDS = 5_000
"""Words of one text that are compared; a longer text is left to the F1 of its errors."""

MARKED, CLEAN = "marked", "clean"


def error_marks(
    record: Record, looked: Sequence[Judgment]
) -> Iterator[tuple[tuple[str, int], Judgment, str]]:
    """Every word of the texts in which somebody marked an error, with each reviewer's answer.

    Args:
        record: the record.
        looked: the judgments that looked for errors, one a reviewer.

    Yields:
        The word (pointer of its text, place), the judgment, and `marked` or `clean`.
    """
    spans = {
        judgment.id: [
            error.place for error in judgment.errors or () if isinstance(error.place, TextSpan)
        ]
        for judgment in looked
    }
    for pointer in sorted({place.pointer for places in spans.values() for place in places}):
        words = list(_WORD.finditer(text_at(record, pointer) or ""))
        if len(words) > MOST_WORDS:
            continue
        for number, word in enumerate(words):
            for judgment in looked:
                marked = any(
                    place.pointer == pointer
                    and place.start < word.end()
                    and word.start() < place.end
                    for place in spans[judgment.id]
                )
                yield (pointer, number), judgment, MARKED if marked else CLEAN
