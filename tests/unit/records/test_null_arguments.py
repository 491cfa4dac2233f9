"""Null arguments of calls: what a column store put there is told from what a model wrote."""

import pytest

from assay.core.canonical import json_text
from assay.records.candidate import Step
from assay.records.kinds import Trajectory
from assay.records.null_arguments import null_arguments, without_null_arguments
from assay.records.record import Record
from assay.records.task import Message, Tool, ToolCall
from builders import model_answer, small_record, user_task

DESCRIBED = Tool(name="fare", parameters=json_text({"properties": {"to": {}, "day": {}}}))


def _record(arguments: str, *tools: Tool, unparsed: str | None = None) -> Record:
    call = ToolCall(name="fare", arguments=arguments, unparsed=unparsed)
    return small_record(
        Trajectory(),
        user_task("What does it cost?", tools=tools),
        model_answer(
            (Message(role="assistant", content="", tool_calls=(call,)),), work=(Step(call=call),)
        ),
    )


@pytest.mark.parametrize(
    ("arguments", "tools", "names"),
    [
        ('{"amount":null,"to":"Alder"}', (DESCRIBED,), {"amount"}),
        ('{"day":null,"to":"Alder"}', (DESCRIBED,), set()),
        ('{"day":null,"to":"Alder"}', (), {"day"}),
        ('{"day":null}', (Tool(name="fare", parameters="[]"),), {"day"}),
        ('{"to":":null"}', (), set()),
        ('{"to":{"day":null}}', (), set()),
        ("[null]", (), set()),
    ],
)
def test_a_null_that_the_schema_does_not_have_is_named(
    arguments: str, tools: tuple[Tool, ...], names: set[str]
) -> None:
    """A null that the tool's schema has, the model may have written."""
    assert null_arguments(_record(arguments, *tools)) == names


def test_named_nulls_are_left_out_everywhere() -> None:
    """In messages and in steps of work; the other arguments stay as they are."""
    record = without_null_arguments(_record('{"amount":null,"day":null,"to":"Alder"}', DESCRIBED))
    [candidate] = record.candidates
    [message] = candidate.content
    calls = [*message.tool_calls, candidate.work[0].call]
    assert [call.arguments for call in calls] == ['{"day":null,"to":"Alder"}'] * 2


def test_a_record_without_them_stays_the_same() -> None:
    """Its id does, too."""
    record = _record('{"to":"Alder"}', DESCRIBED)
    assert without_null_arguments(record).id == record.id
