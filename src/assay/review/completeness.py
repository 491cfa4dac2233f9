"""Completeness: whether a judgment says anything, and whether it answers anything."""

from collections.abc import Sequence

from assay.records.judgment import Judgment
from assay.records.verdict import Abstained, NotAsked, Score, ScoreAbstained


def says_anything(judgment: Judgment) -> bool:
    """Whether a judgment holds an answer; one that holds none is stored and counts for nothing.

    A declined verdict or score, and an empty list of errors (looked for, none found), are answers.
    """
    return (
        not isinstance(judgment.verdict, NotAsked)
        or judgment.errors is not None
        or judgment.attack is not None
        or judgment.wrote is not None
        or judgment.stands_as_is is not None
        or bool(judgment.scores or judgment.step_labels or judgment.skipped_steps)
        or bool(judgment.rulings)
    )


def declines(judgment: Judgment) -> bool:
    """Whether a judgment declines what it was asked: the verdict, or else every score.

    An abstention from all scores is no more of an answer than one from the verdict.
    """
    if not isinstance(judgment.verdict, NotAsked):
        return isinstance(judgment.verdict, Abstained)
    answers_elsewhere = (
        judgment.errors is not None
        or judgment.attack is not None
        or judgment.wrote is not None
        or judgment.stands_as_is is not None
        or bool(judgment.step_labels or judgment.skipped_steps or judgment.rulings)
    )
    scores = [score.score for score in judgment.scores]
    return bool(scores) and not answers_elsewhere and _all_declined(scores)


def _all_declined(scores: Sequence[Score]) -> bool:
    return all(isinstance(score, ScoreAbstained) for score in scores)
