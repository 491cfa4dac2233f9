"""`assay next` and `assay run`: where a program stands, and the whole way by one command."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assay.contracts.service import init
from assay.demo.story import open_demo
from assay.quality import picture_cache

Run = Callable[..., Any]

ROW = {"prompt": "Which tram goes to the harbour?", "chosen": "The red one", "rejected": "None"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of the template whose assay.toml lists one file."""
    folder = tmp_path / "p"
    init(folder)
    (folder / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    listed(folder, path="rows.jsonl", format="trl", kind="preference", source="chat-questions")
    return folder


def listed(folder: Path, **keys: str) -> None:
    """List a data file."""
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    with (folder / "assay.toml").open("a") as file:
        file.write(f"\n[[data]]\n{lines}")


def test_an_empty_program_is_told_to_run_over_its_files(assay: Run, program: Path) -> None:
    """Eight steps with their states, and one command; in JSON the same."""
    told = json.loads(assay("next", "-p", program, "--json").out)
    assert [step["number"] for step in told["steps"]] == list(range(1, 9))
    assert told["next"]["command"] == "assay run"
    shown = assay("next", "-p", program)
    assert shown.code == 0
    assert shown.out.splitlines()[-1].strip() == told["next"]["command"]


def test_documents_with_a_fault_are_an_open_step(assay: Run, program: Path) -> None:
    """A program whose documents do not check is told which step that is, and nothing is refused."""
    contract = program / "contract.yaml"
    contract.write_text(contract.read_text().replace("signal: preference", "signal: praise"))
    done = assay("next", "-p", program, "--json")
    assert done.code == 0
    told = json.loads(done.out)["next"]
    assert (told["number"], told["command"]) == (3, "assay contract check")


def test_a_whole_program_stands_after_its_validation(assay: Run, demo: Path) -> None:
    """The demo has a release, a validation and an accepted plan: its next release comes next."""
    told = json.loads(assay("next", "-p", demo, "--json").out)
    states = {step["number"]: step["state"] for step in told["steps"]}
    assert (states[1], states[7], states[8]) == ("done", "done", "done")
    assert (told["next"]["number"], told["next"]["command"]) == (6, "assay quality dispose")


def test_a_plan_shows_what_is_new_and_changes_nothing(assay: Run, program: Path) -> None:
    """Every step is shown with why; nothing is imported by it."""
    steps = json.loads(assay("run", "--plan", "-p", program, "--json").out)
    assert [step["state"] for step in steps] == ["new", "nothing", "new", "new", "new"]
    assert json.loads(assay("record", "list", "-p", program, "--json").out) == []


def test_a_run_goes_as_far_as_the_release_and_its_next_plan_knows(
    assay: Run, program: Path
) -> None:
    """Import, dispose and report are done and stand; the release is refused for want of a key."""
    done = assay("run", "-p", program)
    assert done.code == 2
    assert "names no signing key" in done.err
    began = [line.split(":")[0] for line in done.out.splitlines()]
    assert began == ["import rows.jsonl", "verify", "dispose", "report"]
    assert (program / "reports" / "quality.html").exists()
    steps = json.loads(assay("run", "--plan", "-p", program, "--json").out)
    assert [step["state"] for step in steps] == ["nothing", "nothing", "nothing", "nothing", "new"]
    (program / "rows.jsonl").write_text(json.dumps(ROW | {"prompt": "Which bus?"}) + "\n")
    steps = json.loads(assay("run", "--plan", "-p", program, "--json").out)
    assert steps[0]["state"] == "new", "other bytes are another file"


def test_a_mapping_that_changes_makes_its_file_new(assay: Run, program: Path) -> None:
    """The same bytes under another mapping are imported again."""
    toml = program / "assay.toml"
    toml.write_text(toml.read_text().replace('format = "trl"', 'format = "hh-rlhf"'))
    steps = json.loads(assay("run", "--plan", "-p", program, "--json").out)
    assert steps[0]["state"] == "new"


def test_a_file_that_is_not_there_is_named_by_the_check_and_by_the_run(
    assay: Run, program: Path
) -> None:
    """`contract check` gives its line and code; `run` refuses before it changes anything."""
    listed(program, path="gone.jsonl", mapping="gone.yaml", source="chat-questions")
    report = json.loads(assay("contract", "check", program, "--json").out)
    found = [
        (issue["path"], issue["line"]) for issue in report["issues"]
        if issue["code"] == "no-data-file"
    ]  # fmt: skip
    lines = (program / "assay.toml").read_text().splitlines()
    assert found == [
        ("data[1].path", 1 + lines.index('path = "gone.jsonl"')),
        ("data[1].mapping", 1 + lines.index('mapping = "gone.yaml"')),
    ]
    refused = assay("run", "-p", program)
    assert (refused.code, refused.out) == (2, "")
    assert "gone.jsonl" in refused.err


def test_a_file_is_read_in_one_way_from_a_known_source(assay: Run, program: Path) -> None:
    """Two readers, and a source that is not in sources.yaml, are faults of the entry."""
    listed(program, path="rows.jsonl", mapping="rows.jsonl", format="trl", source="chat-question")
    issues = json.loads(assay("contract", "check", program, "--json").out)["issues"]
    told = {issue["code"]: issue for issue in issues if issue["path"].startswith("data")}
    assert told["two-readers"]["path"] == "data[1].format"
    assert "'chat-questions'" in told["unknown-source"]["hint"]


def test_a_program_that_lists_no_file_is_told_how(assay: Run, tmp_path: Path) -> None:
    """Without [[data]] there is nothing to run; the entry is spelt out."""
    init(tmp_path / "p")
    done = assay("run", "-p", tmp_path / "p")
    assert done.code == 2
    assert "[[data]]" in done.err


def test_gates_that_refuse_the_release_end_a_run_and_what_it_did_stands(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """The gate is named; what was imported and decided is not done again."""
    copy = shutil.copytree(demo, tmp_path / "copy")
    (copy / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    listed(copy, path="rows.jsonl", format="trl", kind="preference", source="desk-authors")
    done = assay("run", "-p", copy, "--json")
    assert (done.code, done.out) == (1, "")
    assert "gate quotas" in done.err
    steps = json.loads(assay("run", "--plan", "-p", copy, "--json").out)
    states = [step["state"] for step in steps]
    assert states == ["nothing", "unknown", "unknown", "unknown", "unknown"]


def test_a_plan_names_a_missing_signing_key_and_ends_as_the_run_would(
    assay: Run, program: Path
) -> None:
    """The release step has the remedy, no other step lacks anything, and the exit code is the run's."""
    planned = assay("run", "--plan", "-p", program, "--json")
    missing = {step["step"]: step["missing"] for step in json.loads(planned.out) if step["missing"]}
    assert list(missing) == ["release"]
    assert "assay key new" in missing["release"]
    assert planned.code == 2


def test_a_plan_names_a_missing_extra_with_its_install_line(
    assay: Run, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that cannot be drawn is said before the run; the first obstacle gives the exit code."""
    monkeypatch.setattr(picture_cache, "find_spec", lambda _: None)
    planned = assay("run", "--plan", "-p", program)
    assert planned.code == 4
    assert "pip install 'assay[report]'" in planned.out.replace("\n", " ") + planned.err


def test_an_export_without_a_row_names_the_reason_that_dropped_most(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """The reason is given in words with its count, and no row is said to hold anything."""
    release = min((demo / "releases").glob("*.*.*"))
    arguments = ("release", "export", release, "--format", "helpsteer3", "--json")
    done = assay(*arguments, "--out", tmp_path / "out")
    assert done.code == 1
    main = json.loads(done.out)["drops"][0]
    told = " ".join(done.err.split())
    assert f"{main['reason']} dropped {main['records']} of " in told
    assert main["meaning"] in told
    assert "hold everything" not in (tmp_path / "out" / "drop_report.md").read_text()


@pytest.mark.parametrize("by", ["command", "python"])
def test_an_export_counts_wherever_it_was_written(
    assay: Run, demo: Path, tmp_path: Path, by: str
) -> None:
    """The audit log says that a release was exported; an export without a row is not counted."""
    program = shutil.copytree(demo, tmp_path / "program")
    shutil.rmtree(program / "exports")
    with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as store:
        logged = _exports(store)
    with open_demo(program) as opened:
        assert opened.releases.is_exported("1.0.0") == bool(logged)
        assert not opened.releases.is_exported("1.0"), "a version is a whole one"
    target = tmp_path / "elsewhere"
    if by == "python":
        with open_demo(program) as opened:
            opened.releases.export("1.0.0", "trl:preference", target)
    else:
        call = ("release", "export", program / "releases" / "1.0.0", "--format", "trl:preference")
        assert assay(*call, "--out", target).code == 0
    with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as store:
        assert len(_exports(store)) == len(logged) + 1
    with open_demo(program) as opened:
        assert opened.releases.is_exported("1.0.0")
    assert assay("audit", "verify", "-p", program).code == 0


def _exports(store: sqlite3.Connection) -> list[str]:
    bodies = store.execute("select body from audit_entries order by number")
    entries = [json.loads(body) for (body,) in bodies]
    return [entry["subject"] for entry in entries if entry["action"] == "release.export"]
