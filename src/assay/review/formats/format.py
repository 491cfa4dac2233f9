"""What every format of review work offers; a plug-in of the group `review-formats`."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from assay.review.formats.questions import Questionnaire
from assay.review.presentation import Presentation

Foreign = Mapping[str, Any]
"""One row as the tool wrote it: a task with its answers, or one line of a table."""


class ReviewFormat(Protocol):
    """One tool's shape of tasks, settings and answers."""

    name: str
    """The name it is asked for by."""
    summary: str
    """What tool it is for, in a few words."""
    suffixes: tuple[str, ...]
    """How a file of tasks may end; the first is the usual one."""
    settings_suffix: str
    """How the file of settings ends."""
    in_parts: bool
    """Whether a row holds one cell of an answer, so that the rows of one answer are joined."""

    def work(self, shown: Presentation, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
        """One presentation as rows of the tool: one task, or one row a question.

        Args:
            shown: what the reviewer may see; the row holds nothing else.
            questionnaire: the questions of this presentation, and the texts of the whole file.
        """

    def settings(self, questionnaire: Questionnaire) -> str:
        """The text of the file that makes the tool ask these questions.

        Args:
            questionnaire: the questions and texts of the whole file.
        """

    def apart(self, row: Foreign) -> Iterator[Foreign]:
        """The row as rows of one person's answer each, so that a fault sets only that one aside.

        Raises:
            InputError: if the row is not of this format.
        """

    def answer(self, row: Foreign) -> dict[str, Any]:
        """The row of `review.exchange` that such a row states, `answered_by` included where named.

        A row that holds no submitted answer gives one that names the assignment alone.

        Raises:
            InputError: if it cannot be read.
        """
