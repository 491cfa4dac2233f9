"""The reserve keeps its items out of reach: sealed, logged, and never in the clear elsewhere."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

import assay
from assay.core.clock import fixed_clock
from assay.core.errors import InputError, MachineError, UsageError
from assay.demo.documents import write_program
from assay.demo.evaluation import build_reserve
from assay.demo.world import build_world
from assay.program.program import Program

CLOCK = fixed_clock("2026-01-05T09:00:00Z")
CANARY = "canary-7f3a91 the heron counts eleven blue lanterns beside the quiet northern weir"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program whose folder holds the documents of the demo."""
    write_program(tmp_path / "p")
    return assay.open(tmp_path / "p", clock=CLOCK, who="test")


@pytest.fixture
def holdout(tmp_path: Path) -> Path:
    """A file of three items, one of which holds a canary."""
    first, second, third, *_ = build_reserve()
    task = first.task
    message = type(task.messages[0])(role="user", content=CANARY)
    canary = first.replace(task=type(task)(messages=(message,), taxonomy=task.taxonomy))
    file = tmp_path / "holdout.jsonl"
    lines = [each.canonical().decode() for each in (canary, second, third)]
    file.write_text("\n".join([*lines, '{"broken": 1}']) + "\n")
    return file


def test_sealing_counts_every_row_and_leaves_nothing_in_the_clear(
    program: Program, holdout: Path
) -> None:
    """Rows add up; the canary is in no byte of the program's folder: store, vault or log."""
    done = program.reserve.seal(holdout)
    assert (done.read, done.sealed.sealed, done.set_aside) == (4, 3, 1)
    assert not done.removed
    again = program.reserve.seal(holdout)
    assert (again.sealed.sealed, again.sealed.already_there) == (0, 3)
    program.close()
    for file in program.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for word in (b"canary-7f3a91", b"eleven blue lanterns", b"heron"):
                assert word not in content, file


def test_an_import_says_at_once_which_records_hold_sealed_text(
    program: Program, holdout: Path, tmp_path: Path
) -> None:
    """Where the reserve is sealed here no gate need be named; before, nothing is compared."""
    record = build_world()[0].record
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(record.canonical() + b"\n")
    assert program.records.import_(rows).reserve is None
    program.reserve.seal(holdout)
    task = record.task
    message = type(task.messages[0])(role="user", content=f"Say it again: {CANARY}")
    leak = record.replace(task=type(task)(messages=(message,), taxonomy=task.taxonomy))
    rows.write_bytes(leak.canonical() + b"\n")
    answer = program.records.import_(rows).reserve
    assert answer is not None
    assert (answer.compared, answer.items, answer.unknown) == (1, 3, "")
    assert answer.overlapping == (leak.id,)


def test_the_file_is_removed_only_when_every_row_is_sealed(program: Program, holdout: Path) -> None:
    """A file with a row set aside stays; a whole one goes on request."""
    assert not program.reserve.seal(holdout, remove=True).removed
    assert holdout.exists()
    holdout.write_text("".join(holdout.read_text().splitlines(keepends=True)[:3]))
    assert program.reserve.seal(holdout, remove=True).removed
    assert not holdout.exists()


def test_an_opening_is_a_fact_before_anything_is_read(
    program: Program, holdout: Path, tmp_path: Path
) -> None:
    """Each opening is counted with its purpose, also one whose key opens nothing."""
    program.reserve.seal(holdout)
    out = tmp_path / "items.jsonl"
    assert program.reserve.open(out, role="lead", purpose="a look", person="ines") == 3
    assert out.stat().st_mode & 0o777 == 0o600
    assert CANARY in out.read_text()
    (program.folder / ".assay" / "vault.key").write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(UsageError, match="does not open the vault"):
        program.reserve.open(out, role="lead", purpose="with a wrong key", person="ines")
    assert [each.purpose for each in program.reserve.open_log()] == ["a look", "with a wrong key"]
    assert [each.number for each in program.reserve.open_log()] == [1, 2]
    with program.reserve._vault() as vault:
        assert vault.openings("trailhead-reserve") == 2


@pytest.mark.parametrize(("role", "purpose"), [("reviewer", "why not"), ("lead", "  ")])
def test_only_an_opener_with_a_purpose_may_open(
    program: Program, holdout: Path, tmp_path: Path, role: str, purpose: str
) -> None:
    """A role that the contract does not name, or no purpose, opens nothing."""
    program.reserve.seal(holdout)
    with pytest.raises(UsageError):
        program.reserve.open(tmp_path / "x", role=role, purpose=purpose, person="mallory")
    assert program.reserve.open_log() == ()
    assert not (tmp_path / "x").exists()


def test_a_machine_without_the_key_cannot_open(
    program: Program, holdout: Path, tmp_path: Path
) -> None:
    """Ordinary credentials, the store and the program's secret, do not read the vault."""
    program.reserve.seal(holdout)
    program.close()
    settings = program.folder / "assay.toml"
    lines = [line for line in settings.read_text().splitlines() if "vault_key" not in line]
    settings.write_text("\n".join(lines))
    (program.folder / ".assay" / "vault.key").unlink()
    with assay.open(program.folder, clock=CLOCK) as ordinary:
        with pytest.raises(UsageError, match="no key to the vault"):
            ordinary.reserve.open(tmp_path / "x", role="lead", purpose="try", person="eve")
        assert ordinary.reserve.check().items == 3  # it can still compare


