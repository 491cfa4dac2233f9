"""Cases of complete and incomplete answers; the server's rule and the page's are held against them."""

from pathlib import Path
from typing import Any

import msgspec

from assay.review.answer import Answer
from assay.review.completeness import AnswerShape
from assay.review.form import Form

FILE = Path(__file__).parents[1] / "cases" / "least_answers.json"
"""The cases: a form, the shape of the record, an answer, and what it lacks."""


class LeastAnswerCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer, and what it lacks."""

    name: str
    """What is answered, in words."""
    form: dict[str, Any]
    """What is asked, as the page gets it."""
    shape: dict[str, Any]
    """Observable steps of each candidate, and the text that a revision starts from."""
    answer: dict[str, Any]
    """What is sent."""
    gaps: tuple[dict[str, Any], ...]
    """Code, pointer, candidate and item of each gap."""

    def parsed(self) -> tuple[Answer, Form, AnswerShape]:
        """The case in the server's types."""
        return (
            msgspec.convert(self.answer, Answer),
            msgspec.convert(self.form, Form),
            msgspec.convert(self.shape, AnswerShape),
        )


def least_answers() -> list[LeastAnswerCase]:
    """All cases."""
    return msgspec.json.decode(FILE.read_bytes(), type=list[LeastAnswerCase])
