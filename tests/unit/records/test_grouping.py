"""Groups: a judgment of several rows is stored whole or not at all, wherever its rows stand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.bulk.imports import import_file, open_mapping, preview_file
from assay.core.errors import InputError
from assay.records.judgment import Judgment
from assay.records.mapping.load import read_mapping
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.store.store import Store

Context = Callable[[str], RowContext]

SPANS = """mapping: 1
kind: critique
group: [item, who]
record:
  messages: [{user: "{item}"}]
  candidates: [{name: answer, content: "{text}", unknown: not stated}]
judgments:
  - reviewer: {person: "{who}"}
    errors:
      - for: {row: "{rows}"}
        unless: {row.kind: none}
        candidate: answer
        category: "{row.kind}"
"""
ANYWHERE = SPANS.replace("group: [item, who]", "group: {by: [item, who], anywhere: true}")


def run(
    folder: Path,
    rows: str,
    store: Store,
    context: Context,
    *,
    mapping: str = SPANS,
    name: str = "a",
) -> ImportReport:
    """Import lines of `item,who,kind`."""
    (folder / "m.yaml").write_text(mapping)
    path = folder / f"{name}.csv"
    lines = (line.split(",") for line in rows.split())
    path.write_text(
        "item,who,text,kind\n"
        + "".join(f"{','.join([i, w, 'Words.', *k])}\n" for i, w, *k in lines)
    )
    reader = open_mapping(folder / "m.yaml", path)
    return import_file(path, reader, context("critique"), store=store, actor="ada")


def errors(store: Store) -> list[int]:
    """The number of errors of each stored judgment."""
    return sorted(len(judgment.errors or ()) for judgment in store.scan(Judgment))


def kept(folder: Path, name: str = "a") -> list[tuple[int, str]]:
    """Row and code of each reject."""
    lines = (folder / f"{name}.csv.set-aside.jsonl").read_text().splitlines()
    return [(line["row"], line["code"]) for line in map(json.loads, lines)]


def test_rows_that_follow_each_other_are_one_judgment(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A file is cut where the group's columns change, and every row is traced."""
    report = run(tmp_path, "q,ann,bad q,ann,bad q,bob,none", store, context)
    assert (report.read, report.stored, report.set_aside) == (3, 3, 0)
    judgments = list(store.scan(Judgment))
    assert [len(judgment.errors or ()) for judgment in judgments] == [2, 0]
    assert [origin.row for origin in store.origins(judgments[0].id)] == [1, 2]


