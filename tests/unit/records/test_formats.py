"""Readers of foreign formats: what each field becomes, and what sets a row aside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.bulk.imports import preview_file
from assay.core.errors import InputError
from assay.plugins import load
from assay.records.candidate import Candidate, candidate_text
from assay.records.coherence import judgment_faults, record_faults
from assay.records.judgment import Judgment
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    Category,
    NotApplicable,
    NotAsked,
    Prefers,
    ScoreAbstained,
    Scored,
    Tie,
)

Context = Callable[[str], RowContext]

ASK = {"role": "user", "content": "How deep is the lock?"}
GOOD = {"role": "assistant", "content": "Four metres."}
BAD = {"role": "assistant", "content": "Quite deep."}


def read(name: str, row: dict[str, Any], context: RowContext) -> tuple[Record, list[Judgment]]:
    """The one record of a row with its judgments, proven to be coherent."""
    found: list[Read] = list(load("readers", name).read(row, context))
    assert len(found) == 1
    record = found[0].record
    assert record is not None
    assert not list(record_faults(record))
    judgments = list(found[0].judgments)
    for judgment in judgments:
        assert not list(judgment_faults(record, judgment))
    return record, judgments


def text_of(candidate: Candidate) -> str:
    return candidate_text(candidate)


def preferred(record: Record, judgment: Judgment) -> str:
    assert isinstance(judgment.verdict, Prefers)
    return text_of(record.candidates[judgment.verdict.candidate])


def refused(name: str, row: dict[str, Any], context: RowContext) -> str:
    with pytest.raises(InputError) as caught:
        load("readers", name).read(row, context)
    return caught.value.code


PREFERENCES = {
    "openai-preference": {
        "input": {"messages": [ASK]}, "preferred_output": [GOOD], "non_preferred_output": [BAD],
    },
    "trl": {"prompt": [ASK], "chosen": [GOOD], "rejected": [BAD]},
    "hh-rlhf": {
        "chosen": "\n\nHuman: How deep is the lock?\n\nAssistant: Four metres.",
        "rejected": "\n\nHuman: How deep is the lock?\n\nAssistant: Quite deep.",
    },
    "sharegpt": {
        "conversations": [{"from": "human", "value": "How deep is the lock?"}],
        "chosen": {"from": "gpt", "value": "Four metres."},
        "rejected": {"from": "gpt", "value": "Quite deep."},
    },
    "alpaca": {
        "instruction": "How deep is the lock?", "chosen": "Four metres.", "rejected": "Quite deep.",
    },
    "helpsteer": {
        "prompt": "How deep is the lock?", "response_1": "Four metres.",
        "response_2": "Quite deep.", "preference_strength": -1,
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "row"), PREFERENCES.items())
def test_a_label_is_an_unknown_reviewers_judgment(
    name: str, row: dict[str, Any], context: Context
) -> None:
    """Every preference format gives the same task and candidates, and a label without an order."""
    record, (judgment,) = read(name, row, context("preference"))
    assert record.task.messages[0].content == "How deep is the lock?"
    assert sorted(map(text_of, record.candidates)) == ["Four metres.", "Quite deep."]
    assert preferred(record, judgment) == "Four metres."
    assert (judgment.reviewer.kind, judgment.order) == ("unknown", None)


@pytest.mark.parametrize(("name", "row"), PREFERENCES.items())
def test_swapping_the_label_keeps_the_record(
    name: str, row: dict[str, Any], context: Context
) -> None:
    """The record does not change with the label, so its candidates' order tells nothing."""
    first, second = [key for key in row if "chosen" in key or "preferred_output" in key
                     or "response" in key] + [key for key in row if key == "rejected"]  # fmt: skip
    swapped = row | {first: row[second], second: row[first]}
    assert (
        read(name, row, context("preference"))[0].id
        == read(name, swapped, context("preference"))[0].id
    )


@pytest.mark.parametrize(("name", "row"), PREFERENCES.items())
def test_a_field_that_the_format_does_not_have_changes_nothing(
    name: str, row: dict[str, Any], context: Context
) -> None:
    """A reader passes over a field that its format does not have, whatever it holds."""
    plain, _ = read(name, row, context("preference"))
    other, _ = read(name, row | {"colour": "red"}, context("preference"))
    assert plain.id == other.id


def test_equal_candidates_are_refused(context: Context) -> None:
    """A label between two equal responses can mean nothing and is set aside."""
    row = {"prompt": "Say hi", "chosen": "Hi", "rejected": "Hi"}
    assert refused("trl", row, context("preference")) == "same-candidates"


