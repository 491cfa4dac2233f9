"""A store whose bytes changed is named as damaged by every command, and audited to its end."""

import json
import shutil
import sqlite3
import subprocess
import sys
from ast import literal_eval
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

import assay
from assay.contracts.service import init
from assay.core.errors import MachineError
from assay.demo.story import tell
from simulators.damage import flip_bytes
from simulators.once import Once

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
    print(repr((code, err.getvalue())))
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
        report = opened.records.import_(rows, reader="trl", source=source)
    assert report.stored == 300
    return folder


def _damaged(program: Path, target: Path, seed: int) -> Path:
    shutil.copytree(program, target)
    flip_bytes(target / ".assay" / "store.sqlite", seed=seed)
    return target


def _outcomes(lines: Sequence[str]) -> list[tuple[object, str]]:
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
    assert not [err for _, err in outcomes if "No such" in err]
    return [
        f"{line}: {code} {err}"
        for line, (code, err) in zip(lines, outcomes, strict=True)
        if code not in {0, 1, 2, 3, 4} or "Traceback" in err
    ]


def test_no_command_ends_in_a_traceback(sound: Path, tmp_path: Path) -> None:
    """After 200 changed bytes a command works, or says in a line what is wrong."""
    assert _crashes(sound, tmp_path, [1], FEW) == []


@pytest.mark.long
def test_no_command_ends_in_a_traceback_after_the_demo(once: Once, tmp_path: Path) -> None:
    """The same for every command and a store of facts of every family, damaged in six ways."""
    demo = once("demo", lambda at: tell(at, lambda _: None, failures=False, next_batch=False))
    assert _crashes(demo, tmp_path, range(6)) == []


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
