"""Layouts of published data sets: each read by name, with all that it says."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from assay.bulk.imports import preview_file
from assay.bulk.joins import open_companion
from assay.core.errors import InputError
from assay.plugins import load
from assay.records.candidate import Candidate, MadeByEdit, MadeByModel, candidate_text
from assay.records.coherence import judgment_faults, record_faults
from assay.records.judgment import Judgment, StepLabel
from assay.records.kinds import Critique, Outcome, Trajectory
from assay.records.number import as_number
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    Category,
    NotAsked,
    Prefers,
    Ranks,
    Scored,
    Tie,
)

Context = Callable[[str], RowContext]

ASK = {"role": "user", "content": "How deep is the lock?"}
GOOD = {"role": "assistant", "content": "Four metres."}
BAD = {"role": "assistant", "content": "Quite deep."}


def read_all(name: str, row: dict[str, Any], context: RowContext) -> list[Read]:
    """What a row gives, proven to be coherent."""
    reads: list[Read] = list(load("readers", name).read(row, context))
    for read in reads:
        assert read.record is not None
        assert not list(record_faults(read.record))
        for judgment in read.judgments:
            assert not list(judgment_faults(read.record, judgment))
    return reads


def read_one(name: str, row: dict[str, Any], context: RowContext) -> tuple[Record, list[Judgment]]:
    (read,) = read_all(name, row, context)
    assert read.record is not None
    return read.record, list(read.judgments)


def refusal(name: str, row: dict[str, Any], context: RowContext) -> str:
    with pytest.raises(InputError) as caught:
        load("readers", name).read(row, context)
    return caught.value.code


def text(record: Record, place: int | None) -> str:
    assert place is not None
    return candidate_text(record.candidates[place])


def by_text(record: Record) -> dict[str, Candidate]:
    return {candidate_text(candidate): candidate for candidate in record.candidates}


def scores(record: Record, judgment: Judgment) -> dict[tuple[str, str], object]:
    return {
        (score.dimension, text(record, score.candidate)): score.score for score in judgment.scores
    }


@pytest.mark.parametrize("prompt", [ASK["content"], [ASK], None])
def test_a_prompt_that_both_responses_repeat_is_the_task(prompt: Any, context: Context) -> None:
    """Binarized UltraFeedback and Tulu: whole conversations beside the prompt give responses alone."""
    row = {
        "prompt": prompt, "chosen": [ASK, GOOD], "rejected": [ASK, BAD],
        "score_chosen": 8.5, "score_rejected": 3.0, "chosen_model": "one", "rejected_model": "two",
    }  # fmt: skip
    record, (judgment,) = read_one("trl", row, context("preference"))
    assert [message.content for message in record.task.messages] == [ASK["content"]]
    assert by_text(record)["Four metres."].provenance == MadeByModel(model="one")
    assert by_text(record)["Quite deep."].provenance == MadeByModel(model="two")
    assert scores(record, judgment) == {
        ("score", "Four metres."): Scored(value=17, denominator=2),
        ("score", "Quite deep."): Scored(value=3),
    }


def test_a_system_message_beside_the_prompt_stays(context: Context) -> None:
    """Where the conversations say more than the prompt, the task has what they say."""
    system = {"role": "system", "content": "Be brief."}
    row = {"prompt": ASK["content"], "chosen": [system, ASK, GOOD], "rejected": [system, ASK, BAD]}
    record, _ = read_one("trl", row, context("preference"))
    assert [message.role for message in record.task.messages] == ["system", "user"]


def test_responses_to_another_prompt_are_refused(context: Context) -> None:
    """Conversations that do not hold the prompt of their row are set aside."""
    row = {"prompt": "How wide?", "chosen": [ASK, GOOD], "rejected": [ASK, BAD]}
    assert refusal("trl", row, context("preference")) == "prompt-in-response"


def test_question_and_system_are_a_prompt(context: Context) -> None:
    """Pair sets that say `question` and `system` in place of `prompt` are read."""
    row = {"system": "Be brief.", "question": "How deep?", "chosen": "Four.", "rejected": "Deep."}
    record, _ = read_one("trl", row, context("preference"))
    assert [message.content for message in record.task.messages] == ["Be brief.", "How deep?"]


def test_tools_may_be_their_json_text(context: Context) -> None:
    """A column store keeps the list of tools as text."""
    row = {
        "messages": [ASK, GOOD],
        "tools": '[{"type": "function", "function": {"name": "depth"}}]',
    }
    record, _ = read_one("trl", row, context("demonstration"))
    assert [tool.name for tool in record.task.tools] == ["depth"]


@pytest.mark.parametrize(
    ("label", "value"),
    [(True, 1), (1, 1), (1.0, 1), ("True", 1), ("true", 1), ("1", 1), (False, 0), (0, 0), ("False", 0)],
)  # fmt: skip
def test_a_truth_value_may_be_a_number_or_a_text(
    label: object, value: int, context: Context
) -> None:
    """CSV and Parquet write labels as 1, 0, True and False."""
    row = {"prompt": "Say hi", "completion": "Hi", "label": label}
    _, (judgment,) = read_one("trl", row, context("outcome"))
    assert judgment.scores[0].score == Scored(value=value)


@pytest.mark.parametrize("label", [True, False])
def test_a_labelled_conversation_is_an_outcome(label: bool, context: Context) -> None:
    """A conversation under `messages` has its last response scored by the label beside it."""
    row = {"messages": [ASK, BAD, ASK, GOOD], "label": label}
    record, (judgment,) = read_one("trl", row, context("outcome"))
    assert [turn.content for turn in record.task.messages][1] == "Quite deep."
    assert scores(record, judgment) == {("desirable", "Four metres."): Scored(value=int(label))}


def test_pairs_of_conversations_may_have_longer_names(context: Context) -> None:
    """`chosen_messages` and `rejected_messages` are a pair whose common start is the task."""
    row = {"chosen_messages": [ASK, GOOD], "rejected_messages": [ASK, BAD]}
    record, (judgment,) = read_one("trl", row, context("preference"))
    assert isinstance(judgment.verdict, Prefers)
    assert text(record, judgment.verdict.candidate) == "Four metres."
    assert [turn.content for turn in record.task.messages] == [ASK["content"]]


@pytest.mark.parametrize("kind", ["demonstration", "preference", "outcome"])
def test_a_conversation_without_turns_is_named_as_such(kind: str, context: Context) -> None:
    """A row whose messages stand elsewhere is not mistaken for one that ends with the user."""
    assert refusal("sharegpt", {"messages": [ASK, GOOD]}, context(kind)) == "no-messages"


def test_soft_step_labels_are_labels_with_their_number(context: Context) -> None:
    """Above one half is good, below bad, at it neutral; null is unlabelled."""
    row = {"prompt": "2+3?", "completions": list("abcdef"), "labels": [1, 0.9, 0.5, 0.1, 0.0, None]}
    _, (judgment,) = read_one("trl", row, context("process"))
    assert judgment.step_labels == (
        StepLabel(candidate=0, step=0, label="good"),
        StepLabel(candidate=0, step=1, label="good", note="0.9"),
        StepLabel(candidate=0, step=2, label="neutral", note="0.5"),
        StepLabel(candidate=0, step=3, label="bad", note="0.1"),
        StepLabel(candidate=0, step=4, label="bad"),
    )
    _, judgments = read_one("trl", row | {"labels": [1, 2, 0, 0, 0, 0]}, context("process"))
    assert judgments == []


def turn(speaker: str, said: str) -> dict[str, str]:
    return {"from": speaker, "value": said}


@pytest.mark.parametrize("speaker", ["chatgpt", "bard", "bing", "claude"])
def test_a_speaker_may_name_the_model(speaker: str, context: Context) -> None:
    """ShareGPT collections name the model as the speaker."""
    row = {"items": [turn("human", "Hi"), turn(speaker, "Hello")]}
    record, _ = read_one("sharegpt", row, context("demonstration"))
    assert record.candidates[0].provenance == MadeByModel(model=speaker)


def test_sharegpt_calls_may_be_several(context: Context) -> None:
    """A list of calls is one message, and what `function` says is their output."""
    calls = '[{"name": "age", "arguments": {"y": 1}}, {"name": "age", "arguments": {"y": 2}}]'
    row = {
        "conversations": [turn("human", "Ages?"), turn("function_call", calls),
                          turn("function", "[31, 30]"), turn("gpt", "31 and 30")],
        "system": "", "tools": "",
    }  # fmt: skip
    record, _ = read_one("sharegpt", row, context("demonstration"))
    first, output, _ = record.candidates[0].content
    assert [call.arguments for call in first.tool_calls] == ['{"y":1}', '{"y":2}']  # type: ignore[union-attr]
    assert output.role == "tool"  # type: ignore[union-attr]
    assert [message.role for message in record.task.messages] == ["user"]


def test_a_users_last_word_is_left_out(context: Context) -> None:
    """What a user says after the model's last turn has no answer to learn from."""
    row = {"conversations": [turn("human", "Hi"), turn("gpt", "Hello"), turn("human", "Bye")]}
    record, _ = read_one("sharegpt", row, context("demonstration"))
    assert [message.content for message in record.task.messages] == ["Hi"]


