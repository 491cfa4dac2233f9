"""Argilla 2: records, the settings of a data set, and records with responses.

Shapes after Argilla's own tests and models of records, responses and questions.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.core.errors import InputError
from assay.records.formats.argilla_export import (
    RESPONSES,
    argilla_response,
    argilla_responses,
)
from assay.records.formats.shapes import as_list, as_object, as_word
from assay.review.formats.cells import (
    AnswerCell,
    ReviewerAnswer,
    assignment_in,
    settings_json,
    span_error,
)
from assay.review.formats.format import Foreign
from assay.review.formats.names import parts_of
from assay.review.formats.questions import FormQuestion, Questionnaire, task_texts
from assay.review.presentation import Presentation


class Argilla:
    """Records to log, the settings of their data set, and records as Argilla gives them back.

    Read are records as its server holds them (`responses` is a list, each with `values`, `status`
    and `user_id`) and the flat list of its client, `to_list(flatten=True)`, with the columns
    `<question>.responses`, `.responses.users` and `.responses.status`. A record without the
    status of its responses is set aside: a draft could pass for an answer. Suggestions are left
    in the export; drafts and discarded responses are not answers.
    """

    name = "argilla"
    summary = "Argilla: records, the settings of a data set, exported records"
    suffixes: tuple[str, ...] = (".json", ".jsonl")
    settings_suffix = ".json"
    in_parts = False

    def work(self, shown: Presentation, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:  # noqa: ARG002  a field may be absent
        """One record."""
        yield {
            "id": shown.assignment,
            "fields": {_field(name): text for name, text in task_texts(shown).items()},
            "metadata": {"assignment": shown.assignment},
        }

    def settings(self, questionnaire: Questionnaire) -> str:
        """The settings of the data set."""
        fields = [
            {
                "name": _field(name),
                "title": name.replace(".", " ").replace("_", " "),
                "required": name == "task",
                "settings": {"type": "text", "use_markdown": False},
            }
            for name in questionnaire.texts
        ]
        return settings_json(
            {
                # Argilla's client takes guidelines that are the name of a file for that file.
                "guidelines": f"Judge by the rubric: {questionnaire.title}",
                "allow_extra_metadata": True,
                "distribution": {"strategy": "overlap", "min_submitted": 1},
                "fields": fields,
                "questions": [_question(question) for question in questionnaire.questions],
                "metadata": [
                    {
                        "name": "assignment",
                        "title": "assignment",
                        "settings": {"type": "terms"},
                        "visible_for_annotators": False,
                    }
                ],
                "vectors": [],
            }
        )

    def apart(self, row: Foreign) -> Iterator[Foreign]:
        """The record once for each person that responded; once without any where nobody did."""
        responses = list(argilla_responses(row))
        plain = {
            key: value
            for key, value in row.items()
            if RESPONSES not in key and ".suggestion" not in key and key != "suggestions"
        }
        for response in responses:
            yield {**plain, "responses": [response]}
        if not responses:
            yield {**plain, "responses": []}

    def answer(self, row: Foreign) -> dict[str, Any]:
        """The answer that a record with one response holds."""
        assignment = assignment_in(row.get("metadata"), row, {"assignment": row.get("id")})
        responses = as_list(row.get("responses"), "responses")
        if not responses:
            return ReviewerAnswer(assignment=assignment).row()
        response = argilla_response(responses[0])
        if not response.submitted:
            return ReviewerAnswer(assignment=assignment, answered_by=response.answered_by).row()
        cells: list[AnswerCell] = []
        errors: list[dict[str, Any]] = []
        for name, value in response.values.items():
            if isinstance(value, list):
                errors += _errors(row, name, value)
            else:
                cells.append(AnswerCell(name=name, text=as_word(value, name)))
        return ReviewerAnswer(
            assignment=assignment, answered_by=response.answered_by, cells=cells, errors=errors
        ).row()


def _field(name: str) -> str:
    """The name of the field that holds a text; Argilla takes neither dots nor capitals."""
    return name.replace(".", "-").lower()


def _question(question: FormQuestion) -> dict[str, Any]:
    return {
        "name": question.name,
        "title": question.text,
        "description": None,
        "required": question.must,
        "settings": _settings(question),
    }


def _settings(question: FormQuestion) -> dict[str, Any]:
    options = [
        {"value": option.value, "text": option.text, "description": None}
        for option in question.options
    ]
    if question.kind == "spans":
        return {
            "type": "span",
            "field": _field(f"candidate.{question.letter}"),
            "options": options,
            "visible_options": None,
            "allow_overlapping": True,
            "allow_character_annotation": True,
        }
    if question.kind == "choice":
        return {"type": "label_selection", "options": options, "visible_options": None}
    return {"type": "text", "use_markdown": False}


def _errors(row: Foreign, name: str, spans: list[Any]) -> Iterator[dict[str, Any]]:
    family, *place = parts_of(name)
    if family != "errors" or not place:
        raise InputError(
            code="unknown-question",
            message="spans are taken as errors of a candidate alone",
            where=name,
        )
    fields = row.get("fields")
    shown = fields if isinstance(fields, Mapping) else row
    text = shown.get(_field(f"candidate.{place[0]}"))
    for value in spans:
        span = as_object(value, name)
        yield span_error(
            place[0],
            as_word(span.get("label"), name),
            span,
            text if isinstance(text, str) else None,
        )


FORMAT = Argilla()
"""The format that `--to` and `--from` ask for by this name."""
