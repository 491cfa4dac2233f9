"""The verdicts that name no winner: each one's word, and every sentence that people read of it.

A new verdict is a word and a row here, and its type in `records/verdict.py`. Rubrics, readers,
review tools, judge models, the desk and the reasons of exporters take it from this table; what else
must change is what depends on its meaning.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

NoWinner = Literal["tie", "both_unacceptable", "insufficient_context"]
"""Answers to a comparison that name no winner."""

OpenVerdict = Literal[NoWinner, "abstained"]
"""What a rubric may permit beside a winner, in the order in which it is asked."""

NO_WINNER_WORDS: tuple[NoWinner, ...] = get_args(NoWinner)

BOTH_UNACCEPTABLE: Final = "both_unacceptable"
"""For the rules that depend on the meaning of this one verdict."""


class VerdictWords(msgspec.Struct, frozen=True, kw_only=True):
    """How one verdict is called wherever people or models meet it."""

    written: str
    """The word by which people and models write it in an answer."""
    label: str
    """Its button at the desk."""
    label_of_several: str
    """Its button where there are more than two candidates."""
    command: str
    """The command of the desk that gives it; keys are bound to commands."""
    needs_cause: bool = False
    """Whether the reviewer must say why."""
    option: str
    """The option of a question in another review tool."""
    meaning: str
    """Its meaning in the prompt of a judge model."""
    drop_reason: str = ""
    """Why a record on which it is the answer gives no row; empty where it is never the answer."""


VERDICT_WORDS: Mapping[OpenVerdict, VerdictWords] = {
    "tie": VerdictWords(
        written="tie",
        label="Equally good",
        label_of_several="Equally good",
        command="tie",
        option="Tie: equally good",
        meaning="they are equally good",
        drop_reason="the candidates are equally good, so there is no winner",
    ),
    "both_unacceptable": VerdictWords(
        written="both_unacceptable",
        label="Both unacceptable",
        label_of_several="All unacceptable",
        command="both",
        option="No candidate is acceptable",
        meaning="none of them may be used",
        drop_reason="no candidate may be used",
    ),
    "insufficient_context": VerdictWords(
        written="insufficient_context",
        label="Insufficient context",
        label_of_several="Insufficient context",
        command="insufficient",
        needs_cause=True,
        option="The task does not give enough to judge",
        meaning="the task does not give enough to judge",
        drop_reason="the task does not give enough to judge",
    ),
    "abstained": VerdictWords(
        written="abstain",
        label="Abstain",
        label_of_several="Abstain",
        command="abstain",
        needs_cause=True,
        option="abstain",
        meaning="you cannot judge this",
    ),
}
"""By word, in the order in which they are asked."""
