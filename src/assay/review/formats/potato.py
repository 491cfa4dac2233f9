"""Potato: items as JSON lines, its configuration, and the annotations that it exports.

Shapes after Potato's documentation of its data, export and display formats; nothing else of it
was read.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML

from assay.core.errors import InputError
from assay.records.formats.shapes import as_list, as_name, as_object, as_word
from assay.review.formats.cells import AnswerCell, ReviewerAnswer, assignment_in, span_error
from assay.review.formats.format import Foreign
from assay.review.formats.names import parts_of
from assay.review.formats.questions import FormQuestion, Questionnaire, task_texts
from assay.review.presentation import Presentation

LABELS = "instance_id_to_label_to_value"
"""Where `user_state.json` holds answers by item."""

SPANS = "instance_id_to_span_to_value"
"""Where `user_state.json` holds spans by item."""

_TEXT_KEYS = frozenset({"text", "text_box", "textbox"})


class Potato:
    """Items to annotate, a configuration, and exported annotations or a `user_state.json`.

    An item's `id` is the assignment, for Potato keeps every answer under it. The configuration
    shows every text as plain text under its own label. Potato does not give an item's text
    back with the answers, so a span is anchored by its words; those that appear twice in a
    candidate stay unanchored.
    """

    name = "potato"
    summary = "Potato: items, a configuration, its lines or a state of a user"
    suffixes: tuple[str, ...] = (".jsonl", ".json")
    settings_suffix = ".yaml"
    in_parts = False

    def work(self, shown: Presentation, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
        """One item."""
        texts = task_texts(shown)
        item = {"id": shown.assignment, "text": texts["task"]}
        item |= {_key(name): texts.get(name, "") for name in (*questionnaire.texts, *texts)}
        yield item | {"metadata": {"assignment": shown.assignment}}

    def settings(self, questionnaire: Questionnaire) -> str:
        """The configuration; `data_files` names the file of work."""
        config = {
            "annotation_task_name": questionnaire.title,
            "data_files": [questionnaire.file],
            "item_properties": {"id_key": "id", "text_key": "text"},
            "output_annotation_dir": "annotation_output/",
            "export_annotation_format": "jsonl",
            "user_config": {"allow_all_users": True},
            "instance_display": {
                "fields": [_display(name, questionnaire) for name in questionnaire.texts]
            },
            "annotation_schemes": [_scheme(question) for question in questionnaire.questions],
        }
        writer = YAML(typ="safe", pure=True)
        writer.default_flow_style = False
        writer.allow_unicode = False
        # The order of the configuration is the order on the page.
        writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
        stream = io.StringIO()
        writer.dump(config, stream)
        return stream.getvalue()

    def apart(self, row: Foreign) -> Iterator[Foreign]:
        """The row itself, or one row for each item of a `user_state.json`."""
        if LABELS not in row and SPANS not in row:
            yield row
            return
        labels = as_object(row.get(LABELS) or {}, LABELS)
        spans = as_object(row.get(SPANS) or {}, SPANS)
        for item in dict.fromkeys((*labels, *spans)):
            answers = {
                **as_object(labels.get(item) or {}, LABELS),
                **as_object(spans.get(item) or {}, SPANS),
            }
            yield {"id": item, "annotations": answers, "annotator": row.get("user_id")}

    def answer(self, row: Foreign) -> dict[str, Any]:
        """The answer that one item's annotations hold."""
        if "annotations" not in row:
            raise InputError(
                code="no-annotations",
                message="the row is not an exported annotation: it has no `annotations`",
                where="annotations",
                hint="give the JSON or JSON lines that Potato exports, or a user_state.json",
            )
        assignment = assignment_in(row.get("metadata"), {"assignment": row.get("id")})
        cells: list[AnswerCell] = []
        errors: list[dict[str, Any]] = []
        for name, value in as_object(row["annotations"] or {}, "annotations").items():
            if isinstance(value, list):
                errors += _errors(row, name, value)
            else:
                cells.append(AnswerCell(name=name, text=_answer_text(value, name)))
        return ReviewerAnswer(
            assignment=assignment,
            answered_by=as_name(row.get("annotator") or row.get("user_id")),
            cells=cells,
            errors=errors,
            judged_at=as_word(row.get("timestamp"), "timestamp") or None,
        ).row()


def _key(name: str) -> str:
    return name.replace(".", "_")


def _display(name: str, questionnaire: Questionnaire) -> dict[str, Any]:
    family, _, letter = name.partition(".")
    marked = any(
        each.kind == "spans" and name == f"candidate.{each.letter}"
        for each in questionnaire.questions
    )
    label = letter if family == "candidate" else f"{family.replace('_', ' ')} {letter}".strip()
    shown = {"key": _key(name), "type": "text", "label": label}
    return shown | {"span_target": True} if marked else shown


def _scheme(question: FormQuestion) -> dict[str, Any]:
    kinds = {"choice": "radio", "spans": "span", "text": "text"}
    scheme: dict[str, Any] = {
        "annotation_type": kinds[question.kind],
        "name": question.name,
        "description": "\n".join((question.text, *_legend(question))),
    }
    if question.options:
        scheme["labels"] = [option.value for option in question.options]
    if question.must:
        scheme["label_requirement"] = {"required": True}
    return scheme


def _legend(question: FormQuestion) -> Iterator[str]:
    """What each option means; the tool shows the option itself alone."""
    for option in question.options:
        if option.text != option.value:
            named = option.text.startswith(f"{option.value}:")
            yield option.text if named else f"{option.value}: {option.text}"


def _answer_text(value: Any, name: str) -> str:
    """An answer: the value itself, or the label that is set to true."""
    if not isinstance(value, Mapping):
        return as_word(value, name)
    labels = as_object(value.get("labels", value), name)
    chosen = {label: answer for label, answer in labels.items() if _is_set(answer)}
    if not chosen:
        return ""
    if len(chosen) > 1:
        raise InputError(
            code="answered-twice",
            message=f"{name} has {len(chosen)} answers",
            where=name,
            hint="the question takes one",
        )
    ((label, answer),) = chosen.items()
    return as_word(answer, name) if label in _TEXT_KEYS else label


def _is_set(value: Any) -> bool:
    return value is not None and value is not False and value != ""


def _errors(row: Foreign, name: str, spans: list[Any]) -> Iterator[dict[str, Any]]:
    family, *place = parts_of(name)
    if family != "errors" or not place:
        raise InputError(
            code="unknown-question",
            message="spans are taken as errors of a candidate alone",
            where=name,
        )
    text = row.get(_key(f"candidate.{place[0]}"))
    for value in as_list(spans, name):
        span = as_object(value, name)
        yield span_error(
            place[0],
            as_word(span.get("label"), name),
            span,
            text if isinstance(text, str) else None,
        )


FORMAT = Potato()
"""The format that `--to` and `--from` ask for by this name."""