def test_an_output_before_the_response_belongs_to_the_task(context: Context) -> None:
    """A message of the older role `function` is an output; without a call before it, it is given."""
    output = {"role": "function", "name": "depth", "content": "4"}
    record, _ = read_one("openai-chat", {"messages": [ASK, output, GOOD]}, context("demonstration"))
    assert [message.role for message in record.task.messages] == ["user", "tool"]
    assert record.candidates[0].content == "Four metres."


def test_a_rater_without_a_score_abstained(context: Context) -> None:
    """HelpSteer 3: the other raters and the overall preference stay."""
    row = {
        "context": [ASK], "response1": "Four.", "response2": "Deep.", "overall_preference": -2,
        "individual_preference": [
            {"score": -2, "reasoning": "Exact"}, {"score": None, "reasoning": "Unsure"},
            {"score": 0, "reasoning": ""}, {"score": -100, "reasoning": "Slip"},
        ],
    }  # fmt: skip
    _, judgments = read_one("helpsteer", row, context("preference"))
    assert [type(judgment.verdict) for judgment in judgments] == [Prefers, Abstained, Tie, Prefers]
    assert judgments[1].reasons[0].text == "Unsure"


def test_a_preference_off_the_scale_is_set_aside_alone(context: Context) -> None:
    """HelpSteer 3 ends at -3 and 3: another number gives a record without that judgment."""
    row = {"prompt": "How deep?", "response_1": "a", "response_2": "b", "preference_strength": -100}
    record, judgments = read_one("helpsteer", row, context("preference"))
    assert (len(record.candidates), judgments) == (2, [])


