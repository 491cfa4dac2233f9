"""The mapping reader: wide and long files, loops, tables, spans, joins; nothing guessed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from assay.bulk.imports import import_file, open_mapping
from assay.core.errors import InputError
from assay.records.evidence import TextSpan
from assay.records.judgment import Judgment, Unanchored
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    Category,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    ScoreAbstained,
    Scored,
    Tie,
)
from assay.store.store import Store

Context = Callable[[str], RowContext]

HEAD = """mapping: 1
kind: {kind}
record:
  messages: [{{user: "{{ask}}"}}]
"""

PAIR = (
    HEAD.format(kind="preference")
    + """  candidates:
    - {name: left, content: "{x}", model: one}
    - {name: right, content: "{y}", model: two}
judgments:
"""
)

ANSWER = """  candidates:
    - {name: answer, content: "{text}", unknown: not said}
judgments:
"""


def reader(text: str) -> MappingReader:
    return MappingReader(require_mapping("m.yaml", text.encode()), {})


def read(text: str, row: Mapping[str, Any], context: Context) -> list[Read]:
    made = reader(text)
    return list(made.read(row, context(made.kinds[0])))


def judged(text: str, row: Mapping[str, Any], context: Context) -> list[Judgment]:
    return list(read(text, row, context)[0].judgments)


def code(text: str, row: Mapping[str, Any], context: Context) -> str:
    with pytest.raises(InputError) as caught:
        read(text, row, context)
    return caught.value.code


def record_of(read: Read) -> Record:
    assert read.record is not None
    return read.record


def chosen(found: Read, number: int = 0) -> object:
    verdict = found.judgments[number].verdict
    assert isinstance(verdict, Prefers)
    return record_of(found).candidates[verdict.candidate].content


VERDICTS = (
    PAIR
    + """  - reviewer: {person: "{who}"}
    verdict:
      column: vote
      values:
        l: prefers left
        r3: prefers right by 3
        same: tie
        bad: both_unacceptable
        unclear: insufficient_context
        skip: {abstained: no time}
        order: {ranks: [right, [left]]}
        "": null
    order: [left, right]
"""
)
ROW = {"ask": "Which?", "x": "A", "y": "B", "who": "ann"}


def test_a_table_gives_every_verdict(context: Context) -> None:
    """Words and small objects of a table become the verdicts that they name."""
    kinds = {}
    for vote in ("l", "r3", "same", "bad", "unclear", "skip", "order"):
        (judgment,) = judged(VERDICTS, ROW | {"vote": vote}, context)
        kinds[vote] = type(judgment.verdict)
    assert kinds == {
        "l": Prefers, "r3": Prefers, "same": Tie, "bad": BothUnacceptable,
        "unclear": InsufficientContext, "skip": Abstained, "order": Ranks,
    }  # fmt: skip


def test_a_verdict_follows_its_sorted_candidate(context: Context) -> None:
    """Whichever way the candidates are sorted, the verdict names the text that was preferred."""
    for x, y in (("A", "B"), ("B", "A"), ("C", "D"), ("D", "C")):
        (found,) = read(VERDICTS, ROW | {"x": x, "y": y, "vote": "r3"}, context)
        assert chosen(found) == y
        order = found.judgments[0].order or ()
        assert [record_of(found).candidates[place].content for place in order] == [x, y]


def test_an_absent_verdict_is_no_judgment(context: Context) -> None:
    """A value that the table maps to null leaves the judgment out, not the record."""
    (found,) = read(VERDICTS, ROW | {"vote": ""}, context)
    assert found.judgments == []


def test_an_unmapped_value_names_itself(context: Context) -> None:
    """A value that no table names sets the row aside and says which value of which column."""
    with pytest.raises(InputError, match="'maybe'") as caught:
        read(VERDICTS, ROW | {"vote": "maybe"}, context)
    assert (caught.value.code, caught.value.where) == (
        "unmapped-value",
        "judgments[0].verdict, vote",
    )


def test_a_missing_column_is_told_from_a_null(context: Context) -> None:
    """A column that is not there and a value that is null are two reasons."""
    assert (
        code(VERDICTS, {k: v for k, v in ROW.items() if k != "x"} | {"vote": "l"}, context)
        == "missing-column"
    )
    assert code(VERDICTS, ROW | {"x": None, "vote": "l"}, context) == "missing-value"


WIDE = (
    HEAD.format(kind="policy")
    + ANSWER
    + """  - for: {label: {columns: "rater_[0-9]+"}}
    reviewer: {person: "{label_key}"}
    scores:
      - dimension: tone
        candidate: answer
        category: {column: label, values: {k: kind, r: rude, "?": {abstained: unsure}, "-": {not_applicable: true}}}
