"""Likeness: how far two texts say the same, by their words or, without spaces, by their letters.

The measure is Dice's coefficient, twice what is shared over what both hold together (Dice 1945,
Ecology 26:297-302), over the set of words without articles, each cut to its stem; for scripts that
set no space between words, over the pairs of neighbouring letters. It sees the same words in another
order or inflection. It does not see a paraphrase, and one word that turns a sentence into its
opposite hardly lowers it: hence the high thresholds for short texts.
"""

from collections.abc import Set as AbstractSet

from assay.contracts.words.folding import fold, is_unspaced, words

NEAR = 0.9
"""From here on two anchors, or two dimensions, count as nearly equal; 1 is equal."""

RESTATED = 0.75
"""From here on an evaluation objective counts as a training objective in other words."""

_LEAST_SHARED = 2
"""Fewer shared words restate nothing."""

_STEM = 5
"""Letters of a word that are compared: inflections of one word share them (a convention)."""

_ARTICLES = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "for", "and", "that", "which", "is", "are", "be",
    "der", "die", "das", "ein", "eine", "und", "le", "la", "les", "un", "une", "de", "des", "et",
    "el", "los", "las", "una", "y", "il", "lo", "gli", "e", "het", "een", "en",
})  # fmt: skip
"""Words that carry no sense of their own; negations, numbers and quantities are never here."""


def likeness(first: str, second: str) -> float:
    """How far two texts say the same, from 0 to 1; 1 where either has nothing the other lacks."""
    one, other = _parts(first), _parts(second)
    if not one or not other:
        return float(fold(first) == fold(second))
    return 2 * len(one & other) / (len(one) + len(other))


def restates(first: str, second: str) -> bool:
    """Whether two objectives are one: nearly all words of the shorter are in the longer."""
    one, other = _parts(first), _parts(second)
    shared, shorter = len(one & other), min(len(one), len(other))
    return shared >= _LEAST_SHARED and shared >= RESTATED * shorter


def _parts(text: str) -> AbstractSet[str]:
    if is_unspaced(text):
        letters = fold(text).replace(" ", "")
        return {letters[at : at + 2] for at in range(len(letters) - 1)}
    return {word[:_STEM] for word in words(text) if word not in _ARTICLES}