def test_an_attribute_off_the_scale_costs_its_rater(context: Context) -> None:
    """HelpSteer 2 ends at 0 and 4: a rater with another number is left out, and the others stay."""
    row = {
        "prompt": "How deep?",
        "response": "Four.",
        "helpfulness": [3, 9, None],
        "verbosity": [0, 1, 2],
    }
    _, judgments = read_one("helpsteer", row, context("outcome"))
    assert [judgment.reviewer.pseudonym for judgment in judgments] == [
        "own-texts: 1",
        "own-texts: 3",
    ]


def test_feedback_is_a_critique(context: Context) -> None:
    """HelpSteer 3: each text of feedback is another rater's reason."""
    row = {"context": [ASK], "response": "Four.", "feedback": ["too short", "fine"]}
    _, judgments = read_one("helpsteer", row, context("critique"))
    assert [judgment.reasons[0].text for judgment in judgments] == ["too short", "fine"]
    assert len({judgment.reviewer.pseudonym for judgment in judgments}) == 2
    pair = {
        "context": [ASK],
        "response1": "a",
        "feedback1": ["x"],
        "response2": "b",
        "feedback2": ["y"],
    }
    assert len(read_all("helpsteer", pair, context("critique"))) == 2


def test_an_edit_is_a_critique_with_its_revision(context: Context) -> None:
    """HelpSteer 3: the edited response revises the original, for the feedback's reasons."""
    row = {"context": [ASK], "original_response": "Deep.", "edited_response": "Four metres deep.",
           "feedback": ["vague"], "change_summary": "gave the figure"}  # fmt: skip
    record, (feedback, change) = read_one("helpsteer", row, context("critique"))
    assert record.part == Critique(subject=0, revision=1)
    assert record.candidates[1].provenance == MadeByEdit(original="0")
    assert (feedback.reasons[0].candidate, change.reasons[0].candidate) == (0, 1)
    pair = {"context": [ASK], "original_response": "Deep.", "good_edited_response": "Four.",
            "bad_edited_response": "Deeper.", "feedback": ["vague"]}  # fmt: skip
    record, (judgment,) = read_one("helpsteer", pair, context("preference"))
    assert isinstance(judgment.verdict, Prefers)
    assert text(record, judgment.verdict.candidate) == "Four."