"""
)


def test_a_wide_row_gives_a_judgment_for_each_filled_column(context: Context) -> None:
    """Empty cells are raters who did not see the row; the others judge under their column."""
    row = {"ask": "Q", "text": "T", "rater_1": "k", "rater_2": "", "rater_10": "?", "rater_3": "-"}
    judgments = judged(WIDE, row, context)
    assert [each.scores[0].score for each in judgments] == [
        Category(value="kind"), ScoreAbstained(reason="unsure"), NotApplicable(),
    ]  # fmt: skip
    assert len({each.reviewer.pseudonym for each in judgments}) == 3
    assert all(isinstance(each.verdict, NotAsked) for each in judgments)


def test_lists_in_lists_are_reached_by_loops(context: Context) -> None:
    """Loops inside each other reach a score by summary, dimension and rater."""
    text = (
        HEAD.format(kind="preference")
        + """  candidates:
    - for: {s: "{texts}"}
      name: text {s_index}
      content: "{s}"
      unknown: not said
judgments:
  - for: {rater: {range: 2}}
    reviewer: {person: "rater {rater}"}
    scores:
      - for: {dim: {constant: {depth: d, tone: t}}, s: "{texts}"}
        dimension: "{dim_key}"
        candidate: text {s_index}
        number: {at: ["{dim}", "{s_index}", "{rater}"]}
"""
    )
    row = {
        "ask": "Q",
        "texts": ["p", "q", "r"],
        "d": [[1, 2], [3, 4], [5, 6]],
        "t": [[7, 8], [9, 10], [11, 12.5]],
    }
    (found,) = read(text, row, context)
    record, second = record_of(found), found.judgments[1]
    place = next(n for n, each in enumerate(record.candidates) if each.content == "r")
    scores = {(each.dimension, each.candidate): each.score for each in second.scores}
    assert len(scores) == 6
    assert scores["depth", place] == Scored(value=6)
    assert scores["tone", place] == Scored(value=25, denominator=2)


def test_one_hot_columns_become_one_value(context: Context) -> None:
    """The one column that holds 1 gives the value; two or none set the row aside."""
    text = (
        HEAD.format(kind="policy")
        + ANSWER
        + """  - reviewer: {unnamed: label}
    scores:
      - {dimension: harm, number: {one_hot: {h.0: 0, h.1: 1, h.x: {abstained: ambiguous}}}}
"""
    )
    row = {"ask": "Q", "text": "T", "h.0": "0", "h.1": "0", "h.x": "1"}
    (judgment,) = judged(text, row, context)
    assert judgment.scores[0].score == ScoreAbstained(reason="ambiguous")
    assert judgment.reviewer.pseudonym == "own-texts: label"
    assert code(text, row | {"h.1": "1"}, context) == "not-one-hot"
    assert code(text, row | {"h.x": "0"}, context) == "missing-column"
    assert code(text, row | {"h.x": "yes"}, context) == "not-one-hot"


def spans(offsets: str, row: Mapping[str, Any], context: Context) -> Any:
    text = (
        HEAD.format(kind="critique")
        + ANSWER
        + f"""  - reviewer: {{person: ann}}
    errors:
      - category: wrong
        span: {{in: candidate answer, quote: "{{quote}}", start: "{{s}}", end: "{{e}}", offsets: {offsets}}}