def test_openai_chat_cuts_where_the_model_answers(context: Context) -> None:
    """The response is all that follows the last message that is not the model's, calls included."""
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "depth", "arguments": '{"lock":3}'},
    }
    row = {
        "messages": [
            {"role": "system", "content": "Be brief."}, ASK,
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "4"}, GOOD,
        ],
        "tools": [{"type": "function", "function": {"name": "depth", "parameters": {"b": 1, "a": 2}}}],
        "parallel_tool_calls": False,
        "id": 7,
    }  # fmt: skip
    record, judgments = read("openai-chat", row, context("demonstration"))
    content = record.candidates[0].content
    assert isinstance(content, tuple)
    assert [message.role for message in content] == ["assistant", "tool", "assistant"]
    assert content[0].tool_calls[0].arguments == '{"lock":3}'
    assert record.task.tools[0].parameters == '{"a":2,"b":1}'
    assert record.task.taxonomy == {"parallel_tool_calls": "false"}
    assert (record.key, judgments) == ("7", [])


def test_a_weight_is_0_or_1(context: Context) -> None:
    """A weight that is neither sets the row aside rather than being rounded."""
    other = [ASK, BAD | {"weight": 0.5}, ASK, GOOD]
    assert refused("openai-chat", {"messages": other}, context("demonstration")) == "other-weights"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([], "no-messages"),
        ([ASK], "no-response"),
        ([GOOD], "no-prompt"),
        ([{"role": "robot", "content": "x"}], "wrong-field"),
        ([ASK, {"role": "assistant", "content": [{"type": "image_url"}]}], "wrong-field"),
        ([ASK, {"role": "assistant", "content": [{"type": "video"}]}], "not-text"),
    ],
)
def test_conversations_that_make_no_demonstration(
    messages: list[Any], code: str, context: Context
) -> None:
    """A conversation without prompt, answer, role or text is set aside with its reason."""
    assert refused("openai-chat", {"messages": messages}, context("demonstration")) == code


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [ASK, GOOD]},
        {"prompt": "How deep is the lock?", "completion": "Four metres."},
        {"prompt": [ASK], "completion": [GOOD]},
    ],
)
def test_trl_demonstrations(row: dict[str, Any], context: Context) -> None:
    """Standard and conversational prompt-completion and messages give one demonstration."""
    record, _ = read("trl", row, context("demonstration"))
    assert record.candidates[0].content == "Four metres."


def test_trl_text_has_an_empty_task(context: Context) -> None:
    """Plain text for language modelling becomes a response to an empty message."""
    record, _ = read("trl", {"text": "Locks lift boats."}, context("demonstration"))
    assert (record.task.messages[0].content, record.candidates[0].content) == (
        "",
        "Locks lift boats.",
    )


def test_trl_implicit_prompt_is_the_common_start(context: Context) -> None:
    """Without a prompt, conversations that begin alike share their beginning as the task."""
    row = {"chosen": [ASK, GOOD], "rejected": [ASK, BAD], "margin": 0.5}
    record, (judgment,) = read("trl", row, context("preference"))
    assert record.task.messages[0].content == ASK["content"]
    assert (judgment.reasons[0].code, judgment.reasons[0].text) == ("margin", "margin 0.5")
    texts = {"chosen": "a b", "rejected": "a c"}
    assert refused("trl", texts, context("preference")) == "no-prompt"


def test_trl_unpaired_and_prompt_only_are_outcomes(context: Context) -> None:
    """A label on one response is a score of 1 or 0; a prompt alone has a criterion and no answer."""
    row = {"prompt": "Say hi", "completion": "Hi", "label": True}
    _, (judgment,) = read("trl", row, context("outcome"))
    assert (judgment.scores[0].dimension, judgment.scores[0].score) == (
        "desirable",
        Scored(value=1),
    )
    record, judgments = read("trl", {"prompt": "Say hi"}, context("outcome"))
    assert (record.candidates, judgments) == ((), [])


def test_trl_stepwise_labels_steps(context: Context) -> None:
    """True is a good step and false a bad one, in the order of the completions."""
    row = {"prompt": "2+3?", "completions": ["2 and 3", "is 6"], "labels": [True, False]}
    record, (judgment,) = read("trl", row, context("process"))
    assert [step.text for step in record.candidates[0].work] == ["2 and 3", "is 6"]
    assert [label.label for label in judgment.step_labels] == ["good", "bad"]
    assert refused("trl", row | {"labels": [True]}, context("process")) == "wrong-field"


