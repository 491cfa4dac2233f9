"""`assay record import ADDRESS`, and addresses in assay.toml."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest

from assay.contracts.service import init

Run = Callable[..., Any]

ROW = {"prompt": "Which tram goes to the harbour?", "chosen": "The red one", "rejected": "None"}
ADDRESS = "memory://cli/rows.jsonl"
WAY = ("--source", "chat-questions", "--format", "trl")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of the template beside an object in memory."""
    init(tmp_path / "p")
    fsspec.filesystem("memory").pipe("/cli/rows.jsonl", (json.dumps(ROW) + "\n{\n").encode())
    return tmp_path / "p"


def test_rows_behind_an_address_are_imported(assay: Run, program: Path) -> None:
    """They are stored as those of a file, their origin is in the lineage, and nothing else stays."""
    done = assay("record", "import", ADDRESS, *WAY, "-p", program)
    assert done.code == 0
    assert "read 2 = stored 1 + already there 0 + set aside 1" in done.out
    (line,) = json.loads(assay("record", "list", "-p", program, "--json").out)
    assert f"row 1 of {ADDRESS}, fetched 20" in assay("lineage", line["id"], "-p", program).out
    assert not list((program / ".assay" / "fetched").iterdir())
    assert (program / "rows.jsonl.set-aside.jsonl").exists()


def test_a_budget_stops_the_fetch(assay: Run, program: Path) -> None:
    """A file larger than the budget is a fault of the input."""
    fsspec.filesystem("memory").pipe("/cli/large.jsonl", b" " * (2**20 + 1))
    done = assay(
        "record", "import", "memory://cli/large.jsonl", *WAY, "--max-fetch-mb", "1", "-p", program
    )
    assert done.code == 3
    assert "--max-fetch-mb" in done.err


def test_a_run_imports_an_address_once(assay: Run, program: Path) -> None:
    """The plan of a run imports a listed address, and then has nothing to import."""
    entry = f'\n[[data]]\npath = "{ADDRESS}"\nformat = "trl"\nsource = "chat-questions"\n'
    settings = program / "assay.toml"
    settings.write_text(settings.read_text() + entry)
    before = json.loads(assay("run", "-p", program, "--plan", "--json").out)
    assert assay("record", "import", ADDRESS, *WAY, "-p", program).code == 0
    after = json.loads(assay("run", "-p", program, "--plan", "--json").out)
    assert before[0]["state"] != "nothing"
    assert after[0]["state"] == "nothing"


def test_a_query_in_assay_toml_is_refused(assay: Run, program: Path) -> None:
    """A signed address is refused there, and not repeated."""
    settings = program / "assay.toml"
    settings.write_text(
        settings.read_text() + '\n[[data]]\npath = "https://host/rows.jsonl?sig=hush"\n'
    )
    done = assay("run", "-p", program, "--plan")
    assert done.code == 2
    assert "hush" not in done.err + done.out