"""
    )
    (judgment,) = judged(text, {"ask": "Q", "text": "a boat, a böat"} | row, context)
    return (judgment.errors or ())[0].place


@pytest.mark.parametrize(
    ("offsets", "start", "end"),
    [
        ("[0-based exclusive]", 10, 14),
        ("[0-based inclusive]", 10, 13),
        ("[1-based exclusive]", 11, 15),
        ("[1-based inclusive]", 11, 14),
        ("[0-based exclusive, 1-based inclusive]", "11", "14"),
        ("[search once]", 99, 99),
    ],
)
def test_a_span_is_anchored_as_the_mapping_counts(
    offsets: str, start: object, end: object, context: Context
) -> None:
    """Each way of counting leads to the same characters, and the quote proves it."""
    place = spans(offsets, {"quote": "böat", "s": start, "e": end}, context)
    assert place == TextSpan(pointer="/candidates/0/content", start=10, end=14, quote="böat")


@pytest.mark.parametrize(
    "row",
    [
        {"quote": "böat", "s": 11, "e": 15},
        {"quote": "ship", "s": 10, "e": 14},
        {"quote": "böat", "s": -1, "e": 400},
        {"quote": "böat", "s": "ten", "e": 14},
    ],
)
def test_a_span_that_does_not_match_is_kept_unanchored(
    row: Mapping[str, Any], context: Context
) -> None:
    """Offsets that do not fit are not guessed at: the error stays, with what was stated."""
    place = spans("[0-based exclusive]", row, context)
    assert isinstance(place, Unanchored)
    assert str(row["quote"]) in place.stated


def test_a_quote_that_stands_twice_is_not_searched(context: Context) -> None:
    """Searching takes only a quote that stands in one place."""
    assert isinstance(spans("[search once]", {"quote": "a ", "s": 0, "e": 0}, context), Unanchored)


MARKED = (
    HEAD.format(kind="critique")
    + """  candidates:
    - {name: answer, content: {column: text, remove: [<v>, </v>]}, unknown: not said}
judgments:
  - reviewer: {person: "{who}"}
    errors:
      - for: {each: "{rows}"}
        unless: {each.kind: none}
        category: "{each.kind}"
        source_severity: "{each.severity}"
        span: {in: candidate answer, marked: {text: "{each.text}", open: <v>, close: </v>}}
"""
)


def test_rows_of_one_judgment_are_read_as_one(context: Context) -> None:
    """Rows that share their group give one judgment with all their errors, or with none."""
    rows = [
        {"ask": "Q", "who": "ann", "text": "<v>one</v> two", "kind": "bad", "severity": "Minor"},
        {"ask": "Q", "who": "ann", "text": "one <v>two</v>", "kind": "bad", "severity": "Major"},
        {"ask": "Q", "who": "ann", "text": "one </v>two<v>", "kind": "bad", "severity": "Major"},
    ]
    (judgment,) = judged(MARKED, {**rows[0], "rows": rows}, context)
    places = [each.place for each in judgment.errors or ()]
    assert [place.quote for place in places[:2] if isinstance(place, TextSpan)] == ["one", "two"]
    assert isinstance(places[2], Unanchored)
    clean = {"ask": "Q", "who": "ann", "text": "one two", "kind": "none", "severity": ""}
    (judgment,) = judged(MARKED, {**clean, "rows": [clean]}, context)
    assert judgment.errors == ()


def test_steps_before_the_first_bad_one_are_good(context: Context) -> None:
    """The first bad step is bad, those before it good, later ones unlabelled; none bad: all good."""
    text = (
        HEAD.format(kind="process")
        + """  candidates:
    - name: answer
      content: "{text}"
      unknown: not said
      work: [{for: {step: "{steps}"}, text: "{step}"}]
judgments:
  - reviewer: {unnamed: label}
    step_labels: {candidate: answer, first_bad: {column: bad, optional: true}}
