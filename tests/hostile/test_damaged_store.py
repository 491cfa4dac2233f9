"""A store whose bytes changed is named as damaged by every command, and audited to its end."""

import json
import shutil
import sqlite3
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

import assay
from assay.contracts.service import init
from assay.core.errors import MachineError
from assay.store import diagnosis, soundness
from assay.store.versions import REVISIONS
from older_store import SET_BACK
from simulators.damage import flip_bytes

READING: Sequence[str] = (
    "status",
    "audit head",
    "reserve status",
    "reserve open-log",
    "reserve check",
    "record list",
    "review status",
    "review stale",
    "verify report",
    "quality agreement",
    "quality shortcuts",
    "quality reviewers",
    "quality report",
    "validate list",
    "plan findings",
)
"""Commands that only read, and print figures or lists."""

FEW: Sequence[str] = ("audit verify", "record list", "quality dispose", "release build 9.0.0")
COMMANDS: Sequence[str] = (
    *FEW,
    "audit head",
    "record export out.jsonl",
    "review status",
    "review stale",
    "review reconcile",
    "review assign",
    "verify run",
    "verify report",
    "reserve check",
    "reserve status",
    "reserve open-log",
    "quality agreement",
    "quality shortcuts",
    "quality reviewers",
    "quality report",
    "validate list",
    "plan findings",
    "plan draft",
    "plan show",
    "status",
)

Damage = Callable[[Path], None]
"""Damages a program."""

RUNNER = """
import io, sys, traceback
from contextlib import redirect_stderr, redirect_stdout
from assay.cli import main
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["assay", *line.split()]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException:
        code = traceback.format_exc()
    print(repr((code, err.getvalue(), out.getvalue())))
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program of some hundred records."""
    folder = tmp_path_factory.mktemp("sound") / "program"
    init(folder)
    rows = folder / "rows.jsonl"
    with rows.open("w") as stream:
        for number in range(300):
            pair = {
                "prompt": f"Which tram, {number}?",
                "chosen": f"The {number}.",
                "rejected": "No.",
            }
            stream.write(json.dumps(pair) + "\n")
    with assay.open(folder) as opened:
        source = opened.documents.sources.classes[0].id
        report = opened.records.import_(rows, format="trl", source=source)
    assert report.stored == 300
    return folder


def _damaged(program: Path, target: Path, seed: int) -> Path:
    shutil.copytree(program, target)
    flip_bytes(target / ".assay" / "store.sqlite", seed=seed)
    return target


