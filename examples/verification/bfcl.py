"""Hold the tool calls of BFCL against schemas, answer keys and states, with faults planted.

    python examples/verification/bfcl.py DATA_DIR

DATA_DIR holds the folder `bfcl-a`. Reference answers are built from the answer keys and must pass;
every planted fault must fail. What cannot be planted is counted with its reason. Multi-turn keys
are Python call expressions: they are read as syntax trees of literals and never run. The states
come from a small file system of our own, written from its function descriptions alone.
"""

import argparse
import ast
import copy
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assay.core.canonical import json_text
from assay.records.candidate import Candidate, MadeByModel
from assay.records.evidence import Evidence
from assay.records.kinds import Trajectory
from assay.records.kinds.trajectory import ExpectedCall
from assay.records.record import Record, Source
from assay.records.task import Message, Task, Tool, ToolCall
from assay.verification.json_value import differences
from assay.verification.verification import Fail, Pass
from assay.verification.verifier import Found, Verifier
from assay.verification.verifiers.environment_state import EnvironmentState
from assay.verification.verifiers.expected_calls import ExpectedCalls
from assay.verification.verifiers.tool_calls import ToolCalls

Figures = dict[str, Any]
"""Name -> figure."""

TYPES = {"dict": "object", "float": "number", "tuple": "array"}
"""Type names of the function descriptions that JSON Schema does not have; `any` becomes no type."""

CLASS_FILES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "TwitterAPI": "posting_api",
    "VehicleControlAPI": "vehicle_control",
}
"""Which file describes the functions of a class."""

FUNCTIONS_OF = "func_doc_{}.json"


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder bfcl-a")
    data = parser.parse_args().data / "bfcl-a"
    if not data.is_dir():
        parser.error(f"there is no folder {data}")
    for title, figures in (
        ("Single calls", single_calls(data)),
        ("Calls of several turns", several_turns(data)),
        ("States of the file system", states(data)),
    ):
        print(f"\n### {title}\n")
        print("| | |")
        print("|---|---|")
        for name, value in figures.items():
            print(f"| {name} | {_cell(value)} |")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {count}" for name, count in value.items())
    return "; ".join(value) if isinstance(value, list) else str(value)


# --- schemas ---


def schema_of(described: Any, changed: Counter[str]) -> Any:
    """A function description's parameters as JSON Schema; what was changed is counted."""
    if not isinstance(described, dict):
        return described
    schema = {}
    for key, value in described.items():
        if key == "properties":
            schema[key] = {name: schema_of(each, changed) for name, each in value.items()}
        elif key == "type" and value == "any":
            changed["any: any type"] += 1
        elif key == "type" and value in TYPES:
            changed[f"{value}: {TYPES[value]}"] += 1
            schema[key] = TYPES[value]
        elif key == "optional":
            changed["optional: left away"] += 1
        else:
            schema[key] = schema_of(value, changed)
    return schema


def tool_of(function: dict[str, Any], changed: Counter[str]) -> Tool:
    """A described function as a tool."""
    return Tool(
        name=function["name"],
        description=function["description"],
        parameters=json_text(schema_of(function["parameters"], changed)),
    )


# --- single calls ---

Arguments = dict[str, Any]


class Single(NamedTuple):
    """One task of one call."""

    identity: str
    question: str
    tool: Tool
    key: dict[str, list[Any]]

    @property
    def schema(self) -> dict[str, Any]:
        """The tool's JSON Schema."""
        return json.loads(self.tool.parameters)

    def record(self, name: str, arguments: Arguments) -> Record:
        """The task with one call as its answer."""
        call = ToolCall(name=name, arguments=json_text(arguments))
        message = Message(role="assistant", tool_calls=(call,))
        expected = ExpectedCall(name=self.tool.name, arguments=json_text(self.key), turn=0)
        return _record((expected,), self.question, (message,), (self.tool,))


