"""Formats of other trainers and evaluation tools: their own columns, from the same rules."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from assay.core.canonical import parse_json
from assay.records.task import Message, Task
from assay.records.verdict import Prefers, Ranks, Tie
from assay.releases.exporters.argilla import ArgillaExport
from assay.releases.exporters.axolotl import Axolotl
from assay.releases.exporters.evaluation_tasks import InspectTask, LmEvalTask
from assay.releases.exporters.exporter import Carried, Dropped, attempt
from assay.releases.exporters.nemo_rl import HelpSteer3Export, NemoRlPreference
from assay.releases.exporters.openrlhf import OpenRlhf
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.rewardbench import RewardBenchExport
from assay.releases.exporters.verifiable import OpenInstruct
from assay.releases.exporters.verl import VerlMultiTurn

Cases = Mapping[str, ReleasedRecord]
Dispute = Callable[..., ReleasedRecord]


def _rows(result: Carried | Dropped) -> list[dict[str, Any]]:
    assert isinstance(result, Carried), result
    return [dict(row.values) for row in result.rows]


def _reason(result: Carried | Dropped) -> str:
    assert isinstance(result, Dropped), result
    return result.reason


def test_axolotl_trains_on_the_response_alone(release: Cases) -> None:
    """Earlier turns of the assistant are trained on only where that is asked for."""
    (row,) = _rows(attempt(Axolotl(), release["odd_characters"]))
    assert [turn["train"] for turn in row["messages"]] == [False, False, False, True]
    (row,) = _rows(attempt(Axolotl(earlier_turns=True), release["odd_characters"]))
    assert [turn["train"] for turn in row["messages"]] == [False, True, False, True]


def test_axolotl_never_trains_on_a_tool_s_output(release: Cases) -> None:
    """Of a response with a call, the call and the answer are trained on and the output is not."""
    (row,) = _rows(attempt(Axolotl(), release["tools"]))
    assert [(turn["role"], turn["train"]) for turn in row["messages"][2:]] == [
        ("assistant", True), ("tool", False), ("assistant", True),
    ]  # fmt: skip
    assert [tool["function"]["name"] for tool in row["tools"]] == ["next_train", "book_seat"]


def test_openrlhf_has_a_layout_a_stage(release: Cases) -> None:
    """Demonstrations, pairs and labelled prompts have the columns that its flags name."""
    (row,) = _rows(attempt(OpenRlhf(), release["worked"]))
    assert set(row) == {"prompt", "response"}
    (row,) = _rows(attempt(OpenRlhf(stage="preference"), release["winner"]))
    assert row["chosen"] == [{"role": "assistant", "content": "Rice and lentils."}]
    (row,) = _rows(attempt(OpenRlhf(stage="rl"), release["outcome"]))
    assert (row["label"], row["datasource"]) == ("Lima", "house_written")


def test_verl_conversations_keep_calls_as_text(release: Cases) -> None:
    """Arguments and parameters are JSON text, so that Parquet adds no key to them."""
    (row,) = _rows(attempt(VerlMultiTurn(), release["tools"]))
    call = row["messages"][2]["tool_calls"][0]
    assert parse_json(call["function"]["arguments"]) == {"station": "Mill Road"}
    assert parse_json(row["tools"][0]["function"]["parameters"])["required"] == ["station"]
    assert row["messages"][3]["tool_call_id"] == call["id"]
    (plain,) = _rows(attempt(VerlMultiTurn(), release["worked"]))
    assert plain["tools"] == []


def test_nemo_rl_takes_the_whole_ranking(release: Cases) -> None:
    """Rank 0 is the best, and no candidate of the order is left out."""
    (row,) = _rows(attempt(NemoRlPreference(completions="ranking"), release["ranking"]))
    assert [(own["rank"], own["completion"][0]["content"]) for own in row["completions"]] == [
        (0, "Ash"),
        (1, "Rain"),
        (2, "Tide"),
    ]


@pytest.mark.parametrize(
    ("completions", "pairs"),
    [
        ("best-worst", [("Ash", "Tide")]),
        ("all", [("Ash", "Rain"), ("Ash", "Tide"), ("Rain", "Tide")]),
    ],
)
def test_nemo_rl_gets_two_completions_a_row(
    release: Cases, completions: Any, pairs: list[tuple[str, str]]
) -> None:
    """Its loss refuses a row of three, so a ranking gives pairs unless the whole is asked for."""
    rows = _rows(attempt(NemoRlPreference(completions=completions), release["ranking"]))
    assert all([own["rank"] for own in row["completions"]] == [0, 1] for row in rows)
    texts = [tuple(own["completion"][0]["content"] for own in row["completions"]) for row in rows]
    assert sorted(texts) == sorted(pairs)


def test_nemo_rl_candidates_that_tie_share_a_rank(dispute: Dispute) -> None:
    """Two firsts have rank 0 and the third rank 1."""
    shared = dispute(Ranks(order=((0, 2), (1,))), candidates=3)
    (row,) = _rows(attempt(NemoRlPreference(completions="ranking"), shared))
    assert [own["rank"] for own in row["completions"]] == [0, 0, 1]


def test_nemo_rl_has_no_row_for_a_tie(release: Cases) -> None:
    """Equal ranks alone would name a winner by their order."""
    assert _reason(attempt(NemoRlPreference(), release["tie"])) == "tie"


@pytest.mark.parametrize(("winner", "strength", "score"), [(0, 3, -3), (1, 2, 2), (1, 7, 3)])
def test_helpsteer3_is_negative_where_the_first_is_better(
    dispute: Dispute, winner: int, strength: int, score: int
) -> None:
    """The sign names the side, the number the strength, up to the end of the scale."""
    won = dispute(Prefers(candidate=winner, strength=strength))
    (row,) = _rows(attempt(HelpSteer3Export(), won))
    assert row["overall_preference"] == score
    assert row["individual_preference"][0]["score"] == score


def test_helpsteer3_invents_no_strength(dispute: Dispute) -> None:
    """A winner without a stated strength is dropped, unless the option states one; a tie is 0."""
    plain = dispute(Prefers(candidate=0))
    assert _reason(attempt(HelpSteer3Export(), plain)) == "no_strength"
    (row,) = _rows(attempt(HelpSteer3Export(default_strength=1), plain))
    assert row["overall_preference"] == -1
    (row,) = _rows(attempt(HelpSteer3Export(), dispute(Tie(), Tie())))
    assert row["overall_preference"] == 0


def test_open_instruct_names_the_verifier(release: Cases) -> None:
    """The ground truth is the record's answer, and `dataset` chooses who compares it."""
    (row,) = _rows(attempt(OpenInstruct(verifier="gsm8k"), release["worked"]))
    assert (row["ground_truth"], row["dataset"]) == ("28", "gsm8k")
    assert _reason(attempt(OpenInstruct(), release["winner"])) == "no_reference"


