"""Which call a tool's output answers: by id, then by name, then by order."""

from collections.abc import Iterator, Sequence

from assay.records.task import Message
from assay.releases.exporters.reasons import NotCarriedError


def call_ids(messages: Sequence[Message]) -> list[tuple[str, ...]]:
    """The ids of the calls that each message makes or answers, as a file with ids needs them.

    A call that has no id of its own is numbered by its place: `call_0`, `call_1`.

    Returns:
        For each message: ids of its calls, the id that a tool's output answers, or nothing.

    Raises:
        NotCarriedError: if an output answers no call, or could answer several.
    """
    ids: list[tuple[str, ...]] = [()] * len(messages)
    calls = 0
    for start, end in _rounds(messages):
        names: dict[str, str] = {}
        if messages[start].tool_calls:
            identities = [
                call.id or f"call_{number}"
                for number, call in enumerate(messages[start].tool_calls, calls)
            ]
            calls += len(identities)
            ids[start] = tuple(identities)
            called = (call.name for call in messages[start].tool_calls)
            names = dict(zip(identities, called, strict=True))
        places = [place for place in range(start, end) if messages[place].role == "tool"]
        outputs = {place: messages[place] for place in places}
        for place, identity in _answers(names, outputs).items():
            ids[place] = (identity,)
    return ids


def _rounds(messages: Sequence[Message]) -> Iterator[tuple[int, int]]:
    """Start and end of each message with calls and of what follows it up to the next."""
    starts = [place for place, message in enumerate(messages) if message.tool_calls]
    starts = starts if starts[:1] == [0] else [0, *starts]
    yield from zip(starts, [*starts[1:], len(messages)], strict=True)


def _answers(names: dict[str, str], outputs: dict[int, Message]) -> dict[int, str]:
    """Place of each output -> id of the call that it answers.

    Args:
        names: id of each call of the round -> name of its tool.
        outputs: place -> message of each output of the round.
    """
    waiting = dict(names)
    answers: dict[int, str] = {}
    for place, message in outputs.items():
        if message.tool_call_id is None:
            continue
        if waiting.pop(message.tool_call_id, None) is None:
            raise _unanswered_error(message)
        answers[place] = message.tool_call_id
    unnamed = [place for place in outputs if place not in answers and not outputs[place].name]
    named = [place for place in outputs if place not in answers and outputs[place].name]
    for name in dict.fromkeys(outputs[place].name for place in named):
        same = [place for place in named if outputs[place].name == name]
        called = [identity for identity, tool in waiting.items() if tool == name]
        answers |= _in_order(same, called, outputs)
        for identity in called:
            del waiting[identity]
    return answers | _in_order(unnamed, list(waiting), outputs)


def _in_order(
    places: Sequence[int], calls: Sequence[str], outputs: dict[int, Message]
) -> dict[int, str]:
    """Outputs that only their order ties: there must be one for each call."""
    if len(places) > len(calls):
        raise _unanswered_error(outputs[places[len(calls)]])
    if places and len(places) < len(calls):
        raise NotCarriedError(
            "ambiguous_tool_output", f"outputs: {len(places)}, calls: {len(calls)}"
        )
    return dict(zip(places, calls, strict=False))


def _unanswered_error(message: Message) -> NotCarriedError:
    return NotCarriedError("tool_output_without_call", f"tool message {message.name or ''}".strip())
