"""`assay record import ADDRESS`, and addresses in assay.toml."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest

from assay import open as open_program
from assay.contracts.service import init
from simulators.file_server import serving

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


def test_a_run_imports_what_is_new_behind_an_address(assay: Run, program: Path) -> None:
    """Where the server names no revision, a run reads the bytes again, and imports only new ones."""
    entry = f'\n[[data]]\npath = "{ADDRESS}"\nformat = "trl"\nsource = "chat-questions"\n'
    settings = program / "assay.toml"
    settings.write_text(settings.read_text() + entry)

    def planned() -> str:
        return str(json.loads(assay("run", "-p", program, "--plan", "--json").out)[0]["state"])

    assert planned() == "new"
    assert "1 stored" in assay("run", "-p", program).out
    assert planned() == "unknown"
    assert "these bytes were imported before" in assay("run", "-p", program).out
    rows = [ROW, ROW | {"prompt": "Which bus?"}]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    fsspec.filesystem("memory").pipe("/cli/rows.jsonl", text.encode())
    assert "2 rows: 1 stored, 1 already there" in assay("run", "-p", program).out
    assert not list((program / ".assay" / "fetched").iterdir())


def test_a_run_reads_a_private_address_where_the_settings_permit_it(
    assay: Run, program: Path
) -> None:
    """Without `allow_private` a run refuses plain http, and the error names what permits it."""
    settings = program / "assay.toml"
    own = settings.read_text()
    with serving() as web:
        web.content = json.dumps(ROW).encode()
        entry = f'\n[[data]]\npath = "{web.address}"\nformat = "trl"\nsource = "chat-questions"\n'
        settings.write_text(own + entry)
        refused = assay("run", "-p", program)
        assert refused.code == 2
        assert "allow_private" in refused.err
        settings.write_text(own + entry + "allow_private = true\n")
        assert "1 stored" in assay("run", "-p", program).out
        planned = json.loads(assay("run", "-p", program, "--plan", "--json").out)
        assert planned[0]["state"] == "nothing"


def test_a_revision_that_changes_is_seen_without_fetching(tmp_path: Path) -> None:
    """What the server names now is compared with what the list of imports has."""
    init(tmp_path / "p")
    with serving() as web, open_program(tmp_path / "p") as program:
        way = {"source": "chat-questions", "format": "trl", "allow_private": True}
        web.content = json.dumps(ROW).encode()
        assert program.records.import_state(web.address, **way).imported is None
        program.records.import_(web.address, **way)
        state = program.records.import_state(web.address, **way)
        assert (state.is_current, state.note) == (True, "")
        web.content = json.dumps(ROW | {"prompt": "Which bus?"}).encode()
        state = program.records.import_state(web.address, **way)
        assert state.is_current is False
        assert state.note.startswith("revision ")
        web.takes_range = False
        assert program.records.import_state(web.address, **way).is_current is None
    with open_program(tmp_path / "p") as program:
        state = program.records.import_state(web.address, **way)
        assert state.is_current is None
        assert "does not answer" in state.note


def test_a_plan_names_a_file_that_changed(assay: Run, program: Path) -> None:
    """The reason says that the bytes are others than those of the newest import of this name."""
    file = program / "rows.jsonl"
    file.write_text(json.dumps(ROW) + "\n")
    entry = '\n[[data]]\npath = "rows.jsonl"\nformat = "trl"\nsource = "chat-questions"\n'
    settings = program / "assay.toml"
    settings.write_text(settings.read_text() + entry)
    assert assay("record", "import", file, *WAY, "-p", program).code == 0
    file.write_text(json.dumps(ROW | {"prompt": "Which bus?"}) + "\n")
    (step, *_) = json.loads(assay("run", "-p", program, "--plan", "--json").out)
    assert step["state"] == "new"
    assert "and changed since" in step["reason"]


def test_a_query_in_assay_toml_is_refused(assay: Run, program: Path) -> None:
    """A signed address is refused there, and not repeated."""
    settings = program / "assay.toml"
    settings.write_text(
        settings.read_text() + '\n[[data]]\npath = "https://host/rows.jsonl?sig=hush"\n'
    )
    done = assay("run", "-p", program, "--plan")
    assert done.code == 2
    assert "hush" not in done.err + done.out
