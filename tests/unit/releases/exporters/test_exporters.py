"""Each format gives the rows that its trainer reads, and refuses what it cannot say."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from assay.core.canonical import parse_json
from assay.core.errors import UsageError
from assay.core.options import configure, options_of
from assay.quality.disposition import ExplainedStanding
from assay.records.task import Message, ToolCall
from assay.records.verdict import BothUnacceptable, Prefers, Ranks, Tie
from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.conversation import plain_response, spell_messages
from assay.releases.exporters.exporter import Carried, Dropped, attempt
from assay.releases.exporters.helpsteer import HelpSteerExport
from assay.releases.exporters.llama_factory import LlamaFactory
from assay.releases.exporters.openai import OpenAiChatExport, OpenAiPreferenceExport
from assay.releases.exporters.reasons import REASONS, NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.trl import (
    Kto,
    TrlConversational,
    TrlLanguageModeling,
    TrlPreference,
    TrlPromptCompletion,
    TrlStepwise,
    TrlUnpairedPreference,
)
from assay.releases.exporters.verl import Verl

Cases = Mapping[str, ReleasedRecord]


def _rows(result: Carried | Dropped) -> list[dict[str, Any]]:
    assert isinstance(result, Carried), result
    return [dict(row.values) for row in result.rows]


@pytest.mark.parametrize("name", ["trl:preference", "openai:preference"])
@pytest.mark.parametrize("blank", ["", "\n", " \t "])
def test_white_space_is_no_response(release: Cases, name: str, blank: str) -> None:
    """A pair whose loser says nothing but white space is dropped with its reason."""
    won = release["winner"]
    winner = won.consensus.candidate
    candidates = tuple(
        each if place == winner else msgspec.structs.replace(each, content=blank)
        for place, each in enumerate(won.record.candidates)
    )
    silent = msgspec.structs.replace(won, record=won.record.replace(candidates=candidates))
    assert _reason(attempt(EXPORTERS[name](), silent)) == "no_response"


def _reason(result: Carried | Dropped) -> str:
    assert isinstance(result, Dropped), result
    return result.reason


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("tie", "tie"),
        ("both_unacceptable", "both_unacceptable"),
        ("insufficient_context", "insufficient_context"),
        ("no_majority", "no_majority"),
        ("disagreement_kept", "disagreement_preserved"),
        ("kept_by_adjudicator", "disagreement_preserved"),
        ("unjudged", "unjudged"),
        ("critique", "not_asked"),
        ("same_text", "same_responses"),
        ("worked", "too_few_candidates"),
    ],
)
@pytest.mark.parametrize(
    "exporter", [TrlPreference(), OpenAiPreferenceExport(), LlamaFactory(stage="ranking")]
)
def test_what_has_no_winner_gives_no_pair(
    release: Cases, exporter: TrlPreference, case: str, reason: str
) -> None:
    """Whatever the judgments leave open is dropped by pair formats under its own reason."""
    assert _reason(attempt(exporter, release[case])) == reason


def test_a_majority_that_was_preserved_is_no_winner(release: Cases) -> None:
    """Two of three votes make a consensus, and a preserved disagreement overrules it."""
    kept = release["disagreement_kept"]
    assert kept.consensus.outcome == "prefers"
    assert _reason(attempt(TrlPreference(), kept)) == "disagreement_preserved"
    assert _reason(attempt(TrlUnpairedPreference(), kept)) == "disagreement_preserved"


def test_a_record_that_was_not_released_is_not_exported(
    dispute: Callable[..., ReleasedRecord],
) -> None:
    """A record with a winner but without a releasable disposition gives no row in any format."""
    waiting = dispute(Prefers(candidate=0), state="needs_second_review")
    reasons = {_reason(attempt(kind(), waiting)) for kind in EXPORTERS.values()}
    assert reasons == {"not_accepted"}


def test_the_better_candidate_is_chosen(release: Cases) -> None:
    """The winner stands in `chosen` and the other in `rejected`, whatever their order."""
    (row,) = _rows(attempt(TrlPreference(form="standard"), release["winner"]))
    assert row == {
        "prompt": "What should I cook tonight?",
        "chosen": "Rice and lentils.",
        "rejected": "Mostly rice.",
    }


def test_an_adjudicated_winner_is_chosen(release: Cases) -> None:
    """An adjudicator's verdict decides where the votes are split."""
    (row,) = _rows(attempt(TrlPreference(form="standard"), release["adjudicated"]))
    assert row["chosen"] == "Mostly rice."