def test_a_changed_or_exchanged_item_is_noticed(
    program: Program, holdout: Path, tmp_path: Path
) -> None:
    """A flipped byte, and two items exchanged, fail when the vault is read."""
    program.reserve.seal(holdout)
    file = program.folder / ".vault" / "reserve.sqlite"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    with sqlite3.connect(file) as vault:
        rows = vault.execute("SELECT item, nonce, body FROM vault_items ORDER BY item").fetchall()
        (first, nonce, body), (second, *_), *_ = rows
        vault.execute("UPDATE vault_items SET nonce=?, body=? WHERE item=?", (nonce, body, second))
    vault.close()
    with pytest.raises(InputError, match="changed since it was sealed"):
        program.reserve.open(tmp_path / "x", role="lead", purpose="look", person="ines")
    with sqlite3.connect(file) as vault:
        flipped = bytes([body[0] ^ 1]) + body[1:]
        vault.execute("UPDATE vault_items SET body=? WHERE item=?", (flipped, first))
        vault.execute("DELETE FROM vault_items WHERE item=?", (second,))
    vault.close()
    with pytest.raises(InputError, match="changed since it was sealed"):
        program.reserve.open(tmp_path / "x", role="lead", purpose="look", person="ines")


def test_records_that_are_sealed_too_are_said_to_be_no_secret(
    program: Program, tmp_path: Path
) -> None:
    """An item that lies in the store as a record is named, and the comparison finds it."""
    record = build_world()[0].record
    file = tmp_path / "one.jsonl"
    file.write_text(record.canonical().decode() + "\n")
    program.records.import_(file)
    assert program.reserve.seal(file).sealed.exposed == (record.id,)
    assert [each.holder for each in program.reserve.check().overlaps] == [record.id]


def test_without_recipients_or_reserve_nothing_is_sealed(program: Program, holdout: Path) -> None:
    """A vault that nobody could open is refused before anything is written."""
    settings = program.folder / "assay.toml"
    lines = [line for line in settings.read_text().splitlines() if "vault_recipients" not in line]
    settings.write_text("\n".join(lines))
    with pytest.raises(UsageError, match="nobody could open"):
        program.reserve.seal(holdout)
    assert (
        not (program.folder / ".vault" / "reserve.sqlite").exists()
        or program.reserve.status().items == 0
    )


def test_status_tells_slices_without_opening(program: Program, holdout: Path) -> None:
    """Items by axis come from the fingerprints."""
    program.reserve.seal(holdout)
    status = program.reserve.status()
    assert (status.items, status.sealings, status.openings, status.wanted) == (3, 1, 0, 240)
    assert sum(status.slices["difficulty"].values()) == 3


def test_only_the_reserve_opens_the_vault() -> None:
    """No module but the reserve's noun imports the vault's store."""
    source = Path(assay.__file__).parent
    users = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "assay.store.vault" in path.read_text()
    ]
    assert users == ["program/reserve.py"]


def test_the_opened_rows_hold_what_was_sealed(
    program: Program, holdout: Path, tmp_path: Path
) -> None:
    """Every row carries the item's keyed name and the whole record."""
    program.reserve.seal(holdout)
    out = tmp_path / "items.jsonl"
    program.reserve.open(out, role="lead", purpose="look", person="ines")
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert all(row["item"].startswith("item-") and row["task"]["messages"] for row in rows)
    assert CANARY in {row["task"]["messages"][0]["content"] for row in rows}


VAULT_DAMAGE = {
    "an item is gone": ("DELETE FROM vault_items WHERE item = (SELECT min(item) FROM vault_items)", "2 items"),
    "a key is gone": ("DELETE FROM vault_keys", "the key of 3 items is gone"),
    "a table is gone": ("DROP TABLE vault_items", "no table vault_items"),
    "bytes are overwritten": ("", "damaged"),
}  # fmt: skip
"""Name -> the statement that damages a vault, and what the refusal names."""


@pytest.mark.parametrize("name", list(VAULT_DAMAGE))
def test_a_damaged_vault_is_named_before_figures_of_the_reserve(
    name: str, program: Program, holdout: Path
) -> None:
    """Its status, without a key, sees lost items, keys, tables and pages, and says what to do."""
    statement, told = VAULT_DAMAGE[name]
    program.reserve.seal(holdout)
    assert program.reserve.status().vault == "whole"
    [file] = (program.folder / ".vault").glob("*.sqlite")
    if statement:
        with closing(sqlite3.connect(file)) as vault:
            vault.execute(statement)
            vault.commit()
    else:
        content = bytearray(file.read_bytes())
        content[4096:12288] = bytes(8192)
        file.write_bytes(content)
    with pytest.raises(MachineError, match=told) as named:
        program.reserve.status()
    assert named.value.code == "vault-damaged"
    assert "backup" in named.value.hint


def test_a_vault_on_another_machine_is_said_to_be_there(program: Program, holdout: Path) -> None:
    """A machine without the vault's file shows the figures of the store, and makes no vault."""
    program.reserve.seal(holdout)
    [file] = (program.folder / ".vault").glob("*.sqlite")
    file.rename(file.with_suffix(".elsewhere"))
    assert program.reserve.status().vault == "not_here"
    assert not file.exists()
