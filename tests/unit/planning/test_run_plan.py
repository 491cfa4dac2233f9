"""What a run has to do: a step that has nothing new says so, and what only running tells is unknown."""

from typing import Any

import pytest

from assay.planning.run_plan import DataFileFigures, RunFigures, next_version, plan_run

IMPORTED = DataFileFigures(path="a.jsonl", imported="2026-01-05T09:00:00Z")
NEW = DataFileFigures(path="b.jsonl")


def states(*files: DataFileFigures, **figures: Any) -> list[str]:
    """The state of every step in its order."""
    known = {"verifications": 1, "reported": True, "release": "1.0.0"} | figures
    return [step.state for step in plan_run(RunFigures(files=files, **known))]


@pytest.mark.parametrize(
    ("files", "figures", "expected"),
    [
        ((IMPORTED,), {}, ["nothing", "nothing", "nothing", "nothing", "unknown"]),
        ((IMPORTED, NEW), {}, ["nothing", "new", "nothing", "new", "new", "new"]),
        ((NEW,), {"verifiers": 1}, ["new", "new", "new", "new", "new"]),
        ((IMPORTED,), {"verifiers": 1}, ["nothing", "unknown", "unknown", "unknown", "unknown"]),
        (
            (IMPORTED,),
            {"verifiers": 1, "verifications": 0},
            ["nothing", "new", "new", "new", "new"],
        ),
        ((IMPORTED,), {"undisposed": 1}, ["nothing", "nothing", "new", "new", "new"]),
        ((IMPORTED,), {"reported": False}, ["nothing", "nothing", "nothing", "new", "unknown"]),
        ((IMPORTED,), {"release": None}, ["nothing", "nothing", "nothing", "nothing", "new"]),
    ],
)
def test_each_step_says_whether_it_has_something_new(
    files: tuple[DataFileFigures, ...], figures: dict[str, Any], expected: list[str]
) -> None:
    """Each step follows from the files, the facts and the steps before it."""
    assert states(*files, **figures) == expected


def test_steps_are_in_the_order_of_the_data_and_give_reasons() -> None:
    """Imports in the order of assay.toml, then verify, dispose, report and release, each with why."""
    steps = plan_run(RunFigures(files=(NEW, IMPORTED)))
    assert [step.step for step in steps] == [
        "import", "import", "verify", "dispose", "report", "release",
    ]  # fmt: skip
    assert [step.path for step in steps[:2]] == ["b.jsonl", "a.jsonl"]
    assert all(step.reason for step in steps)
    assert "2026-01-05T09:00:00Z" in steps[1].reason


@pytest.mark.parametrize(
    ("newest", "following"),
    [(None, "1.0.0"), ("1.0.0", "1.1.0"), ("2.9.4", "2.10.0"), ("0.3.0-rc.1+b", "0.4.0")],
)
def test_the_next_release_raises_the_minor_version(newest: str | None, following: str) -> None:
    """The first is 1.0.0; what stands after the numbers is dropped."""
    assert next_version(newest) == following