def test_a_missing_rating_costs_only_itself(context: Context) -> None:
    """UltraFeedback: a null rating and one off the scale are no scores, and the others stay."""
    rated = {"honesty": {"Rating": None}, "helpfulness": {"Rating": "9"},
             "truthfulness": {"Rating": "3"}}  # fmt: skip
    row = {
        "instruction": "How deep?", "models": ["one", "two"],
        "completions": [
            {"model": "one", "response": "Four.", "annotations": rated, "fine-grained_score": None},
            {"model": "two", "response": "Deep.", "overall_score": 7},
        ],
    }  # fmt: skip
    record, (judgment,) = read_one("ultrafeedback", row, context("preference"))
    assert scores(record, judgment) == {
        ("truthfulness", "Four."): Scored(value=3), ("overall_score", "Deep."): Scored(value=7),
    }  # fmt: skip


NECTAR = {
    "prompt": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: How deep?\n\nAssistant: ",
    "answers": [
        {"answer": "Deep.", "model": "one", "rank": 2.0},
        {"answer": "Four.", "model": "two", "rank": 1.0},
        {"answer": "Wet.", "model": "three", "rank": 2.0},
    ],
}


def test_rank_numbers_are_a_ranking(context: Context) -> None:
    """Nectar: the lowest rank is the best, and equal ranks tie."""
    record, (judgment,) = read_one("nectar", NECTAR, context("preference"))
    assert isinstance(judgment.verdict, Ranks)
    ranked = [{text(record, place) for place in group} for group in judgment.verdict.order]
    assert ranked == [{"Four."}, {"Deep.", "Wet."}]
    assert [message.content for message in record.task.messages] == ["Hi", "Hello", "How deep?"]
    unranked = NECTAR | {"answers": [*NECTAR["answers"][:2], {"answer": "Wet.", "rank": None}]}
    assert read_one("nectar", unranked, context("preference"))[1] == []


def test_better_and_safer_are_two_dimensions(context: Context) -> None:
    """PKU-SafeRLHF: two comparisons that differ are scores on two dimensions and no verdict."""
    row = {
        "prompt": "How deep?", "response_0": "Four.", "response_1": "No.", "response_0_source": "m",
        "is_response_0_safe": False, "is_response_1_safe": True, "better_response_id": 0,
        "safer_response_id": 1, "response_0_severity_level": 2,
        "response_0_harm_category": {"Theft": True, "Other": False},
    }  # fmt: skip
    record, (judgment,) = read_one("pku-saferlhf", row, context("preference"))
    assert isinstance(judgment.verdict, NotAsked)
    assert scores(record, judgment) == {
        ("better", "Four."): Scored(value=1), ("better", "No."): Scored(value=0),
        ("safer", "Four."): Scored(value=0), ("safer", "No."): Scored(value=1),
        ("safe", "Four."): Category(value="false"), ("safe", "No."): Category(value="true"),
        ("severity_level", "Four."): Scored(value=2),
    }  # fmt: skip
    (harm,) = judgment.reasons
    assert (harm.text, text(record, harm.candidate)) == ("Theft", "Four.")
    assert by_text(record)["Four."].provenance == MadeByModel(model="m")


