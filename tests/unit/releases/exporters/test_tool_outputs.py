"""A tool's output answers the call that it names, and no row guesses which one."""

import pytest

from assay.records.task import Message, ToolCall
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.tool_outputs import call_ids


def _calls(*names: str, ids: bool = False) -> Message:
    made = tuple(
        ToolCall(name=name, arguments="{}", id=f"id-{place}" if ids else None)
        for place, name in enumerate(names)
    )
    return Message(role="assistant", tool_calls=made)


def _output(name: str | None = None, identity: str | None = None) -> Message:
    return Message(role="tool", content="out", name=name, tool_call_id=identity)


@pytest.mark.parametrize(
    ("messages", "ids"),
    [
        ([_calls("w", "v", ids=True), _output(identity="id-1"), _output(identity="id-0")],
         [("id-0", "id-1"), ("id-1",), ("id-0",)]),
        ([_calls("w", "v"), _output("v"), _output("w")],
         [("call_0", "call_1"), ("call_1",), ("call_0",)]),
        ([_calls("w", "w"), _output("w"), _output("w")],
         [("call_0", "call_1"), ("call_0",), ("call_1",)]),
        ([_calls("w", "v"), _output(), _output()],
         [("call_0", "call_1"), ("call_0",), ("call_1",)]),
        ([_calls("w", "v"), _output(), _output("w")],
         [("call_0", "call_1"), ("call_1",), ("call_0",)]),
        ([_calls("w"), _output(), _calls("v"), _output("v")],
         [("call_0",), ("call_0",), ("call_1",), ("call_1",)]),
        ([_calls("w", "v", ids=True), _output(identity="id-1")], [("id-0", "id-1"), ("id-1",)]),
    ],
)  # fmt: skip
def test_outputs_are_tied_by_id_then_name_then_order(
    messages: list[Message], ids: list[tuple[str, ...]]
) -> None:
    """Each output has the id of its call; a call without one is numbered by its place."""
    assert call_ids(messages) == ids


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([_calls("w", "v"), _output()], "ambiguous_tool_output"),
        ([_calls("w", "w"), _output("w")], "ambiguous_tool_output"),
        ([_calls("w"), _output(), _output()], "tool_output_without_call"),
        ([_calls("w"), _output("v")], "tool_output_without_call"),
        ([_calls("w", ids=True), _output(identity="other")], "tool_output_without_call"),
        ([_output()], "tool_output_without_call"),
    ],
)
def test_an_output_that_could_answer_several_calls_is_not_tied(
    messages: list[Message], reason: str
) -> None:
    """The record is dropped with the reason."""
    with pytest.raises(NotCarriedError) as caught:
        call_ids(messages)
    assert caught.value.reason == reason
