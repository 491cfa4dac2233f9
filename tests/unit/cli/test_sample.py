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


def test_a_key_that_is_not_there_is_named_and_never_shown(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """A missing variable ends with exit code 4 and its name."""
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"prompt": "Fare to Corrie?"}\n')
    result = assay(
        "record", "sample", tasks, "--source", "desk-authors", "--writes", "target-model",
        "--url", "http://127.0.0.1:9/v1", "-m", "small", "--key-env", "NO_SUCH_KEY", "-p", demo,
    )  # fmt: skip
    assert result.code == 4
    assert "NO_SUCH_KEY" in result.err
