"""Label Studio: tasks as JSON, its labeling configuration, and the JSON export of annotations.

Shapes after Label Studio's pages on the task format, on `Choices`, `Labels`, `TextArea`.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.contracts.terms import SEVERITIES
from assay.core.errors import InputError
from assay.records.formats.label_studio_export import (
    RELATION,
    StudioResult,
    side_of,
    studio_annotation,
    unread_result,
)
from assay.records.formats.shapes import as_list, as_object, as_word
from assay.review.formats.cells import AnswerCell, ReviewerAnswer, assignment_in, span_error
from assay.review.formats.format import Foreign
from assay.review.formats.names import name_of, parts_of
from assay.review.formats.questions import ABSTAIN, FormQuestion, Questionnaire, task_texts
from assay.review.presentation import Presentation, letter

NOTES = ("correction", "verification", "note")
"""What a reviewer may write about one span."""

# Characters that XML 1.0 forbids, escaped or not.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class LabelStudioReview:
    """Tasks to import, a labeling configuration, and the tool's JSON export (not JSON-MIN).

    Each text is a key of `data`, so that `Text` shows it as it is; a key that a task lacks is
    empty, for the tool refuses tasks that lack one. The assignment is in `data` and in `meta`.
    Drafts, predictions and relations are left in the export; a cancelled annotation is not an
    answer.
    """

    name = "label-studio"
    summary = "Label Studio: tasks, a labeling configuration, the JSON export"
    suffixes: tuple[str, ...] = (".json",)
    settings_suffix = ".xml"
    in_parts = False

    def work(self, shown: Presentation, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
        """One task."""
        texts = task_texts(shown)
        data = {"assignment": shown.assignment}
        data |= {_key(name): texts.get(name, "") for name in (*questionnaire.texts, *texts)}
        yield {"data": data, "meta": {"assignment": shown.assignment}}

    def settings(self, questionnaire: Questionnaire) -> str:
        """The labeling configuration."""
        body = [_tag("Header", value=questionnaire.title)]
        for name in questionnaire.texts:
            body.append(_tag("Header", value=_title_of(name), size="5"))
            body += [
                _control(question)
                for question in questionnaire.questions
                if _labels_spans(question, name)
            ]
            body.append(_tag("Text", name=_key(name), variable=_key(name)))
        for question in questionnaire.questions:
            if question.kind != "spans":
                body.append(_question_view(question))
        body += [
            _about_span(question)
            for question in questionnaire.questions
            if question.kind == "spans"
        ]
        return _tag("View", *body) + "\n"

    def apart(self, row: Foreign) -> Iterator[Foreign]:
        """The task once for each annotation; once without any where there is none."""
        if "annotations" not in row:
            raise InputError(
                code="no-annotations",
                message="the row is not a task of a Label Studio export: it has no `annotations`",
                where="annotations",
                hint="export the project as JSON; JSON-MIN leaves out who answered and drafts",
            )
        annotations = as_list(row["annotations"], "annotations")
        if not annotations:
            yield {**row, "annotations": []}
        for annotation in annotations:
            yield {**row, "annotations": [annotation]}

    def answer(self, row: Foreign) -> dict[str, Any]:
        """The answer that a task with one annotation holds."""
        data = as_object(row.get("data"), "data")
        assignment = assignment_in(data, row.get("meta"))
        annotations = as_list(row["annotations"], "annotations")
        if not annotations:
            return ReviewerAnswer(assignment=assignment).row()
        annotation = studio_annotation(annotations[0])
        unread = [kind for kind in annotation.unread if kind != RELATION]
        if annotation.cancelled:
            return ReviewerAnswer(assignment=assignment, answered_by=annotation.answered_by).row()
        if unread:
            raise unread_result(unread[0])
        return ReviewerAnswer(
            assignment=assignment,
            answered_by=annotation.answered_by,
            cells=[
                AnswerCell(name=result.control, text=_text_of(result))
                for result in annotation.answers
            ],
            errors=[
                error
                for span in annotation.spans
                for error in _errors(span, data, annotation.remarks(span))
            ],
            active_ms=annotation.active_ms,
            judged_at=annotation.judged_at,
        ).row()


def _key(name: str) -> str:
    """The key of `data` that holds a text: a letter, digits and `_` alone make a variable."""
    return name.replace(".", "_")


def _title_of(name: str) -> str:
    family, _, letter = name.partition(".")
    if family == "candidate":
        return letter
    return f"{family.replace('_', ' ')} {letter}".strip()


def _labels_spans(question: FormQuestion, text: str) -> bool:
    return question.kind == "spans" and text == f"candidate.{question.letter}"


def _question_view(question: FormQuestion) -> str:
    """A question with its header; one about an abstention is seen only beside an abstention."""
    seen: dict[str, str] = {}
    if question.why_of:
        seen = {
            "visibleWhen": "choice-selected",
            "whenTagName": question.why_of,
            "whenChoiceValue": ABSTAIN,
        }
    header = _tag("Header", value=question.text, size="6")
    return _tag("View", header, _control(question), **seen)


def _control(question: FormQuestion) -> str:
    about = f"candidate_{question.letter}" if question.letter else "task"
    named = {"name": question.name, "toName": about}
    if question.kind == "text":
        return _tag("TextArea", **named, rows="2", maxSubmissions="1", editable="true")
    tag, tag_of_option = ("Labels", "Label") if question.kind == "spans" else ("Choices", "Choice")
    options = [
        _tag(tag_of_option, value=option.text, alias=option.value) for option in question.options
    ]
    if question.kind == "choice":
        named |= {"choice": "single-radio", "showInline": "true"}
    return _tag(tag, *options, **named)


def _about_span(question: FormQuestion) -> str:
    """The questions about each span of one candidate."""
    letter = str(question.letter)
    about = {"toName": f"candidate_{letter}", "perRegion": "true"}
    grades = [_tag("Choice", value=severity, alias=severity) for severity in SEVERITIES]
    named = {"name": name_of(("error", "severity", letter)), "choice": "single-radio"}
    notes = [
        _tag(
            "TextArea", name=name_of(("error", note, letter)), placeholder=note,
            maxSubmissions="1", **about,
        )
        for note in NOTES
    ]  # fmt: skip
    shown = {"visibleWhen": "region-selected", "whenTagName": f"candidate_{letter}"}
    return _tag("View", _tag("Choices", *grades, **named, **about), *notes, **shown)


def _tag(tag: str, *inside: str, variable: str = "", **attributes: str) -> str:
    """One element, every attribute escaped.

    Args:
        tag: its name.
        inside: the elements in it.
        variable: the key of `data` that it shows as its value.
        attributes: attributes by name.
    """
    if "value" in attributes:
        # The tool would read a dollar sign as the name of a variable.
        attributes["value"] = attributes["value"].replace("$", "\uff04")
    if variable:
        attributes["value"] = f"${variable}"
    named = "".join(f' {name}="{_attribute(text)}"' for name, text in attributes.items())
    return f"<{tag}{named}>{''.join(inside)}</{tag}>" if inside else f"<{tag}{named}/>"


def _attribute(text: str) -> str:
    escaped = html.escape(_NO_XML.sub("\ufffd", text), quote=True)
    # An XML parser turns a literal line break or tab in an attribute into a space.
    return escaped.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def _text_of(result: StudioResult) -> str:
    """The text of a cell that a result states."""
    if result.kind == "pairwise":
        return letter(side_of(result))
    words = [as_word(value, result.control) for value in result.values]
    if result.kind == "choices" and len(words) > 1:
        raise InputError(
            code="answered-twice",
            message=f"{result.control} has {len(words)} answers",
            where=result.control,
            hint="the question takes one",
        )
    return "\n".join(words)


def _errors(
    span: StudioResult, data: Mapping[str, Any], about_span: Sequence[StudioResult]
) -> Iterator[dict[str, Any]]:
    """One span as errors, one for each of its labels, with the answers about it."""
    family, *place = parts_of(span.control)
    if family != "errors" or not place:
        raise InputError(
            code="unknown-question",
            message="spans are taken as errors of a candidate alone",
            where=span.control,
        )
    text = data.get(f"candidate_{place[0]}")
    shown = text if isinstance(text, str) else None
    remarks = {_field_of(result): _text_of(result) for result in about_span}
    for label in span.values:
        category = as_word(label, "labels")
        yield span_error(place[0], category, span.stretch, shown, utf16=True) | remarks


def _field_of(result: StudioResult) -> str:
    """The field of an error that a result about a span fills."""
    parts = parts_of(result.control)
    if len(parts) != 3 or parts[0] != "error":  # noqa: PLR2004  error, field, letter
        raise InputError(
            code="unknown-question",
            message=f"{result.control} says nothing about a span",
            where=result.control,
        )
    return parts[1]


FORMAT = LabelStudioReview()
"""The format that `--to` and `--from` ask for by this name."""
