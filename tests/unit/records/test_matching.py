"""Matching: repeats are one judgment, later ones need a number or a time, halves are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.bulk.imports import import_file, open_mapping
from assay.records.formats.trl import READER as TRL
from assay.records.judgment import Judgment
from assay.records.mapping.load import read_mapping
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.records.verdict import Prefers
from assay.store.store import Store

Context = Callable[[str], RowContext]

HEAD = """mapping: 1
kind: preference
record:
  messages: [{user: "{ask}"}]
  candidates:
    - {name: a, content: Heron, model: one}
    - {name: b, content: Otter, model: two}
judgments:
  - verdict: {column: vote, values: {a: prefers a, b: prefers b, same: tie}}
"""
PERSON = HEAD + '    reviewer: {person: "{who}"}\n'
MODEL = HEAD + '    reviewer: {model: "{who}"}\n'
UNNAMED = HEAD + "    reviewer: {unnamed: gold}\n"


def run(
    folder: Path, mapping: str, rows: str, store: Store, context: Context, *, name: str = "a"
) -> ImportReport:
    """Import lines of `ask,who,vote,mark`."""
    (folder / "m.yaml").write_text(mapping)
    path = folder / f"{name}.csv"
    path.write_text("ask,who,vote,mark\n" + "".join(f"{line}\n" for line in rows.split()))
    reader = open_mapping(folder / "m.yaml", path)
    return import_file(path, reader, context("preference"), store=store, actor="ada")


def codes(report: ImportReport) -> dict[str, int]:
    return {reason.code: reason.rows for reason in report.reasons}


@pytest.mark.parametrize(
    ("mapping", "kind"), [(PERSON, "human"), (MODEL, "model"), (UNNAMED, "unknown")]
)
def test_the_same_answer_again_is_one_judgment(
    tmp_path: Path, store: Store, context: Context, mapping: str, kind: str
) -> None:
    """Whoever judged, a vote that stands on three rows is stored once and counted as two repeats."""
    report = run(tmp_path, mapping, "q,w,a,1 q,w,a,2 q,w,a,3", store, context)
    assert store.count(Judgment) == 1
    assert (report.stored, report.already_there, report.repeats) == (1, 2, {kind: 2})
    again = run(tmp_path, mapping, "q,w,a,4", store, context, name="b")
    assert (again.already_there, again.repeats) == (1, {})


@pytest.mark.parametrize("mark", ["occasion", "judged_at"])
def test_a_number_or_a_time_makes_a_later_judgment(
    tmp_path: Path, store: Store, context: Context, mark: str
) -> None:
    """The same answer twice is two judgments where the mapping says so, and one of each is last."""
    values = ("2026-01-01", "2026-02-01") if mark == "judged_at" else ("4", "17")
    mapping = PERSON + f'    {mark}: "{{mark}}"\n'
    rows = f"q,w,a,{values[0]} q,w,a,{values[1]} q,w,a,{values[0]}"
    report = run(tmp_path, mapping, rows, store, context)
    assert (store.count(Judgment), report.repeats, report.unordered) == (2, {"human": 1}, 0)


def test_an_occasion_is_a_whole_number(tmp_path: Path, store: Store, context: Context) -> None:
    """Text that is no number is set aside; where an optional one is missing, it is the first."""
    mapping = PERSON + "    occasion: {column: mark, optional: true}\n"
    report = run(tmp_path, mapping, "q,w,a,second q,w,a, q,w,b,1", store, context)
    assert codes(report) == {"wrong-type": 1}
    assert sorted(judgment.occasion for judgment in store.scan(Judgment)) == [0, 1]


def test_a_different_answer_without_number_or_time_is_named(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Both answers are kept, in any order of files, and the report says that neither is later."""
    first = run(tmp_path, PERSON, "q,w,a,1", store, context)
    second = run(tmp_path, PERSON, "q,v,a,1 q,w,b,2", store, context, name="b")
    assert (first.unordered, second.unordered) == (0, 1)
    assert second.unordered_example == "row 2, line 3"
    both = run(tmp_path, PERSON, "q,w,b,2 q,w,a,1", store, context, name="c")
    assert (both.already_there, store.count(Judgment)) == (2, 3)


def test_judgments_of_an_older_store_are_found_by_their_content(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A repeat that an earlier release numbered by its row is already there, and keeps its number."""
    run(tmp_path, PERSON, "q,w,a,1", store, context)
    (record,) = store.scan(Record)
    (judgment,) = store.scan(Judgment)
    assert isinstance(judgment.verdict, Prefers)
    other = Prefers(candidate=1 - judgment.verdict.candidate)
    numbered = judgment.replace(verdict=other, occasion=1)
    with store.write("record.import", actor="ada") as writing:
        writing.add([numbered])
    report = run(tmp_path, PERSON, "q,w,b,1 q,w,a,1", store, context, name="b")
    assert (report.already_there, report.unordered) == (2, 0)
    assert [kept.occasion for kept in store.scan(Judgment, record=record.id)] == [0, 1]


ONCE = UNNAMED + "    once: [who]\n"


def test_rows_of_one_vote_are_one_judgment(tmp_path: Path, store: Store, context: Context) -> None:
    """Rows with the same columns under `once` repeat one vote."""
    report = run(tmp_path, ONCE, "q,w,a,1 q,w,a,2 r,w,b,3", store, context)
    assert (store.count(Judgment), report.repeats, report.set_aside) == (2, {"unknown": 1}, 0)


def test_rows_of_one_vote_that_differ_are_all_set_aside(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """No row of a vote that says two things is used, whichever comes first; the key is named."""
    report = run(tmp_path, ONCE, "q,w,a,1 r,w,b,2 q,w,b,3", store, context)
    assert (report.stored, codes(report)) == (1, {"differing-vote": 2})
    assert "who 'w'" in report.reasons[0].example
    assert store.count(Judgment) == 1


def test_a_vote_that_a_later_file_gives_otherwise_is_set_aside(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A vote that is named once and stored once is not joined by another answer."""
    run(tmp_path, ONCE, "q,w,a,1", store, context)
    report = run(tmp_path, ONCE, "q,w,b,1", store, context, name="b")
    assert codes(report) == {"differing-vote": 1}
    assert store.count(Judgment) == 1


def test_a_row_that_lacks_its_vote_is_set_aside(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A name under `once` that the row does not have is a fault of the row."""
    report = run(tmp_path, ONCE.replace("[who]", "[ballot]"), "q,w,a,1", store, context)
    assert codes(report) == {"missing-column": 1}
    assert "ballot" in report.reasons[0].example


def test_once_names_columns() -> None:
    """`once` is a list of names, as `group` is."""
    assert read_mapping("m.yaml", ONCE.encode())[0] is not None
    assert read_mapping("m.yaml", ONCE.replace("[who]", "{who: 1}").encode())[0] is None


def test_labels_of_other_formats_obey_the_same_rule(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A pair that a TRL file repeats is one judgment; the pair turned round contradicts it."""
    path = tmp_path / "a.jsonl"
    line = '{"prompt": "Q", "chosen": "Heron", "rejected": "Otter"}\n'
    turned = '{"prompt": "Q", "chosen": "Otter", "rejected": "Heron"}\n'
    path.write_text(line + line + turned)
    report = import_file(path, TRL, context("preference"), store=store, actor="ada")
    assert (store.count(Judgment), report.repeats, report.unordered) == (2, {"unknown": 1}, 1)
    assert {judgment.reviewer.kind for judgment in store.scan(Judgment)} == {"unknown"}
