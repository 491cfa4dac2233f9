"""Logs of tools in, and scores back out, as a shell would do it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.records.verdict import DimensionScore, Scored
from builders import judgment_by

Run = Callable[..., Any]

SECRET = "sk-" + "a1B2" * 6


@pytest.fixture
def program(tmp_path: Path, assay: Run) -> Path:
    """An empty program with one source class for what the tests write."""
    folder = tmp_path / "program"
    assert assay("init", folder, "--template", "preference").code == 0
    return folder


def _import(assay: Run, program: Path, file: Path, form: str) -> Any:
    return assay(
        "record", "import", file, "--format", form, "-s", "written-for-this", "-p", program
    )


def _traces(folder: Path) -> Path:
    """A trace with a secret and a broken score, and one that has no output."""
    scores = [{"name": "fit", "value": 1, "source": "API"}, "broken"]
    good = {"id": "t1", "input": "How deep?", "output": f"4 m, by {SECRET}", "scores": scores}
    bad = {"id": "t2", "input": f"Use {SECRET}", "output": None}
    file = folder / "traces.jsonl"
    file.write_text("".join(json.dumps(trace) + "\n" for trace in (good, bad)))
    return file


def test_a_secret_of_a_trace_is_nowhere_in_the_program(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """Neither the store nor the file of rejects holds it; the report counts it."""
    done = _import(assay, program, _traces(tmp_path), "langfuse")
    assert done.code == 0, done.err
    assert "redacted before anything was stored: 1 key" in done.out
    assert "judgments set aside 1: row 1, scores[1]" in done.out
    kept = [
        path
        for path in (*program.rglob("*"), *tmp_path.glob("*.set-aside.jsonl"))
        if path.is_file()
    ]
    assert any(path.name.endswith(".set-aside.jsonl") for path in kept)
    assert not [path.name for path in kept if SECRET.encode() in path.read_bytes()]


def test_a_preview_names_what_would_be_set_aside(assay: Run, program: Path, tmp_path: Path) -> None:
    """A judgment that cannot be read is named beside rows that cannot."""
    done = assay(
        "record", "import", _traces(tmp_path), "--format", "langfuse", "-s", "written-for-this",
        "--dry-run", "-p", program,
    )  # fmt: skip
    assert "set aside: row 1: scores[1]" in done.out + done.err
    assert "set aside: row 2" in done.out + done.err


def test_scores_of_our_own_go_back_to_the_run(assay: Run, program: Path, tmp_path: Path) -> None:
    """What came with the trace is left out, and counted."""
    _import(assay, program, _traces(tmp_path), "langfuse")
    (listed,) = json.loads(assay("record", "list", "--json", "-p", program).out)
    judgment = judgment_by(
        "own-judge",
        listed["id"],
        kind="model",
        scores=(DimensionScore(dimension="fit", score=Scored(value=3), candidate=0),),
        rubric="doc_own",
    )
    own = tmp_path / "own.jsonl"
    own.write_bytes(judgment.canonical() + b"\n")
    taken = assay("record", "import", own, "-p", program)
    assert taken.code == 0, taken.out + taken.err
    out = tmp_path / "scores.jsonl"
    done = assay("review", "export-scores", out, "--format", "langfuse", "-p", program)
    assert done.code == 0, done.err
    assert "1 scores in" in done.out
    assert "left out 1: came with the run" in done.out
    (row,) = (json.loads(line) for line in out.read_text().splitlines())
    assert (row["traceId"], row["name"], row["value"]) == ("t1", "fit", 3)
    assert assay("review", "export-scores", out, "--format", "elsewhere", "-p", program).code == 2


def test_a_packed_log_gives_records_and_results(assay: Run, program: Path, tmp_path: Path) -> None:
    """The same file is read by both imports."""
    messages = [{"role": "user", "content": "How deep?"}, {"role": "assistant", "content": "4 m"}]
    sample = {"id": 1, "epoch": 1, "input": "How deep?", "messages": messages,
              "scores": {"match": {"value": "C"}}}  # fmt: skip
    header = {"status": "success", "eval": {"task": "depth", "model": "small"}}
    log = tmp_path / "run.eval"
    with zipfile.ZipFile(log, "w") as archive:
        archive.writestr("header.json", json.dumps(header))
        archive.writestr("samples/1_epoch_1.json", json.dumps(sample))
    done = _import(assay, program, log, "inspect")
    assert "read 1 = stored 1" in done.out, done.err
    results = assay(
        "validate", "import", log, "--checkpoint", "m@1", "--arm", "base", "--dataset", "depth",
        "--format", "inspect", "-p", program,
    )  # fmt: skip
    assert "read 1 = 1 new" in results.out, results.err
