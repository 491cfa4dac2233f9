"""A year-old backup beside the witness of today: said to be older, and verified as far as it goes."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import assay as program_of
from assay.contracts.service import init

Run = Callable[..., Any]


@pytest.fixture
def restored(tmp_path: Path) -> tuple[Path, int, int]:
    """A program whose store is a backup: its folder, the backup's last entry, the witnessed one."""
    folder = tmp_path / "program"
    init(folder)
    store, backup = folder / ".assay" / "store.sqlite", tmp_path / "backup.sqlite"
    with program_of.open(folder) as opened:
        before = opened.context.store.head().number
    shutil.copy(store, backup)
    for version in ("1.0.1", "1.0.2"):
        contract = folder / "contract.yaml"
        text = contract.read_text()
        contract.write_text(
            text.replace(f"version: 1.0.{int(version[-1]) - 1}", f"version: {version}", 1)
        )
        with program_of.open(folder) as opened:
            after = opened.context.store.head().number
    for left in folder.glob(".assay/store.sqlite*"):
        left.unlink()
    shutil.copy(backup, store)
    return folder, before, after


def test_the_report_says_from_where_the_store_is_older(
    assay: Run, restored: tuple[Path, int, int]
) -> None:
    """Both entries, the moment of the last one and what to do are told; the rest is verified."""
    folder, before, after = restored
    assert before < after
    audited = assay("audit", "verify", "-p", folder)
    assert audited.code == 1
    assert f"it ends at entry {before} of " in audited.out
    assert f"the entries {before + 1} to {after} are missing" in audited.out
    assert "move the witness file" in audited.out
    report = json.loads(assay("audit", "verify", "-p", folder, "--json").out)
    assert [each["code"] for each in report["findings"]] == ["entries-cut"]
    assert report["entries"] == before
    assert report["facts"] > 0


def test_what_is_there_is_still_verified(assay: Run, restored: tuple[Path, int, int]) -> None:
    """A fact that was changed in the backup is a finding beside its age."""
    folder, _, _ = restored
    with closing(sqlite3.connect(folder / ".assay" / "store.sqlite")) as store:
        store.execute("UPDATE documents SET body = replace(body, 'status', 'stetus') WHERE seq = 1")
        store.commit()
    report = json.loads(assay("audit", "verify", "-p", folder, "--json").out)
    assert {each["code"] for each in report["findings"]} >= {"entries-cut", "fact-changed"}


def test_work_goes_on_once_the_witness_was_moved(
    assay: Run, restored: tuple[Path, int, int]
) -> None:
    """Writing is refused before, with the same advice, and permitted after; the audit is sound."""
    folder, _, _ = restored
    refused = assay("quality", "dispose", "-p", folder)
    assert refused.code == 4
    assert "move this file away" in refused.err
    (folder / ".assay" / "audit.head").rename(folder / "audit.head.kept")
    assert assay("quality", "dispose", "-p", folder).code == 0
    assert assay("audit", "verify", "-p", folder).code == 0