@pytest.mark.parametrize(("label", "better"), [(1, "Four."), (0, "Deep.")])
def test_votes_prefer_a_comment(label: int, better: str, context: Context) -> None:
    """SHP: label 1 is the first comment, and the votes are scores."""
    row = {
        "post_id": "p", "domain": "boats_train", "history": "How deep?", "human_ref_A": "Four.",
        "human_ref_B": "Deep.", "c_root_id_A": "a", "c_root_id_B": "b", "labels": label,
        "score_A": 9, "score_B": 3, "score_ratio": 3.0,
    }  # fmt: skip
    record, (judgment,) = read_one("shp", row, context("preference"))
    assert isinstance(judgment.verdict, Prefers)
    assert text(record, judgment.verdict.candidate) == better
    assert (record.key, record.task.taxonomy) == ("p/a/b", {"domain": "boats_train"})
    assert scores(record, judgment)["score", "Four."] == Scored(value=9)


BATTLE = {
    "question_id": "q", "model_a": "one", "model_b": "two", "winner": "model_b", "judge": "user_1",
    "conversation_a": [ASK, GOOD], "conversation_b": [ASK, BAD], "turn": 1, "language": "English",
}  # fmt: skip


@pytest.mark.parametrize(
    ("winner", "verdict"),
    [("model_a", Prefers), ("tie", Tie), ("tie (bothbad)", BothUnacceptable), ("both_bad", BothUnacceptable)],
)  # fmt: skip
def test_a_battle_ends_in_one_of_four_ways(winner: str, verdict: type, context: Context) -> None:
    """Arena: both bad is no tie."""
    _, (judgment,) = read_one("arena", BATTLE | {"winner": winner}, context("preference"))
    assert isinstance(judgment.verdict, verdict)


def test_the_judge_of_a_battle_is_a_pseudonym(context: Context) -> None:
    """Arena: a judge is a person, and a list names a model; an unknown winner says nothing."""
    record, (judgment,) = read_one("arena", BATTLE, context("preference"))
    assert (judgment.reviewer.kind, judgment.reviewer.pseudonym[:4]) == ("human", "rvr_")
    assert by_text(record)["Quite deep."].provenance == MadeByModel(model="two")
    assert record.task.taxonomy == {"language": "English", "turn": "1"}
    _, (judged,) = read_one("arena", BATTLE | {"judge": ["m", "pair"]}, context("preference"))
    assert (judged.reviewer.kind, judged.reviewer.pseudonym) == ("model", "m pair")
    assert read_one("arena", BATTLE | {"winner": "?"}, context("preference"))[1] == []


def test_a_battle_may_be_lists_of_turns_as_text(context: Context) -> None:
    """Arena: prompts and responses as JSON texts are put together turn by turn."""
    row = {
        "id": 5, "model_a": "one", "model_b": "two", "prompt": '["Hi", "How deep?"]',
        "response_a": '["Hello", "Four."]', "response_b": '["Hello", null]',
        "winner_model_a": 1, "winner_model_b": 0, "winner_tie": 0,
    }  # fmt: skip
    record, (judgment,) = read_one("arena", row, context("preference"))
    assert [message.content for message in record.task.messages] == ["Hi", "Hello", "How deep?"]
    assert isinstance(judgment.verdict, Prefers)
    assert text(record, judgment.verdict.candidate) == "Four."
    assert judgment.reviewer.kind == "unknown"


