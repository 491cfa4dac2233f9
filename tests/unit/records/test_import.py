"""Importing: counts that add up, nothing lost, nothing twice, from wherever a run was killed."""

import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from assay.bulk.imports import import_file, open_mapping, preview_file
from assay.core.errors import InputError, UsageError
from assay.records.formats.assay import READER as ASSAY
from assay.records.formats.hh_rlhf import READER as HH
from assay.records.judgment import Judgment, Reviewer
from assay.records.ports import Layout
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.records.verdict import Tie
from assay.store.store import Store

Context = Callable[[str], RowContext]

VOTES = """mapping: 1
kind: preference
record:
  messages: [{user: "{question}"}]
  candidates:
    - {name: a, content: "{a}", model: one}
    - {name: b, content: "{b}", model: two}
judgments:
  - reviewer: {person: "{who}"}
    verdict: {column: vote, values: {a: prefers a, b: prefers b, same: tie}}
    order: [a, b]
"""


def record(number: int, **changes: object) -> dict[str, object]:
    return {
        "schema_version": 1,
        "part": {"kind": "preference"},
        "task": {"messages": [{"role": "user", "content": f"Name a boat, number {number}."}]},
        "sources": [{"source_class": "own-texts"}],
        "candidates": [
            {"content": "Heron", "provenance": {"by": "model", "model": "one"}},
            {"content": "Otter", "provenance": {"by": "model", "model": "two"}},
        ],
        **changes,
    }


def write(path: Path, *lines: object) -> Path:
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts))
    return path


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


def run(path: Path, store: Store, context: Context, **options: object) -> ImportReport:
    return import_file(path, ASSAY, context("preference"), store=store, actor="ada", **options)  # type: ignore[arg-type]


def run_votes(folder: Path, rows: str, store: Store, context: Context) -> ImportReport:
    (folder / "votes.yaml").write_text(VOTES)
    path = folder / "votes.csv"
    path.write_text("question,a,b,who,vote\n" + rows)
    reader = open_mapping(folder / "votes.yaml", path)
    return import_file(path, reader, context("preference"), store=store, actor="ada")


def adds_up(report: ImportReport) -> bool:
    return report.read == report.stored + report.already_there + report.set_aside


def test_records_are_stored_once(tmp_path: Path, store: Store, context: Context) -> None:
    """A second import of the same file finds every row already there."""
    path = write(tmp_path / "a.jsonl", *(record(n) for n in range(5)))
    first, second = run(path, store, context), run(path, store, context)
    assert (first.read, first.stored, first.already_there) == (5, 5, 0)
    assert (second.read, second.stored, second.already_there) == (5, 0, 5)
    assert store.count(Record) == 5


def test_every_fact_is_traced_to_its_row(tmp_path: Path, store: Store, context: Context) -> None:
    """The origins of a record name the import and the line that it came from."""
    path = write(tmp_path / "a.jsonl", record(0), "", record(1))
    report = run(path, store, context)
    origins = [store.origins(each.id)[0] for each in store.scan(Record)]
    assert [(origin.import_id, origin.row) for origin in origins] == [
        (report.import_id, 1), (report.import_id, 3),
    ]  # fmt: skip


BAD_LINES = {
    "broken-json": '{"schema_version": 1, ',
    "not-a-fact": '{"schema_version": 1, "what": "is this"}',
    "duplicate-key": json.dumps(record(7))[:-1] + ', "key": "x", "key": "y"}',
    "not-a-number": json.dumps(record(7))[:-1] + ', "key": NaN}',
    "lone-surrogate": json.dumps(record(7, key="@")).replace("@", "\\ud800"),
    "too-deep": "[" * 100_000 + "]" * 100_000,
    "number-too-long": json.dumps(record(7))[:-1] + ', "key": ' + "9" * 5000 + "}",
    "incoherent-record": json.dumps(record(7, candidates=[])),
}


@pytest.mark.parametrize(("code", "line"), BAD_LINES.items())
def test_a_bad_line_is_set_aside_alone(
    tmp_path: Path, store: Store, context: Context, code: str, line: str
) -> None:
    """Each kind of bad line is counted under its code and kept, and its neighbours are stored."""
    path = write(tmp_path / "a.jsonl", record(0), line, record(1))
    report = run(path, store, context)
    assert (report.stored, report.set_aside) == (2, 1)
    assert [reason.code for reason in report.reasons] == [code]
    assert adds_up(report)
    kept = json.loads((tmp_path / "a.jsonl.set-aside.jsonl").read_text())
    assert (kept["row"], kept["code"]) == (2, code)