def test_a_ranking_gives_its_ends_or_all_its_pairs(release: Cases) -> None:
    """By default the best stands against the worst; on request every pair is written."""
    ends = attempt(TrlPreference(form="standard"), release["ranking"])
    every = attempt(TrlPreference(form="standard", pairs="all"), release["ranking"])
    assert [(row["chosen"], row["rejected"]) for row in _rows(ends)] == [("Ash", "Tide")]
    assert [(row["chosen"], row["rejected"]) for row in _rows(every)] == [
        ("Ash", "Rain"),
        ("Ash", "Tide"),
        ("Rain", "Tide"),
    ]


def test_a_ranking_with_a_shared_first_place_has_no_pair_within_it(
    dispute: Callable[..., ReleasedRecord],
) -> None:
    """Two candidates that tie for the first place are both better than the third, and no more."""
    shared = dispute(Ranks(order=((0, 2), (1,))), candidates=3)
    result = attempt(TrlPreference(pairs="all"), shared)
    assert isinstance(result, Carried)
    assert [row.candidates for row in result.rows] == [(0, 1), (2, 1)]


def test_a_winner_without_a_ranking_beats_each_other_candidate(release: Cases) -> None:
    """Where only the best of three is known, the other two are never compared."""
    result = attempt(TrlPreference(pairs="all"), release["best_of_three"])
    assert isinstance(result, Carried)
    assert [row.candidates for row in result.rows] == [(1, 0), (1, 2)]


def test_a_margin_is_written_only_on_request(release: Cases) -> None:
    """Strengths 3 and 2 for the winner give 2.5; no column is there unless it was asked for."""
    (plain,) = _rows(attempt(TrlPreference(), release["winner"]))
    (strong,) = _rows(attempt(TrlPreference(margin="mean-strength"), release["winner"]))
    assert "margin" not in plain
    assert strong["margin"] == 2.5
    assert _reason(attempt(TrlPreference(margin="mean-strength"), release["ranking"])) == (
        "no_strength"
    )


def test_unpaired_preference_labels_the_winner_true_and_the_loser_false(release: Cases) -> None:
    """The better candidate is labelled true, the worse false."""
    rows = _rows(attempt(Kto(), release["winner"]))
    assert {row["completion"]: row["label"] for row in rows} == {
        "Rice and lentils.": True,
        "Mostly rice.": False,
    }


def test_both_unacceptable_is_false_for_every_candidate(release: Cases) -> None:
    """What no pair can say, unpaired preference can: neither response is desirable."""
    rows = _rows(attempt(TrlUnpairedPreference(), release["both_unacceptable"]))
    assert [row["label"] for row in rows] == [False, False]


def test_the_middle_of_a_ranking_is_on_no_side(release: Cases) -> None:
    """With all pairs the middle candidate is both better and worse, and gets no label."""
    result = attempt(Kto(pairs="all"), release["ranking"])
    assert isinstance(result, Carried)
    assert [row.candidates for row in result.rows] == [(1,), (2,)]


def test_a_tie_is_no_label(dispute: Callable[..., ReleasedRecord]) -> None:
    """A tie says nothing about being desirable, so no candidate is labelled."""
    assert _reason(attempt(Kto(), dispute(Tie(), Tie()))) == "tie"


def test_both_unacceptable_never_becomes_a_pair_by_majority(
    dispute: Callable[..., ReleasedRecord],
) -> None:
    """One preference against two who refuse both candidates names no winner."""
    refused = dispute(BothUnacceptable(), BothUnacceptable(), Prefers(candidate=0))
    assert _reason(attempt(TrlPreference(), refused)) == "both_unacceptable"


def test_steps_are_labelled_true_and_false(release: Cases) -> None:
    """Good steps are true and bad ones false, one label a step."""
    (row,) = _rows(attempt(TrlStepwise(), release["ends_bad"]))
    assert row["labels"] == [True, True, False]
    assert len(row["completions"]) == 3


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("neutral_step", "neutral_step"),
        ("stops_at_bad", "unlabelled_step"),
        ("step_in_dispute", "undecided_step"),
    ],
)
def test_a_step_that_is_neither_good_nor_bad_drops_its_record(
    release: Cases, case: str, reason: str
) -> None:
    """Neutral, unlabelled and disputed steps are never mapped to true or false."""
    assert _reason(attempt(TrlStepwise(), release[case])) == reason


def test_truncation_ends_a_row_with_the_first_bad_step(release: Cases) -> None:
    """With `truncate` nothing after the first bad step is needed; a neutral one before it is."""
    truncating = TrlStepwise(steps="truncate")
    (row,) = _rows(attempt(truncating, release["stops_at_bad"]))
    assert row["labels"] == [True, False]
    assert _reason(attempt(truncating, release["neutral_step"])) == "neutral_step"


