"""The store on SQLite: bulk writing, reading, audit, and what group commit gives.

Prints a Markdown table. Facts are records of about one kilobyte, written with their digests in
batches of 5,000. The limit for writing 100,000 is 4 CPU-seconds, the store's part of the 10 that
an import may take. Group commit is shown as a ratio to one commit for each judgment.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assay.core.clock import fixed_clock
from assay.records.kinds import Demonstration
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.review.assignment import Assignment
from assay.store.audit import verify
from assay.store.group import GroupWriter
from assay.store.store import Store

BATCH = 5_000
LIMIT_SECONDS = 4.0
THREADS = 64


def records(count: int) -> Iterator[list[Record]]:
    """Batches of records of about one kilobyte."""
    text = "A sentence of our own that fills the record up to a kilobyte. " * 13
    for start in range(0, count, BATCH):
        yield [
            Record(
                schema_version=1,
                part=Demonstration(),
                task=Task(messages=(Message(role="user", content=f"{number}: {text}"),)),
                sources=(Source(source_class="own-work"),),
            )
            for number in range(start, min(start + BATCH, count))
        ]


def write_all(store: Store, count: int) -> float:
    """CPU-seconds that the store spends on writing, without those for making the records."""
    spent = 0.0
    for batch in records(count):
        before = time.process_time()
        with store.write("record.import", actor="bench") as writing:
            writing.add(batch)
        spent += time.process_time() - before
    return spent


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU-seconds of some work."""
    before = time.process_time()
    work()
    return time.process_time() - before


def commits_per_second(store: Store, count: int) -> tuple[float, float]:
    """Acknowledged units per second: one commit each, and in groups from many threads."""
    started = time.perf_counter()
    for number in range(count):
        with store.write("assignment.add", actor="bench") as writing:
            writing.add([Assignment(record="rec_a", reviewer="alone", number=number)])
    alone = count / (time.perf_counter() - started)
    started = time.perf_counter()
    with GroupWriter(store) as writer, ThreadPoolExecutor(THREADS) as pool:

        def submit(number: int) -> None:
            fact = Assignment(record="rec_a", reviewer="together", number=number)
            writer.submit(lambda unit: unit.add([fact]), "assignment.add", actor="bench")

        list(pool.map(submit, range(count)))
    return alone, count / (time.perf_counter() - started)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 records only")
    counts = (100_000,) if parser.parse_args().quick else (100_000, 1_000_000)
    print("| records | write, CPU s | of the limit | scan, CPU s | audit, CPU s | peak MB |")
    print("|---:|---:|---:|---:|---:|---:|")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'store.db'}"
            with Store.open(url, fixed_clock("2026-01-31T09:30:00Z"), create=True) as store:
                print(row(store, count), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'store.db'}"
        with Store.open(url, fixed_clock("2026-01-31T09:30:00Z"), create=True) as store:
            alone, together = commits_per_second(store, 2_000)
    print(
        f"\nDurable judgments per second: {alone:.0f} with one commit each, {together:.0f} "
        f"from {THREADS} threads in groups: {together / alone:.1f} times as many."
    )


def row(store: Store, count: int) -> str:
    """One line of the table."""
    write = write_all(store, count)
    scan = cpu_seconds(lambda: sum(1 for _ in store.scan(Record)))
    audit = cpu_seconds(lambda: verify(store))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    limit = write / (LIMIT_SECONDS * count / 100_000)
    return f"| {count:,} | {write:.1f} | {limit:.2f} | {scan:.1f} | {audit:.1f} | {peak} |"


if __name__ == "__main__":
    main()
