"""Work on shards: the steps as a plain loop, by worker processes and by Ray, with kills at random.

Prints a Markdown table: seconds of each engine beside the plain loop over the same shards, the digest of
its results, and, where workers and drivers were killed, how often, and how many shards were begun in
vain. It fails where two digests of one step differ. Ray runs where it is installed (extra `ray`), on a
cluster that is started here. Records are drawn from a seed; of a hundred two hold a text of a sealed
item and four are edited copies of another.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from contamination import KEY, fingerprints, record, vocabulary

from assay.bulk.sharding.contract import ShardWorker, WorkPlan, keep_context, keep_plan
from assay.bulk.sharding.near_copy_join import join_candidates
from assay.bulk.sharding.place import ASIDE, WorkPlace, open_place
from assay.bulk.sharding.runners.local import LocalRunner
from assay.bulk.sharding.runners.ray_tasks import RayRunner
from assay.bulk.sharding.runners.runner import Runner, WorkOrder
from assay.bulk.sharding.shards import shard_records
from assay.bulk.sharding.steps.contamination import reserve_context
from assay.bulk.sharding.steps.near_copies import release_context
from assay.program.work_steps import STEPS, work_shard
from assay.records.record import Record
from assay.reserve.fingerprint import METHOD, key_check
from assay.reserve.sealing import Sealing

KEY_NAME, MARK = "WORK_BENCHMARK_GATE_KEY", "WORK_BENCHMARK_RUN"
WORDS, ITEMS, CHUNK = 200, 5_000, 5_000


def records(n: int, items: list[Record]) -> Iterator[Record]:
    """So many records, with leaks and copies among them."""
    draw = np.random.default_rng(1)
    known, weights = vocabulary(random.Random(1))  # noqa: S311  a benchmark that must repeat
    words = np.array(known)
    ends = np.cumsum(weights) / sum(weights)
    last = ""
    for start in range(0, n, CHUNK):
        drawn = np.searchsorted(ends, draw.random((min(CHUNK, n - start), WORDS)))
        for number, row in enumerate(words[drawn].tolist(), start):
            if number % 50 == 7:
                row[20:20] = items[number % len(items)].task.messages[0].content.split()
            text = " ".join(row)
            if number % 25 == 3 and last:
                text = last.replace(" the ", " a ", 1) + " x"
            last = text
            question, answer = text[: len(text) // 3], text[len(text) // 3 :]
            yield record(question, answer)


def reserve(items: list[Record]) -> bytes:
    """The context of the step `contamination`."""
    sealing = Sealing(
        reserve="r", items=len(items), commitment="0" * 64, salt_check=key_check(KEY),
        method=METHOD, recipients=("age1x",),
    )  # fmt: skip
    return reserve_context((sealing,), tuple(fingerprints(items)))


def plain(place: WorkPlace, plan: WorkPlan) -> float:
    """Seconds of a loop over the shards in this process."""
    step = STEPS[plan.step]
    ShardWorker(place, plan, step, KEY if step.key else None).work(
        plan.shards[0]
    )  # kernels are compiled once
    (Path(place.address) / plan.result(plan.shards[0])).unlink()
    before = time.perf_counter()
    worker = ShardWorker(place, plan, step, KEY if step.key else None)
    for shard in plan.shards:
        worker.work(shard)
    return time.perf_counter() - before


def drive(address: str, plan: WorkPlan, engine: str) -> None:
    """Run what is missing, as `assay work run` does; the process that is killed as the driver."""
    place = open_place(address)
    missing = plan.missing(place)
    if not missing:
        return
    left = WorkPlan(step=plan.step, version=plan.version, context=plan.context, shards=missing)
    key = f"env:{KEY_NAME}" if STEPS[plan.step].key else None
    order = WorkOrder(place=place, name=keep_plan(place, left), plan=left, key=key)
    arguments = ["--key", key] if key else []
    runner: Runner = RayRunner(work_shard, "auto") if engine == "ray" else LocalRunner(arguments, 2)
    runner.run(order, None)


def run(address: str, plan: WorkPlan, engine: str, kills: int) -> tuple[float, int, int]:
    """Seconds, kills and shards begun in vain of a run in which a worker or the driver is killed."""
    draw = random.Random(plan.step)  # noqa: S311  a benchmark that must repeat
    place = open_place(address)
    before, killed = time.perf_counter(), 0
    words = [sys.executable, __file__, "--drive", address, keep_plan(place, plan), engine]
    driver = subprocess.Popen(words)
    while True:
        try:
            code = driver.wait(timeout=draw.uniform(10, 30) if killed < kills else None)
        except subprocess.TimeoutExpired:
            victims = workers("ray::work_shard" if engine == "ray" else "work step")
            if draw.random() < 0.3 or not victims:
                driver.kill()
            else:
                os.kill(draw.choice(victims), signal.SIGKILL)
            killed += 1
            continue
        if code == 0:
            break
        driver = subprocess.Popen(words)
    seconds = time.perf_counter() - before
    aside = Path(address) / plan.folder
    return seconds, killed, sum(1 for path in aside.iterdir() if path.name.endswith(ASIDE))


def workers(text: str) -> list[int]:
    """Numbers of the processes that were started by this run and have a text in their command."""
    numbers = []
    mark = f"{MARK}={os.environ[MARK]}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            is_ours = mark in (folder / "environ").read_bytes().split(b"\0")
        except (OSError, ValueError):
            continue
        if is_ours and text in command and int(folder.name) != os.getpid():
            numbers.append(int(folder.name))
    return numbers


@contextmanager
def ray_cluster(port: int = 46379) -> Iterator[None]:
    """A Ray cluster of this machine, ended with all its processes."""
    command = [
        "ray",
        "start",
        "--head",
        f"--port={port}",
        "--num-cpus=2",
        "--include-dashboard=false",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.environ["RAY_ADDRESS"] = f"127.0.0.1:{port}"
    try:
        yield
    finally:
        for number in workers("ray"):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def fresh(place: WorkPlace, plan: WorkPlan) -> None:
    """Forget the results of a plan."""
    shutil.rmtree(Path(place.address) / plan.folder, ignore_errors=True)


def measure(place: WorkPlace, plan: WorkPlan, engines: list[str], kills: int, rows: int) -> None:
    """One line for the plain loop, and two for each engine."""
    fresh(place, plan)
    seconds = plain(place, plan)
    digest = plan.digest_of_results(place)
    print(
        f"| {plan.step} | plain loop | {seconds:.0f} | {rows / seconds:,.0f} | 0 | 0 | {digest[:12]} |",
        flush=True,
    )
    for engine in engines:
        for planned in (0, kills):
            fresh(place, plan)
            seconds, killed, lost = run(place.address, plan, engine, planned)
            same = plan.digest_of_results(place)
            print(
                f"| {plan.step} | {engine} | {seconds:.0f} | {rows / seconds:,.0f} | {killed} | "
                f"{lost} | {same[:12]} |",
                flush=True,
            )
            if same != digest:
                sys.exit(f"{engine} gave other results than the plain loop")


def main() -> None:
    """Draw, cut, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--shard", type=int, default=5_000, help="records of a shard")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--steps", nargs="+", default=["contamination", "signatures", "clusters"])
    parser.add_argument("--engines", nargs="+", default=["local", "ray"])
    parser.add_argument("--drive", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ[KEY_NAME] = KEY.decode()
    if given.drive:
        from assay.bulk.sharding.contract import read_plan  # noqa: PLC0415  the driver's part alone

        address, name, engine = given.drive
        drive(address, read_plan(open_place(address), name), engine)
        return
    engines = [name for name in given.engines if name != "ray" or find_spec("ray")]
    os.environ[MARK] = str(os.getpid())
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if "ray" in engines:
            stack.enter_context(ray_cluster())
        place = open_place(folder)
        draw = random.Random(2)  # noqa: S311  a benchmark that must repeat
        known, weights = vocabulary(draw)
        items = [
            record(" ".join(draw.choices(known, weights, k=draw.randint(25, 90))), "x")
            for _ in range(ITEMS)
        ]
        before = time.perf_counter()
        shards = shard_records(place, "records", records(given.records, items), size=given.shard)
        cut = time.perf_counter() - before
        print(f"\n### Work on shards ({shards.rows} records in {len(shards.shards)} shards)\n")
        print(
            f"Drawn and cut in {cut:.0f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n"
        )
        print("| step | engine | seconds | records a second | kills | begun in vain | results |")
        print("|---|---|--:|--:|--:|--:|---|", flush=True)
        contexts = {
            "contamination": keep_context(place, reserve(items)),
            "signatures": keep_context(place, release_context()),
        }
        for step in ("contamination", "signatures"):
            if step in given.steps:
                plan = WorkPlan(
                    step=step, version=STEPS[step].version, context=contexts[step],
                    shards=shards.shards,
                )  # fmt: skip
                measure(place, plan, engines, given.kills, shards.rows)
        if "clusters" in given.steps:
            before = time.perf_counter()
            candidates = join_candidates(place, plan, size=given.shard)
            joined = time.perf_counter() - before
            clusters = WorkPlan(
                step="clusters", version=STEPS["clusters"].version,
                context=contexts["signatures"], shards=candidates,
            )  # fmt: skip
            measure(place, clusters, engines, 1, shards.rows)
            print(
                f"\nThe join of signatures took {joined:.0f} s (DuckDB, {len(candidates)} segments)."
            )
        used = sum(path.stat().st_size for path in (Path(folder) / "segments").iterdir())
        print(f"\nSegments hold {used / 1e6:,.0f} MB.")


if __name__ == "__main__":
    main()
