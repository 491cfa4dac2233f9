import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulators.scripted_endpoint import scripted_endpoint

Run = Callable[..., Any]


def test_sampling_stores_records_with_provenance_and_goes_on_where_it_broke_off(
    assay: Run, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tasks give two comparisons; a second run asks nothing; the key shows up nowhere."""
    program = shutil.copytree(demo, tmp_path / "program")
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"prompt": "Fare to Corrie?"}\n{"prompt": "Fare to Alder?"}\n')
    monkeypatch.setenv("DESK_KEY", "sk-very-secret")
    with scripted_endpoint() as endpoint:
        call = (
            "record", "sample", tasks, "--source", "desk-authors", "--writes", "target-model",
            "--url", endpoint.url, "-m", "small", "-n", 2, "--seed", 1, "--temperature", "0.7",
            "--key-env", "DESK_KEY", "--prices", "0.5,1.5", "-p", program,
        )  # fmt: skip
        first = json.loads(assay(*call, "--json").out)
        again = json.loads(assay(*call, "--json").out)
        asked = len(endpoint.requests)
    assert (first["asked"], first["completed"], first["records"]) == (4, 4, 2)
    assert (again["remembered"], again["completed"]) == (4, 0)
    assert asked == 4
    assert float(first["cost"]) > 0
    listed = json.loads(assay("record", "list", "--limit", 0, "--json", "-p", program).out)
    shown = assay("record", "show", listed[-1]["id"], "-p", program).out
    assert '"by": "model"' in shown
    assert '"model": "small"' in shown
    for file in program.rglob("*"):
        assert not file.is_file() or b"sk-very-secret" not in file.read_bytes(), file


def test_a_record_can_be_sampled_anew(assay: Run, demo: Path, tmp_path: Path) -> None:
    """Exported records serve as tasks, and the new ones name them as parents."""
    program = shutil.copytree(demo, tmp_path / "program")
    tasks = tmp_path / "outcomes.jsonl"
    assay("record", "export", tasks, "--as", "outcome", "--no-judgments", "-p", program)
    with scripted_endpoint() as endpoint:
        sampled = assay(
            "record", "sample", tasks, "--source", "desk-authors", "--writes", "target-model",
            "--url", endpoint.url, "-m", "small", "-n", 1, "--as", "outcome", "--json",
            "-p", program,
        )  # fmt: skip
    assert json.loads(sampled.out)["records"] == 10
    listed = json.loads(assay("record", "list", "--limit", 0, "--json", "-p", program).out)
    made_from = assay("lineage", listed[-1]["id"], "-p", program).out
    assert "parent" in made_from
    assert "rec_" in made_from.split("made from:")[1]


def test_a_line_that_is_half_a_record_is_named(assay: Run, demo: Path, tmp_path: Path) -> None:
    """A row that claims to be a record and is none ends with its place."""
    # A journal stands in the program, and the demo is one for all workers of a run.
    program = shutil.copytree(demo, tmp_path / "program")
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"schema_version": 1, "prompt": "Fare to Corrie?"}\n')
    result = assay(
        "record", "sample", tasks, "--source", "desk-authors", "--writes", "target-model",
        "--url", "http://127.0.0.1:9/v1", "-m", "small", "-p", program,
    )  # fmt: skip
    assert result.code == 3
    assert "tasks.jsonl, row 1" in result.err


def test_a_key_that_is_not_there_is_named_and_never_shown(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """A missing variable ends with exit code 4 and its name."""
    # A journal stands in the program, and the demo is one for all workers of a run.
    program = shutil.copytree(demo, tmp_path / "program")
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"prompt": "Fare to Corrie?"}\n')
    result = assay(
        "record", "sample", tasks, "--source", "desk-authors", "--writes", "target-model",
        "--url", "http://127.0.0.1:9/v1", "-m", "small", "--key-env", "NO_SUCH_KEY", "-p", program,
    )  # fmt: skip
    assert result.code == 4
    assert "NO_SUCH_KEY" in result.err
