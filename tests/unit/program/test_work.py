"""`program.work`: records in shards, steps by an engine, results that are those of the product."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import assay
from assay.bulk.sharding.steps.conversion import CONVERTED
from assay.core.clock import fixed_clock
from assay.core.errors import AssayError, InputError, UsageError
from assay.demo.documents import write_program
from assay.demo.evaluation import build_reserve
from assay.demo.world import build_world
from assay.program.program import Program
from assay.program.work_steps import work_part

CLOCK = fixed_clock("2026-01-05T09:00:00Z")
CHAT = [
    {
        "messages": [
            {"role": "user", "content": f"Say {n}."},
            {"role": "assistant", "content": str(n)},
        ]
    }
    for n in range(5)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with forty records, one of which holds the text of a sealed item."""
    folder = tmp_path_factory.mktemp("work") / "p"
    write_program(folder)
    items = build_reserve()[:3]
    rows = folder.parent / "holdout.jsonl"
    rows.write_bytes(b"\n".join(item.canonical() for item in items))
    with assay.open(folder, clock=CLOCK, who="test") as opened:
        opened.reserve.seal(rows)
        records = [item.record for item in build_world()[:40]]
        leak = records[0].replace(task=items[0].task)
        with opened.store.write("test.fill", actor="t") as writing:
            writing.add([*records, leak])
    return folder


@pytest.fixture
def program(folder: Path) -> Iterator[Program]:
    """The program, open."""
    with assay.open(folder, clock=CLOCK, who="test") as opened:
        yield opened


def _use(folder: Path, **settings: str) -> None:
    """Write settings of the program above the first table of assay.toml."""
    file = folder / "assay.toml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith(tuple(settings))]
    added = [f'{name} = "{value}"' for name, value in settings.items()]
    file.write_text("\n".join([*added, *lines]) + "\n")


def test_contamination_in_shards_finds_what_reserve_check_finds(program: Program) -> None:
    """By worker processes, and again without any work."""
    sharded = program.work.shard(rows=9)
    done = program.work.run("contamination")
    assert (done.done, done.already_there) == (len(sharded.shards.shards), 0)
    again = program.work.run("contamination")
    assert (again.already_there, again.digest) == (again.shards, done.digest)
    overlaps = program.reserve.check().overlaps
    assert [(row["record"], row["item"]) for row in program.work.results("contamination")] == [
        (overlap.holder, overlap.item) for overlap in overlaps
    ]
    assert overlaps
    digests = {status.step: status.digest for status in program.work.status()}
    assert digests["contamination"] == done.digest


def test_records_whose_rights_do_not_permit_the_use_are_in_no_shard(program: Program) -> None:
    """They are counted; the records in shards are the others."""
    sharded = program.work.shard(use="publish")
    all_records = sum(1 for _ in program.records.list())
    assert sharded.held_back.records > 0
    assert sharded.shards.rows == all_records - sharded.held_back.records


def test_duplicates_in_shards_are_those_of_quality(program: Program) -> None:
    """Joined across shards, the clusters name the same representatives and copies."""
    pytest.importorskip("duckdb", reason="SKIPPED: the join of near copies needs duckdb")
    originals = list(program.records.list())[:6]
    message = type(originals[0].task.messages[0])
    with program.store.write("test.fill", actor="t") as writing:
        for number, record in enumerate(originals):
            upper = tuple(
                message(role=each.role, content=each.content.upper())
                for each in record.task.messages
            )
            twin = record.replace(
                task=msgspec.structs.replace(record.task, messages=upper), key=f"twin{number}"
            )
            writing.add([twin])
    program.work.shard(rows=7)
    done = program.work.run("duplicates")
    assert done.done == done.shards
    pairs = {(row["representative"], row["copy"]) for row in program.work.results("duplicates")}
    assert pairs == {
        (cluster.representative, copied)
        for cluster in program.quality.duplicates().clusters
        for copied in cluster.copies
    }
    assert pairs


def test_printed_commands_do_the_work_wherever_they_are_run(program: Program) -> None:
    """A worker needs what its command names, and no program."""
    sharded = program.work.shard(rows=10)
    run = program.work.run("statistics", engine="commands")
    assert run.done == 0
    for line in run.handed_over.splitlines():
        words = line.split()
        worked = work_part(words[3], words[4], part=int(words[-1]), parts=int(words[6]))
        assert worked.already_there == 0
    assert program.work.run("statistics").already_there == run.shards
    counts = {
        (row["figure"], row["value"]): row["count"] for row in program.work.results("statistics")
    }
    assert counts["records", ""] == sharded.shards.rows


