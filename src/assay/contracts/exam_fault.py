"""The fault of an exam, as a check of the documents reports it and `review` finds it.

It stands apart from the checks: facts about exams are read without loading one.
"""

import msgspec


class ExamFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the exam that a role's entry describes."""

    message: str
    """What is wrong, with its figures."""
    hint: str
    """What to do about it."""
    impossible: bool
    """Whether no person can pass it; else people pass and fail nearly by chance."""
