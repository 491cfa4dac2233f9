"""Bombs in foreign data: each ends with a named reason, and what stands beside it goes on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.bulk.rows import DiskFile
from assay.core.budget import BudgetError, WorkBudget
from assay.core.canonical import json_text, parse_json
from assay.core.errors import InputError
from assay.core.options import configure
from assay.core.patterns import Pattern
from assay.plugins import load
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.kinds import Trajectory
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.ports import Layout
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.task import Tool, ToolCall
from assay.verification.verification import Pass, Timeout, Uncarried, VerifierError
from assay.verification.verifier import Found
from builders import model_answer, small_record, user_task


def nested(levels: int) -> str:
    """A schema of a few kB whose check doubles its work at each level."""
    defs: dict[str, Any] = {f"a{levels}": {"type": "integer"}}
    for level in range(levels):
        below = {"$ref": f"#/$defs/a{level + 1}"}
        defs[f"a{level}"] = {"anyOf": [{"allOf": [below, False]}, below]}
    return json_text({"type": "object", "$defs": defs, "properties": {"x": {"$ref": "#/$defs/a0"}}})


def calling(schema: str, *arguments: str) -> Record:
    """A record whose candidates each call a tool with this schema."""
    return small_record(
        Trajectory(),
        user_task("do", tools=(Tool(name="t", parameters=schema),)),
        *(
            model_answer("Done.", work=(Step(call=ToolCall(name="t", arguments=each)),))
            for each in arguments
        ),
    )


def verdict_on(verifier: str, record: Record, **options: Any) -> Any:
    """The verdict of a verifier on the record's first candidate."""
    found = configure(load("verifiers", verifier), options).verify(record, 0)
    assert isinstance(found, Found)
    return found.verdict


@pytest.mark.parametrize(
    ("verifier", "options"),
    [
        ("tool-calls", {}),
        pytest.param("json-schema", {"of": "calls"}, marks=pytest.mark.long),
    ],
)
def test_a_schema_that_asks_for_years_is_an_error_and_the_next_record_is_verified(
    verifier: str, options: dict[str, Any]
) -> None:
    """A schema of 2 kB with 34 levels is ended by its budget; nothing is said of the candidate."""
    verdict = verdict_on(verifier, calling(nested(34), '{"x":"1"}'), **options)
    assert isinstance(verdict, VerifierError)
    assert "takes more than 2 s of processor time: the schema asks for too much" in verdict.reason
    assert verdict_on(verifier, calling(nested(3), '{"x":1}'), **options) == Pass()


@pytest.mark.long
def test_a_candidate_that_sends_a_large_value_runs_out_of_time() -> None:
    """Where the value is more than 10,000 characters the time-out is the candidate's."""
    large = calling(nested(34), '{"x":"' + "y" * 10_001 + '"}')
    assert verdict_on("tool-calls", large) == Timeout()


@pytest.mark.long
def test_a_rule_that_never_ends_passes_nobody() -> None:
    """A rule's schema and its expressions are bounded as well; the reason names the budget.

    Whether the rule or the answer asks for too much cannot be told, so the answer is not passed.
    """
    rules = json.dumps([{"id": "shape", "reason": "wrong", "schema": json.loads(nested(34))}])
    record = calling("", "{}")
    candidate = Candidate(content='{"x":"1"}', provenance=MadeByModel(model="m"))
    changed = Record(
        schema_version=1,
        part=record.part,
        task=record.task,
        sources=record.sources,
        candidates=(candidate,),
    )
    verdict = verdict_on("rules", changed, rules=rules)
    assert isinstance(verdict, Uncarried)
    assert "takes more than 2 s of processor time" in verdict.reason


def read(value: str, row: Mapping[str, Any], more: str = "") -> str:
    """The prompt that a mapping with this value gives for a row."""
    text = f"""mapping: 1
kind: demonstration
record:
  messages: [{{user: {value}}}]
  candidates: [{{content: done, unknown: not said}}]
{more}"""
    context = RowContext(kind="demonstration", source_class="own", pseudonym=str)
    made = MappingReader(require_mapping("m.yaml", text.encode()), {}).read(row, context)[0]
    assert made.record is not None
    return made.record.task.messages[0].content


@pytest.mark.parametrize(
    ("value", "row"),
    [
        (json.dumps("{t}" * 3000), {"t": "x" * 2_000_000}),
        ('{template: "{t} {t}", remove: ["x"], find: "^(a|b|aa|bb)+$"}', {"t": "ab" * 2**25}),
        pytest.param(
            '{column: t, find_all: "a(?:.*c)?", values: {}, otherwise: z}',
            {"t": "a" * 300_000},
            marks=pytest.mark.long,
        ),
        ("{path: '$.t..*..*..x'}", {"t": [[[[[{"x": 1}] * 9] * 9] * 9] * 9] * 9}),
        ("{path: '$.t[?count(@..*) > count($..*)]'}", {"t": [[1] * 30] * 300}),
        ("{path: \"$.t[?search(@, '(a|b|ab)*c')]\"}", {"t": ["ab" * 2**20] * 200}),
        pytest.param(
            "{path: '$..*..*[?@.a == 1]'}",
            {str(n): [[1] * 30] * 30 for n in range(300)},
            marks=pytest.mark.long,
        ),
    ],
    ids=["template", "copies", "matches", "path", "filter", "search", "wide"],
)
def test_a_row_that_asks_for_too_much_is_set_aside(value: str, row: Mapping[str, Any]) -> None:
    """Templates, patterns and paths are counted before they are done; an ordinary row is read."""
    with pytest.raises(BudgetError, match="one row takes more than"):
        read(value, row)
    assert read('"{t}"', {"t": "an ordinary row"}) == "an ordinary row"