class Careless:
    """A reader of a plug-in that trusts every row to have what it reads."""

    name = "careless"
    kinds = ("preference",)
    layout = Layout()
    summary = "rows of a careless plug-in"

    def read(self, row: Mapping[str, Any], context: RowContext) -> list[Read]:  # noqa: ARG002  as readers have it
        """The pair of a row."""
        content = {**record(row["number"]), "key": row["names"][0]}
        return [Read(record=msgspec.convert(content, Record))]


def test_a_reader_that_stumbles_over_a_row_costs_that_row_alone(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A shape that a reader did not foresee sets its row aside, and the import goes on."""
    rows = [{"number": 0, "names": ["a"]}, {"number": 1, "names": []}, {"number": 2, "names": 5},
            {"number": 3, "names": {}}, {"names": "a"}, {"number": 5, "names": "e"}]  # fmt: skip
    path = write(tmp_path / "a.jsonl", *rows)
    report = import_file(path, Careless(), context("preference"), store=store, actor="ada")
    assert (report.stored, report.set_aside) == (2, 4)
    assert {reason.code for reason in report.reasons} == {"unforeseen-shape"}
    assert adds_up(report)


def test_a_name_of_bytes_that_are_no_text_is_stored_with_escapes(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A file may have any bytes as its name; the list of imports has text alone."""
    path = write(tmp_path / os.fsdecode(b"bad\xff.jsonl"), record(0))
    assert run(path, store, context).stored == 1
    assert [each.file for each in store.imports()] == ["bad\\udcff.jsonl"]


def test_wrong_encoding_is_set_aside_alone(tmp_path: Path, store: Store, context: Context) -> None:
    """A line that is not UTF-8 is set aside with that reason."""
    path = tmp_path / "a.jsonl"
    line = json.dumps(record(1, key="@")).encode().replace(b"@", b"\xe4")
    path.write_bytes(json.dumps(record(0)).encode() + b"\n" + line + b"\n")
    report = run(path, store, context)
    assert [reason.code for reason in report.reasons] == ["wrong-encoding"]
    assert report.stored == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"key" : "a", "key": "b", ',
        '{"sources": [{"source_class": "x", "source_class": "own-texts"}], ',
        '{"key": "\\u0022:", "key" : "\\u0022:", ',
    ],
)
def test_no_spelling_hides_a_doubled_key(
    tmp_path: Path, store: Store, context: Context, text: str
) -> None:
    """A key that stands twice is found whatever white space or escapes surround it."""
    whole = record(0)
    if "sources" in text:
        del whole["sources"]
    report = run(write(tmp_path / "a.jsonl", text + json.dumps(whole)[1:]), store, context)
    assert [reason.code for reason in report.reasons] == ["duplicate-key"]


def test_a_mended_reject_is_imported(tmp_path: Path, store: Store, context: Context) -> None:
    """A row that was set aside, corrected in the rejects file, is stored by the same reader."""
    path = write(tmp_path / "a.jsonl", record(0), record(1, part={"kind": "preferense"}))
    run(path, store, context)
    rejects = tmp_path / "a.jsonl.set-aside.jsonl"
    rejects.write_text(rejects.read_text().replace("preferense", "preference"))
    report = run(rejects, store, context)
    assert (report.read, report.stored, report.set_aside) == (1, 1, 0)
    assert store.count(Record) == 2