def test_the_work_is_left_out_unless_asked_for(release: Cases) -> None:
    """The completion is the response alone; the steps go before it on request."""
    (plain,) = _rows(attempt(TrlPromptCompletion(form="standard"), release["worked"]))
    (asked,) = _rows(attempt(TrlPromptCompletion(form="standard", work=True), release["worked"]))
    assert plain["completion"] == "The answer is 28."
    assert asked["completion"] == "4 x 5 = 20\n20 + 8 = 28\nThe answer is 28."


def test_a_trajectory_is_imitated_only_on_request_with_its_calls_as_turns(release: Cases) -> None:
    """The calls of the work become turns of the assistant and the tool before the response."""
    assert _reason(attempt(TrlConversational(), release["trajectory"])) == "wrong_kind"
    exporter = TrlConversational(trajectories=True, work=True)
    (row,) = _rows(attempt(exporter, release["trajectory"]))
    assert [message["role"] for message in row["messages"]] == [
        "user", "assistant", "tool", "assistant",
    ]  # fmt: skip
    call = row["messages"][1]["tool_calls"][0]["function"]
    assert call == {"name": "next_train", "arguments": {"station": "Elm Cross"}}


def test_plain_text_has_no_place_for_tool_calls(release: Cases) -> None:
    """A response of several turns is refused by the standard form, not flattened."""
    exporter = TrlPromptCompletion(form="standard")
    turns = release["tools"].record.candidates[0]
    with pytest.raises(NotCarriedError, match="response_not_plain"):
        plain_response(turns)
    work = TrlPromptCompletion(form="standard", trajectories=True, work=True)
    assert _reason(attempt(work, release["trajectory"])) == "response_not_plain"
    assert _reason(attempt(exporter, release["odd_characters"])) == "prompt_not_plain"


def test_a_refused_demonstration_is_not_imitated(release: Cases) -> None:
    """A response that reviewers call unacceptable teaches nothing in a format for imitation."""
    for exporter in (TrlPromptCompletion(), OpenAiChatExport(), TrlLanguageModeling()):
        assert _reason(attempt(exporter, release["refused_demonstration"])) == "both_unacceptable"


_BY_RULE = [
    ("rejected", "veto", "vetoed"),
    ("rejected", "objective", "failed_objective"),
    ("rejected", "verifier", "refuted"),
    ("rejected", "policy", "violates_policy"),
    ("rejected", "steps", "rejected"),
    ("mixed", "scores", "mixed"),
    ("unjudged", "required", "unjudged"),
]


@pytest.mark.parametrize(("name", "rule", "reason"), _BY_RULE)
@pytest.mark.parametrize(
    "exporter",
    [
        TrlPromptCompletion(), TrlConversational(), TrlLanguageModeling(), OpenAiChatExport(),
        LlamaFactory(), LlamaFactory(formatting="alpaca"),
    ],
    ids=lambda exporter: exporter.name,
)  # fmt: skip
def test_imitation_takes_endorsed_candidates_alone(
    release: Cases, exporter: Any, name: Any, rule: str, reason: str
) -> None:
    """Each rule that rejects a candidate is a reason of its own for which a row is dropped."""
    judged = msgspec.structs.replace(
        release["worked"], passes=1, standings=(_standing(name, rule),)
    )
    assert _reason(attempt(exporter, judged)) == reason
    endorsed = msgspec.structs.replace(judged, standings=(_standing("endorsed", "veto"),))
    assert isinstance(attempt(exporter, endorsed), Carried)


def _standing(name: Any, rule: str, candidate: int = 0) -> ExplainedStanding:
    return ExplainedStanding(candidate=candidate, standing=name, rule=rule, reason=f"by {rule}")


def test_unjudged_work_is_imitated_only_where_no_judgment_is_asked_for(release: Cases) -> None:
    """A layer that asks for no pass leaves a candidate unjudged; another layer's may not go out."""
    for passes, kind in ((0, Carried), (1, Dropped)):
        item = msgspec.structs.replace(release["worked"], passes=passes, standings=())
        assert isinstance(attempt(TrlPromptCompletion(), item), kind)


def test_a_rejected_winner_is_never_chosen(dispute: Callable[..., ReleasedRecord]) -> None:
    """A candidate that a veto hits is no better response, however many prefer it."""
    won = dispute(Prefers(candidate=0), Prefers(candidate=0))
    hit = msgspec.structs.replace(won, standings=(_standing("rejected", "veto"),))
    for exporter in (TrlPreference(), TrlUnpairedPreference(), OpenAiPreferenceExport()):
        assert isinstance(attempt(exporter, won), Carried)
        assert _reason(attempt(exporter, hit)) == "vetoed"


