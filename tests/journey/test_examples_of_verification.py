"""The examples of verification print the figures that their page states.

The folder of the data is `ASSAY_DATA`, by default `../shared/data` beside the project.
"""

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulators.sandboxes import real_sandbox

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ASSAY_DATA", ROOT.parent / "shared" / "data"))


def script(name: str) -> ModuleType:
    path = ROOT / "examples" / "verification" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[Any]:
    file = DATA / name
    if not file.exists():
        pytest.skip(f"NO EXAMPLE WAS RUN: there is no file {file}; set ASSAY_DATA")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.data
def test_reference_solutions_pass_and_stub_bodies_do_not() -> None:
    """HumanEval: 164 of 164 references, 0 of 164 of each stub, all split."""
    tasks = rows("humaneval/HumanEval.jsonl")
    with real_sandbox():
        found = script("humaneval").verified(tasks)
    verdicts = found["verdicts"]
    assert verdicts.pop("reference") == {"pass": 164}
    assert set(map(str, verdicts.values())) == {"{'fail': 164}"}
    assert found["isolation"] == ["namespaces/split"]


@pytest.mark.data
def test_published_flags_are_derived_again_and_the_hollow_answer_is_named() -> None:
    """GSM8K: 2,800 of 2,800 flags, and the one right answer with a wrong step, with its step."""
    found = script("gsm8k").verified(
        rows("gsm8k-model-solutions/example_model_solutions.first700.jsonl")
    )
    assert list(found["flags re-derived"].values()) == ["700 of 700"] * 4
    [hollow] = found["right answers with a wrong step"]
    assert (hollow["line"], hollow["model"], hollow["step"]) == (581, "175b_verification", 2)
    counts = [sum(each.get(tag, 0) for each in found["verdicts on the work"].values())
              for tag in ("pass", "fail", "error", "nothing to verify")]  # fmt: skip
    assert counts == [2744, 21, 14, 21]


@pytest.mark.data
def test_right_answers_with_a_wrong_step_are_shown_as_such() -> None:
    """BIG-Bench Mistake: 54 of 600."""
    bbmistake = script("bbmistake")
    found = {
        task: bbmistake.verified(rows(f"bbmistake-a/{task}.jsonl")) for task in bbmistake.TASKS
    }
    assert {task: each["right answer, a wrong step"] for task, each in found.items()} == {
        "logical_deduction": 39,
        "word_sorting": 15,
    }
    assert sum(map(sum, (each.values() for each in found.values()))) == 600
