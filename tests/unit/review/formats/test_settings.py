"""The settings and the tasks that make each tool ask the rubric's questions."""

import json
from xml.etree import ElementTree as ET

from ruamel.yaml import YAML

from assay.review.assignment import Assignment
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.presentation import present
from simulators.review_answers import RECORDS, RUBRIC
from simulators.review_formats import FORMATS
from simulators.small_program import pair, rubric

SHOWN = [
    (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
    for each in RECORDS.values()
]


def test_a_labeling_configuration_holds_any_text() -> None:
    """Quotes, brackets, line breaks, control signs and dollar signs of a rubric stay texts."""
    question = "Is \"$task\" <b>right</b> & 'sound'?\nSay\u0001 so."
    dimension = {"id": "odd", "question": question, "scale": ["$a", 'b"<>'], "judged_by": "expert"}
    asked = rubric(dimensions=[dimension], priority=[])
    record = pair()
    shown = present(record, Assignment(record=record.id, reviewer="r1", number=0))
    extent = extent_of([(shown, record.part)])
    text = FORMATS["label-studio"].settings(questionnaire(asked, extent, {}, file="work.json"))
    root = ET.fromstring(text)  # noqa: S314  our own text
    headers = [node.attrib["value"] for node in root.iter("Header")]
    assert "A: Is \"\uff04task\" <b>right</b> & 'sound'?\nSay\ufffd so." in headers
    control = next(node for node in root.iter() if node.attrib.get("name") == "score-odd-a")
    assert [each.attrib["alias"] for each in control] == ["$a", 'b"<>', "na", "abstain"]
    shown_values = {
        node.attrib["value"] for node in root.iter() if "$" in node.attrib.get("value", "")
    }
    assert shown_values == {"$kind", "$task", "$candidate_A", "$candidate_B"}


def test_every_task_has_every_text_that_the_configuration_shows() -> None:
    """A task without a third candidate has an empty text for it; nothing else is in its data."""
    record = pair(texts=("x", "y"))
    wide = pair(texts=("x", "y", "z"))
    shown = [
        (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
        for each in (record, wide)
    ]
    asked = questionnaire(RUBRIC, extent_of(shown), {}, file="work.json")
    (task,) = FORMATS["label-studio"].work(shown[0][0], asked)
    assert list(task["data"].items())[2:] == [
        ("task", "What is 0 + 2?"),
        ("candidate_A", "x"),
        ("candidate_B", "y"),
        ("candidate_C", ""),
    ]


def test_the_settings_are_those_of_a_data_set() -> None:
    """Names fit Argilla, none stands twice, spans name a field, and one question is required."""
    asked = questionnaire(RUBRIC, extent_of(SHOWN), {"wrong": "It is."}, file="work.json")
    settings = json.loads(FORMATS["argilla"].settings(asked))
    fields = {each["name"] for each in settings["fields"]}
    questions = [each["name"] for each in settings["questions"]]
    assert len(fields | set(questions) | {"assignment"}) == len(fields) + len(questions) + 1
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") for name in questions)
    assert [each["name"] for each in settings["questions"] if each["required"]] == ["verdict"]
    spans = [each for each in settings["questions"] if each["settings"]["type"] == "span"]
    assert {each["settings"]["field"] for each in spans} <= fields
    (record,) = FORMATS["argilla"].work(SHOWN[0][0], asked)
    assert set(record["fields"]) <= fields


def test_the_configuration_is_yaml_that_holds_any_text() -> None:
    """Signs that YAML reads stay text, and the file of work is named."""
    question = 'Is "it": right? #no\n- {x: *y}\t\U0001f600 \x85 so'
    dimension = {"id": "odd", "question": question, "scale": ["yes", "0"], "judged_by": "expert"}
    asked = rubric(dimensions=[dimension], priority=[])
    text = FORMATS["potato"].settings(questionnaire(asked, extent_of(SHOWN), {}, file="anna.jsonl"))
    config = YAML(typ="safe", pure=True).load(text)
    schemes = {each["name"]: each for each in config["annotation_schemes"]}
    assert schemes["score-odd-a"]["labels"] == ["yes", "0", "na", "abstain"]
    assert schemes["score-odd-a"]["description"].startswith(f"A: {question}")
    assert config["data_files"] == ["anna.jsonl"]
    (item,) = FORMATS["potato"].work(
        SHOWN[0][0], questionnaire(asked, extent_of(SHOWN), {}, file="x")
    )
    keys = {each["key"] for each in config["instance_display"]["fields"]}
    assert keys <= set(item)
    assert all(each["type"] == "text" for each in config["instance_display"]["fields"])


def test_the_settings_number_every_option_once() -> None:
    """A scale's value is its own number, other options have free ones; both tools agree."""
    asked = questionnaire(RUBRIC, extent_of(SHOWN), {}, file="work.jsonl")
    settings = json.loads(FORMATS["annotation-queue"].settings(asked))
    configs = settings["langsmith"]["feedback_configs"]
    clarity = configs["score-clarity-a"]["categories"]
    assert clarity == [
        *({"value": number, "label": str(number)} for number in range(1, 6)),
        {"value": 6, "label": "na"},
        {"value": 7, "label": "abstain"},
    ]
    assert configs["reason"] == {"type": "freeform"}
    scores = {each["name"]: each for each in settings["langfuse"]["score_configs"]}
    assert set(scores) == set(configs)
    assert len(scores["verdict"]["categories"]) == len(
        {each["value"] for each in scores["verdict"]["categories"]}
    )


def test_no_cell_is_a_formula() -> None:
    """Content and questions that a spreadsheet would run start with an apostrophe."""
    record = pair(texts=("=1+1", "@x"))
    dimension = {"id": "odd", "question": "Good?", "scale": ["=a", "b"], "judged_by": "expert"}
    asked = rubric(dimensions=[dimension], priority=[], title="=cmd")
    shown = present(record, Assignment(record=record.id, reviewer="r1", number=0))
    own = questionnaire(asked, extent_of([(shown, record.part)]), {}, file="work.csv")
    cells = [cell for row in FORMATS["long-csv"].work(shown, own) for cell in row.values()]
    assert "'=1+1" in cells
    assert "'=a | b | na | abstain:why" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_only_what_a_presentation_has_is_asked() -> None:
    """A candidate's own steps are asked, not those of the longest one; the code book has all."""
    record = RECORDS["uneven steps"]
    shown = present(record, Assignment(record=record.id, reviewer="r1", number=0))
    own = questionnaire(RUBRIC, extent_of([(shown, record.part)]), {}, file="work.csv")
    asked = [
        row["question"] for row in FORMATS["long-csv"].work(shown, own) if row["values"] != "shown"
    ]
    steps = [name for name in asked if name.startswith("step.")]
    assert steps == ["step.A.0", "step.B.0", "step.B.1"]
    book = json.loads(FORMATS["long-csv"].settings(own))
    assert [each["question"] for each in book["questions"]] == asked
