"""From the text of a verdict to the verdict, and back.

The words and sentences are in `contracts/verdict_words.py`; the types in `records/verdict.py`.
"""

from collections.abc import Callable, Mapping

import msgspec

from assay.contracts.verdict_words import NO_WINNER_WORDS
from assay.records.verdict import Abstained, NotAsked, Prefers, Ranks, Verdict

NO_REASON_GIVEN = "no reason given"
"""The reason of an abstention that states none."""

NOT_ASKED = "not_asked"

OPEN_VERDICTS: Mapping[str, Verdict] = {
    word: msgspec.convert({"verdict": word}, Verdict) for word in NO_WINNER_WORDS
}
"""Answers without a winner, by the word that states them, in the order in which they are asked."""

PLAIN_VERDICTS: Mapping[str, Verdict] = {**OPEN_VERDICTS, NOT_ASKED: NotAsked()}
"""Every verdict that a word alone states."""

_STRENGTHS = {1: "slightly ", 3: "much "}


def verdict_word(verdict: Verdict) -> str:
    """The word of a verdict, without its candidates: `prefers`, `tie`, `abstained`."""
    return str(verdict.__struct_config__.tag)


def read_verdict(
    text: str, letters: Mapping[str, int], candidate: Callable[[str], int]
) -> Verdict | None:
    """The verdict that a text states; None where it states none.

    Read are a candidate's letter, the words of `PLAIN_VERDICTS`, nothing at all for a verdict that
    was not asked, `abstain:why`, and a ranking such as `B>A=C`.

    Args:
        text: the text.
        letters: letter of a candidate -> its place in the record.
        candidate: the place of one letter of a ranking; it raises where there is none.
    """
    word, _, rest = text.partition(":")
    if word in letters:
        return Prefers(candidate=letters[word])
    if word in {"abstain", "abstained"}:
        return Abstained(reason=rest.strip() or NO_REASON_GIVEN)
    if not word or word in PLAIN_VERDICTS:
        return PLAIN_VERDICTS[word or NOT_ASKED]
    if ">" in word or "=" in word:
        groups = ranked_names(word)
        return Ranks(order=tuple(tuple(sorted(map(candidate, group))) for group in groups))
    return None


def ranked_names(text: str) -> list[list[str]]:
    """The names in a ranking such as `B>A=C`, best group first."""
    return [group.split("=") for group in text.replace(" ", "").split(">")]


def verdict_in_words(verdict: Verdict, letter: Callable[[int], str]) -> str:
    """What a verdict says, in words for people; empty for one that was not asked.

    Args:
        verdict: the verdict.
        letter: how a candidate is called, by the place that the verdict gives it.
    """
    if isinstance(verdict, Prefers):
        much = _STRENGTHS.get(verdict.strength or 0, "")
        return f"{letter(verdict.candidate)} {much}better"
    if isinstance(verdict, Ranks):
        return " > ".join(" = ".join(map(letter, group)) for group in verdict.order)
    return "" if isinstance(verdict, NotAsked) else verdict_word(verdict).replace("_", " ")
