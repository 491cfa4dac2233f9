"""Weights and reasoning of a source reach the rows of formats that know them, or are counted as lost."""

from typing import Any

import msgspec
import pytest

from assay.core.options import configure
from assay.plugins import load
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.task import Message, Task, ToolCall
from assay.releases.exporters.carried_fields import losses
from assay.releases.exporters.exporter import Carried, Dropped, attempt
from assay.releases.exporters.released import ReleasedRecord

EARLIER = Message(role="assistant", content="Bergen.", trained=False)
ASKED = Message(role="user", content="Capital of Norway?")
SURE = Message(role="user", content="Sure?")
ANSWER = Message(role="assistant", content="Oslo.", reasoning="not Bergen")
UNKNOWN = MadeByUnknown(reason="written for this test")


@pytest.fixture
def chat(release: dict[str, ReleasedRecord]) -> ReleasedRecord:
    """A conversation whose first answer is excluded from training."""
    return _with(release, (ASKED, EARLIER, SURE), (ANSWER,))


def _with(
    release: dict[str, ReleasedRecord], task: tuple[Message, ...], response: tuple[Message, ...]
) -> ReleasedRecord:
    worked = release["worked"]
    candidates = (Candidate(content=response, provenance=UNKNOWN),)
    record = worked.record.replace(task=Task(messages=task), candidates=candidates, evidence=())
    return msgspec.structs.replace(worked, record=record)


def _row(format: str, released: ReleasedRecord, **options: str) -> dict[str, Any]:  # noqa: A002
    result = attempt(configure(load("exporters", format), options), released)
    assert isinstance(result, Carried), result
    return dict(result.rows[0].values)


def _lost(format: str, released: ReleasedRecord, **options: str) -> dict[str, int]:  # noqa: A002
    exporter = configure(load("exporters", format), options)
    result = attempt(exporter, released)
    assert isinstance(result, Carried), result
    lost = losses(released, exporter.carries, result.carried)
    return {name: lost.get(name, 0) for name in ("training_weights", "reasoning")}


def test_a_weight_of_the_source_is_written_for_openai(chat: ReleasedRecord) -> None:
    """The excluded turn has weight 0, and a turn of which nothing is said has none."""
    messages = _row("openai:chat", chat)["messages"]
    assert [message.get("weight") for message in messages] == [None, 0, None, None]
    only = _row("openai:chat", chat, response_only="true")["messages"]
    assert [message.get("weight") for message in only] == [None, 0, None, None]


def test_response_only_excludes_every_earlier_turn(release: dict[str, ReleasedRecord]) -> None:
    """Also one that the source would train on."""
    earlier = msgspec.structs.replace(EARLIER, trained=True)
    chat = _with(release, (ASKED, earlier, SURE), (ANSWER,))
    messages = _row("openai:chat", chat, response_only="true")["messages"]
    assert [message.get("weight") for message in messages] == [None, 0, None, None]


@pytest.mark.parametrize(
    ("format_name", "lost"),
    [("openai:chat", 0), ("trl:prompt-completion", 0), ("trl:conversational", 1),
     ("llama-factory", 1)],
)  # fmt: skip
def test_a_weight_that_a_trainer_does_not_follow_is_counted(
    chat: ReleasedRecord, format_name: str, lost: int
) -> None:
    """The prompt of a completion is not trained on, so its weight 0 is followed."""
    assert _lost(format_name, chat)["training_weights"] == lost


@pytest.mark.parametrize(
    "format_name", ["openai:chat", "trl:conversational", "trl:prompt-completion"]
)
def test_reasoning_is_written_only_where_it_is_asked_for(
    chat: ReleasedRecord, format_name: str
) -> None:
    """Without the option no row holds it, and it is counted as lost."""
    assert "not Bergen" not in str(_row(format_name, chat))
    assert _lost(format_name, chat)["reasoning"] == 1
    row = _row(format_name, chat, reasoning="thinking")
    assert "'thinking': 'not Bergen'" in str(row)
    assert _lost(format_name, chat, reasoning="thinking")["reasoning"] == 0


@pytest.mark.parametrize(
    "format_name",
    ["trl:language-modeling", "trl:conversational", "trl:prompt-completion", "llama-factory"],
)
def test_a_response_that_must_not_be_imitated_has_no_row(
    release: dict[str, ReleasedRecord], format_name: str
) -> None:
    """Where the format knows no weights the record is dropped with its reason."""
    chat = _with(release, (ASKED,), (EARLIER,))
    result = attempt(configure(load("exporters", format_name), {}), chat)
    assert isinstance(result, Dropped)
    assert result.reason == "not_trained"
    assert _row("openai:chat", chat)["messages"][-1]["weight"] == 0


def test_a_malformed_call_is_never_trained_on(release: dict[str, ReleasedRecord]) -> None:
    """Its text is written as it was, with weight 0; a chat template has no place for it."""
    call = ToolCall(name="find", arguments='"{"', id="c", raw_arguments="{", unparsed=True)
    turns = (
        Message(role="assistant", tool_calls=(call,)),
        Message(role="tool", content="error", tool_call_id="c"),
        ANSWER,
    )
    chat = _with(release, (ASKED,), turns)
    written = _row("openai:chat", chat)["messages"][1]
    assert written["weight"] == 0
    assert written["tool_calls"][0]["function"]["arguments"] == "{"
    result = attempt(configure(load("exporters", "trl:conversational"), {}), chat)
    assert isinstance(result, Dropped)
    assert result.reason == "arguments_unparsed"