@pytest.mark.parametrize("rule", ["required", "verifier_missing"])
def test_a_winner_that_lacks_required_evidence_is_no_positive_example(
    dispute: Callable[..., ReleasedRecord], rule: str
) -> None:
    """Preferred is not endorsed: a pair says which is better, a label that it is good by itself."""
    won = dispute(Prefers(candidate=0), Prefers(candidate=0))
    lacking = msgspec.structs.replace(won, standings=(_standing("unjudged", rule),), passes=2)
    assert isinstance(attempt(TrlPreference(), lacking), Carried)
    assert [row["label"] for row in _rows(attempt(TrlUnpairedPreference(), lacking))] == [False]
    endorsed = ExplainedStanding(candidate=1, standing="endorsed", rule="accept", reason="")
    both = msgspec.structs.replace(lacking, standings=(*lacking.standings, endorsed))
    assert _reason(attempt(TrlUnpairedPreference(), both)) == "unjudged"


def test_an_endorsed_loser_is_not_undesirable(dispute: Callable[..., ReleasedRecord]) -> None:
    """It lost to a better answer, which says nothing against it: the pair goes out, no false label."""
    won = dispute(Prefers(candidate=0), Prefers(candidate=0))
    endorsed = ExplainedStanding(candidate=1, standing="endorsed", rule="accept", reason="")
    both = msgspec.structs.replace(won, standings=(_standing("endorsed", "accept"), endorsed))
    assert [row["label"] for row in _rows(attempt(TrlUnpairedPreference(), both))] == [True]
    assert isinstance(attempt(TrlPreference(), both), Carried)


@pytest.mark.parametrize(("name", "label"), [("endorsed", True), ("rejected", False)])
def test_a_label_without_a_comparison_follows_the_standing(
    release: Cases, name: Any, label: bool
) -> None:
    """A policy judgment gives a desirable or an undesirable row for KTO, by its candidate's standing."""
    policy = next(item for item in release.values() if item.record.kind == "policy")
    item = msgspec.structs.replace(policy, standings=(_standing(name, "policy"),))
    (row,) = _rows(attempt(TrlUnpairedPreference(), item))
    assert row["label"] is label
    unjudged = msgspec.structs.replace(policy, standings=())
    assert _reason(attempt(TrlUnpairedPreference(), unjudged)) == "unjudged"


def test_arguments_are_an_object_for_templates_and_a_string_for_openai(release: Cases) -> None:
    """The same call is a dict in TRL's rows and JSON text in OpenAI's."""
    (template,) = _rows(attempt(TrlConversational(), release["tools"]))
    (openai,) = _rows(attempt(OpenAiChatExport(), release["tools"]))
    arguments = [
        row["messages"][2]["tool_calls"][0]["function"]["arguments"] for row in (template, openai)
    ]
    assert arguments == [{"station": "Mill Road"}, '{"station":"Mill Road"}']


def test_openai_calls_have_ids_that_their_outputs_answer(release: Cases) -> None:
    """A call without an id is numbered, and the output that follows it names the number."""
    (row,) = _rows(attempt(OpenAiChatExport(), release["tools_without_ids"]))
    assert row["messages"][2]["tool_calls"][0]["id"] == "call_0"
    assert row["messages"][3]["tool_call_id"] == "call_0"


def test_an_output_that_answers_no_call_is_refused_by_openai() -> None:
    """A tool message without a call before it, or with another call's id, has no place."""
    call = Message(role="assistant", tool_calls=(ToolCall(name="f", arguments="{}", id="a"),))
    stray = Message(role="tool", content="1", tool_call_id="b")
    for messages in ((stray,), (call, stray)):
        with pytest.raises(NotCarriedError, match="tool_output_without_call"):
            spell_messages(messages, "openai")


@pytest.mark.parametrize("arguments", ["[1]", "station=Elm", '{"a":1,"a":2}'])
def test_arguments_that_are_no_object_are_refused_by_templates(arguments: str) -> None:
    """A list, plain text and doubled keys are refused where a template wants an object."""
    call = Message(role="assistant", tool_calls=(ToolCall(name="f", arguments=arguments),))
    with pytest.raises(NotCarriedError, match="arguments_not_object"):
        spell_messages((call,), "template")


def test_helpsteer_writes_majority_scores_and_no_means(release: Cases) -> None:
    """Scores 3, 3, 1 give 3; scores 0, 1, 2 agree on nothing and give no column."""
    (row,) = _rows(attempt(HelpSteerExport(), release["scores"]))
    assert row == {"prompt": "Explain dew.", "response": "Cool air.", "helpfulness": 3}