def test_hh_dialogues_share_their_turns(context: Context) -> None:
    """Turns that both transcripts hold are the task, however many they are."""
    start = "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: How deep?"
    row = {"chosen": f"{start}\n\nAssistant: Four.", "rejected": f"{start}\n\nAssistant: Deep."}
    record, _ = read("hh-rlhf", row, context("preference"))
    assert [message.role for message in record.task.messages] == ["user", "assistant", "user"]
    assert refused("hh-rlhf", row | {"chosen": "Hi"}, context("preference")) == "not-a-transcript"


def test_sharegpt_calls_become_tool_calls(context: Context) -> None:
    """A function call and its observation become a tool call and a tool message."""
    row = {
        "conversations": [
            {"from": "human", "value": "How deep?"},
            {"from": "function_call", "value": '{"name": "depth", "arguments": {"lock": 3}}'},
            {"from": "observation", "value": "4"},
            {"from": "gpt", "value": "Four."},
        ],
        "system": "Be brief.",
        "tools": '[{"name": "depth"}]',
    }
    record, _ = read("sharegpt", row, context("demonstration"))
    content = record.candidates[0].content
    assert isinstance(content, tuple)
    assert content[0].tool_calls[0].arguments == '{"lock":3}'
    assert record.task.messages[0].role == "system"
    assert record.task.tools[0].name == "depth"
    _, (judgment,) = read("sharegpt", row | {"kto_tag": False}, context("outcome"))
    assert judgment.scores[0].score == Scored(value=0)


def test_alpaca_joins_instruction_and_input(context: Context) -> None:
    """The input stands under the instruction, the history and system before both."""
    row = {
        "instruction": "Translate.", "input": "boat", "output": "Boot",
        "system": "Be brief.", "history": [["Hi", "Hello"]],
    }  # fmt: skip
    record, _ = read("alpaca", row, context("demonstration"))
    assert [message.content for message in record.task.messages] == [
        "Be brief.", "Hi", "Hello", "Translate.\nboat",
    ]  # fmt: skip


def test_helpsteer_attributes_are_scores(context: Context) -> None:
    """Five numbers are five scores; lists are one unnamed rater a place."""
    row = {"prompt": "How deep?", "response": "Four.", "helpfulness": 3, "verbosity": 0}
    _, (judgment,) = read("helpsteer", row, context("outcome"))
    assert [(each.dimension, each.score) for each in judgment.scores] == [
        ("helpfulness", Scored(value=3)), ("verbosity", Scored(value=0)),
    ]  # fmt: skip
    row = {
        "prompt": "How deep?",
        "response": "Four.",
        "helpfulness": [3, 4],
        "coherence": [2, None],
    }
    _, judgments = read("helpsteer", row, context("outcome"))
    assert [len(each.scores) for each in judgments] == [2, 1]
    assert [each.reviewer.pseudonym for each in judgments] == ["own-texts: 1", "own-texts: 2"]


def test_helpsteer_keeps_single_raters_and_ties(context: Context) -> None:
    """Each rater's preference is a judgment, 0 is a tie, and the overall one is an adjudicator's."""
    row = {
        "context": [ASK], "response1": "Four.", "response2": "Deep.", "overall_preference": -2,
        "domain": "code", "language": "english",
        "individual_preference": [
            {"score": -3, "reasoning": "Exact", "feedback1": "Good", "feedback2": "Vague"},
            {"score": 0, "reasoning": "Same", "feedback1": "x", "feedback2": "y"},
        ],
    }  # fmt: skip
    record, (one, two, overall) = read("helpsteer", row, context("preference"))
    assert preferred(record, one) == "Four."
    assert isinstance(one.verdict, Prefers)
    assert one.verdict.strength == 3
    assert isinstance(two.verdict, Tie)
    assert (overall.reviewer.role, preferred(record, overall)) == ("adjudicator", "Four.")
    assert record.task.taxonomy == {"domain": "code", "language": "english"}