def message(name: str, role: str, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "message_id": name,
        "text": f"text {name}",
        "role": role,
        "replies": list(replies),
        **more,
    }


TREE = {
    "message_tree_id": "t", "tree_state": "ready_for_export",
    "prompt": message(
        "t", "prompter",
        message("a", "assistant",
                message("b", "prompter",
                        message("c", "assistant", rank=1), message("d", "assistant", rank=0)),
                rank=0, labels={"quality": {"value": 0.75, "count": 3}}),
        message("e", "assistant", rank=1),
        message("f", "assistant", rank=None),
        message("g", "assistant", message("h", "prompter"), rank=2, deleted=True),
        lang="en",
    ),
}  # fmt: skip


def test_every_message_with_ranked_replies_is_a_comparison(context: Context) -> None:
    """OpenAssistant: ranks at any depth, without deleted and unranked replies."""
    upper, lower = read_all("oasst", TREE, context("preference"))
    assert upper.record is not None
    assert lower.record is not None
    best = [
        text(read.record, read.judgments[0].verdict.order[0][0])  # type: ignore[union-attr, arg-type]
        for read in (upper, lower)
    ]
    assert best == ["text a", "text d"]
    assert [len(read.record.candidates) for read in (upper, lower)] == [2, 2]  # type: ignore[union-attr]
    assert (upper.record.key, upper.record.task.taxonomy) == ("t", {"lang": "en"})
    assert [each.content for each in lower.record.task.messages] == ["text t", "text a", "text b"]
    assert scores(upper.record, upper.judgments[1]) == {
        ("quality", "text a"): Scored(value=3, denominator=4)
    }


def test_every_reply_is_a_demonstration(context: Context) -> None:
    """OpenAssistant: as demonstrations, each reply that is not deleted stands for itself."""
    reads = read_all("oasst", TREE, context("demonstration"))
    assert sorted(read.record.key or "" for read in reads if read.record) == list("acdef")
    lone = {"prompt": message("t", "prompter", message("a", "assistant"))}
    assert refusal("oasst", lone, context("preference")) == "nothing-to-read"


def test_a_file_of_messages_is_told_from_a_file_of_trees(context: Context) -> None:
    """OpenAssistant: a row that is one message says which of the published files to take."""
    row = message("a", "assistant") | {"message_tree_id": "t", "parent_id": "t"}
    assert refusal("oasst", row, context("preference")) == "not-a-tree"


XLAM = {
    "id": 3, "query": "How deep is lock 3?",
    "tools": json.dumps([{"name": "depth", "description": "d", "parameters": {"lock": {"type": "int"}}}]),
    "answers": json.dumps([{"name": "depth", "arguments": {"lock": 1187234567890123456}}]),
}  # fmt: skip


def test_calls_as_text_are_shown_or_expected(context: Context) -> None:
    """xLAM: the answers are calls to imitate, or the key of a trajectory."""
    record, _ = read_one("xlam", XLAM, context("demonstration"))
    (made,) = record.candidates[0].content
    assert made.tool_calls[0].arguments == '{"lock":1187234567890123456}'  # type: ignore[union-attr]
    record, _ = read_one("xlam", XLAM, context("trajectory"))
    assert isinstance(record.part, Trajectory)
    assert record.part.expected_calls[0].arguments == '{"lock":[1187234567890123456]}'
    none = read_one("xlam", XLAM | {"answers": "[]"}, context("trajectory"))[0]
    assert none.part == Trajectory(no_call=True)


FUNCTION = {"name": "depth", "description": "d", "parameters": {"type": "dict", "properties": {}}}


def test_an_irrelevant_request_expects_no_call(context: Context) -> None:
    """BFCL: where no function helps, no call is right, which is not the same as no key."""
    row = {"id": "irrelevance_7", "question": [[ASK]], "function": [FUNCTION]}
    record, _ = read_one("bfcl", row, context("trajectory"))
    assert record.part == Trajectory(no_call=True)
    assert record.task.taxonomy == {"category": "irrelevance"}
    assert refusal("bfcl", row | {"id": "simple_7"}, context("trajectory")) == "no-answer-key"


