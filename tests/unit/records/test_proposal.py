"""A mapping is proposed from what columns show; what they do not show is not placed."""

from typing import Any

import pytest

from assay.records.mapping.load import read_mapping
from assay.records.mapping.proposal import propose_mapping
from assay.records.mapping.proposal_text import mapping_text


def _votes(*votes: str) -> list[dict[str, Any]]:
    return [
        {
            "id": str(n),
            "question": "Which knot?",
            "a": "Bowline.",
            "b": "Granny.",
            "who": "w",
            "vote": v,
        }
        for n, v in enumerate(votes)
    ]


def test_two_sides_and_a_vote_are_a_preference() -> None:
    """A side that the head never prefers has its word all the same."""
    proposal = propose_mapping(_votes("a", "="))
    assert proposal.kind == "preference"
    assert proposal.document is not None
    assert proposal.document["judgments"] == [
        {
            "reviewer": {"unnamed": "preference label"},
            "verdict": {
                "column": "vote",
                "values": {"a": "prefers a", "b": "prefers b", "=": "tie"},
            },
        }
    ]
    assert proposal.unplaced == ("who",)


def test_a_vote_that_is_not_known_places_no_verdict() -> None:
    """One value that no rule names leaves the column to people."""
    proposal = propose_mapping(_votes("a", "perhaps"))
    assert proposal.document is not None
    assert "judgments" not in proposal.document
    assert proposal.unplaced == ("who", "vote")


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"prompt": "p", "response": "r"}, "demonstration"),
        ({"prompt": "p", "reference": "r"}, "outcome"),
        ({"prompt": "p", "answer_1": "r", "answer_2": "s"}, "preference"),
        ({"Prompt": "p", "Response A": "r", "Response B": "s"}, "preference"),
        ({"q": "p", "a": "r", "b": "s"}, "preference"),
        ({"Q": "p", "A": "r"}, "demonstration"),
        ({"q": "p", "a1": "r", "a2": "s"}, "preference"),
        ({"q": "p", "ref": "r"}, "outcome"),
        ({"p": 0.5, "a": "r", "b": "s"}, None),
        ({"q": "p", "r": 3}, None),
        ({"prompt": "p"}, None),
        ({"text": "t", "label": "x"}, None),
    ],
)
def test_the_columns_show_the_kind(columns: dict[str, str], kind: str | None) -> None:
    """By their names alone; without a prompt and something that answers it there is none."""
    proposal = propose_mapping([columns])
    assert proposal.kind == kind
    assert set(proposal.placed) | set(proposal.unplaced) == set(columns)


def test_a_whole_word_is_placed_before_a_letter() -> None:
    """A column `q` beside a question is left to people."""
    proposal = propose_mapping([{"q": "0.4", "question": "p", "r": "0.9", "answer": "s"}])
    assert set(proposal.placed) == {"question", "answer"}
    assert proposal.unplaced == ("q", "r")


def test_axes_have_the_values_of_the_head() -> None:
    """A column with too many values is no axis and is not placed."""
    rows = [
        {
            "prompt": "p",
            "response": "r",
            "topic": f"t{n}",
            "difficulty": "hard" if n % 2 else "easy",
        }
        for n in range(30)
    ]
    proposal = propose_mapping(rows)
    assert proposal.axes == {"difficulty": ("easy", "hard")}
    assert proposal.unplaced == ("topic",)


CHAT = [{"from": "human", "value": "Tea?"}, {"from": "gpt", "value": "Yes."}]


def test_a_list_of_messages_is_a_conversation_with_its_response() -> None:
    """The roles of the head are translated, and the last turn is the response."""
    proposal = propose_mapping([{"id": "1", "conversations": CHAT, "source": "kitchen"}])
    assert proposal.kind == "demonstration"
    assert proposal.document is not None
    assert proposal.document["record"]["conversation"] == {
        "list": "{conversations}",
        "role": {"column": "turn.from", "values": {"gpt": "assistant", "human": "user"}},
        "content": "{turn.value}",
        "response": "last",
    }
    assert proposal.unplaced == ("source",)


def test_two_conversations_are_a_preference_with_a_common_start() -> None:
    """The lists of the chosen and the rejected side become the two responses."""
    other = [CHAT[0], {"from": "gpt", "value": "No."}]
    proposal = propose_mapping([{"chosen": CHAT, "rejected": other}])
    assert proposal.kind == "preference"
    assert proposal.document is not None
    assert set(proposal.document["record"]["conversation"]["lists"]) == {"chosen", "rejected"}


@pytest.mark.parametrize("turns", [[CHAT[0]], [CHAT[1]], [{"from": "crowd", "value": "x"}], []])
def test_a_list_without_a_response_is_not_placed(turns: list[dict[str, str]]) -> None:
    """It ends with a person, begins with the model, has an unknown role, or is empty."""
    assert propose_mapping([{"conversations": turns}]).kind is None


def test_what_is_not_placed_is_a_question_in_the_file() -> None:
    """Each column without a field, an unknown author and a missing verdict are asked about."""
    proposal = propose_mapping(_votes("a", "perhaps"))
    text = mapping_text("votes.csv", proposal)
    document, issues = read_mapping("votes.mapping.yaml", text.encode())
    assert issues == []
    assert document is not None
    assert document.kind == "preference"
    for words in ("'who'", "'vote'", "who or which model wrote", "who preferred"):
        assert words in text


def test_planted_rows_whose_key_is_a_known_vote_are_sentinels() -> None:
    """Their column and the column of their key are placed."""
    rows = [row | {"is_gold": gold, "gold_vote": key} for row, gold, key in zip(
        _votes("a", "="), ("yes", "no"), ("b", ""), strict=True
    )]  # fmt: skip
    proposal = propose_mapping(rows)
    assert proposal.document is not None
    sentinel = proposal.document["record"]["sentinel"]
    assert sentinel["when"] == {"is_gold": ["yes"]}
    assert sentinel["verdict"]["values"]["b"] == "prefers b"
    assert proposal.unplaced == ("who",)
    assert read_mapping("m", mapping_text("votes.csv", proposal).encode())[1] == []


@pytest.mark.parametrize("key", [{}, {"gold_vote": "perhaps"}])
def test_planted_rows_without_a_known_key_are_a_question(key: dict[str, str]) -> None:
    """Which column holds the right answer is asked, and no sentinel is read."""
    proposal = propose_mapping([row | {"is_gold": "1"} | key for row in _votes("a")])
    assert proposal.document is not None
    assert "sentinel" not in proposal.document["record"]
    assert "'is_gold' marks planted rows" in mapping_text("votes.csv", proposal)


@pytest.mark.parametrize("stated", [True, False])
def test_no_call_is_right_where_a_column_says_so(stated: bool) -> None:
    """An empty list of calls alone never says it."""
    calls = [[{"name": "open", "arguments": {"lock": ["north"]}}], []]
    rows: list[dict[str, Any]] = [{"query": "Is it open?", "answers": own} for own in calls]
    if stated:
        rows = [row | {"irrelevant": not row["answers"]} for row in rows]
    proposal = propose_mapping(rows)
    assert proposal.kind == "trajectory"
    assert proposal.document is not None
    assert ("no_call" in proposal.document["record"]["part"]) == stated
    assert read_mapping("m", mapping_text("calls.jsonl", proposal).encode())[1] == []