def single_calls(data: Path) -> Figures:
    """Every single call: the key's answers pass, planted faults fail."""
    changed: Counter[str] = Counter()
    tasks = list(read_single(data, changed))
    schemas, keys, loose = ToolCalls(), ExpectedCalls(), ExpectedCalls(strings="bfcl")
    passed: Counter[str] = Counter()
    unfit = []
    for task in tasks:
        for title, full in (("fullest", True), ("shortest", False)):
            record = task.record(task.tool.name, reference(task, full=full))
            passed[f"{title} answer, key"] += _passes(keys, record)
            passed[f"{title} answer, key with bfcl's texts"] += _passes(loose, record)
            fault = _fault(schemas, record)
            passed[f"{title} answer, schema"] += fault is None
            if fault:
                unfit.append(f"{task.identity}: {fault}")
    figures: Figures = {
        "tasks": len(tasks),
        "schema types changed": dict(sorted(changed.items())),
        **{name: f"{count} of {len(tasks)} pass" for name, count in passed.items()},
        "answers of the key that do not fit the schema": unfit,
    }
    for kind, plant in PLANTS.items():
        figures[kind] = _planted(tasks, plant, schemas, keys, loose)
    return figures


def read_single(data: Path, changed: Counter[str]) -> Iterator[Single]:
    """The tasks of one call with their answer keys."""
    answers = {row["id"]: row for row in _lines(data / "answer_BFCL_v4_simple_python.json")}
    for row in _lines(data / "BFCL_v4_simple_python.json"):
        ((_, key),) = answers[row["id"]]["ground_truth"][0].items()
        question = "\n".join(message["content"] for turn in row["question"] for message in turn)
        yield Single(row["id"], question, tool_of(row["function"][0], changed), key)


def reference(task: Single, *, full: bool) -> Arguments:
    """The first accepted value of every argument, or only of those that must be there."""
    required = task.schema["required"]
    return {
        name: _first(values)
        for name, values in task.key.items()
        if any(value != "" for value in values) and (full or "" not in values or name in required)
    }


def _first(values: Sequence[Any]) -> Any:
    value = next(value for value in values if value != "")
    return _plain(value)


def _plain(value: Any) -> Any:
    """An accepted value as a call gives it: objects hold one value a key, not a list of them."""
    if isinstance(value, dict):
        return {key: _first(each) for key, each in value.items() if each != [""]}
    return [_plain(each) for each in value] if isinstance(value, list) else value


Plant = Callable[[Single, Arguments], Iterator[tuple[str, Arguments] | str]]
"""Gives every wrong call of a task (name and arguments), or why one cannot be planted."""


def wrong_name(task: Single, right: Arguments) -> Iterator[tuple[str, Arguments] | str]:
    """The right arguments to a function of another name."""
    yield f"{task.tool.name}_", right


def extra_argument(task: Single, right: Arguments) -> Iterator[tuple[str, Arguments] | str]:
    """One argument that the function does not have."""
    yield task.tool.name, {**right, "not_an_argument": 1}


def missing_required(task: Single, right: Arguments) -> Iterator[tuple[str, Arguments] | str]:
    """Each required argument left out in turn."""
    if not task.schema["required"]:
        yield "no argument is required"
    for name in task.schema["required"]:
        yield task.tool.name, {key: value for key, value in right.items() if key != name}


def wrong_value(task: Single, right: Arguments) -> Iterator[tuple[str, Arguments] | str]:
    """Each argument in turn with a value of the same type that is not accepted."""
    for name, value in right.items():
        enum = task.schema["properties"][name].get("enum", ())
        other = _other_value(value, task.key[name], enum)
        if other is None:
            yield "every value of the type is accepted"
        else:
            yield task.tool.name, {**right, name: other}


def _other_value(value: Any, accepted: Sequence[Any], enum: Sequence[Any]) -> Any:
    if isinstance(value, bool):
        return None if (not value) in accepted else not value
    if isinstance(value, int | float):
        return max(each for each in accepted if isinstance(each, int | float)) + 1
    if isinstance(value, str):
        said = {str(each).casefold() for each in accepted}
        return next((each for each in enum if each.casefold() not in said), "no such value")
    return [*value, *value, *value, 1] if isinstance(value, list) else {**value, "no_such_key": 1}


