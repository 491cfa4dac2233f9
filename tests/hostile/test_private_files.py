"""Other users of the machine can read nothing that a program keeps to itself."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import assay
from assay.contracts.opening import load_program
from assay.contracts.service import init
from assay.core.errors import MachineError
from assay.core.ports import Checkpoint
from assay.core.private import narrow, narrow_folder
from assay.demo.documents import write_program
from assay.settings import read_secret
from assay.store.vault import SqlVault
from assay.store.witness import Witness


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _open_to_others(*paths: Path) -> list[str]:
    """What is readable, writable or searchable for anybody but its owner."""
    return [str(path) for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]


def _private(program: Path) -> list[Path]:
    return [program / ".assay", *(program / ".assay").rglob("*")]


def _rows(file: Path) -> Path:
    file.write_text(json.dumps({"prompt": "no answer here"}) + "\n")
    return file


@pytest.fixture
def program(tmp_path: Path) -> Path:
    init(tmp_path / "program")
    return tmp_path / "program"


def test_a_new_program_keeps_store_log_and_keys_to_itself(program: Path) -> None:
    """Under a umask of 022 the folder is 0700 and each file 0600, also while the store is open."""
    with assay.open(program) as opened:
        assert opened.context.keys.pseudonyms
        names = {path.name for path in _private(program)}
        assert {".assay", "store.sqlite", "store.sqlite-wal", "master.key", "audit.head"} <= names
        assert _open_to_others(*_private(program)) == []
    assert _open_to_others(*_private(program)) == []


def test_rejects_are_private(program: Path, tmp_path: Path) -> None:
    """Rows that were set aside hold what people sent, so nobody else reads them."""
    rows = _rows(tmp_path / "rows.jsonl")
    with assay.open(program) as opened:
        source = opened.documents.sources.classes[0].id
        opened.records.import_(rows, format="trl", source=source)
    rejects = tmp_path / "rows.jsonl.set-aside.jsonl"
    assert rejects.stat().st_size
    assert _open_to_others(rejects) == []


def test_an_older_program_is_narrowed_when_it_is_opened(program: Path) -> None:
    """What an earlier version left readable is private after the next command."""
    with assay.open(program) as opened:
        assert opened.context.keys.pseudonyms
    (program / ".assay" / "signing.key").write_text("a key")
    for path in _private(program):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with assay.open(program) as opened:
        assert opened.store.head().number
    assert _open_to_others(*_private(program)) == []


def test_a_key_elsewhere_is_narrowed_when_it_is_read(program: Path) -> None:
    """A key that assay.toml names outside `.assay` is private once it was used."""
    key = program / "keys" / "master.txt"
    key.parent.mkdir()
    key.write_text("k" * 64)
    with (program / "assay.toml").open("a") as stream:
        stream.write('\nmaster_key = "file:keys/master.txt"\n')
    with assay.open(program) as opened:
        assert opened.context.keys.pseudonyms
    assert _open_to_others(key) == []


def test_what_cannot_be_narrowed_is_named(program: Path) -> None:
    """A file whose permissions are not ours to change is a finding of the audit."""
    with assay.open(program) as opened:
        assert opened.context.keys.pseudonyms
    foreign = program / ".assay" / "journal"
    foreign.symlink_to("/proc/self/status")
    assert not narrow(foreign)
    assert narrow_folder(program / ".assay") == [foreign]
    with assay.open(program) as opened:
        report = opened.audit()
    assert [(each.code, each.where) for each in report.findings] == [
        ("open-to-others", str(foreign))
    ]
    assert not report.ok


def test_the_demo_is_private_too(tmp_path: Path) -> None:
    """Keys that everyone may know are still written as keys are."""
    write_program(tmp_path / "demo")
    assert _open_to_others(*_private(tmp_path / "demo")) == []


def test_a_witness_is_private_from_its_first_byte(tmp_path: Path) -> None:
    """The head of the chain is written into a private file."""
    witness = Witness(tmp_path / "head")
    witness.write(Checkpoint(number=1, hash="a" * 64))
    assert _open_to_others(witness.file) == []


def test_a_vault_is_private(tmp_path: Path) -> None:
    """The vault's file and the folder that it makes are its owner's alone."""
    folder = tmp_path / "vault"
    with SqlVault.open(f"sqlite:///{folder}/reserve.sqlite"):
        assert _open_to_others(folder, *folder.iterdir()) == []
    shutil.rmtree(folder)


def _renamed(folder: Path) -> Path:
    """The demo as it becomes when somebody makes their own program of it."""
    write_program(folder)
    toml = folder / "assay.toml"
    toml.write_text(toml.read_text().replace('id = "trailhead"', 'id = "ours"'))
    return folder


@pytest.mark.parametrize("name", ["signing.key", "master.key", "vault.key"])
def test_a_key_of_the_demo_serves_no_other_program(tmp_path: Path, name: str) -> None:
    """Each key that the demo writes is refused once the program has another name."""
    reference = f"file:.assay/{name}"
    renamed, demo = _renamed(tmp_path / "ours"), tmp_path / "demo"
    write_program(demo)
    ours, theirs = load_program(renamed), load_program(demo)
    assert read_secret(reference, demo, theirs) == (demo / ".assay" / name).read_bytes()
    with pytest.raises(MachineError) as refused:
        read_secret(reference, renamed, ours)
    assert refused.value.code == "public-key-of-the-demo"
    copied = renamed / "key"
    copied.write_bytes(b"\n" + (demo / ".assay" / name).read_bytes() + b"\n")
    with pytest.raises(MachineError):
        read_secret("file:key", renamed, ours)


def test_nothing_is_signed_with_the_demo_s_key(tmp_path: Path) -> None:
    """Neither a head nor a release of another program is signed with it."""
    with assay.open(_renamed(tmp_path / "ours")) as opened:
        with pytest.raises(MachineError, match="everyone knows"):
            opened.releases.signed_head()
        with pytest.raises(MachineError, match="everyone knows"):
            opened.releases.build("1.0.0")


def test_a_new_program_is_private_before_anything_is_in_it(tmp_path: Path) -> None:
    """`assay init` makes the folder for the store and the keys for its own user alone."""
    init(tmp_path / "program")
    assert (tmp_path / "program" / ".assay").stat().st_mode & 0o777 == 0o700
