"""Tool calls held against their schemas a second, beside jsonschema-rs called bare.

    python benchmarks/json_schema.py [--quick]

Prints a Markdown table. All sides hold the same calls against the same schemas, in turn within
each round, so that what slows one slows all. The bare validators are compiled before the clock
starts, and ours are found in the cache. `bare` gets values that were parsed outside its time;
`bare with parsing` reads the argument text with `json.loads` as a program that calls it must.
Ours also refuses doubled keys and numbers that are not finite, closes the arguments to unknown
names, and looks at permissions. CPU seconds are medians over the rounds.
"""

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import jsonschema_rs

from assay.core.canonical import json_text
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.kinds import Trajectory
from assay.records.record import Record, Source
from assay.records.task import Message, Task, Tool, ToolCall
from assay.verification.verification import Pass
from assay.verification.verifier import Found, Verifier
from assay.verification.verifiers.json_schema import JsonSchema
from assay.verification.verifiers.tool_calls import ToolCalls

ROUNDS = 7
CALLS = 4
"""Calls of one record."""
TOOLS = 40
"""Different tools over all records."""


def schema(draw: random.Random) -> dict[str, Any]:
    """A tool's parameters: a text, a number, a choice, a list and an object."""
    top = draw.randint(10, 99)
    return {
        "type": "object",
        "properties": {
            "to": {"type": "string", "minLength": 1},
            "euros": {"type": "number", "minimum": 0, "maximum": top * 100},
            "class": {"type": "string", "enum": ["first", "second", f"class {top}"]},
            "seats": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 6},
            "address": {
                "type": "object",
                "properties": {"street": {"type": "string"}, "number": {"type": "integer"}},
                "required": ["street"],
            },
        },
        "required": ["to", "euros"],
    }


def arguments(draw: random.Random) -> dict[str, Any]:
    """Arguments that fit; one call in eight has a seat that does not."""
    seats = [draw.randint(1, 80) for _ in range(draw.randint(1, 5))]
    if draw.random() < 0.125:
        seats[-1] = 0
    return {
        "to": draw.choice(["Corrie", "Lamlash", "Brodick"]),
        "euros": draw.randint(0, 900),
        "class": draw.choice(["first", "second"]),
        "seats": seats,
        "address": {"street": "Shore Road", "number": draw.randint(1, 99)},
    }


def record(tools: list[Tool], draw: random.Random) -> Record:
    """A trajectory of some calls of one tool among three."""
    offered = tuple(draw.sample(tools, 3))
    work = tuple(
        Step(call=ToolCall(name=draw.choice(offered).name, arguments=json_text(arguments(draw))))
        for _ in range(CALLS)
    )
    return Record(
        schema_version=1,
        part=Trajectory(),
        task=Task(messages=(Message(role="user", content="Book."),), tools=offered),
        sources=(Source(source_class="own"),),
        candidates=(Candidate(content="Done.", provenance=MadeByModel(model="m"), work=work),),
    )


def verified(verifier: Verifier, records: list[Record]) -> int:
    """Records whose calls all pass."""
    found = [verifier.verify(each, 0) for each in records]
    return sum(isinstance(each, Found) and isinstance(each.verdict, Pass) for each in found)


def bare(pairs: list[list[tuple[Any, Any]]]) -> int:
    """Records whose values all fit, by jsonschema-rs alone."""
    return sum(all(validator.is_valid(value) for validator, value in each) for each in pairs)


def bare_parsing(pairs: list[list[tuple[Any, str]]]) -> int:
    """The same from text."""
    return sum(all(check.is_valid(json.loads(text)) for check, text in each) for each in pairs)


def looked_at(pairs: list[list[tuple[Any, Any]]]) -> int:
    """Calls up to each record's first that does not fit, that one included."""
    fits = ([validator.is_valid(value) for validator, value in each] for each in pairs)
    return sum(each.index(False) + 1 if False in each else len(each) for each in fits)


def interleaved(sides: dict[str, Callable[[], int]]) -> dict[str, tuple[float, int]]:
    """Median CPU seconds of each side over the rounds, and what it found."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    found = dict.fromkeys(sides, 0)
    for _ in range(ROUNDS):
        for name, work in sides.items():
            before = time.process_time()
            found[name] = work()
            seconds[name].append(time.process_time() - before)
    return {name: (statistics.median(each), found[name]) for name, each in seconds.items()}


def main() -> None:
    """Time all sides over the same calls.

    Raises:
        SystemExit: if the sides do not find the same.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    n = 1_000 if parser.parse_args().quick else 10_000
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    schemas = {f"tool_{number}": schema(draw) for number in range(TOOLS)}
    tools = [Tool(name=name, parameters=json_text(each)) for name, each in schemas.items()]
    records = [record(tools, draw) for _ in range(n)]
    validators = {name: jsonschema_rs.validator_for(each) for name, each in schemas.items()}
    calls = [[step.call for step in each.candidates[0].work if step.call] for each in records]
    texts = [[(validators[call.name], call.arguments) for call in each] for each in calls]
    values = [[(check, json.loads(text)) for check, text in each] for each in texts]
    timed = interleaved(
        {
            "jsonschema-rs, bare": lambda: bare(values),
            "jsonschema-rs, bare with parsing": lambda: bare_parsing(texts),
            "`json-schema` of calls": lambda: verified(JsonSchema(of="calls"), records),
            "`tool-calls`": lambda: verified(ToolCalls(), records),
        }
    )
    if len({found for _, found in timed.values()}) > 1:
        raise SystemExit(f"the sides differ: {timed}")
    held = looked_at(values)
    first, parsing = (seconds for seconds, _ in list(timed.values())[:2])
    print(f"\n### JSON Schemas of tool calls ({n:,} records of {CALLS} calls, {TOOLS} schemas)\n")
    print(
        f"jsonschema-rs {version('jsonschema-rs')}, Python {platform.python_version()}; "
        f"medians of {ROUNDS} interleaved rounds. No side looks beyond a record's first fault, "
        f"so {held:,} calls are held and counted; all sides find the same records to pass.\n"
    )
    print("| | CPU s | calls a second | time over bare | over bare with parsing | records pass |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, (seconds, found) in timed.items():
        print(
            f"| {name} | {seconds:.3f} | {held / seconds:,.0f} | {seconds / first:.1f} "
            f"| {seconds / parsing:.1f} | {found:,} |"
        )


if __name__ == "__main__":
    main()
