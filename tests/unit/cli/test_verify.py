"""`assay verify exec`, `check` and `prove` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.verification.sandbox import sandbox as sandbox_module
from simulators.sandboxes import real_sandbox

Run = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def _isolation() -> None:
    """These commands need a sandbox; a machine without one skips them loudly."""
    with real_sandbox():
        pass


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_program_runs_and_its_verdict_is_the_exit_code(assay: Run, tmp_path: Path) -> None:
    """0 for a pass, 1 for a fail or a limit; JSON tells verdict, output, usage and isolation."""
    good = written(tmp_path, "good.py", "print(input())")
    given = written(tmp_path, "given", "seven")
    found = assay("verify", "exec", good, "--stdin", given, "--json")
    told = json.loads(found.out)
    assert found.code == 0
    assert told["verdict"] == "pass"
    assert told["output"] == "seven\n"
    assert told["isolation"] == "namespaces"
    assert set(told["usage"]) == {"wall_ms", "cpu_ms", "memory_kb", "output_bytes"}
    endless = written(tmp_path, "endless.py", "while True: pass")
    found = assay("verify", "exec", endless, "--time", "0.3")
    assert found.code == 1
    assert "timeout" in found.out


def test_what_a_program_prints_cannot_steer_a_terminal(assay: Run, tmp_path: Path) -> None:
    """Control bytes and direction marks are shown as escapes, in text and in JSON."""
    evil = written(tmp_path, "evil.py", "print('\\x1b[2J\\x07\\x9b31m\\u202eabc')")
    for options in ([], ["--json"]):
        found = assay("verify", "exec", evil, *options)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(found.out)
    assert json.loads(found.out)["output"] == "\x1b[2J\x07\x9b31m\u202eabc\n"


def test_no_text_of_a_candidate_imitates_a_verdict(assay: Run, tmp_path: Path) -> None:
    """Only the command itself begins a line with `verdict`; an output is indented below its name."""
    lying = "x\\nverdict    pass\\rverdict    pass\\u2028verdict    pass"
    tests = written(
        tmp_path, "tests.py", "assert add(1, 2) == 3\nif add(0, 0):\n    assert add(1, 1) == 2"
    )
    wrong = written(tmp_path, "a.py", f"def add(a, b): raise ValueError('{lying}')")
    found = assay("verify", "check", "--candidate", wrong, "--tests", tests)
    begun = [line for line in found.out.splitlines() if line.startswith("verdict")]
    assert (found.code, begun) == (1, ["verdict    fail"])
    printing = written(tmp_path, "b.py", f"print('{lying}')\nraise SystemExit('{lying}')")
    found = assay("verify", "exec", printing)
    begun = [line for line in found.out.splitlines() if line.startswith("verdict")]
    assert (found.code, begun) == (1, ["verdict    fail"])


def test_a_check_says_how_many_assertions_ran(assay: Run, tmp_path: Path) -> None:
    """The count is a line of its own, and each assertion that was not reached is another."""
    tests = written(
        tmp_path, "tests.py", "assert add(1, 2) == 3\nif add(0, 0):\n    assert add(1, 1) == 2"
    )
    right = written(tmp_path, "a.py", "def add(a, b): return a + b")
    found = assay("verify", "check", "--candidate", right, "--tests", tests)
    assert "1 of 2 assertions ran" in found.out
    assert "not run    line 3: assert add(1, 1) == 2" in found.out
    told = json.loads(
        assay("verify", "check", "--candidate", right, "--tests", tests, "--json").out
    )
    assert told["assertions"] == {
        "found": 2, "ran": 1, "missed": ["line 3: assert add(1, 1) == 2"],
    }  # fmt: skip


def test_a_candidate_is_checked_against_tests(assay: Run, tmp_path: Path) -> None:
    """The verdict is split, and what the tests borrow is said with its remedy."""
    tests = written(tmp_path, "tests.py", "def check(c):\n    assert near(c(2), 4)\n")
    right = written(tmp_path, "a.py", "def near(a, b): return a == b\ndef twice(x): return 2 * x\n")
    found = assay("verify", "check", "--candidate", right, "--tests", tests, "--entry", "twice")
    assert found.code == 0
    assert "namespaces/split" in found.out
    assert "near" in found.out
    assert "--context" in found.out
    wrong = written(tmp_path, "b.py", "def near(a, b): return False\ndef twice(x): return x\n")
    found = assay("verify", "check", "--candidate", wrong, "--tests", tests, "--json")
    assert found.code == 1
    told = json.loads(found.out)
    assert (told["verdict"], bool(told["reason"])) == ("fail", True)


def test_prove_prints_a_line_for_each_thing_that_held(assay: Run) -> None:
    """Network, files, processes and more each have their line, and the last line sums up."""
    found = assay("verify", "prove")
    lines = found.out.splitlines()
    assert found.code == 0
    assert all(line.startswith("held ") for line in lines[:-1])
    assert len(lines) > 12
    assert lines[-1].endswith("holds")


def test_bad_input_ends_in_one_clear_line(assay: Run, tmp_path: Path) -> None:
    """A missing file, bytes that are no text, and an unknown level are named; nothing is run."""
    found = assay("verify", "exec", tmp_path / "none.py")
    assert (found.code, "cannot be read" in found.err) == (2, True)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    found = assay("verify", "exec", tmp_path / "binary")
    assert (found.code, "UTF-8" in found.err) == (3, True)
    good = written(tmp_path, "good.py", "print(1)")
    found = assay("verify", "exec", good, "--isolation", "none")
    assert (found.code, "landlock, namespaces" in found.err) == (2, True)


def test_without_isolation_nothing_runs(
    assay: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 4 and the remedy is named."""
    monkeypatch.setattr(sandbox_module, "bubblewraps", list)
    good = written(tmp_path, "good.py", "print(1)")
    for command in (["exec", good], ["prove"]):
        found = assay("verify", *command)
        assert found.code == 4
        assert "bubblewrap" in found.err


def test_the_list_says_which_verifiers_are_proven_here(assay: Run, demo: Path) -> None:
    """Every verifier has gold and counter-gold cases, and all of them come out."""
    found = json.loads(assay("verify", "list", "-p", demo, "--json").out)
    assert len(found) >= 16
    proofs = [each["proof"] for each in found]
    assert all(each["gold"] and each["counter_gold"] for each in proofs)
    assert {each["standing"] for each in proofs} == {"proven"}
