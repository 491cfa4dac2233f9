"""The audit log names nobody: people stand there by pseudonym, files by their base name."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import assay
from assay.contracts.service import init
from assay.core.clock import fixed_clock
from assay.records.pseudonym import is_pseudonym
from assay.store.audit import verify
from assay.store.store import Store
from simulators.ferries import first_facts

NAME = "Jo.Farrell@mail.example.com"
WORKER = "worker-jo@mail.example.com"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    init(tmp_path / "program")
    return tmp_path / "program"


def _entries(program: Path) -> list[dict[str, str]]:
    with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as store:
        return [json.loads(body) for (body,) in store.execute("SELECT body FROM audit_entries")]


def _bytes_of(program: Path) -> bytes:
    return b"".join(file.read_bytes() for file in (program / ".assay").glob("store.sqlite*"))


def test_whoever_acts_is_recorded_by_pseudonym(program: Path, tmp_path: Path) -> None:
    """Neither entries nor imports hold the name, and one person is one pseudonym."""
    rows = tmp_path / "deep" / "rows.jsonl"
    rows.parent.mkdir()
    rows.write_text(json.dumps({"prompt": "q", "chosen": "a", "rejected": "b"}) + "\n")
    with assay.open(program, who=NAME) as opened:
        source = opened.documents.sources.classes[0].id
        opened.records.import_(rows, format="trl", source=source)
        opened.review.take_answers([], subject=str(rows))
        own = opened.context.pseudonym(NAME)
    entries = _entries(program)
    assert {each["actor"] for each in entries} == {own}
    assert {each["subject"] for each in entries if "subject" in each} == {"rows.jsonl"}
    assert NAME.encode() not in _bytes_of(program)
    assert str(tmp_path).encode() not in _bytes_of(program)


def test_accounts_are_recorded_by_pseudonym(program: Path) -> None:
    """Inviting, joining and changing somebody leaves no sign-in name in the chain."""
    with assay.open(program, who=NAME) as opened:
        secret = opened.accounts.invite(["reviewer"], name="efua.o", by=NAME)
        account = opened.accounts.accept(secret, name="efua.o", password="a long pass phrase")
        opened.accounts.set_roles(account.id, ["lead"], by=NAME)
    text = json.dumps(_entries(program))
    assert "efua" not in text
    assert NAME not in text
    entries = [each for each in _entries(program) if each["action"].startswith("account.")]
    assert len(entries) >= 3
    assert all(is_pseudonym(each["actor"]) and is_pseudonym(each["subject"]) for each in entries)


def test_entries_of_earlier_versions_stay_valid(tmp_path: Path) -> None:
    """A chain that begins with names goes on with pseudonyms, and is sound."""
    url, clock = f"sqlite:///{tmp_path}/store.sqlite", fixed_clock("2026-01-31T09:30:00Z")
    facts = first_facts()
    store = Store.open(url, clock, create=True)
    with store, store.write("record.import", actor=NAME) as writing:
        writing.add(facts[:2])
    with Store.open(url, clock, naming=lambda _: "rvr_abc") as store:
        with store.write("record.import", actor=NAME) as writing:
            writing.add(facts[2:])
        assert verify(store).found == 0
        assert store.stamp(facts[0].id).actor == NAME
        assert store.stamp(facts[-1].id).actor == "rvr_abc"


def test_a_machine_with_the_key_of_the_gate_alone_makes_no_other(program: Path) -> None:
    """It records somebody, instead of a pseudonym that no other machine would give."""
    (program / "gate.key").write_text("g" * 64)
    with (program / "assay.toml").open("a") as stream:
        stream.write('\ngate_key = "file:gate.key"\n')
    with assay.open(program, who=NAME) as opened:
        assert opened.context.keys.gate
    assert {each["actor"] for each in _entries(program)} == {"somebody"}
    assert not (program / ".assay" / "master.key").exists()
