"""CSV in long form: one row an assignment and question, for spreadsheets and survey tools."""

from collections.abc import Iterator
from typing import Any

from assay.core.errors import InputError
from assay.records.formats.shapes import as_word
from assay.review.exchange import escape_formula
from assay.review.formats.cells import settings_json
from assay.review.formats.format import Foreign
from assay.review.formats.questions import FormQuestion, Questionnaire, task_texts
from assay.review.presentation import Presentation

SHOWN = "shown"
"""What is under `values` in a row that shows a text and asks nothing."""

COLUMNS = ("assignment", "question", "text", "values", "answer", "answered_by")
"""The columns, in their order."""


class LongCsv:
    """Rows of `assignment, question, text, values, answer, answered_by`.

    First come the texts of an assignment (`values` is `shown`), then its questions, named by the
    columns of `review.exchange`. Rows may come back in any order; only `assignment`, `question`
    and `answer` are read, and `answered_by` where it is filled.
    """

    name = "long-csv"
    summary = "CSV with a row for each question, and a code book"
    suffixes: tuple[str, ...] = (".csv",)
    settings_suffix = ".json"
    in_parts = True

    def work(self, shown: Presentation, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
        """The rows of one assignment."""
        for name, text in task_texts(shown).items():
            yield _line(shown.assignment, name, text, SHOWN)
        for question in questionnaire.questions:
            if _has_own_row(question):
                values = " | ".join(_values(question))
                yield _line(shown.assignment, _column(question), question.text, values)

    def settings(self, questionnaire: Questionnaire) -> str:
        """The code book: every question with what each value means."""
        return settings_json(
            {
                "title": questionnaire.title,
                "questions": [
                    {
                        "question": _column(question),
                        "text": question.text,
                        "values": {option.value: option.text for option in question.options},
                    }
                    for question in questionnaire.questions
                    if _has_own_row(question)
                ],
            }
        )

    def apart(self, row: Foreign) -> Iterator[Foreign]:
        """The row itself."""
        yield row

    def answer(self, row: Foreign) -> dict[str, Any]:
        """The one cell of an answer that a row holds."""
        missing = [name for name in ("assignment", "question", "answer") if name not in row]
        if missing:
            raise InputError(
                code="missing-column",
                message=f"the row has no {missing[0]!r}",
                where=missing[0],
                hint=f"keep the columns {', '.join(COLUMNS[:5])}",
            )
        cells = {"assignment": as_word(row["assignment"], "assignment")}
        if answered_by := as_word(row.get("answered_by"), "answered_by"):
            cells["answered_by"] = answered_by
        answer = as_word(row["answer"], "answer")
        if row.get("values") == SHOWN and answer.strip():
            raise InputError(
                code="answered-text",
                message="an answer is next to a text that asks nothing",
                where="answer",
                hint="move it to the row of a question",
            )
        if answer.strip():
            cells[as_word(row["question"], "question")] = answer
        return cells


def _has_own_row(question: FormQuestion) -> bool:
    """Whether a question has a row of its own: spans and the reasons of abstentions have none."""
    return question.kind != "spans" and question.parts[0] not in {"why", "ranking", "no_errors"}


def _column(question: FormQuestion) -> str:
    return ".".join(question.parts)


def _values(question: FormQuestion) -> Iterator[str]:
    for option in question.options:
        yield "abstain:why" if option.value == "abstain" else option.value
    if question.parts == ("verdict",):
        yield "or a ranking such as B>A=C"
    if question.parts == ("errors",):
        yield "[] where none was found"


def _line(assignment: str, question: str, text: str, values: str) -> dict[str, str]:
    cells = (assignment, question, text, values, "", "")
    return {name: escape_formula(cell) for name, cell in zip(COLUMNS, cells, strict=True)}


FORMAT = LongCsv()
"""The format that `--to` and `--from` ask for by this name."""
