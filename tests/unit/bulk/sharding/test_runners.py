"""What the engines hand over: scripts and command lines that name all that a worker needs."""

import shlex
from pathlib import Path

import pytest

from assay.bulk.sharding.contract import WorkPlan, part_of
from assay.bulk.sharding.place import open_place
from assay.bulk.sharding.runners.commands import CommandsRunner
from assay.bulk.sharding.runners.runner import WorkOrder
from assay.bulk.sharding.runners.slurm_array import SlurmRunner
from assay.core.errors import UsageError

SHARDS = tuple(f"{number:064x}" for number in range(7))


@pytest.fixture
def order(tmp_path: Path) -> WorkOrder:
    """An order of seven shards, at a place with a space in its name."""
    plan = WorkPlan(step="statistics", version=1, context="c" * 64, shards=SHARDS)
    place = open_place(str(tmp_path / "our work"))
    return WorkOrder(place=place, name="plans/p.json", plan=plan, key="env:GATE_KEY")


def test_each_shard_is_in_one_part() -> None:
    """Workers that do not know of each other share all shards, and none twice."""
    parts = [part_of(SHARDS, part, 3) for part in range(3)]
    assert sorted(shard for part in parts for shard in part) == sorted(SHARDS)
    for part in (-1, 3):
        with pytest.raises(UsageError, match="there is no part"):
            part_of(SHARDS, part, 3)


def test_commands_are_one_line_a_part_and_survive_a_shell(order: WorkOrder) -> None:
    """Read as a shell reads them, they name the place, the plan, the key and the part."""
    lines = CommandsRunner(["assay"], 3).run(order, None).splitlines()
    assert [shlex.split(line) for line in lines] == [
        ["assay", "work", "step", order.place.address, "plans/p.json", "--parts", "3",
         "--key", "env:GATE_KEY", "--part", str(part)]
        for part in range(3)
    ]  # fmt: skip


def test_no_more_parts_than_shards_are_handed_over(order: WorkOrder) -> None:
    """A part without a shard would start a worker for nothing."""
    assert len(CommandsRunner(["assay"], 100).run(order, None).splitlines()) == len(SHARDS)


def test_a_slurm_script_is_an_array_that_may_be_requeued(order: WorkOrder) -> None:
    """Its options stand before its one command, which takes the part from the task's number."""
    runner = SlurmRunner(["assay"], 4, ["--partition=cpu", "--time=01:00:00"], submits=False)
    lines = runner.run(order, None).splitlines()
    assert lines[:6] == [
        "#!/bin/bash",
        "#SBATCH --job-name=assay-statistics",
        "#SBATCH --array=0-3",
        "#SBATCH --requeue",
        "#SBATCH --partition=cpu",
        "#SBATCH --time=01:00:00",
    ]
    assert lines[-1].endswith('--parts 4 --key env:GATE_KEY --part "$SLURM_ARRAY_TASK_ID"')


@pytest.mark.parametrize("option", ["partition=cpu", "--time=1\nrm -rf x", ""])
def test_what_is_no_option_of_sbatch_is_refused(option: str) -> None:
    """Neither a bare word nor what would begin a line of the script."""
    with pytest.raises(UsageError, match="no option of sbatch"):
        SlurmRunner(["assay"], 4, [option], submits=False)