def test_a_key_that_workers_could_not_find_is_asked_for_before_any_work(folder: Path) -> None:
    """Elsewhere it has to be a name that means the same there; it is never in what is handed over."""
    with assay.open(folder, clock=CLOCK, who="test") as opened:
        opened.work.shard(rows=9, use="evaluate")
        with pytest.raises(UsageError) as caught:
            opened.work.run("contamination", engine="slurm")
        assert caught.value.code == "no-worker-key"
        key = opened.keys.gate.decode()
    original = (folder / "assay.toml").read_text()
    try:
        (folder / ".assay" / "gate.key").write_text(key)
        _use(folder, gate_key="file:.assay/gate.key")
        with assay.open(folder, clock=CLOCK, who="test") as opened:
            with pytest.raises(UsageError) as caught:
                opened.work.run("contamination", engine="slurm")
            assert caught.value.code == "relative-key"
        _use(folder, gate_key=f"file:{folder}/.assay/gate.key")
        with assay.open(folder, clock=CLOCK, who="test") as opened:
            script = opened.work.run("contamination", engine="slurm").handed_over
            assert f"--key file:{folder}/.assay/gate.key" in script
            assert key not in script
            for file in (folder / ".assay" / "work").rglob("*"):
                assert not file.is_file() or key.encode() not in file.read_bytes()
    finally:
        (folder / "assay.toml").write_text(original)


@pytest.mark.parametrize("call", ["run", "results"])
def test_what_was_not_cut_or_run_is_named(tmp_path: Path, call: str) -> None:
    """An error says which command comes first."""
    write_program(tmp_path / "p")
    with (
        assay.open(tmp_path / "p", clock=CLOCK, who="test") as opened,
        pytest.raises(AssayError, match="work"),
    ):
        getattr(opened.work, call)("statistics")


def test_converted_rows_are_what_an_import_stores(program: Program, tmp_path: Path) -> None:
    """Record by record and in the same order; a row that cannot be read is set aside with its reason."""
    source = program.documents.sources.classes[0].id
    file = tmp_path / "chat.jsonl"
    lines = [json.dumps(row) for row in CHAT]
    file.write_text("\n".join([*lines[:2], '{"messages": 3}', *lines[2:]]) + "\n")
    program.work.shard_file(file, source=source, format="openai-chat", rows=2)
    program.work.run("convert")
    rows = list(program.work.results("convert"))
    assert list(rows[0]) == CONVERTED.names
    assert [row["row"] for row in rows if row["family"] == "set aside"] == [3]
    out = tmp_path / "facts.jsonl"
    assert program.work.write_results("convert", out) == len(CHAT)
    preview = program.records.preview(file, source=source, format="openai-chat", first=9)
    assert out.read_text().splitlines() == [
        read.record.canonical().decode() for read in preview.reads if read.record is not None
    ]


def test_a_converter_with_another_key_for_pseudonyms_is_refused(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The people of its rows would have other names than those of the program."""
    file = tmp_path / "chat.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in CHAT) + "\n")
    source = program.documents.sources.classes[0].id
    program.work.shard_file(file, source=source, format="openai-chat", rows=2)
    monkeypatch.setenv("OTHER_KEY", "another key of many bytes")
    place, name = program.folder / ".assay" / "work", "latest/convert.json"
    for key in ("env:OTHER_KEY", None):
        with pytest.raises(UsageError, match="another key for pseudonyms"):
            work_part(str(place), name, part=0, parts=1, key=key)


@pytest.mark.parametrize("damage", [b"", b"garbage"])
def test_a_damaged_result_is_made_anew(program: Program, damage: bytes) -> None:
    """It counts as not done, cannot be read, and the next run gives the digest of before."""
    program.work.shard(rows=9)
    whole = program.work.run("statistics")
    place = program.folder / ".assay" / "work"
    result = min((place / "results" / "statistics").rglob("*.arrow"))
    result.write_bytes(damage)
    damaged = {status.step: status for status in program.work.status()}["statistics"]
    assert (damaged.done, damaged.digest) == (whole.shards - 1, "")
    with pytest.raises(InputError, match="cannot be read"):
        list(program.work.results("statistics"))
    again = program.work.run("statistics")
    assert (again.already_there, again.digest) == (whole.shards - 1, whole.digest)


def test_facts_are_lines_and_nothing_else(program: Program, tmp_path: Path) -> None:
    """A name that ends in .csv is refused for converted facts."""
    source = program.documents.sources.classes[0].id
    file = tmp_path / "chat.jsonl"
    file.write_text(json.dumps(CHAT[0]) + "\n")
    program.work.shard_file(file, source=source, format="openai-chat")
    program.work.run("convert")
    with pytest.raises(UsageError, match="JSON lines"):
        program.work.write_results("convert", tmp_path / "facts.csv")


def test_work_at_an_address_that_cannot_be_written_is_refused(folder: Path) -> None:
    """A scheme that is not known is no folder of that name."""
    settings = folder / "assay.toml"
    before = settings.read_text()
    settings.write_text(before + '\n[work]\nplace = "ftp://a/b"\n')
    try:
        with (
            assay.open(folder, clock=CLOCK, who="test") as opened,
            pytest.raises(UsageError, match="ftp://"),
        ):
            opened.work.shard(rows=9)
    finally:
        settings.write_text(before)
    assert not (folder / "ftp:").exists()