def test_loops_in_loops_are_counted() -> None:
    """Three loops of 10,000 turns are ended, though each is permitted."""
    loops = "  for: {a: {range: 10000}, b: {range: 10000}, c: {range: 10000}}\n"
    text = f"""mapping: 1
kind: demonstration
record:
  messages:
  - {loops.strip()}
    user: "{{t}}"
  candidates: [{{content: done, unknown: not said}}]
"""
    context = RowContext(kind="demonstration", source_class="own", pseudonym=str)
    with pytest.raises(BudgetError):
        MappingReader(require_mapping("m.yaml", text.encode()), {}).read({"t": "x"}, context)


def test_a_hostile_cell_cannot_make_a_pattern_backtrack() -> None:
    """`^(a+)+$` on 40 letters that do not fit: the row is set aside as any that does not match."""
    with pytest.raises(InputError, match="is not in this text"):
        read('{column: t, find: "^(a+)+$"}', {"t": "a" * 40 + "!"})


def test_no_single_search_takes_the_time_of_a_long_text_and_a_large_pattern() -> None:
    """A pattern of thousands of states on a megabyte held one search for 50 s; it is refused by name."""
    pattern = Pattern("((a|b){1,100}){1,9}c")
    budget = WorkBudget(1 << 40, "a test")
    for search in (pattern.is_in, pattern.is_whole, pattern.first):
        with pytest.raises(BudgetError, match="1048576 characters is too long to be searched"):
            search("ab" * (1 << 19), budget)
    assert pattern.first("ab" * 4000 + "c", budget)
    assert Pattern("[a-z]+3").is_in("ab" * (1 << 19) + "3", budget)


def test_searches_behind_matches_of_a_large_pattern_are_counted_in_full() -> None:
    """Each of ten thousand matches searches the rest of the text; RE2 follows each state of it."""
    pattern = Pattern("((a|b){1,100}){1,9}c|a")
    with pytest.raises(BudgetError, match="a test takes more than"):
        list(pattern.every("a" * 10_000, WorkBudget(1 << 28, "a test")))


def test_a_pattern_that_is_not_linear_is_refused_with_its_place() -> None:
    """The fault names the line of the mapping, the field, the part and its character."""
    text = """mapping: 1
kind: demonstration
record:
  messages:
  - user: {column: t, find: '^(?!x)(.*)'}
  candidates: [{content: done, unknown: not said}]
"""
    document, faults = read_mapping("m.yaml", text.encode())
    assert document is None
    assert [each.line for each in faults] == [5]
    assert "`find`: look-ahead `(?!` at character 2 is not supported" in faults[0].message


def test_a_path_into_a_deep_row_is_an_input_error() -> None:
    """A row deeper than the library follows is set aside by name, not by a recursion error."""
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(InputError, match="the path cannot be followed"):
        read("{path: '$..x'}", {"t": deep})


@pytest.mark.parametrize("end", ["\n", "\r\n", " \t\n"])
def test_a_flood_of_blank_lines_costs_little_and_counts(tmp_path: Path, end: str) -> None:
    """Ten million blank lines are passed over in pieces; the row behind them keeps its number."""
    file = tmp_path / "flood.jsonl"
    file.write_bytes(b'{"a":1}\n' + end.encode() * 2_000_000 + b'{"a":2}\n\n{"a":3}')
    assert [row.number for row in DiskFile(file).rows()] == [1, 2_000_002, 2_000_004]
    table = tmp_path / "flood.csv"
    blank = end.lstrip(" \t").encode()
    table.write_bytes(b"a,b\n1,2\n" + blank * 2_000_000 + b'3,"4\n\n' + blank * 200 + b'5"\n\n6,7')
    rows = list(DiskFile(table).rows())
    assert [row.line for row in rows] == [2, 2_000_003, 2_000_207]
    assert rows[1].values == {"a": "3", "b": "4\n\n" + blank.decode() * 200 + "5"}


def test_the_last_of_many_keys_that_appears_twice_is_found_at_once() -> None:
    """A row of 300,000 keys with a double at its end is refused in one pass over the keys."""
    keys = ",".join(f'"k{number}":0' for number in range(300_000))
    with pytest.raises(InputError, match="'k299999' appears twice"):
        parse_json(f'{{{keys},"k299999":1}}')


def test_a_header_of_many_columns_is_checked_in_one_pass(tmp_path: Path) -> None:
    """A header of 200,000 names is compared with itself once, not each name with all."""
    file = tmp_path / "wide.csv"
    file.write_text(",".join(f"c{number}" for number in range(200_000)) + ",c7\n")
    with pytest.raises(InputError, match="the header names 'c7' more than once"):
        list(DiskFile(file).rows())


def test_a_row_of_parquet_has_a_limit_as_well(tmp_path: Path) -> None:
    """A cell that is longer than a row may be sets its row aside, and no other."""
    file = tmp_path / "long.parquet"
    pq.write_table(pa.table({"t": ["short", "x" * 3_000_000, "also short"]}), file)
    rows = list(DiskFile(file, Layout(max_row_bytes=1_000_000)).rows())
    assert [row.fault.code if row.fault else None for row in rows] == [None, "row-too-long", None]
