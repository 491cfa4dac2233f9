"""The engine `ray`, on a cluster of this machine: workers and drivers are killed, and results stay equal.

Each test needs the extra `ray`, and is skipped by name where it is not installed.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from assay.bulk.sharding.contract import ShardWorker, WorkPlan, keep_context, keep_plan
from assay.bulk.sharding.place import ASIDE, open_place
from assay.bulk.sharding.shards import shard_records
from assay.bulk.sharding.steps.near_copies import SignatureStep, release_context
from assay.records.kinds import Outcome
from builders import small_record

pytestmark = pytest.mark.heavy

DRIVER = """
import sys
from assay.bulk.sharding.contract import read_plan, keep_plan
from assay.bulk.sharding.place import open_place
from assay.bulk.sharding.runners.ray_tasks import RayRunner
from assay.bulk.sharding.runners.runner import WorkOrder
from assay.program.work_steps import work_shard
import msgspec
place = open_place(sys.argv[1])
plan = read_plan(place, sys.argv[2])
left = msgspec.structs.replace(plan, shards=plan.missing(place))
if left.shards:
    order = WorkOrder(place=place, name=keep_plan(place, left), plan=left, key=None)
    RayRunner(work_shard, sys.argv[3]).run(order, None)
"""
SHARDS, KILLS, LIMIT = 24, 10, 1_800
MARK = "ASSAY_TEST_RAY_CLUSTER"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Ray cluster of this machine, ended with all its processes."""
    pytest.importorskip("ray", reason="SKIPPED: the engine ray is not tested without ray")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv(MARK, str(port))
    command = [
        sys.executable,
        "-m",
        "ray.scripts.scripts",
        "start",
        "--head",
        f"--port={port}",
        "--num-cpus=2",
        "--include-dashboard=false",
    ]
    try:
        subprocess.run(command, check=True, capture_output=True)
        yield f"127.0.0.1:{port}"
    finally:
        for number in _ours(""):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def _ours(text: str) -> list[int]:
    """Processes that were started by this test and have a text in their command line."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    numbers = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            is_ours = mark in (folder / "environ").read_bytes().split(b"\0")
            if is_ours and text in command and int(folder.name) != os.getpid():
                numbers.append(int(folder.name))
    return numbers


def test_ten_kills_on_ray_cost_a_shard_a_worker_each_and_change_no_result(
    cluster: str, tmp_path: Path
) -> None:
    """Of workers and of the driver; the results are those of a loop in one process."""
    draw = random.Random(5)
    words = ["".join(draw.choices("abcdefgh", k=5)) for _ in range(2_000)]
    records = [
        small_record(
            Outcome(criterion="right"), " ".join(draw.choices(words, k=8_000)), f"answer {number}"
        )
        for number in range(SHARDS * 8)
    ]
    place, quiet = open_place(str(tmp_path / "killed")), open_place(str(tmp_path / "quiet"))
    shards = shard_records(place, "records", records, size=8).shards
    assert shard_records(quiet, "records", records, size=8).shards == shards
    context = keep_context(place, release_context())
    assert keep_context(quiet, release_context()) == context
    plan = WorkPlan(
        step="signatures", version=SignatureStep.version, context=context, shards=shards
    )
    worker = ShardWorker(quiet, plan, SignatureStep(), None)
    assert all(worker.work(shard) for shard in shards)

    command = [sys.executable, "-c", DRIVER, place.address, keep_plan(place, plan), cluster]
    thresholds = sorted(draw.choices(range(SHARDS - 2), k=KILLS))
    victims = draw.sample(["worker"] * 7 + ["driver"] * 3, KILLS)
    lost_at_most, limit = 0, time.monotonic() + LIMIT
    driver = subprocess.Popen(command)
    while driver.poll() != 0:
        assert time.monotonic() < limit
        if driver.poll() is not None:
            driver = subprocess.Popen(command)
        done = SHARDS - len(plan.missing(place))
        if thresholds and done >= thresholds[0] and (busy := _ours("ray::work_shard")):
            thresholds.pop(0)
            if victims.pop() == "driver":
                lost_at_most += len(busy)  # Ray ends the tasks of a driver that is gone
                driver.kill()
                driver.wait()
            else:
                lost_at_most += 1
                with suppress(ProcessLookupError):
                    os.kill(draw.choice(busy), signal.SIGKILL)
        time.sleep(0.05)

    assert plan.missing(place) == ()
    assert plan.digest_of_results(place) == plan.digest_of_results(quiet)
    aside = list((tmp_path / "killed" / plan.folder).glob(f"*{ASIDE}"))
    assert len(aside) <= lost_at_most
