"""The examples of verification print the figures that their page states."""

import json
from types import ModuleType
from typing import Any

import pytest

from simulators.examples import DATA, example_script
from simulators.sandboxes import real_sandbox


def script(name: str) -> ModuleType:
    return example_script(f"verification/{name}")


def rows(name: str) -> list[Any]:
    file = DATA / name
    if not file.exists():
        pytest.skip(f"NO EXAMPLE WAS RUN: there is no file {file}; set ASSAY_DATA")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.long
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