"""
    )
    row = {"ask": "Q", "text": "T", "steps": ["a", "b", "c"]}

    def labels(bad: int | None) -> list[str]:
        (judgment,) = judged(text, row | {"bad": bad}, context)
        return [each.label for each in judgment.step_labels]

    assert labels(1) == ["good", "bad"]
    assert labels(0) == ["bad"]
    assert labels(None) == ["good", "good", "good"]


def test_tools_calls_and_expected_calls(context: Context) -> None:
    """Objects become canonical JSON text: tool schemas, calls in work, expected calls."""
    text = (
        HEAD.format(kind="trajectory")
        + """  tools: [{for: {t: "{tools}"}, name: "{t.name}", parameters: "{t.schema}"}]
  initial_state: {column: state, json: true}
  candidates:
    - content: done
      model: one
      work: [{call: {name: depth, arguments: "{args}"}, output: "4"}]
  part:
    expected_calls: [{for: {c: "{want}", a: "{c}"}, name: "{a_key}", arguments: "{a}", turn: 0}]
"""
    )
    row = {
        "ask": "Q", "tools": [{"name": "depth", "schema": {"b": 1, "a": 2.0}}],
        "state": '{"z": 1, "y": 2}', "args": {"lock": 3}, "want": [{"depth": {"lock": [3]}}],
    }  # fmt: skip
    (found,) = read(text, row, context)
    record = record_of(found)
    assert record.task.tools[0].parameters == '{"a":2,"b":1}'
    assert record.task.initial_state == '{"y":2,"z":1}'
    call = record.candidates[0].work[0].call
    assert call is not None
    assert call.arguments == '{"lock":3}'
    assert record.part.expected_calls[0].arguments == '{"lock":[3]}'  # type: ignore[union-attr]


def test_values_are_put_right_step_by_step(context: Context) -> None:
    """find, split, drop, find_all, remove, default and otherwise do what they say."""
    text = (
        HEAD.format(kind="demonstration")
        + """  key: {column: id, default: none}
  family: {column: f, values: {a: first}, otherwise: other}
  candidates:
    - content: {column: text, find: "# (.*)$", remove: [","]}
      unknown: not said
      work: [{for: {line: {column: text, split: "\\n", drop: "^# "}}, text: "{line}"}]
  evidence:
    - for: {line: {column: text, split: "\\n", drop: "^# "}, sum: {column: line, find_all: "<([^>]*)>"}}
      kind: calculation
      text: "{sum}"
      step: "{line_index}"
      candidate: 0
"""
    )
    row = {"ask": "Q", "text": "a <1+1=2> b\n<2+2=4> <4+4=8>\n# 1000", "f": "z"}
    record = record_of(read(text, row, context)[0])
    assert (record.key, record.task.family, record.candidates[0].content) == (
        "none",
        "other",
        "1000",
    )
    assert [step.text for step in record.candidates[0].work] == ["a <1+1=2> b", "<2+2=4> <4+4=8>"]
    assert [(each.text, each.step) for each in record.evidence] == [
        ("1+1=2", 0),
        ("2+2=4", 1),
        ("4+4=8", 1),
    ]


def test_times_sources_groups_and_paths(context: Context) -> None:
    """Seconds become milliseconds, parts get their sources, a JSON path reaches into the row."""
    text = (
        HEAD.format(kind="preference")
        + """  task_source: prompts
  sensitivity: {categories: [harm], severity: low}
  candidates:
    - {name: a, content: {path: "$.said[0].text"}, person: "{who}", source: authors}
    - {name: b, content: {path: "$.said[1].text"}, edit_of: a, editor: "{who}"}
judgments:
  - reviewer: {person: "{who}", groups: {region: "{where}"}}
    verdict: prefers a
    active_seconds: "{seconds}"
    judged_at: "{at}"
    visible: []
    guideline: our guideline
    reasons: [{text: {column: why, optional: true}, dimension: tone, candidate: b}]
