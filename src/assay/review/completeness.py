"""Completeness: whether an answer says anything, and so is a pass."""

from assay.records.judgment import Judgment
from assay.records.verdict import NotAsked


def says_anything(judgment: Judgment) -> bool:
    """Whether a judgment has content: one that has none is stored, and counts for nothing.

    Content is a verdict other than `not_asked` (an abstention too), a score, a step label, a
    ruling, a list of errors (an empty one says that errors were looked for and none was found),
    the result of an attack, a written record, or that a text was read and left as it is. A
    reason alone is none.

    Args:
        judgment: the judgment.
    """
    return (
        not isinstance(judgment.verdict, NotAsked)
        or bool(judgment.scores or judgment.step_labels or judgment.rulings)
        or judgment.errors is not None
        or judgment.attack is not None
        or judgment.wrote is not None
        or judgment.stands_as_is is True
    )