def test_helpsteer_counts_a_rater_once(context: Context) -> None:
    """The selection of raw preferences is read only where the raw ones are not there."""
    raw = [
        {"strength": -2, "statement": "A", "elaboration": "a"},
        {"strength": 1, "statement": "B"},
    ]
    row = {
        "split": "train", "prompt": "How deep?", "response_1": "Four.", "response_2": "Deep.",
        "preference_strength": -2, "three_most_similar_preferences": raw[:1],
    }  # fmt: skip
    record, selected = read("helpsteer", row, context("preference"))
    assert (record.task.taxonomy, len(selected)) == ({"split": "train"}, 2)
    _, all_raw = read(
        "helpsteer", row | {"all_preferences_unprocessed": raw}, context("preference")
    )
    assert len(all_raw) == 3


def test_inspect_logs_with_nan_are_read(tmp_path: Path, context: Context) -> None:
    """Inspect writes NaN for an unscored value: it becomes an abstention, and the log is read."""
    path = tmp_path / "log.json"
    path.write_text(
        '{"version": 2, "status": "success", "eval": {"task": "locks", "model": "one"},'
        ' "results": {"mean": NaN}, "samples": [{"id": 1, "epoch": 1, "input": "How deep?",'
        ' "target": "", "messages": [{"role": "user", "content": "How deep?"},'
        ' {"role": "assistant", "content": "Four."}], "scores": {"judge": {"value": NaN}}}]}'
    )
    found = preview_file(path, load("readers", "inspect"), context("outcome"))
    assert found.reasons == ()
    assert found.reads[0].judgments[0].scores[0].score == ScoreAbstained(reason="unscored")


def test_ultrafeedback_keeps_na_and_rationales(context: Context) -> None:
    """Ratings are scores of one unnamed reviewer, N/A is not applicable, rationales are reasons."""
    rated = {"Rating": "4", "Rationale": "Clear"}
    row = {
        "source": "own", "instruction": "How deep?", "models": ["one", "two"],
        "correct_answers": ["Four"], "incorrect_answers": [],
        "completions": [
            {"model": "one", "response": "Four.", "principle": "honesty", "custom_system_prompt": "x",
             "overall_score": 7.5, "annotations": {"honesty": rated, "truthfulness": {
                 "Type": ["None"], "Rationale": "ok", "Rating": "5", "Rationale For Rating": "r"}}},
            {"model": "two", "response": "Deep.", "annotations": {"honesty": {"Rating": "N/A", "Rationale": ""}}},
        ],
    }  # fmt: skip
    record, (judgment,) = read("ultrafeedback", row, context("preference"))
    scores = {(each.dimension, text_of(record.candidates[each.candidate or 0])): each.score
              for each in judgment.scores}  # fmt: skip
    assert scores == {
        ("overall_score", "Four."): Scored(value=15, denominator=2),
        ("honesty", "Four."): Scored(value=4),
        ("truthfulness", "Four."): Scored(value=5),
        ("honesty", "Deep."): NotApplicable(),
    }
    assert {each.code for each in judgment.reasons} == {"rationale", "rationale_for_rating", "type"}
    assert isinstance(judgment.verdict, NotAsked)
    assert (
        refused("ultrafeedback", row | {"models": ["one"]}, context("preference")) == "wrong-field"
    )


PRM = {
    "labeler": "worker-9", "timestamp": "2026-01-01T00:00:00", "generation": 2,
    "is_quality_control_question": False, "is_initial_screening_question": False,
    "question": {"problem": "2+3+4?", "ground_truth_answer": "9"},
    "label": {
        "steps": [
            {"completions": [{"text": "2+3=5", "rating": 1, "flagged": False},
                             {"text": "2+3=6", "rating": -1, "flagged": True}],
             "human_completion": None, "chosen_completion": 0},
            {"completions": [{"text": "So 8", "rating": -1, "flagged": None}],
             "human_completion": {"text": "5+4=9"}, "chosen_completion": None},
        ],
        "total_time": 9000, "finish_reason": "solution",
    },
}  # fmt: skip


def test_prm800k_keeps_every_completion(context: Context) -> None:
    """The path is candidate 0, every other completion a candidate labelled at its last step."""
    record, (judgment,) = read("prm800k", PRM, context("process"))
    assert [[step.text for step in each.work] for each in record.candidates] == [
        ["2+3=5", "5+4=9"], ["2+3=6"], ["2+3=5", "So 8"],
    ]  # fmt: skip
    assert [(each.candidate, each.step, each.label) for each in judgment.step_labels] == [
        (0, 0, "good"), (1, 0, "bad"), (2, 1, "bad"),
    ]  # fmt: skip
    assert judgment.step_labels[1].note == "flagged"
    assert judgment.reviewer.pseudonym.startswith("rvr_")
    assert (judgment.active_ms, judgment.reasons[0].text) == (9000, "solution")


