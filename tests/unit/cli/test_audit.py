"""`assay audit` tells what is wrong with a store that no other command would open."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
CUT_AFTER_48 = (
    "DELETE FROM edges WHERE entry > 48",
    "DELETE FROM adjudications WHERE entry > 48",
    "DELETE FROM dispositions WHERE entry > 48",
    "DELETE FROM releases WHERE entry > 48",
    *(
        f"DELETE FROM {table} WHERE entry > 48"  # noqa: S608  names of our own tables
        for table in (
            "documents",
            "records",
            "judgments",
            "verifications",
            "assignments",
            "sealings",
            "fingerprints",
            "openings",
            "evaluations",
            "results",
            "validations",
            "findings",
            "root_causes",
            "plans",
        )
    ),
    "DELETE FROM audit_entries WHERE number > 48",
)
"""What takes the demo's last entries away, with all that came with them."""


@pytest.fixture
def program(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo that a test may change."""
    return shutil.copytree(demo, tmp_path / "program")


def edit(program: Path, *statements: str) -> None:
    with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as store:
        for statement in statements:
            store.execute(statement)
        store.commit()


def test_a_cut_tail_is_a_finding(assay: Run, program: Path) -> None:
    """Entries cut with all their facts are named by every witness, and the report is whole."""
    edit(program, *CUT_AFTER_48)
    audited = assay("audit", "verify", "-p", program, "--json")
    report = json.loads(audited.out)
    assert audited.code == 1
    assert {finding["code"] for finding in report["findings"]} == {"entries-cut"}
    assert report["entries"] == 48


def test_a_rewritten_chain_is_a_finding(assay: Run, program: Path) -> None:
    """A changed newest entry is named, though its hash was made to fit."""
    edit(
        program,
        "UPDATE audit_entries SET hash = printf('%064d', 0) "
        "WHERE number = (SELECT max(number) FROM audit_entries)",
    )
    audited = assay("audit", "verify", "-p", program)
    assert audited.code == 1
    assert "entry-changed" in audited.out


def test_faulty_documents_do_not_stop_the_audit(assay: Run, program: Path) -> None:
    """The chain is verified, and its head told, while the contract has a fault."""
    contract = program / "contract.yaml"
    contract.write_text(contract.read_text() + "nonsense: 1\n")
    audited = json.loads(assay("audit", "verify", "-p", program, "--json").out)
    head = json.loads(assay("audit", "head", "-p", program, "--json").out)
    assert audited["found"] == 0
    assert head == audited["head"]


def test_an_audit_writes_nothing(assay: Run, program: Path) -> None:
    """A document that changed since the last command is not registered by looking."""
    contract = program / "contract.yaml"
    contract.write_text(contract.read_text().replace("version: 1.0.0", "version: 1.0.1", 1))
    before = assay("audit", "head", "-p", program).out
    assert assay("audit", "verify", "-p", program).code == 0
    assert assay("audit", "head", "-p", program).out == before


def test_a_signed_head_is_an_outside_head(assay: Run, program: Path, tmp_path: Path) -> None:
    """A head that was signed and kept elsewhere names entries that were cut since."""
    head, key = tmp_path / "head.json", program / "assay.pub"
    assert assay("audit", "head", "-p", program, "--sign", head).code == 0
    verify = ("audit", "verify", "-p", program, "--json", "--signed-head", head)
    sound = json.loads(assay(*verify, "--key", key).out)
    assert sound["found"] == 0
    (program / ".assay" / "audit.head").unlink()
    edit(program, *CUT_AFTER_48)
    cut = json.loads(assay(*verify, "--key", key).out)
    assert f"entry {sound['head']['number']}" in {each["where"] for each in cut["findings"]}
    assert assay(*verify).code == 2


def test_no_other_signed_statement_is_an_audit_head(assay: Run, program: Path) -> None:
    """The attestation of a release, signed by the same key, is refused as a head."""
    key = program / "assay.pub"
    attestation = program / "releases" / "1.0.0" / "attestation.json"
    refused = assay("audit", "verify", "-p", program, "--signed-head", attestation, "--key", key)
    assert refused.code != 0
    assert "payload" in refused.err