def wrong_type(task: Single, right: Arguments) -> Iterator[tuple[str, Arguments] | str]:
    """Each argument in turn with a value of another type."""
    for name, value in right.items():
        other = str(value) if isinstance(value, int | float) else 7
        if "type" not in task.schema["properties"][name]:
            yield "the argument may have any type"
        elif any(isinstance(each, type(other)) and each != "" for each in task.key[name]):
            yield "the key accepts a value of another type"
        else:
            yield task.tool.name, {**right, name: other}


PLANTS: dict[str, Plant] = {
    "wrong function name": wrong_name,
    "extra argument": extra_argument,
    "missing required argument": missing_required,
    "wrong value": wrong_value,
    "wrong type": wrong_type,
}


def _planted(
    tasks: Sequence[Single], plant: Plant, schemas: Verifier, keys: Verifier, loose: Verifier
) -> Figures:
    count: Counter[str] = Counter()
    not_planted: Counter[str] = Counter()
    for task in tasks:
        for wrong in plant(task, reference(task, full=True)):
            if isinstance(wrong, str):
                not_planted[wrong] += 1
                continue
            record = task.record(*wrong)
            verdicts = [_passes(each, record) for each in (schemas, keys, loose)]
            count["planted"] += 1
            count["pass schema"] += verdicts[0]
            count["pass key"] += verdicts[1]
            count["pass key with bfcl's texts"] += verdicts[2]
            count["pass both"] += verdicts[0] and (verdicts[1] or verdicts[2])
    reasons = {f"not planted, {reason}": number for reason, number in not_planted.items()}
    return dict(count) | reasons


# --- several turns ---

Call = tuple[str, Arguments]
"""A function's name and its arguments."""


class Turns(NamedTuple):
    """One task of several turns with its key."""

    identity: str
    questions: tuple[str, ...]
    tools: tuple[Tool, ...]
    key: tuple[tuple[Call, ...], ...]
    config: dict[str, Any]

    def record(self, answer: Sequence[Sequence[Call]]) -> Record:
        """The task with the calls of each turn as its answer."""
        said: list[Message] = []
        for question, calls in zip(self.questions, answer, strict=True):
            made = tuple(ToolCall(name=name, arguments=json_text(given)) for name, given in calls)
            said.append(Message(role="user", content=question))
            said.append(Message(role="assistant", tool_calls=made))
        expected = tuple(
            ExpectedCall(name=name, arguments=json_text(_listed(given)), turn=turn)
            for turn, calls in enumerate(self.key)
            for name, given in calls
        )
        return _record(expected, self.questions[0], tuple(said[1:]), self.tools)


def _listed(given: Arguments) -> dict[str, list[Any]]:
    """Arguments as a key that accepts them alone."""

    def listed(value: Any) -> Any:
        if isinstance(value, dict):
            return _listed(value)
        return [listed(each) for each in value] if isinstance(value, list) else value

    return {name: [listed(value)] for name, value in given.items()}


def several_turns(data: Path) -> Figures:
    """Every task of several turns: the key's calls pass in order, planted faults fail."""
    changed: Counter[str] = Counter()
    tasks = read_turns(data, changed)
    keys, schemas = ExpectedCalls(ordered=True), ToolCalls()
    right = [task.record(task.key) for task in tasks]
    unfit = Counter(fault for record in right if (fault := _fault(schemas, record)))
    figures: Figures = {
        "tasks": len(tasks),
        "turns": sum(len(task.key) for task in tasks),
        "calls": sum(len(calls) for task in tasks for calls in task.key),
        "schema types changed, in every described function once": dict(sorted(changed.items())),
        "key's calls, key": f"{sum(_passes(keys, each) for each in right)} of {len(tasks)} pass",
        "key's calls, schema": f"{len(tasks) - unfit.total()} of {len(tasks)} pass",
        "calls of the key that do not fit the schema": list(unfit),
    }
    for kind, plant in TURN_PLANTS.items():
        count: Counter[str] = Counter()
        for task in tasks:
            wrong = [each for each in plant(task.key) if each != task.key]
            count["planted"] += len(wrong)
            count["pass"] += sum(_passes(keys, task.record(each)) for each in wrong)
            count["tasks without a place to plant"] += not wrong
        figures[kind] = dict(count)
    return figures