def test_prm800k_giving_up_is_an_abstention(context: Context) -> None:
    """A labeler who gave up abstained; the labels given before stay."""
    row = PRM | {"label": PRM["label"] | {"finish_reason": "give_up"}}  # type: ignore[operator]
    _, (judgment,) = read("prm800k", row, context("process"))
    assert isinstance(judgment.verdict, Abstained)
    assert judgment.step_labels


def test_inspect_scores_are_model_judgments(context: Context) -> None:
    """Each scorer judges: letters are categories, numbers scores, null an abstention."""
    log = {"version": 2, "status": "success", "eval": {"task": "locks", "model": "one"}}
    sample = {
        "id": "s1", "epoch": 1, "input": "How deep?", "target": "Four",
        "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "How deep?"},
                     {"role": "assistant", "content": "Four."}],
        "scores": {"match": {"value": "C", "explanation": "same"}, "judge": {"value": 0.5},
                   "broken": {"value": None}},
    }  # fmt: skip
    record, judgments = read("inspect", {"rest": log, "item": sample}, context("outcome"))
    assert (record.key, record.candidates[0].content) == ("locks/s1/1", "Four.")
    assert [each.scores[0].score for each in judgments] == [
        Category(value="C"), Scored(value=1, denominator=2), ScoreAbstained(reason="unscored"),
    ]  # fmt: skip
    failed = {"rest": log, "item": sample | {"error": {"message": "x"}}}
    assert refused("inspect", failed, context("outcome")) == "failed-sample"


def test_label_studio_pairs_keep_the_shown_order(context: Context) -> None:
    """A pairwise choice prefers the side that was chosen, in the order that was shown."""
    result = {"from_name": "better", "to_name": "answer1,answer2", "type": "pairwise",
              "value": {"selected": "right"}}  # fmt: skip
    row = {
        "id": 1,
        "data": {"prompt": "How deep?", "answer1": "Deep.", "answer2": "Four."},
        "annotations": [
            {"id": 1, "completed_by": {"id": 3, "email": "a@b.example"}, "result": [result], "lead_time": 1.5},
            {"id": 2, "completed_by": 4, "result": [], "was_cancelled": True},
        ],
    }  # fmt: skip
    record, (one, two) = read("label-studio", row, context("preference"))
    assert preferred(record, one) == "Four."
    assert [text_of(record.candidates[place]) for place in one.order or ()] == ["Deep.", "Four."]
    assert one.active_ms == 1500
    assert isinstance(two.verdict, Abstained)


def test_label_studio_spans_and_choices(context: Context) -> None:
    """Labels are errors at their span or kept unanchored; choices and ratings are scores."""

    def labelled(start: int, end: int, text: str) -> dict[str, Any]:
        value = {"start": start, "end": end, "text": text, "labels": ["wrong"]}
        return {"from_name": "label", "to_name": "answer", "type": "labels", "value": value}

    rated = {"from_name": "stars", "to_name": "answer", "type": "rating", "value": {"rating": 4}}
    row = {
        "data": {"prompt": "How deep?", "answer": "Five metres."},
        "annotations": [
            {"completed_by": 1, "result": [labelled(0, 4, "Five"), labelled(0, 4, "Four"), rated]}
        ],
    }
    _, (judgment,) = read("label-studio", row, context("critique"))
    assert [type(each.place).__name__ for each in judgment.errors or ()] == [
        "TextSpan",
        "Unanchored",
    ]
    assert judgment.scores[0].score == Scored(value=4)


@pytest.mark.parametrize(
    ("place", "value"),
    [(place, value) for place in ("eval", "scores") for value in ([], "text", 5, [[]])]
    + [("input", 5), ("input", {}), ("input", [[]])],
)
def test_a_log_of_another_shape_is_refused(
    place: str, value: object, context: Callable[[str], RowContext]
) -> None:
    """A part of an Inspect log that is a list, a number or a text in place of an object."""
    said = [{"role": "user", "content": "How deep?"}, {"role": "assistant", "content": "4 m"}]
    row: dict[str, dict[str, object]] = {
        "rest": {"eval": {"task": "t", "model": "m"}},
        "item": {"id": "1", "input": "How deep?", "messages": said},
    }
    row["rest" if place == "eval" else "item"][place] = value
    with pytest.raises(InputError):
        load("readers", "inspect").read(row, context("outcome"))
