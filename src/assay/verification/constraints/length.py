"""Constraints on length: words, sentences, paragraphs."""

import re

from assay.verification.constraints.counting import paragraphs, sentences, words
from assay.verification.constraints.kind import (
    ConstraintParameters,
    Count,
    Phrase,
    Positive,
    Relation,
    count_fault,
    quoted_start,
)

_DIVIDER = re.compile(r"\*\*\*")


class NumberWords(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `length_constraints:number_words`."""

    num_words: Count
    """The number of words."""
    relation: Relation
    """The relation of the text's words to it."""


class NumberSentences(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `length_constraints:number_sentences`."""

    num_sentences: Count
    """The number of sentences."""
    relation: Relation
    """The relation of the text's sentences to it."""


class NumberParagraphs(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `length_constraints:number_paragraphs`."""

    num_paragraphs: Positive
    """The number of paragraphs, exactly."""


class NthParagraphFirstWord(
    ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Parameters of `length_constraints:nth_paragraph_first_word`."""

    num_paragraphs: Positive
    """The number of paragraphs, exactly."""
    nth_paragraph: Positive
    """Which of them begins with the word, from 1."""
    first_word: Phrase
    """The word, in any case."""

    def __post_init__(self) -> None:
        """Refuse a place that no text could have."""
        if self.nth_paragraph > self.num_paragraphs:
            raise ValueError("`nth_paragraph` is beyond `num_paragraphs`")


def number_words(text: str, parameters: NumberWords) -> str | None:
    r"""The text has at least, or less than, so many words (runs of `\w`)."""
    return count_fault(words(text), parameters.relation, parameters.num_words, "words")


def number_sentences(text: str, parameters: NumberSentences) -> str | None:
    """The text has at least, or less than, so many sentences (`counting.sentences`)."""
    return count_fault(sentences(text), parameters.relation, parameters.num_sentences, "sentences")


def number_paragraphs(text: str, parameters: NumberParagraphs) -> str | None:
    """The text has exactly so many paragraphs, which the divider `***` parts.

    An empty part counts nothing before the first divider and behind the last; between two
    dividers it breaks the constraint.
    """
    parts = [part.strip() for part in _DIVIDER.split(text)]
    if not all(parts[1:-1]):
        return "there is nothing between two dividers"
    count = sum(map(bool, parts))
    if count == parameters.num_paragraphs:
        return None
    return f"{count} paragraphs between dividers, not {parameters.num_paragraphs}"


def nth_paragraph_first_word(text: str, parameters: NthParagraphFirstWord) -> str | None:
    r"""The text has exactly so many paragraphs, parted by blank lines; the nth begins with a word.

    The first word is the first run of letters, digits and underscores (`\w+`) before the first
    white space, so that `"It's` begins with `it`.
    """
    parts = paragraphs(text)
    if len(parts) != parameters.num_paragraphs:
        return f"{len(parts)} paragraphs, not {parameters.num_paragraphs}"
    word = _first_word(parts[parameters.nth_paragraph - 1])
    if word.lower() == parameters.first_word.strip().lower():
        return None
    return f"paragraph {parameters.nth_paragraph} begins with {quoted_start(word)}, not {parameters.first_word!r}"


def _first_word(paragraph: str) -> str:
    first = paragraph.split(maxsplit=1)[0]
    match = re.search(r"\w+", first)
    return match[0] if match else first