def test_rewardbench_rows_name_the_models(release: Cases) -> None:
    """The author of each side stands beside it, and the subset is the capability unless set."""
    (row,) = _rows(attempt(RewardBenchExport(subset="kitchen"), release["winner"]))
    assert row["chosen_model"] == row["rejected_model"] == "quill-7b"
    assert (row["subset"], row["id"]) == ("kitchen", release["winner"].number)


def test_rewardbench_gets_conversations_or_texts(release: Cases) -> None:
    """Each side is a whole conversation; in the standard form it is a text beside the prompt."""
    (row,) = _rows(attempt(RewardBenchExport(), release["winner"]))
    assert "prompt" not in row
    assert [turn["role"] for turn in row["rejected"]] == ["user", "assistant"]
    assert row["chosen"][-1]["content"] == "Rice and lentils."
    (row,) = _rows(attempt(RewardBenchExport(form="standard"), release["winner"]))
    assert row["prompt"] == "What should I cook tonight?"
    assert (row["chosen"], row["rejected"]) == ("Rice and lentils.", "Mostly rice.")


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        (("system", "user"), "role_not_carried"),
        (("assistant", "user"), "turns_not_alternating"),
        (("user", "user"), "turns_not_alternating"),
        (("user", "assistant"), "turns_not_alternating"),
    ],
)
def test_rewardbench_refuses_speakers_that_it_would_rename(
    dispute: Dispute, roles: tuple[Any, ...], reason: str
) -> None:
    """The library names speakers by their place, so a task with another order is dropped."""
    pair = dispute(Prefers(candidate=0))
    messages = tuple(Message(role=role, content=f"I am the {role}.") for role in roles)
    record = msgspec.structs.replace(pair.record, task=Task(messages=messages))
    renamed = msgspec.structs.replace(pair, record=record)
    assert _reason(attempt(RewardBenchExport(), renamed)) == reason


def test_inspect_gets_samples_and_a_task_that_compiles(release: Cases) -> None:
    """The task reads the rows beside it and calls the scorer that was chosen."""
    (row,) = _rows(attempt(InspectTask(), release["outcome"]))
    assert (row["target"], row["input"][0]["role"]) == ("Lima", "user")
    source = InspectTask(scorer="includes").companions("train.jsonl")["task.py"].decode()
    compile(source, "task.py", "exec")
    assert "scorer=includes()" in source
    assert '"train.jsonl"' in source


def test_the_harness_gets_rows_and_a_task_file(release: Cases) -> None:
    """The task file names the rows, the text and the target."""
    (row,) = _rows(attempt(LmEvalTask(), release["outcome"]))
    assert (row["prompt"], row["answer"]) == ("What is the capital of Peru?", "Lima")
    text = LmEvalTask(task="capitals").companions("train.jsonl")["capitals.yaml"].decode()
    assert 'doc_to_text: "{{prompt}}"' in text
    assert "test: train.jsonl" in text


def test_argilla_suggests_what_reviewers_agree_on(release: Cases) -> None:
    """The winner's field is suggested, a score by its question; without agreement nothing is."""
    (row,) = _rows(attempt(ArgillaExport(), release["winner"]))
    assert row["suggestions"] == {"preference": {"value": "response_2", "agent": "reviewers"}}
    assert set(row["fields"]) == {"prompt", "response_1", "response_2"}
    (row,) = _rows(attempt(ArgillaExport(), release["scores"]))
    assert row["suggestions"] == {"helpfulness_1": {"value": 3, "agent": "reviewers"}}


def test_a_prompt_with_tool_calls_has_no_place_in_a_chat_of_texts(release: Cases) -> None:
    """A task that holds a tool's output is dropped by name where only role and content are kept."""
    tools = release["tools"]
    talk = tools.record.task.messages + tools.record.candidates[0].content[:2]
    task = msgspec.structs.replace(tools.record.task, messages=talk)
    answer = msgspec.structs.replace(tools.record.candidates[0], content="At 10:04.")
    record = tools.record.replace(task=task, candidates=(answer,))
    ended = msgspec.structs.replace(tools, record=record)
    assert _reason(attempt(ArgillaExport(), ended)) == "prompt_has_tool_calls"