def test_helpsteer_disagreements_are_every_score(release: Cases) -> None:
    """The disagreement form writes each reviewer's score, sorted."""
    (row,) = _rows(attempt(HelpSteerExport(scores="disagreements"), release["scores"]))
    assert row["helpfulness"] == [1, 3, 3]
    assert row["clarity"] == [0, 1, 2]


def test_helpsteer_wants_every_attribute_that_was_named(release: Cases) -> None:
    """A response without an agreed score on a named attribute gives no row."""
    both = HelpSteerExport(attributes="helpfulness, clarity")
    assert _reason(attempt(both, release["scores"])) == "no_scores"
    assert [column["name"] for column in both.columns] == [
        "prompt", "response", "helpfulness", "clarity",
    ]  # fmt: skip


def test_categories_fractions_and_abstentions_are_no_whole_numbers(release: Cases) -> None:
    """Nothing of them is written as a number."""
    odd = release["scores_that_are_no_numbers"]
    assert _reason(attempt(HelpSteerExport(), odd)) == "no_scores"
    assert _reason(attempt(HelpSteerExport(scores="disagreements"), odd)) == "no_scores"


def test_verl_rewards_against_the_record_s_own_answer(release: Cases) -> None:
    """The ground truth is the reference, never the response."""
    (row,) = _rows(attempt(Verl(), release["outcome"]))
    assert row["reward_model"] == {"style": "rule", "ground_truth": "Lima"}
    assert row["data_source"] == "house_written"
    assert row["extra_info"]["record"] == release["outcome"].record.id
    assert _reason(attempt(Verl(), release["winner"])) == "no_reference"


def test_llama_factory_describes_its_own_columns() -> None:
    """`dataset_info.json` names the data file and only columns that the rows have."""
    for exporter in (
        LlamaFactory(),
        LlamaFactory(formatting="alpaca"),
        LlamaFactory(stage="ranking"),
        LlamaFactory(stage="kto", formatting="alpaca", dataset="kitchen"),
    ):
        content = exporter.companions("train.json")["dataset_info.json"]
        entry = parse_json(content)[exporter.dataset]
        names = {column["name"] for column in exporter.columns}
        assert entry["file_name"] == "train.json"
        assert set(entry["columns"].values()) == names
        assert entry.get("ranking", False) == (exporter.stage == "ranking")


def test_llama_factory_turns_alternate(release: Cases) -> None:
    """Calls and outputs take the places of answers and questions; the system text stands apart."""
    (row,) = _rows(attempt(LlamaFactory(), release["tools"]))
    assert [turn["from"] for turn in row["conversations"]] == [
        "human", "function_call", "observation", "gpt",
    ]  # fmt: skip
    assert row["system"] == "You help travellers."
    assert parse_json(row["conversations"][1]["value"]) == {
        "name": "next_train",
        "arguments": {"station": "Mill Road"},
    }


def test_alpaca_keeps_earlier_turns_as_history(release: Cases) -> None:
    """The last message of the user is the instruction, earlier turns are pairs."""
    (row,) = _rows(attempt(LlamaFactory(formatting="alpaca"), release["odd_characters"]))
    assert row["history"] == [["Hello \u2028 there \u05e9\u05dc\u05d5\u05dd", "Hello."]]
    assert row["output"] == "NaN"


def test_options_are_typed_and_an_unknown_one_is_refused() -> None:
    """Options come as text, and a wrong name or value is an error that lists the right names."""
    exporter = configure(TrlPromptCompletion, {"form": "standard", "work": "true"})
    assert options_of(exporter) == {
        "work": True, "trajectories": False, "reasoning": "", "form": "standard",
    }  # fmt: skip
    for wrong in ({"from": "standard"}, {"form": "plain"}, {"work": "perhaps"}):
        with pytest.raises(UsageError, match="trl:prompt-completion: ") as caught:
            configure(TrlPromptCompletion, wrong)
        assert "form" in caught.value.hint


def test_every_reason_given_is_explained(release: Cases) -> None:
    """No exporter drops a record under a code that the list of reasons does not hold."""
    for kind in EXPORTERS.values():
        for case in release.values():
            result = attempt(kind(), case)
            assert isinstance(result, Carried) or result.reason in REASONS


def test_rows_are_plain_json(release: Cases) -> None:
    """Every row of every format survives JSON unchanged."""
    for kind in EXPORTERS.values():
        for case in release.values():
            result = attempt(kind(), case)
            if isinstance(result, Carried):
                for row in result.rows:
                    assert msgspec.json.decode(msgspec.json.encode(row.values)) == row.values
