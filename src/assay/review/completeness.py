"""Completeness: whether a judgment says anything."""

from assay.records.judgment import Judgment
from assay.records.verdict import NotAsked


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