def test_mended_rejects_outlive_a_second_import(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Importing the original again keeps the corrected rejects under a name that imports them."""
    path = write(tmp_path / "a.jsonl", record(0), record(1, part={"kind": "preferense"}))
    assert run(path, store, context).earlier_rejects is None
    assert run(path, store, context).earlier_rejects is None
    rejects = tmp_path / "a.jsonl.set-aside.jsonl"
    rejects.write_text(rejects.read_text().replace("preferense", "preference"))
    again = run(path, store, context)
    assert (again.rejects, again.earlier_rejects) == (rejects.name, "a.jsonl.1.set-aside.jsonl")
    assert run(tmp_path / "a.jsonl.1.set-aside.jsonl", store, context).stored == 1


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_no_row_of_a_damaged_packed_file_is_stored(
    tmp_path: Path, store: Store, context: Context, pack: Callable[[bytes], bytes]
) -> None:
    """A flipped byte refuses the whole file; a file cut at its end gives the rows before the cut."""
    lines = b"".join(json.dumps(record(n)).encode() + b"\n" for n in range(30_000))
    packed = pack(lines)
    suffix = ".gz" if pack is gzip.compress else ".zst"
    path = tmp_path / f"a.jsonl{suffix}"
    half = len(packed) // 2
    path.write_bytes(packed[:half] + b"\xff" * 400 + packed[half + 400 :])
    with pytest.raises(InputError, match="damaged"):
        run(path, store, context)
    assert (store.count(Record), store.imports()) == (0, [])
    path.write_bytes(packed[: len(packed) - 1])
    report = run(path, store, context)
    assert report.stored > 0
    assert [reason.code for reason in report.reasons][-1] == "damaged-file"


def test_a_source_class_that_nobody_declared_is_set_aside(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A line of our own format stands aside for any source class that sources.yaml lacks."""
    part = {"source_class": "own-text", "part": "/task"}
    path = write(
        tmp_path / "a.jsonl",
        record(0),
        record(1, sources=[{"source_class": "own-texts"}, part]),
        record(2, sources=[{"source_class": "zzz"}]),
    )
    known = msgspec.structs.replace(context("preference"), known_sources=frozenset({"own-texts"}))
    report = run(path, store, lambda _: known)
    assert (report.stored, report.set_aside) == (1, 2)
    assert [reason.code for reason in report.reasons] == ["unknown-source-class"]
    assert "did you mean 'own-texts'" in report.reasons[0].example
    assert "sources[1]" in report.reasons[0].example


def test_a_source_class_of_a_part_in_a_mapping_is_looked_up(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A mapping that gives a candidate a class of its own sets its rows aside where it is unknown."""
    mapping = VOTES.replace("model: two", "model: two, source: own-text")
    (tmp_path / "votes.yaml").write_text(mapping)
    path = tmp_path / "votes.csv"
    path.write_text("question,a,b,who,vote\nWhich?,x,y,ann,a\n")
    known = msgspec.structs.replace(context("preference"), known_sources=frozenset({"own-texts"}))
    reader = open_mapping(tmp_path / "votes.yaml", path)
    report = import_file(path, reader, known, store=store, actor="ada")
    assert [reason.code for reason in report.reasons] == ["unknown-source-class"]
    assert store.count(Record) == 0


def test_the_callers_layout_is_joined_with_that_of_the_reader(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A limit alone leaves what a mapping says of its rows as it is, and is itself obeyed."""
    (tmp_path / "votes.yaml").write_text(VOTES + 'rows: {layout: csv, delimiter: ";"}\n')
    path = tmp_path / "votes.data"
    path.write_text(f"question;a;b;who;vote\nWhich?;x;y;ann;a\n{'W' * 999};x;y;ann;a\n")
    reader = open_mapping(tmp_path / "votes.yaml", path)
    limit = Layout(max_row_bytes=500)
    report = import_file(
        path, reader, context("preference"), store=store, actor="ada", layout=limit
    )
    assert (report.layout, report.stored) == ("csv", 1)
    assert [reason.code for reason in report.reasons] == ["row-too-long"]


def test_exported_judgments_come_back(tmp_path: Path, store: Store, context: Context) -> None:
    """Lines of records and judgments keep ids and occasions on their way out and in."""
    whole = msgspec.convert(record(0), Record)
    ada = Reviewer(pseudonym="rvr_a", kind="human", role="reviewer")
    said = [Judgment(record=whole.id, reviewer=ada, verdict=Tie(), occasion=n) for n in (1, 0)]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(fact.canonical() + b"\n" for fact in (whole, *said)))
    report = run(path, store, context)
    assert report.facts["judgments"].new == 2
    assert {each.id for each in store.scan(Judgment)} == {each.id for each in said}


def test_a_judgment_without_its_record_is_set_aside(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """A judgment is set aside until its record is in the store, then it is taken."""
    whole = msgspec.convert(record(0), Record)
    ada = Reviewer(pseudonym="rvr_a", kind="human", role="reviewer")
    said = Judgment(record=whole.id, reviewer=ada, verdict=Tie())
    judged = write(tmp_path / "j.jsonl", said.canonical().decode())
    assert [reason.code for reason in run(judged, store, context).reasons] == ["unknown-record"]
    run(write(tmp_path / "r.jsonl", record(0)), store, context)
    assert run(judged, store, context).stored == 1


def test_votes_share_their_record(tmp_path: Path, store: Store, context: Context) -> None:
    """Rows of one comparison give one record, a judgment each, and counts that add up."""
    rows = "Which?,x,y,ann,a\nWhich?,x,y,bob,same\nWhich?,x,y,cid,both\nWhat?,x,z,ann,b\n"
    report = run_votes(tmp_path, rows, store, context)
    assert (report.read, report.stored, report.set_aside) == (4, 3, 1)
    assert (report.facts["records"].new, report.facts["records"].known) == (2, 1)
    assert report.facts["judgments"].new == 3
    assert "both" in report.reasons[0].example


def test_a_repeated_vote_is_one_judgment(tmp_path: Path, store: Store, context: Context) -> None:
    """The same vote by the same person counts once, and the report says how often it was given."""
    rows = "Which?,x,y,ann,a\nWhich?,x,y,ann,a\nWhich?,x,y,bob,a\n"
    first = run_votes(tmp_path, rows, store, context)
    again = run_votes(tmp_path, rows, store, context)
    assert [each.occasion for each in store.scan(Judgment)] == [0, 0]
    assert (first.stored, first.already_there, first.repeats) == (2, 1, {"human": 1})
    assert (again.stored, again.already_there) == (0, 3)


def test_raw_ids_do_not_pass_the_door(tmp_path: Path, store: Store, context: Context) -> None:
    """The raw id of a worker is nowhere in the store; the pseudonym is the same in each row."""
    rows = "Which?,x,y,worker-314,a\nWhat?,x,y,worker-314,b\n"
    run_votes(tmp_path, rows, store, context)
    assert len({each.reviewer.pseudonym for each in store.scan(Judgment)}) == 1
    store.close()
    for path in tmp_path.glob("store.sqlite*"):
        assert b"worker-314" not in path.read_bytes()


class _KilledError(Exception):
    """Stands for the end of the process."""


def test_a_killed_run_goes_on(
    tmp_path: Path, store: Store, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run killed between batches goes on after the last one and ends with the counts of a whole."""
    monkeypatch.setattr("assay.records.service.BATCH_FACTS", 10)
    rows = "".join(f"Q{n // 4},x,y,w{n % 4},{'a' if n % 5 else 'odd'}\n" for n in range(60))

    def kill(rows: int, _: int | None) -> None:
        if rows > 20:
            raise _KilledError

    (tmp_path / "votes.yaml").write_text(VOTES)
    path = tmp_path / "votes.csv"
    path.write_text("question,a,b,who,vote\n" + rows)
    reader = open_mapping(tmp_path / "votes.yaml", path)
    with pytest.raises(_KilledError):
        import_file(path, reader, context("preference"), store=store, actor="ada", progress=kill)
    report = import_file(path, reader, context("preference"), store=store, actor="ada")
    assert report.resumed_after > 20
    assert (report.read, report.stored, report.set_aside) == (60, 48, 12)
    assert sum(reason.rows for reason in report.reasons) == 12
    rejects = (tmp_path / "votes.csv.set-aside.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in rejects] == list(range(1, 61, 5))
    with Store.open(f"sqlite:///{tmp_path}/b.sqlite", lambda: "2026", create=True) as other:
        import_file(path, reader, context("preference"), store=other, actor="ada")
        assert ids(other) == ids(store)


def ids(store: Store) -> Iterator[str]:
    return sorted(each.id for family in (Record, Judgment) for each in store.scan(family))  # type: ignore[return-value]


def test_a_preview_stores_nothing(tmp_path: Path, store: Store, context: Context) -> None:
    """A preview shows the first rows as they would be, with their judgments and reasons."""
    rows = "Which?,x,y,ann,a\nWhich?,x,y,bob,odd\nWhich?,x,y,cid,b\nWhat?,x,y,ann,a\n"
    (tmp_path / "votes.yaml").write_text(VOTES)
    path = tmp_path / "votes.csv"
    path.write_text("question,a,b,who,vote\n" + rows)
    reader = open_mapping(tmp_path / "votes.yaml", path)
    seen = preview_file(path, reader, context("preference"), first=3)
    assert (seen.read, len(seen.reads), len(seen.reads[0].judgments)) == (3, 1, 2)
    assert [where for where, _ in seen.reasons] == ["row 2, line 3"]
    assert store.count(Record) == 0


def test_a_kind_that_the_reader_lacks_is_refused(
    tmp_path: Path, store: Store, context: Context
) -> None:
    """Asking a reader for a kind that it cannot give is an error before any row is read."""
    path = write(tmp_path / "a.jsonl", {})
    with pytest.raises(UsageError, match="no process records"):
        import_file(path, HH, context("process"), store=store, actor="ada")
    assert store.imports() == []
