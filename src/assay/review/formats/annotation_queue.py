"""Annotation queues of tracing tools: runs with feedback (LangSmith), traces with scores (Langfuse).

Shapes after LangSmith's page on the feedback data format and its feedback configs, and after
Langfuse's public API of scores and score configs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.core.errors import InputError
from assay.records.formats.shapes import as_list, as_word
from assay.records.formats.trace_scores import TraceScore, latest_by_name, trace_score
from assay.review.formats.cells import AnswerCell, ReviewerAnswer, assignment_in, settings_json
from assay.review.formats.format import Foreign
from assay.review.formats.questions import FormQuestion, Questionnaire, task_texts
from assay.review.presentation import Presentation

ANSWERS = ("feedback", "scores")
"""Keys under which a run (LangSmith) and a trace (Langfuse) hold their annotations."""

NOTE = "note"
"""The key under which LangSmith keeps a reviewer's free remark on a run."""


class AnnotationQueue:
    """Runs or traces to queue, feedback and score configs, and the same with answers of people.

    A row of answers is a run with a list `feedback`, or a trace with a list `scores`; the
    assignment is in its `metadata`. A comment on a score is its reason. What an
    evaluator or the API gave is left in the export.
    """

    name = "annotation-queue"
    summary = "Annotation queues of LangSmith and Langfuse: runs and traces"
    suffixes: tuple[str, ...] = (".jsonl", ".json")
    settings_suffix = ".json"
    in_parts = False

    def work(self, shown: Presentation, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:  # noqa: ARG002  a key may be absent
        """One run: what was asked is its input, the candidates are its output."""
        texts = task_texts(shown)
        yield {
            "name": "review",
            "run_type": "chain",
            "inputs": {name: text for name, text in texts.items() if "." not in name},
            "outputs": {name: text for name, text in texts.items() if "." in name},
            "metadata": {"assignment": shown.assignment},
        }

    def settings(self, questionnaire: Questionnaire) -> str:
        """Feedback configs and rubric items for LangSmith, score configs for Langfuse."""
        questions = [
            question
            for question in questionnaire.questions
            if question.kind != "spans" and question.why_of is None
        ]
        return settings_json(
            {
                "langsmith": {
                    "name": questionnaire.title,
                    "rubric_instructions": "Comment on an abstention, and wherever you have a reason.",
                    "feedback_configs": {
                        question.name: _feedback_config(question) for question in questions
                    },
                    "rubric_items": [_rubric_item(question) for question in questions],
                },
                "langfuse": {"score_configs": [_score_config(question) for question in questions]},
            }
        )

    def apart(self, row: Foreign) -> Iterator[Foreign]:
        """The run once for each person who gave feedback; once without any where nobody did."""
        place = next((name for name in ANSWERS if name in row), None)
        if place is None:
            raise InputError(
                code="no-annotations",
                message="the row has neither `feedback` nor `scores`",
                where="feedback",
                hint="join each run with its feedback, or each trace with its scores, as one row",
            )
        by_person: dict[str | None, list[Mapping[str, Any]]] = {}
        for value in as_list(row[place], place):
            score = trace_score(value, place)
            if score.giver == "human":
                by_person.setdefault(score.person, []).append(value)
        plain = {key: value for key, value in row.items() if key not in ANSWERS}
        for entries in by_person.values():
            yield {**plain, place: entries}
        if not by_person:
            yield {**plain, place: []}

    def answer(self, row: Foreign) -> dict[str, Any]:
        """The answer that a run with one person's feedback holds."""
        extra = row.get("extra")
        assignment = assignment_in(
            row.get("metadata"), extra.get("metadata") if isinstance(extra, Mapping) else None
        )
        place = next(name for name in ANSWERS if name in row)
        scores = [trace_score(value, place) for value in as_list(row[place], place)]
        return ReviewerAnswer(
            assignment=assignment,
            answered_by=scores[0].person if scores else None,
            cells=[_cell(score) for score in latest_by_name(scores)],
            judged_at=max((score.given_at for score in scores), default="") or None,
        ).row()


def _cell(score: TraceScore) -> AnswerCell:
    name = "reason" if score.name == NOTE else score.name
    if score.value is not None:
        return AnswerCell(name=name, text=_word(score), comment=score.comment)
    # Words are held as the comment where a tool has no text of its own for them.
    return AnswerCell(name=name, text=score.comment)


def _word(score: TraceScore) -> str:
    if isinstance(score.value, bool):
        return str(int(score.value))
    return as_word(score.value, score.name)


def _feedback_config(question: FormQuestion) -> dict[str, Any]:
    if question.kind == "text":
        return {"type": "freeform"}
    return {
        "type": "categorical",
        "categories": [
            {"value": number, "label": label} for number, label in _numbered_options(question)
        ],
    }


def _rubric_item(question: FormQuestion) -> dict[str, Any]:
    item: dict[str, Any] = {
        "feedback_key": question.name,
        "description": question.text,
        "is_required": question.must,
    }
    if question.kind == "choice":
        item["value_descriptions"] = {option.value: option.text for option in question.options}
    return item


def _score_config(question: FormQuestion) -> dict[str, Any]:
    config: dict[str, Any] = {"name": question.name, "description": question.text}
    if question.kind == "text":
        return config | {"dataType": "TEXT"}
    categories = [
        {"label": label, "value": number} for number, label in _numbered_options(question)
    ]
    return config | {"dataType": "CATEGORICAL", "categories": categories}


def _numbered_options(question: FormQuestion) -> Iterator[tuple[int, str]]:
    """A number for each option, its own where it is one: both tools want one beside the label."""
    own = {int(option.value) for option in question.options if _is_number(option.value)}
    free = max(own, default=-1) + 1
    for option in question.options:
        if _is_number(option.value):
            yield int(option.value), option.value
        else:
            yield free, option.value
            free += 1


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


FORMAT = AnnotationQueue()
"""The format that `--to` and `--from` ask for by this name."""
