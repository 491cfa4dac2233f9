"""A worker or the driver is killed at random: the results are the same, and little is done twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.bulk.sharding.contract import ShardWorker, WorkPlan, keep_context, keep_plan
from assay.bulk.sharding.place import ASIDE, open_place
from assay.bulk.sharding.shards import shard_records
from assay.bulk.sharding.steps.near_copies import SignatureStep, release_context
from assay.records.kinds import Outcome
from builders import small_record

DRIVER = """
import sys
from assay.bulk.sharding.contract import read_plan, keep_plan
from assay.bulk.sharding.place import open_place
from assay.bulk.sharding.runners.local import LocalRunner
from assay.bulk.sharding.runners.runner import WorkOrder
import msgspec
place = open_place(sys.argv[1])
plan = read_plan(place, sys.argv[2])
left = msgspec.structs.replace(plan, shards=plan.missing(place))
if left.shards:
    order = WorkOrder(place=place, name=keep_plan(place, left), plan=left, key=None)
    LocalRunner([], 2).run(order, None)
"""
SHARDS, KILLS = 16, 4
LIMIT = 300


def _prepared(folder: Path) -> tuple[str, WorkPlan]:
    """A place with shards whose texts take some tenths of a second each."""
    draw = random.Random(5)
    words = ["".join(draw.choices("abcdefgh", k=5)) for _ in range(2_000)]
    records = [
        small_record(
            Outcome(criterion="right"), " ".join(draw.choices(words, k=12_000)), f"answer {number}"
        )
        for number in range(SHARDS * 8)
    ]
    place = open_place(str(folder))
    shards = shard_records(place, "records", records, size=8).shards
    context = keep_context(place, release_context())
    return place.address, WorkPlan(
        step="signatures", version=SignatureStep.version, context=context, shards=shards
    )


def _workers(driver: int) -> list[int]:
    """The children of the driver that are at work."""
    children = Path(f"/proc/{driver}/task/{driver}/children")
    try:
        return [int(number) for number in children.read_text().split()]
    except OSError:
        return []


@pytest.mark.skipif(not Path("/proc").exists(), reason="SKIPPED: no /proc to find workers by")
def test_kills_of_worker_and_driver_cost_a_shard_each_and_change_no_result(
    tmp_path: Path,
) -> None:
    """Killed at random places and run again, the work ends with the bytes of an undisturbed run."""
    address, plan = _prepared(tmp_path / "killed")
    quiet_address, same_plan = _prepared(tmp_path / "quiet")
    assert same_plan == plan
    quiet = open_place(quiet_address)
    worker = ShardWorker(quiet, plan, SignatureStep(), None)
    assert all(worker.work(shard) for shard in plan.shards)

    place, draw = open_place(address), random.Random(7)
    command = [sys.executable, "-c", DRIVER, address, keep_plan(place, plan)]
    thresholds = sorted(draw.sample(range(SHARDS - 2), KILLS))
    victims = draw.sample(["worker", "worker", "worker", "driver"], KILLS)
    killed_workers = 0
    limit = time.monotonic() + LIMIT
    driver = subprocess.Popen(command)
    while driver.poll() != 0:
        assert time.monotonic() < limit
        if driver.poll() is not None:
            driver = subprocess.Popen(command)
        done = SHARDS - len(plan.missing(place))
        if thresholds and done >= thresholds[0] and (workers := _workers(driver.pid)):
            thresholds.pop(0)
            if victims.pop() == "driver":
                driver.kill()
                driver.wait()
            else:
                os.kill(draw.choice(workers), signal.SIGKILL)
                killed_workers += 1
        time.sleep(0.02)

    assert plan.missing(place) == ()
    assert plan.digest_of_results(place) == plan.digest_of_results(quiet)
    aside = list((tmp_path / "killed" / plan.folder).glob(f"*{ASIDE}"))
    assert len(aside) <= killed_workers
    assert place.sweep(plan.folder) == len(aside)
    again = ShardWorker(place, plan, SignatureStep(), None)
    assert not any(again.work(shard) for shard in plan.shards)
