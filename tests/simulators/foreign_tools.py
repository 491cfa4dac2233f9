"""Other tools at work: each reads its settings, shows a task, and exports what a person answered.

An answer is given in the columns of `review.exchange`. A simulator knows its tool's own shapes and
nothing of our readers; it refuses a question that the settings do not ask, and an option that they
do not offer.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from ruamel.yaml import YAML

Answer = Mapping[str, Any]
Task = dict[str, Any]

CARRIES: dict[str, frozenset[str]] = {
    "label studio": frozenset({"active_ms", "judged_at"}),
    "argilla, flat": frozenset(),
    "argilla, server": frozenset(),
    "potato, lines": frozenset({"judged_at"}),
    "potato, state": frozenset(),
    "langsmith": frozenset({"judged_at"}),
    "langfuse": frozenset({"judged_at"}),
    "long csv": frozenset({"active_ms", "judged_at"}),
}
"""Tool -> what its export keeps about the time of an answer."""


def question_name(column: str) -> str:
    """The name that a column has in a tool: lower case, hyphens, other signs by their code."""
    if column.startswith("ruling."):
        section, _, letter = column.removeprefix("ruling.").rpartition(".")
        parts = ["ruling", section, letter.lower()]
    else:
        parts = column.lower().split(".")
    return "-".join(re.sub(r"[^a-z0-9_]", lambda m: f"--{ord(m[0]):x}--", part) for part in parts)


def spoken(answer: Answer) -> dict[str, str]:
    """Every plain answer by the name of its question; the reason of an abstention apart."""
    said: dict[str, str] = {}
    for column, text in answer.items():
        if column in {"errors", "active_ms", "judged_at"}:
            continue
        name = question_name(column)
        may_abstain = column == "verdict" or column.startswith("score.")
        if may_abstain and text.startswith("abstain:"):
            said |= {name: "abstain", f"why-{name}": text.removeprefix("abstain:")}
        elif column == "verdict" and (">" in text or "=" in text):
            said |= {"verdict": "not_asked", "ranking": text}
        else:
            said[name] = text
    return said


def parted(
    answer: Answer, can_mark: Callable[[Mapping[str, Any]], bool]
) -> tuple[list[Mapping[str, Any]], dict[str, str]]:
    """The errors that the tool can mark, and what is written down for the others."""
    if "errors" not in answer:
        return [], {}
    if not answer["errors"]:
        return [], {"no_errors": "none_found"}
    marked = [each for each in answer["errors"] if can_mark(each)]
    written = [each for each in answer["errors"] if not can_mark(each)]
    return marked, {"errors": json.dumps(written)} if written else {}


def _units(text: str) -> int:
    """How many UTF-16 units a browser counts in a text."""
    return len(text.encode("utf-16-le")) // 2


def label_studio(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The task as a JSON export has it, with one annotation."""
    controls = {
        node.attrib["name"]: node
        for node in ET.fromstring(settings).iter()  # noqa: S314  our own text
        if "toName" in node.attrib
    }
    results: list[dict[str, Any]] = []

    def give(name: str, kind: str, value: dict[str, Any], region: str = "") -> None:
        results.append({
            "id": region or f"r{len(results)}", "from_name": name,
            "to_name": controls[name].attrib["toName"], "type": kind, "value": value,
            "origin": "manual",
        })  # fmt: skip

    def say(name: str, text: str, region: str = "") -> None:
        control = controls[name]
        if control.tag == "TextArea":
            give(name, "textarea", {"text": [text]}, region)
        else:
            assert text in {option.attrib["alias"] for option in control}, (name, text)
            give(name, "choices", {"choices": [text]}, region)

    marked, written = parted(answer, lambda error: "start" in error)
    for name, text in (spoken(answer) | written).items():
        say(name, text)
    for number, error in enumerate(marked):
        letter, quote = error["candidate"].lower(), error["quote"]
        before = task["data"][f"candidate_{error['candidate']}"][: error["start"]]
        start, region = _units(before), f"mark{number}"
        value = {
            "start": start, "end": start + _units(quote), "text": quote,
            "labels": [error["category"]],
        }  # fmt: skip
        labels = {option.attrib["alias"] for option in controls[f"errors-{letter}"]}
        assert error["category"] in labels
        give(f"errors-{letter}", "labels", value, region)
        for field in ("severity", "correction", "verification", "note"):
            if field in error:
                say(f"error-{field}-{letter}", error[field], region)
    annotation = {
        "id": 11, "completed_by": person, "result": results, "was_cancelled": False,
        "ground_truth": False, "result_count": len(results),
    }  # fmt: skip
    if "judged_at" in answer:
        annotation["created_at"] = answer["judged_at"]
    if "active_ms" in answer:
        annotation["lead_time"] = answer["active_ms"] / 1000
    return [{"id": 5, **task, "annotations": [annotation], "drafts": [], "predictions": []}]