def test_a_group_that_comes_back_is_refused_whole(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Every row of a group that stands in two places is set aside with its key; others are stored."""
    report = run(tmp_path, "q,ann,bad q,bob,bad q,ann,worse", store, context)
    assert (report.stored, report.set_aside) == (1, 2)
    assert kept(tmp_path) == [(1, "split-group"), (3, "split-group")]
    assert "item 'q', who 'ann'" in report.reasons[0].example
    assert "row 3" in report.reasons[0].example
    assert errors(store) == [1]


def test_a_group_may_be_joined_across_the_file(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """With `anywhere` the rows of a group are one judgment, the same as if they stood together."""
    report = run(tmp_path, "q,ann,bad q,bob,bad q,ann,worse", store, context, mapping=ANYWHERE)
    assert (report.stored, report.set_aside) == (3, 0)
    assert errors(store) == [1, 2]
    sorted_rows = "q,bob,bad q,ann,bad q,ann,worse"
    again = run(tmp_path, sorted_rows, store, context, name="sorted")
    assert (again.stored, again.already_there) == (0, 3)


def test_a_group_that_a_later_file_continues_is_refused(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Rows of a group whose record holds a judgment of that reviewer already make no second one."""
    run(tmp_path, "q,ann,bad", store, context)
    report = run(tmp_path, "q,ann,worse q,bob,bad", store, context, name="b")
    assert (report.stored, report.set_aside) == (1, 1)
    assert kept(tmp_path, "b") == [(1, "continued-group")]
    assert "who 'ann'" in report.reasons[0].example
    assert errors(store) == [1, 1]


def test_a_row_that_cannot_be_read_spoils_no_group(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A group that may lack an unread row waits with it; fixed, the rejects give it whole."""
    report = run(
        tmp_path, "q,ann,bad q,ann q,ann,bad q,bob,bad q,bob q,cid,bad q,dan,bad", store, context
    )
    assert kept(tmp_path) == [
        (1, "torn-group"), (2, "wrong-column-count"), (3, "torn-group"),
        (4, "torn-group"), (5, "wrong-column-count"), (6, "torn-group"),
    ]  # fmt: skip
    assert (report.stored, errors(store)) == (1, [1])
    rejects = tmp_path / "a.csv.set-aside.jsonl"
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    for line in lines:
        line["raw"] = {"item": "q", "who": line["raw"]["who"], "text": "Words.", "kind": "bad"}
    rejects.write_text("".join(json.dumps(line) + "\n" for line in lines))
    reader = open_mapping(tmp_path / "m.yaml", rejects)
    import_file(rejects, reader, context("critique"), store=store, actor="ada")
    assert errors(store) == [1, 1, 2, 3]


def test_an_unreadable_row_stops_a_file_whose_groups_may_stand_anywhere(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Such a row may belong to any group, so nothing of the file is stored."""
    with pytest.raises(InputError, match="any group") as caught:
        run(tmp_path, "q,ann,bad q,ann", store, context, mapping=ANYWHERE)
    assert caught.value.where.startswith("row 2")
    assert store.count(Record) == 0


@pytest.mark.parametrize("mapping", [SPANS, ANYWHERE])
def test_a_group_that_is_too_long_is_not_cut(
    tmp_path: Path, store: Store, context: Context, monkeypatch: pytest.MonkeyPatch, mapping: str
) -> None:
    """All rows of a group beyond the limit are set aside, none of them is stored as a part."""
    monkeypatch.setattr("assay.records.grouping.MAX_GROUP_ROWS", 3)
    rows = "q,ann,bad q,ann,bad q,ann,bad q,ann,bad q,bob,bad"
    report = run(tmp_path, rows, store, context, mapping=mapping)
    assert (report.stored, report.set_aside) == (1, 4)
    assert {code for _, code in kept(tmp_path)} == {"group-too-long"}


def test_rows_that_stand_apart_are_held_up_to_a_limit(
    tmp_path: Path, store: Store, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows of spread groups than memory is set apart for refuse the file before it is stored."""
    monkeypatch.setattr("assay.records.grouping.MAX_SPREAD_ROWS", 3)
    rows = "q,ann,bad q,bob,bad q,ann,bad q,bob,bad"
    with pytest.raises(InputError, match="sort the file by item, who"):
        run(tmp_path, rows, store, context, mapping=ANYWHERE)
    assert store.imports()[0].read == 0


class _KilledError(Exception):
    """Stands for the end of the process."""


def test_a_killed_run_joins_groups_all_the_same(
    tmp_path: Path, store: Store, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run killed while groups stand open goes on with all their rows, and keeps each reject once."""
    monkeypatch.setattr("assay.records.service.BATCH_FACTS", 4)
    whos = [f"w{number % 7}" for number in range(42)]
    path = tmp_path / "a.csv"
    (tmp_path / "m.yaml").write_text(ANYWHERE)
    kinds = ["bad" if who != "w3" else "" for who in whos]
    lines = (f"q,{who},Words.,{kind}\n" for who, kind in zip(whos, kinds, strict=True))
    path.write_text("item,who,text,kind\n" + "".join(lines))
    mapping = ANYWHERE.replace(
        'category: "{row.kind}"', "category: {column: row.kind, values: {bad: bad}}"
    )
    (tmp_path / "m.yaml").write_text(mapping)
    reader = open_mapping(tmp_path / "m.yaml", path)

    def kill(_: int, __: int | None) -> None:
        raise _KilledError

    with pytest.raises(_KilledError):
        import_file(path, reader, context("critique"), store=store, actor="ada", progress=kill)
    report = import_file(path, reader, context("critique"), store=store, actor="ada")
    assert report.resumed_after > 0
    assert (report.read, report.stored, report.set_aside) == (42, 36, 6)
    assert errors(store) == [6] * 6
    assert [row for row, _ in kept(tmp_path)] == list(range(4, 43, 7))
    assert sum(reason.rows for reason in report.reasons) == 6


def test_a_preview_names_groups_that_come_back(tmp_path: Path, context: Context) -> None:
    """A dry run looks over the whole file, so that it shows what an import would do."""
    (tmp_path / "m.yaml").write_text(SPANS)
    path = tmp_path / "a.csv"
    path.write_text("item,who,text,kind\nq,ann,W.,bad\nq,bob,W.,bad\nq,ann,W.,bad\n")
    seen = preview_file(path, open_mapping(tmp_path / "m.yaml", path), context("critique"), first=2)
    assert [where for where, _ in seen.reasons] == ["row 1, line 2"]


def test_a_group_without_columns_is_a_fault() -> None:
    """`group` as an object names at least one column."""
    text = SPANS.replace("[item, who]", "{by: [], anywhere: true}")
    assert read_mapping("m.yaml", text.encode())[0] is None