"""
    )
    row = {"ask": "Q", "said": [{"text": "x"}, {"text": "y"}], "who": "ann", "where": "north",
           "seconds": "1.2345", "at": "2026-01-01", "why": ""}  # fmt: skip
    (found,) = read(text, row, context)
    (judgment,) = found.judgments
    place = next(n for n, each in enumerate(record_of(found).candidates) if each.content == "x")
    assert {(each.source_class, each.part) for each in record_of(found).sources} == {
        ("own-texts", ""), ("prompts", "/task"), ("authors", f"/candidates/{place}"),
    }  # fmt: skip
    assert (judgment.active_ms, judgment.judged_at, judgment.visible) == (1234, "2026-01-01", ())
    assert judgment.reviewer.groups == {"region": "north"}
    assert judgment.reasons == ()
    assert "ann" not in record_of(found).canonical().decode()


def test_one_row_may_hold_several_records(context: Context) -> None:
    """A loop at the top gives a record for every item."""
    text = """mapping: 1
kind: demonstration
for: {turn: "{turns}"}
record:
  messages: [{user: "{turn.q}"}]
  candidates: [{content: "{turn.a}", unknown: not said}]
"""
    found = read(text, {"turns": [{"q": "1", "a": "x"}, {"q": "2", "a": "y"}]}, context)
    assert [record_of(each).candidates[0].content for each in found] == ["x", "y"]


def test_rows_that_the_mapping_leaves_out_are_set_aside(context: Context) -> None:
    """A row outside the mapping's condition is counted, not dropped."""
    text = VERDICTS.replace(
        "kind: preference", 'kind: preference\nwhen: {lang: [en, de]}\nunless: {test: "yes"}'
    )
    row = ROW | {"vote": "l", "lang": "en", "test": "no"}
    read(text, row, context)
    assert code(text, row | {"lang": "fr"}, context) == "left-out"
    assert code(text, row | {"test": "yes"}, context) == "left-out"


JOINED = """mapping: 1
kind: demonstration
join: {task: {file: tasks.jsonl, key: id, to: "{task_id}"}}
record:
  messages: [{user: "{task.text}"}]
  candidates: [{content: "{answer}", unknown: not said}]
"""


def joined(folder: Path, tasks: str, store: Store, context: Context) -> Any:
    (folder / "m.yaml").write_text(JOINED)
    (folder / "tasks.jsonl").write_text(tasks)
    path = folder / "a.csv"
    path.write_text("task_id,answer\n1,x\n2,y\n")
    made = open_mapping(folder / "m.yaml", path)
    return import_file(path, made, context("demonstration"), store=store, actor="ada")