def read_turns(data: Path, changed: Counter[str]) -> list[Turns]:
    """The tasks of several turns; each turn has one question."""
    described = {
        name: {row["name"]: row for row in _lines(data / FUNCTIONS_OF.format(file))}
        for name, file in CLASS_FILES.items()
    }
    tools = {
        name: {each: tool_of(row, changed) for each, row in rows.items()}
        for name, rows in described.items()
    }
    orders = {
        each: tuple(row["parameters"]["properties"])
        for rows in described.values()
        for each, row in rows.items()
    }
    answers = {row["id"]: row for row in _lines(data / "answer_BFCL_v4_multi_turn_base.json")}
    found = []
    for row in _lines(data / "BFCL_v4_multi_turn_base.json"):
        offered = {
            each: tool for name in row["involved_classes"] for each, tool in tools[name].items()
        }
        for name in row.get("excluded_function", ()):
            offered.pop(name, None)
        turns = answers[row["id"]]["ground_truth"]
        questions = tuple(message["content"] for (message,) in row["question"])
        key = tuple(tuple(call_of(text, orders) for text in turn) for turn in turns)
        found.append(
            Turns(row["id"], questions, tuple(offered.values()), key, row["initial_config"])
        )
    return found


def call_of(text: str, orders: dict[str, tuple[str, ...]]) -> Call:
    """A call written as a Python expression, read as a syntax tree of literals.

    Raises:
        TypeError: if it is anything else.
    """
    node = ast.parse(text.strip(), mode="eval").body
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise TypeError(f"{text!r} is no call of a named function")
    name = node.func.id
    arguments = dict(zip(orders[name], map(ast.literal_eval, node.args), strict=False))
    arguments |= {str(each.arg): ast.literal_eval(each.value) for each in node.keywords}
    return name, arguments


Answer = tuple[tuple[Call, ...], ...]


def dropped(key: Answer) -> Iterator[Answer]:
    """Each call left out in turn."""
    for turn, calls in enumerate(key):
        for at in range(len(calls)):
            yield _with_turn(key, turn, calls[:at] + calls[at + 1 :])


def doubled(key: Answer) -> Iterator[Answer]:
    """Each call made twice in turn."""
    for turn, calls in enumerate(key):
        for at in range(len(calls)):
            yield _with_turn(key, turn, calls[: at + 1] + calls[at:])


def altered(key: Answer) -> Iterator[Answer]:
    """Each argument of each call altered in turn, within its type."""
    for turn, calls in enumerate(key):
        for at, (name, given) in enumerate(calls):
            for argument, value in given.items():
                other = (name, {**given, argument: _altered(value)})
                yield _with_turn(key, turn, (*calls[:at], other, *calls[at + 1 :]))