def argilla(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The record as the client lists it flat, with one submitted response."""
    questions = {each["name"]: each["settings"] for each in json.loads(settings)["questions"]}

    def can_mark(error: Mapping[str, Any]) -> bool:
        return "start" in error and set(error) == {"candidate", "category", "quote", "start"}

    marked, written = parted(answer, can_mark)
    values: dict[str, Any] = {}
    for name, text in (spoken(answer) | written).items():
        options = questions[name].get("options")
        assert options is None or text in {option["value"] for option in options}, (name, text)
        values[name] = text
    for error in marked:
        name = f"errors-{error['candidate'].lower()}"
        assert questions[name]["field"] in task["fields"]
        end = error["start"] + len(error["quote"])
        span = {"label": error["category"], "start": error["start"], "end": end}
        values.setdefault(name, []).append(span)
    row = {"id": task["id"], "status": "completed", "_server_id": "0d9f"}
    row |= task["fields"] | task["metadata"]
    for name, value in values.items():
        row |= {
            f"{name}.responses": [value],
            f"{name}.responses.users": [str(person)],
            f"{name}.responses.status": ["submitted"],
        }
    return [row]


def argilla_server(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The same record as the server holds it."""
    (flat,) = argilla(task, settings, answer, person)
    ending = ".responses"
    values = {
        column.removesuffix(ending): {"value": cells[0]}
        for column, cells in flat.items()
        if column.endswith(ending)
    }
    responses = [{"id": "r1", "values": values, "status": "submitted", "user_id": str(person)}]
    return [{**task, "responses": responses if values else []}]


def potato(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The item's annotations as exported JSON lines."""
    schemes = _schemes(settings)

    def can_mark(error: Mapping[str, Any]) -> bool:
        plain = set(error) == {"candidate", "category", "quote", "start"}
        return plain and task[f"candidate_{error['candidate']}"].count(error["quote"]) == 1

    marked, written = parted(answer, can_mark)
    annotations: dict[str, Any] = {}
    for name, text in (spoken(answer) | written).items():
        labels = schemes[name].get("labels")
        assert labels is None or text in labels, (name, text)
        annotations[name] = text
    for error in marked:
        name = f"errors-{error['candidate'].lower()}"
        end = error["start"] + len(error["quote"])
        span = {"start": error["start"], "end": end, "label": error["category"]}
        annotations.setdefault(name, []).append(span | {"text": error["quote"]})
    row = {"id": task["id"], "annotations": annotations, "annotator": str(person)}
    return [row | {"timestamp": answer["judged_at"]} if "judged_at" in answer else row]


def potato_state(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The same as the state file of one user."""
    (row,) = potato(task, settings, answer, person)
    spans = {name: value for name, value in row["annotations"].items() if isinstance(value, list)}
    labels = {
        name: {"labels": {value: True}} if _is_choice(settings, name) else {"text_box": value}
        for name, value in row["annotations"].items()
        if name not in spans
    }
    return [
        {
            "user_id": str(person),
            "instance_id_to_label_to_value": {task["id"]: labels},
            "instance_id_to_span_to_value": {task["id"]: spans},
        }
    ]


@lru_cache
def _schemes(settings: str) -> dict[str, Any]:
    schemes = YAML(typ="safe", pure=True).load(settings)["annotation_schemes"]
    return {each["name"]: each for each in schemes}


def _is_choice(settings: str, name: str) -> bool:
    return bool(_schemes(settings)[name]["annotation_type"] == "radio")


def _commented(answer: Answer) -> dict[str, tuple[str, str]]:
    """Every answer by the name of its question, with the comment beside it."""
    _, written = parted(answer, lambda _: False)
    said = spoken(answer) | written
    return {
        name: (text, said.get(f"why-{name}", ""))
        for name, text in said.items()
        if not name.startswith("why-")
    }


def langsmith(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The run joined with its feedback."""
    configs = json.loads(settings)["langsmith"]["feedback_configs"]
    feedback = []
    for name, (text, comment) in _commented(answer).items():
        scores = {each["label"]: each["value"] for each in configs[name].get("categories", ())}
        assert not scores or text in scores, (name, text)
        feedback.append({
            "id": "f1", "run_id": "e26174e5", "key": name, "score": scores.get(text),
            "value": text, "comment": comment or None, "created_at": answer.get("judged_at"),
            "feedback_source": {"type": "app", "user_id": person},
        })  # fmt: skip
    run = {"id": "e26174e5", "inputs": task["inputs"], "outputs": task["outputs"]}
    return [{**run, "extra": {"metadata": task["metadata"]}, "feedback": feedback}]


def langfuse(task: Task, settings: str, answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The trace with its scores."""
    configs = {each["name"]: each for each in json.loads(settings)["langfuse"]["score_configs"]}
    scores = []
    for name, (text, comment) in _commented(answer).items():
        numbers = {each["label"]: each["value"] for each in configs[name].get("categories", ())}
        assert not numbers or text in numbers, (name, text)
        scores.append({
            "name": name, "dataType": configs[name]["dataType"], "source": "ANNOTATION",
            "value": float(numbers[text]) if numbers else None, "stringValue": text,
            "comment": comment or None, "authorUserId": person,
            "timestamp": answer.get("judged_at"),
        })  # fmt: skip
    return [{"id": "t1", "name": task["name"], "metadata": task["metadata"], "scores": scores}]


def long_csv(tasks: list[Task], answer: Answer, person: Any) -> list[dict[str, Any]]:
    """The rows with their answers filled in, and a row more for what has none."""
    left = dict(answer)
    rows = []
    for row in tasks:
        text = left.pop(row["question"], "") if row["values"] != "shown" else ""
        rows.append({**row, "answer": _written_cell(text), "answered_by": str(person)})
    assert set(left) <= {"active_ms", "judged_at"}, left
    more = [
        {"assignment": rows[0]["assignment"], "question": name, "answered_by": str(person),
         "answer": str(text)}
        for name, text in left.items()
    ]  # fmt: skip
    return [*rows, *more]


def _written_cell(text: Any) -> str:
    return text if isinstance(text, str) else json.dumps(text)


TOOLS: dict[str, tuple[str, Callable[[Task, str, Answer, Any], list[dict[str, Any]]]]] = {
    "label studio": ("label-studio", label_studio),
    "argilla, flat": ("argilla", argilla),
    "argilla, server": ("argilla", argilla_server),
    "potato, lines": ("potato", potato),
    "potato, state": ("potato", potato_state),
    "langsmith": ("annotation-queue", langsmith),
    "langfuse": ("annotation-queue", langfuse),
}
"""Tool -> the format's name, and how it exports one answered task."""