def test_a_join_brings_another_files_columns(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Rows find theirs by key, whatever its type; one without a match is set aside."""
    report = joined(tmp_path, '{"id": 1, "text": "One?"}\n', store, context)
    assert (report.stored, report.reasons[0].code) == (1, "no-match-in-join")
    assert next(store.scan(Record)).task.messages[0].content == "One?"


@pytest.mark.parametrize(
    ("tasks", "what"),
    [
        ('{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}\n', "twice"),
        ('{"id": 1, "text": "a"}\n{"nr": 2}\n', "no 'id'"),
        ('{"id": 1, "text": "a"}\n{broken\n', "not valid JSON"),
    ],
)
def test_a_faulty_join_stops_before_anything(
    tmp_path: Path, store: Store, context: Context, tasks: str, what: str
) -> None:
    """A joined file with a doubled key, no key or broken rows is refused as a whole."""
    with pytest.raises(InputError, match=what):
        joined(tmp_path, tasks, store, context)
    assert store.imports() == []


@pytest.mark.parametrize(
    "name", ["../tasks.jsonl", "/etc/passwd", "a/b.jsonl", "..", "a\\b.csv", "c:x"]
)
def test_a_join_cannot_leave_the_folder(name: str) -> None:
    """A joined file is a plain name beside the data file; any path is a fault of the mapping."""
    _, issues = read_mapping("m.yaml", JOINED.replace("tasks.jsonl", f"'{name}'").encode())
    assert [issue.path for issue in issues] == ["join.task.file"]


def test_a_symbolic_link_is_not_joined(tmp_path: Path, store: Store, context: Context) -> None:
    """A joined file that is a symbolic link is refused."""
    outside = tmp_path / "outside.jsonl"
    outside.write_text('{"id": 1, "text": "One?"}\n')
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "m.yaml").write_text(JOINED)
    (folder / "a.csv").write_text("task_id,answer\n1,x\n")
    (folder / "tasks.jsonl").symlink_to(outside)
    with pytest.raises(InputError, match="symbolic link"):
        open_mapping(folder / "m.yaml", folder / "a.csv")


FAULTY = """mapping: 1
kind: preference
record:
  mesages: [{user: "{q}"}]
  candidates:
    - {name: a, content: "{a}"}
    - {name: b, content: {column: b, colum: c}, model: two}
  part: {answer: "{x}"}
judgments:
  - reviewer: {person: "{w}", model: x}
    verdict: "{v}"
    errors: [{category: x, span: {in: candidate a, start: 1, end: 2, offsets: [1-based exclusive, 0-based exclusive]}}]
"""


def test_all_faults_of_a_mapping_come_with_their_lines() -> None:
    """Every fault is reported at once, each with its line and what to do."""
    document, issues = read_mapping("m.yaml", FAULTY.encode())
    assert document is None
    assert {4, 6, 7, 10, 12} <= {issue.line for issue in issues}
    assert any("did you mean 'messages'" in issue.hint for issue in issues)


@pytest.mark.parametrize(
    ("wrong", "right", "what"),
    [
        ("verdict: {column: vote", "verdict: {constant: 1, column: vote", "exactly one of"),
        ("order: [left, right]", "order: [left, middle]", "no candidate is called 'middle'"),
        ("kind: preference", "kind: process", "nothing"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(wrong: str, right: str, what: str) -> None:
    """Two origins, unknown candidates: faults that only rows would show are found in the file."""
    text = VERDICTS.replace(
        "verdict:\n      column: vote", "verdict: {column: vote, optional: true}", 1
    )
    text = text[: text.index("      values:")] + "    order: [left, right]\n"
    _, issues = read_mapping("m.yaml", text.replace(wrong, right).encode())
    if what == "nothing":
        assert issues == []
    else:
        assert any(what in issue.message for issue in issues)


def test_a_label_without_a_name_fills_in_no_field() -> None:
    """Braces in `unnamed` would stay as they stand, and make one author of several."""
    text = FAULTY.replace('{person: "{w}", model: x}', '{unnamed: "flag {w}"}')
    _, issues = read_mapping("m.yaml", text.encode())
    assert any("fills in no field: 'flag {w}'" in issue.message for issue in issues)


def test_a_part_of_another_kind_is_refused() -> None:
    """A field that the kind does not have is a fault of the mapping."""
    text = HEAD.format(kind="policy") + '  part: {reference: "{x}"}\n'
    _, issues = read_mapping("m.yaml", text.encode())
    assert any("a policy has no reference" in issue.message for issue in issues)


def test_the_digest_of_a_mapping_is_its_meaning() -> None:
    """Comments and the order of keys do not change a mapping's digest; a changed table does."""
    same = "# votes\n" + VERDICTS.replace(
        "mapping: 1\nkind: preference", "kind: preference\nmapping: 1"
    )
    other = VERDICTS.replace("same: tie", "same: both_unacceptable")
    assert reader(same).digest == reader(VERDICTS).digest != reader(other).digest


def test_a_flag_of_the_source_tool_stays_on_its_judgment(context: Context) -> None:
    """What a tool says of an answer's authenticity is kept beside the answer, and is no verdict."""
    text = (
        HEAD.format(kind="outcome")
        + ANSWER
        + """  - reviewer: {person: "{who}"}
    flags: {llm_authenticity: "{llm}", bot: "{bot}"}
    scores: [{dimension: fit, number: "{fit}"}]
"""
    )
    row = {"ask": "How deep?", "text": "4 m", "who": "p1", "fit": 4, "llm": "Low", "bot": ""}
    (read_row,) = read(text, row, context)
    (judgment,) = read_row.judgments
    assert judgment.source_flags == {"llm_authenticity": "Low"}
    assert isinstance(judgment.verdict, NotAsked)