def _altered(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    return [*value, 1] if isinstance(value, list) else {**value, "no_such_key": 1}


def swapped(key: Answer) -> Iterator[Answer]:
    """Two neighbouring calls of one turn in the other order."""
    for turn, calls in enumerate(key):
        for at in range(len(calls) - 1):
            yield _with_turn(key, turn, (*calls[:at], calls[at + 1], calls[at], *calls[at + 2 :]))


def moved(key: Answer) -> Iterator[Answer]:
    """The last call of a turn made in the next turn instead."""
    for turn in range(len(key) - 1):
        if key[turn]:
            later = _with_turn(key, turn + 1, (key[turn][-1], *key[turn + 1]))
            yield _with_turn(later, turn, key[turn][:-1])


def _with_turn(key: Answer, turn: int, calls: tuple[Call, ...]) -> Answer:
    return (*key[:turn], calls, *key[turn + 1 :])


TURN_PLANTS: dict[str, Callable[[Answer], Iterator[Answer]]] = {
    "a call left out": dropped,
    "a call made twice": doubled,
    "an argument altered": altered,
    "two calls swapped": swapped,
    "a call one turn late": moved,
}


# --- states of the file system ---

FILES = "GorillaFileSystem"

READING = frozenset(["cat", "diff", "du", "find", "grep", "ls", "pwd", "sort", "tail", "wc"])
"""Functions that give something back and, as described, change nothing."""


class RefusedError(Exception):
    """The file system answers a call with an error and stays as it is."""


class FileSystem:
    """The described file system: folders, files, and where one stands."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Begin in the first folder that the configuration names."""
        self.root: dict[str, Any] = copy.deepcopy(config["root"])
        self.at = [next(iter(self.root))]

    def state(self) -> dict[str, Any]:
        """Everything that there is, as JSON."""
        return {"root": copy.deepcopy(self.root), "working_directory": list(self.at)}

    def call(self, name: str, given: Arguments) -> None:
        """Do one call.

        Raises:
            RefusedError: if it cannot be done.
        """
        if name in READING:
            for argument in ("file_name", "file_name1", "file_name2"):
                if argument in given:
                    self._file(given[argument])
            return
        getattr(self, f"_{name}")(**given)

    def _here(self) -> dict[str, Any]:
        entries = self.root
        for name in self.at:
            entries = entries[name]["contents"]
        return entries

    def _entry(self, name: str) -> dict[str, Any]:
        if name not in self._here():
            raise RefusedError(f"there is no {name!r}")
        return self._here()[name]

    def _file(self, name: str) -> dict[str, Any]:
        if self._entry(name)["type"] != "file":
            raise RefusedError(f"{name!r} is no file")
        return self._entry(name)

    def _folder(self, name: str) -> dict[str, Any]:
        if self._entry(name)["type"] != "directory":
            raise RefusedError(f"{name!r} is no folder")
        return self._entry(name)

    def _refuse_taken(self, name: str) -> None:
        if name in self._here():
            raise RefusedError(f"there is a {name!r} already")

    def _cd(self, folder: str) -> None:
        if folder != "..":
            self._folder(folder)
            self.at.append(folder)
        elif len(self.at) == 1:
            raise RefusedError("there is no folder above")
        else:
            self.at.pop()

    def _mkdir(self, dir_name: str) -> None:
        self._refuse_taken(dir_name)
        self._here()[dir_name] = {"type": "directory", "contents": {}}

    def _touch(self, file_name: str) -> None:
        self._refuse_taken(file_name)
        self._here()[file_name] = {"type": "file", "content": ""}

    def _echo(self, content: str, file_name: str | None = None) -> None:
        if file_name is None:
            return
        if file_name in self._here():
            self._file(file_name)
        self._here()[file_name] = {"type": "file", "content": content}

    def _mv(self, source: str, destination: str) -> None:
        self._place(copy.deepcopy(self._entry(source)), source, destination)
        del self._here()[source]

    def _cp(self, source: str, destination: str) -> None:
        self._place(copy.deepcopy(self._entry(source)), source, destination)

    def _place(self, entry: dict[str, Any], source: str, destination: str) -> None:
        here = self._here()
        if here.get(destination, {}).get("type") != "directory":
            self._refuse_taken(destination)
            here[destination] = entry
        elif source == destination or source in here[destination]["contents"]:
            raise RefusedError(f"there is a {source!r} already")
        else:
            here[destination]["contents"][source] = entry

    def _rm(self, file_name: str) -> None:
        self._entry(file_name)
        del self._here()[file_name]

    def _rmdir(self, dir_name: str) -> None:
        if self._folder(dir_name)["contents"]:
            raise RefusedError(f"{dir_name!r} is not empty")
        del self._here()[dir_name]


def replayed(config: dict[str, Any], calls: Sequence[Call]) -> tuple[dict[str, Any], list[str]]:
    """The state after some calls, and the errors that the file system answered with."""
    system, refused = FileSystem(config), []
    for name, given in calls:
        try:
            system.call(name, given)
        except RefusedError as error:
            refused.append(f"{name}: {error}")
    return system.state(), refused


def states(data: Path) -> Figures:
    """The key's calls replayed: their end passes, and the end of altered calls where it is another.

    Whether two ends are another is told beside the verifier, by Python's own comparison.
    """
    own = {row["name"] for row in _lines(data / FUNCTIONS_OF.format(CLASS_FILES[FILES]))}
    every = read_turns(data, Counter())
    tasks = [task for task in every if FILES in task.config]
    calls: Counter[str] = Counter()
    refused: list[str] = []
    whole, only = Counter[str](), Counter[str]()
    plants: dict[str, Counter[str]] = defaultdict(Counter)
    for task in tasks:
        config = task.config[FILES]
        series = tuple(call for turn in task.key for call in turn if call[0] in own)
        calls["replayed"] += len(series)
        calls["of other classes, not replayed"] += sum(map(len, task.key)) - len(series)
        start, _ = replayed(config, ())
        end, answered = replayed(config, series)
        refused += [f"{task.identity}: {each}" for each in answered]
        stray = copy.deepcopy(end)
        next(iter(stray["root"].values()))["contents"]["stray"] = {"type": "file", "content": ""}
        for name, found in (("end of the key's calls", end), ("one file more", stray)):
            whole[name] += _passes(EnvironmentState(), state_record(start, found, whole=end))
            only[name] += _passes(EnvironmentState(), state_record(start, found, changed=end))
        for kind, plant in (("a call left out", dropped), ("an argument altered", altered)):
            for (wrong,) in plant((series,)):
                found, _ = replayed(config, wrong)
                same = "same end" if found == end else "another end"
                plants[kind][same] += 1
                passes = _passes(EnvironmentState(), state_record(start, found, whole=end))
                plants[kind][f"{same} and pass"] += passes
    return {
        "tasks replayed": len(tasks),
        "tasks skipped, of classes that are not simulated": len(every) - len(tasks),
        "calls": dict(calls),
        "calls of the key that the file system refused": len(refused),
        "held against the expected state, pass": dict(whole),
        "held against what alone may change, pass": dict(only),
        **{kind: dict(sorted(count.items())) for kind, count in plants.items()},
    }


def state_record(start: Any, found: Any, *, whole: Any = None, changed: Any = None) -> Record:
    """An end to be held against a whole state, or against the places that another end changed."""
    asserted = [{"op": "only_changed", "value": list(differences(start, changed))}]
    text = json_text({"environment-state": asserted})
    expected = None if whole is None else json_text(whole)
    return Record(
        schema_version=1,
        part=Trajectory(expected_state=expected),
        task=Task(
            messages=(Message(role="user", content="Do it."),), initial_state=json_text(start)
        ),
        sources=(Source(source_class="bfcl-a"),),
        candidates=(
            Candidate(
                content="Done.",
                provenance=MadeByModel(model="replay"),
                state_after=json_text(found),
            ),
        ),
        evidence=() if changed is None else (Evidence(kind="test", text=text),),
    )


# --- shared ---


def _record(
    expected: tuple[ExpectedCall, ...],
    question: str,
    content: tuple[Message, ...],
    tools: tuple[Tool, ...],
) -> Record:
    return Record(
        schema_version=1,
        part=Trajectory(expected_calls=expected),
        task=Task(messages=(Message(role="user", content=question),), tools=tools),
        sources=(Source(source_class="bfcl-a"),),
        candidates=(Candidate(content=content, provenance=MadeByModel(model="reference")),),
    )


def _passes(verifier: Verifier, record: Record) -> bool:
    found = verifier.verify(record, 0)
    if not isinstance(found, Found) or not isinstance(found.verdict, Pass | Fail):
        raise TypeError(f"{verifier.name} has no verdict: {found}")
    return isinstance(found.verdict, Pass)


def _fault(verifier: Verifier, record: Record) -> str | None:
    found = verifier.verify(record, 0)
    if isinstance(found, Found) and isinstance(found.verdict, Fail):
        return found.verdict.reason
    return None if _passes(verifier, record) else "no verdict"


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