def _outcomes(lines: Sequence[str]) -> list[tuple[object, str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", RUNNER], input="\n".join(lines), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [literal_eval(line) for line in done.stdout.splitlines()]


def _crashes(
    program: Path, place: Path, seeds: Sequence[int], commands: Sequence[str] = COMMANDS
) -> list[str]:
    """The commands that ended in a traceback, over several damaged copies."""
    lines = []
    for seed in seeds:
        for number, command in enumerate(commands):
            copy = _damaged(program, place / f"{seed}-{number}", seed)
            lines.append(f"{command} -p {copy}".replace("out.jsonl", f"{copy}/out.jsonl"))
    outcomes = _outcomes(lines)
    assert len(outcomes) == len(lines)
    assert not [err for _, err, _ in outcomes if "No such" in err]
    return [
        f"{line}: {code} {err}"
        for line, (code, err, _) in zip(lines, outcomes, strict=True)
        if code not in {0, 1, 2, 3, 4} or "Traceback" in err
    ]


def test_no_command_ends_in_a_traceback(sound: Path, tmp_path: Path) -> None:
    """After 200 changed bytes a command works, or says in a line what is wrong."""
    assert _crashes(sound, tmp_path, [1], FEW) == []


@pytest.mark.long
def test_no_command_ends_in_a_traceback_after_the_demo(demo: Path, tmp_path: Path) -> None:
    """The same for every command and a store of facts of every family, damaged in six ways."""
    assert _crashes(demo, tmp_path, range(6)) == []


@pytest.mark.share(3)
@pytest.mark.parametrize("seed", range(6))
def test_an_audit_goes_on_past_damage(sound: Path, tmp_path: Path, seed: int) -> None:
    """Damage to pages, rows or the list of tables is counted, and what is sound is read."""
    with assay.open(sound) as opened:
        whole = opened.audit()
    assert whole.found == 0
    with assay.open(_damaged(sound, tmp_path / "copy", seed)) as opened:
        report = opened.audit()
    assert report.found > 0
    assert report.facts > whole.facts // 2
    assert report.entries > 0


def test_rows_on_both_sides_of_a_lost_page_are_read(sound: Path, tmp_path: Path) -> None:
    """One page of the records is overwritten: its rows are named, and all others are read."""
    copy = shutil.copytree(sound, tmp_path / "copy")
    file = copy / ".assay" / "store.sqlite"
    with closing(sqlite3.connect(file)) as store:
        [[page, size]] = store.execute(
            "SELECT pageno, (SELECT page_size FROM pragma_page_size) FROM dbstat "
            "WHERE name = 'records' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 3"
        )
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = bytes(size)
    file.write_bytes(content)
    with assay.open(sound) as opened:
        whole = opened.audit()
    with assay.open(copy) as opened:
        report = opened.audit()
    codes = [each.code for each in report.findings]
    assert codes.count("rows-damaged") == 1
    assert "file-damaged" in codes
    assert 0 < whole.facts - report.facts < 20
    assert "row-renumbered" not in codes or codes.count("row-renumbered") == 1


def _work_that_fails(program: Path, error: Exception) -> None:
    with assay.open(program) as opened:
        assert opened.store.head().number
        raise error


def test_an_error_of_ours_is_not_called_damage(sound: Path) -> None:
    """Where an audit finds nothing, an unexpected error stays what it is."""
    with pytest.raises(ZeroDivisionError):
        _work_that_fails(sound, ZeroDivisionError())


def test_an_error_that_damage_explains_names_the_damage(sound: Path, tmp_path: Path) -> None:
    """Where an audit finds changed facts, an unexpected error is told as damage, with its place."""
    copy = shutil.copytree(sound, tmp_path / "copy")
    with closing(sqlite3.connect(copy / ".assay" / "store.sqlite")) as store:
        store.execute("UPDATE records SET body = replace(body, 'tram', 'tran') WHERE seq = 7")
        store.commit()
    with pytest.raises(MachineError, match="damaged: rec_") as named:
        _work_that_fails(copy, LookupError())
    assert named.value.code == "store-corrupt"


def _edited(*statements: str) -> Damage:
    """Damage by statements of SQL, as somebody with a database tool does it."""

    def damage(program: Path) -> None:
        with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as store:
            for statement in statements:
                store.execute(statement)
            store.commit()

    return damage


def _overwrite_a_page(program: Path) -> None:
    """One leaf of the records is zeros, as a lost sector leaves it."""
    file = program / ".assay" / "store.sqlite"
    with closing(sqlite3.connect(file)) as store:
        [[page, size]] = store.execute(
            "SELECT pageno, (SELECT page_size FROM pragma_page_size) FROM dbstat "
            "WHERE name = 'records' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 3"
        )
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = bytes(size)
    file.write_bytes(content)


def _truncate(program: Path) -> None:
    """The file ends in its middle, as a copy that was broken off."""
    file = program / ".assay" / "store.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 // 4096 * 4096])


DAMAGE: Mapping[str, tuple[Damage, str]] = {
    "a page is zeros": (_overwrite_a_page, "store-corrupt"),
    "the file is cut in its middle": (_truncate, "store-corrupt"),
    "a table is gone": (_edited("DROP TABLE judgments"), "judgments"),
    "a row is changed": (
        _edited("UPDATE records SET body = replace(body, 'tram', 'tran') WHERE seq = 7"),
        "rec_",
    ),
    "an indexed column is changed": (
        _edited("UPDATE records SET kind = 'other' WHERE seq = 7"),
        "rec_",
    ),
    "a row is gone": (_edited("DELETE FROM records WHERE seq = 7"), "records"),
    "the last rows are gone": (_edited("DELETE FROM records WHERE seq > 290"), "records"),
    "an entry is changed": (
        _edited("UPDATE audit_entries SET body = replace(body, 'record', 'recorf')"),
        "entry ",
    ),
    "the last entry is gone": (
        _edited("DELETE FROM audit_entries WHERE number = (SELECT max(number) FROM audit_entries)"),
        "no longer holds entry",
    ),
}
"""Name -> what damages a program, and what a refusal names."""


@pytest.mark.share(6)
@pytest.mark.parametrize(
    "commands", [READING[:3], pytest.param(READING[3:], marks=pytest.mark.long)], ids=["few", "all"]
)
@pytest.mark.parametrize("name", list(DAMAGE))
def test_no_command_that_reads_prints_figures_of_a_damaged_store(
    name: str, commands: Sequence[str], sound: Path, tmp_path: Path
) -> None:
    """Each ends with exit code 4, nothing on standard output, the place, and what to do."""
    damage, place = DAMAGE[name]
    copy = shutil.copytree(sound, tmp_path / "copy")
    damage(copy)
    for command, (code, err, out) in zip(
        commands, _outcomes([f"{each} -p {copy}" for each in commands]), strict=True
    ):
        assert (code, out) == (4, ""), (command, err)
        assert place in err or ("damaged" in err and place == "store-corrupt"), (command, err)
        assert "(" in err, "what to do"
        assert "backup" in err, (command, err)


def test_a_store_restored_from_before_the_witness_is_named_by_commands_that_read(
    sound: Path, tmp_path: Path
) -> None:
    """An older copy is whole in itself; what was witnessed since is missing, and is said so."""
    older = shutil.copytree(sound, tmp_path / "older")
    copy = shutil.copytree(sound, tmp_path / "copy")
    with assay.open(copy) as opened, opened.store.write("note.add", actor="t") as unit:
        unit.acted = True
    shutil.copy(older / ".assay" / "store.sqlite", copy / ".assay" / "store.sqlite")
    for code, err, out in _outcomes([f"{each} -p {copy}" for each in READING[:5]]):
        assert (code, out) == (4, "")
        assert "the audit chain no longer holds entry" in err
        assert "restoring a backup on purpose" in err
    (copy / ".assay" / "audit.head").rename(copy / "audit.head.kept")
    assert [code for code, _, _ in _outcomes([f"audit head -p {copy}"])] == [0]


@pytest.mark.long
def test_sound_stores_are_read(sound: Path) -> None:
    """The same commands print their figures where nothing is damaged."""
    outcomes = _outcomes([f"{each} -p {sound}" for each in READING])
    codes = {command: code for command, (code, _, _) in zip(READING, outcomes, strict=True)}
    assert codes.pop("plan findings") == 2, "there is no validation"
    assert set(codes.values()) == {0}, outcomes


def test_a_store_of_an_older_schema_is_named_when_it_is_brought_up_to_date(
    sound: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever opens it is told once, with both versions."""
    copy = shutil.copytree(sound, tmp_path / "copy")
    newest, before = REVISIONS[-1], "0004"
    set_back = "UPDATE alembic_version SET version_num = '0004'"
    older = ("DROP TABLE derived_results", "DROP TABLE assignment_withdrawals", set_back)
    _edited(*SET_BACK, *older)(copy)
    for told in (1, 0):
        caplog.clear()
        with assay.open(copy) as opened:
            opened.require_whole()
        assert [before in each and newest in each for each in caplog.messages] == [True] * told


def test_a_large_store_is_looked_at_and_its_command_says_that_it_was_not_audited(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit rows are counted and not read, and the number of them is told."""
    monkeypatch.setattr(soundness, "MOST_AUDITED", 100)
    with assay.open(sound) as opened:
        rows = opened.require_whole()
        assert rows == soundness.look(opened.store).rows > 300
    copy = shutil.copytree(sound, tmp_path / "copy")
    DAMAGE["a row is gone"][0](copy)
    with assay.open(copy) as opened, pytest.raises(MachineError, match="rows-missing"):
        opened.require_whole()


def test_a_diagnosis_is_bounded_and_names_what_it_looked_at(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small store is read row by row; of a large one structure, newest entries and counts."""
    with pytest.raises(ZeroDivisionError) as small:
        _work_that_fails(sound, ZeroDivisionError())
    assert "each of its" in small.value.__notes__[0]
    monkeypatch.setattr(diagnosis, "MOST_ROWS", 10)
    monkeypatch.setattr(diagnosis, "findings_of_an_audit", lambda _: pytest.fail("an audit"))
    with pytest.raises(ZeroDivisionError) as large:
        _work_that_fails(sound, ZeroDivisionError())
    for word in ("every page", "newest", "audit entries", "rows in each table", "audit verify"):
        assert word in large.value.__notes__[0]
