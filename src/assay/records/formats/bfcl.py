"""BFCL: requests to a model with functions, and the calls that answer them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.errors import InputError
from assay.records.formats.conversation import read_messages, read_tools
from assay.records.formats.fields import Fields
from assay.records.formats.label import whole_source
from assay.records.kinds import Outcome, Trajectory
from assay.records.kinds.trajectory import ExpectedCall
from assay.records.ports import Lookup
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.source_json import exact_json_text
from assay.records.task import Message, Task

_ROW = ("id", "question", "function", "ground_truth", "initial_config", "missed_function",
        "excluded_function")  # fmt: skip
_NUMBER = re.compile(r"_(?=[0-9])")
"""What stands in an id between its category and its number: `memory_4-customer-4`."""
_LONGEST_CALL = 100_000
"""Characters of one call as text."""

_NO_CALL = ("irrelevance", "live_irrelevance")
"""How the ids of requests begin that no function answers."""
_ANY_CALL = ("live_relevance",)
"""How the ids of requests begin of which is only known that some function answers them."""
_TEXTS = ("memory", "web_search")
"""How the ids of requests begin whose right answers are texts, found by calls of any kind."""
_CRITERION = "the model calls at least one of the functions"


class Bfcl:
    """Reads `question`, `function` and `ground_truth`, the last from a second file where there is one.

    The second file has the same name in the folder `possible_answer`, as it is published, or
    `answer_` before its name; its rows are found by `id`.

    The expected calls are those of `ground_truth`: objects of a function and the accepted values
    of each argument, or one list of calls a turn as text (`cd(folder='x')`), each argument then
    with its one value. A request whose id begins with `irrelevance` or `live_irrelevance` has no
    right call, and needs no `ground_truth`; so has a turn with an empty list.

    Two kinds of request are outcomes, and no trajectories: `memory` and `web_search`, whose
    `ground_truth` is the accepted texts (one is the reference, several are it as a JSON list), and
    `live_relevance`, of which is only known that some function is called.

    The functions of `involved_classes` stand in files of their own, and are not read.
    `initial_config` is the state before. A `missed_function` is not there before its turn, and an
    `excluded_function` never: both are boundaries in words. `id` is the key; the part of it before
    its number, such as `multi_turn_miss_func`, is the axis `category`.
    """

    name = "bfcl"
    kinds = ("trajectory", "outcome")
    summary = "BFCL: requests with functions, and the calls or texts that answer them"
    columns = {"trajectory": _ROW, "outcome": _ROW}
    companion_key = "id"

    def __init__(self, answers: Lookup | None = None) -> None:
        self._answers = answers

    def companions(self, file: str) -> Sequence[str]:
        """The file of right calls: in the folder `possible_answer`, or with `answer_` before its name."""
        return (f"possible_answer/{file}", f"answer_{file}")

    def joined(self, table: Lookup) -> "Bfcl":
        """The reader with the right calls of this table."""
        return Bfcl(table)

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        key = Fields(row, self.columns[context.kind]).text("id")
        answer = self._answers.find(key) if self._answers and not row.get("ground_truth") else None
        if answer is not None:
            row = {**row, "ground_truth": answer.get("ground_truth")}
        fields = Fields(row, self.columns[context.kind])
        state = fields.mapping("initial_config")
        part = _outcome if context.kind == "outcome" else _trajectory
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=part(fields, key),
            task=Task(
                messages=tuple(_messages(fields)),
                tools=read_tools(fields, "function"),
                initial_state=exact_json_text(state) if state else None,
                taxonomy={"category": _NUMBER.split(key, maxsplit=1)[0] or key},
            ),
            sources=whole_source(context),
            key=key,
        )
        return [Read(record=record)]


def _messages(fields: Fields) -> Iterator[Message]:
    for number, turn in enumerate(fields.items("question")):
        if isinstance(turn, Mapping):
            yield from read_messages([turn], "question")
        elif isinstance(turn, list | tuple):
            if turn:
                yield from read_messages(turn, f"question[{number}]")
        else:
            raise fields.error("question", "'question' must hold turns, each a list of messages")


def _trajectory(fields: Fields, key: str) -> Trajectory:
    if key.startswith((*_ANY_CALL, *_TEXTS)):
        raise InputError(
            code="no-right-calls",
            message="which calls are right is not known of this request",
            where="ground_truth",
            hint="read it with `--kind outcome`",
        )
    expected = _expected(fields, key)
    return Trajectory(
        expected_calls=expected, boundaries=tuple(_boundaries(fields)), no_call=not expected
    )


def _outcome(fields: Fields, key: str) -> Outcome:
    if key.startswith(_ANY_CALL):
        return Outcome(criterion=_CRITERION)
    if not key.startswith(_TEXTS):
        raise InputError(
            code="wrong-kind",
            message="the right answer to this request is calls",
            where="ground_truth",
            hint="read it with `--kind trajectory`",
        )
    answers = fields.texts("ground_truth")
    if not answers:
        raise _no_answer_key()
    return Outcome(reference=answers[0] if len(answers) == 1 else exact_json_text(answers))


def _no_answer_key() -> InputError:
    return InputError(
        code="no-answer-key",
        message="the row has no 'ground_truth'",
        where="ground_truth",
        hint="put the file of right answers into the folder `possible_answer` beside the questions, "
        "under the same name",
    )


def _expected(fields: Fields, key: str) -> tuple[ExpectedCall, ...]:
    if not fields.has_field("ground_truth") and key.startswith(_NO_CALL):
        return ()
    if not fields.has_field("ground_truth"):
        raise _no_answer_key()
    calls: list[ExpectedCall] = []
    for number, entry in enumerate(fields.items("ground_truth")):
        if isinstance(entry, Mapping):
            calls += [_call_by_name(name, accepted) for name, accepted in entry.items()]
        else:
            texts = entry if isinstance(entry, list | tuple) else [entry]
            calls += [_from_text(text, number) for text in texts]
    return tuple(calls)


def _call_by_name(name: str, accepted: Any) -> ExpectedCall:
    if not isinstance(accepted, Mapping):
        raise InputError(
            code="wrong-field",
            message=f"the accepted arguments of {name!r} must be an object",
            where="ground_truth",
        )
    arguments = Fields(accepted, tuple(accepted), f"ground_truth.{name}").rest(*accepted)
    return ExpectedCall(name=name, arguments=exact_json_text(arguments), turn=0)


def _from_text(text: Any, turn: int) -> ExpectedCall:
    """A call as Python writes it; arguments without a name have their position as name."""
    try:
        call = _parsed_call(text)
        named = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords if word.arg}
        placed = {str(place): ast.literal_eval(value) for place, value in enumerate(call.args)}
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise InputError(
            code="wrong-field",
            message=f"{str(text)[:80]!r} is not a call with plain values",
            where=f"ground_truth[{turn}]",
            hint="write it as name(argument=value)",
        ) from error
    arguments = {name: [value] for name, value in {**placed, **named}.items()}
    return ExpectedCall(
        name=ast.unparse(call.func), arguments=exact_json_text(arguments), turn=turn
    )


def _parsed_call(text: Any) -> ast.Call:
    if not isinstance(text, str) or len(text) > _LONGEST_CALL:
        raise TypeError(text)
    call = ast.parse(text, mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
        raise TypeError(text)
    return call


def _boundaries(fields: Fields) -> Iterator[str]:
    for turn, names in fields.mapping("missed_function").items():
        for name in names if isinstance(names, list | tuple) else [names]:
            yield f"the function {name} is not there before turn {turn}"
    for name in fields.texts("excluded_function"):
        yield f"the function {name} must not be called"


READER = Bfcl()
"""The reader that `--format bfcl` asks for."""