@pytest.mark.parametrize(
    ("truth", "reference"), [(["Ines"], "Ines"), (["7", "seven"], '["7","seven"]')]
)
def test_requests_answered_by_texts_are_outcomes(
    truth: list[str], reference: str, context: Context
) -> None:
    """BFCL: the accepted texts of a memory or a search request are the reference, and no calls."""
    row = {"id": "memory_4-customer-4", "question": [[ASK]], "ground_truth": truth}
    record, _ = read_one("bfcl", row, context("outcome"))
    assert record.part == Outcome(reference=reference)
    assert record.task.taxonomy == {"category": "memory"}
    assert refusal("bfcl", row, context("trajectory")) == "no-right-calls"


def test_a_relevant_request_without_a_key_is_an_outcome(context: Context) -> None:
    """BFCL: where all that is known is that a function helps, the criterion says so."""
    row = {"id": "live_relevance_0-0-0", "question": [[ASK]], "function": [FUNCTION]}
    record, _ = read_one("bfcl", row, context("outcome"))
    assert isinstance(record.part, Outcome)
    assert record.part.reference is None
    assert record.part.criterion is not None
    assert refusal("bfcl", row, context("trajectory")) == "no-right-calls"
    simple = row | {"id": "simple_7", "ground_truth": [{"depth": {"lock": [3]}}]}
    assert refusal("bfcl", simple, context("outcome")) == "wrong-kind"


def test_right_calls_are_in_a_second_file(tmp_path: Path, context: Context) -> None:
    """BFCL: accepted values, or calls as text turn by turn, from `possible_answer` beside the file."""
    questions = [
        {"id": "simple_0", "question": [[ASK]], "function": [FUNCTION]},
        {"id": "multi_turn_miss_func_1", "question": [[ASK], []], "initial_config": {"Gate": {"n": 1}},
         "missed_function": {"1": ["open"]}, "excluded_function": ["drain"]},
    ]  # fmt: skip
    answers = [
        {"id": "simple_0", "ground_truth": [{"depth": {"lock": [3, ""]}}]},
        {"id": "multi_turn_miss_func_1", "ground_truth": [["gate.find('a', n=-1)"], []]},
    ]
    folder = tmp_path / "possible_answer"
    folder.mkdir()
    for path, rows in ((tmp_path / "q.json", questions), (folder / "q.json", answers)):
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    reader = open_companion(load("readers", "bfcl"), tmp_path / "q.json")
    preview = preview_file(tmp_path / "q.json", reader, context("trajectory"))
    assert preview.reasons == ()
    simple, turns = (read.record for read in preview.reads)
    assert isinstance(simple, Record)
    assert isinstance(turns, Record)
    assert [
        (call.name, call.arguments, call.turn)
        for record in (simple, turns)
        for call in record.part.expected_calls  # type: ignore[union-attr]
    ] == [("depth", '{"lock":[3,""]}', 0), ("gate.find", '{"0":["a"],"n":[-1]}', 0)]
    assert turns.part.boundaries == (  # type: ignore[union-attr]
        "the function open is not there before turn 1", "the function drain must not be called",
    )  # fmt: skip
    assert turns.task.initial_state == '{"Gate":{"n":1}}'


def test_a_long_fraction_is_the_same_number_read_back() -> None:
    """A score with more digits than 53 bits becomes the nearest fraction, the same as a float."""
    for value in (0.8423751592636108, 1 / 3, -7.333333333333333, 123456.78901234567):
        number = as_number(value)
        assert number is not None
        assert float(number) == value
        assert max(abs(number.numerator), number.denominator) < 2**53
    assert as_number("1e999999999") is None
    assert as_number("2/3") is None
    assert as_number("0.5") == Fraction(1, 2)
