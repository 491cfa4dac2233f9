"""The quality report over 10,000, 100,000 and 1,000,000 judgments, beside a pass that decodes them.

Prints a Markdown table with the time and the memory a judgment, and the exponent of their growth.
Cases are decoded from JSON as they are asked for and never kept; each size runs in a process of
its own. The last rows read a SQLite store.
"""

import argparse
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from assay.core.digest import sha256
from assay.core.fact import Fact
from assay.core.identity import make_id
from assay.quality import service
from assay.quality.bootstrap import Resampling
from assay.quality.case import RecordCase
from assay.quality.gathering import gather
from assay.quality.in_force import DocumentsInForce
from assay.quality.report import report_of
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Prefers, Scored, Tie
from assay.store.store import Store
from simulators.small_program import facts, in_force, judged, pair

EACH = 4
"""Judgments of one record."""

SHAPES = 2048
"""Different cases; the others repeat them."""

REVIEWERS = 200
DIMENSIONS = ("correctness", "clarity")
RESAMPLING = Resampling(replicates=500)
SIZES = (10_000, 100_000, 1_000_000)
"""Judgments of each run."""

Body = tuple[bytes, tuple[bytes, ...]]
"""A record and its judgments as JSON."""


def bodies(number: int, *, salt: int = 0) -> list[Body]:
    """So many records, each with its judgments, as canonical JSON."""
    draw = np.random.default_rng(1)
    made = []
    for at in range(number):
        record = _record(at + salt, draw)
        given = [
            _judgment(record, int(who), draw) for who in draw.choice(REVIEWERS, EACH, replace=False)
        ]
        made.append((record.canonical(), tuple(each.canonical() for each in given)))
    return made


def _record(number: int, draw: np.random.Generator) -> Record:
    texts = tuple("word " * int(draw.integers(1, 60)) + f"{number} {place}" for place in (0, 1))
    record = pair(
        number,
        (texts[0], texts[1]),
        difficulty=("easy", "hard")[number % 2],
        language=("en", "de")[number % 3 == 0],
    )
    task = msgspec.structs.replace(record.task, capability=f"skill {number % 40}")
    return record.replace(task=task)


def _judgment(record: Record, who: int, draw: np.random.Generator) -> Judgment:
    scores = tuple(
        DimensionScore(
            dimension=name, score=Scored(value=int(draw.integers(1, 6))), candidate=place
        )
        for name in DIMENSIONS
        for place in (0, 1)
    )
    verdict = Tie() if draw.random() < 0.2 else Prefers(candidate=int(draw.integers(0, 2)))
    return judged(record, f"reviewer {who}", verdict, scores=scores, order=(0, 1))


def cases(made: list[Body], judgments: int) -> Iterator[RecordCase]:
    """Cases with so many judgments in all, decoded anew each time."""
    record, judgment = msgspec.json.Decoder(Record).decode, msgspec.json.Decoder(Judgment).decode
    for number in range(judgments // EACH):
        body, given = made[number % len(made)]
        yield RecordCase(id=_id(number), record=record(body), judgments=tuple(map(judgment, given)))


def _id(number: int) -> str:
    return make_id(Record.prefix, sha256(str(number).encode()))


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one report cost."""

    source: str
    """Where the cases came from."""
    judgments: int
    """Judgments of all cases."""
    decoding: float
    """CPU seconds of a pass that only decodes them."""
    gathering: float
    """CPU seconds of the pass that gathers; the decoding is in them."""
    statistics: float
    """CPU seconds of what follows it."""
    grown: int
    """Bytes by which the process grew."""

    @property
    def spent(self) -> float:
        """CPU seconds of the report."""
        return self.gathering + self.statistics


def peak() -> int:
    """Most bytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(judgments: int) -> Measured:
    """Make the report once from cases that are decoded from JSON."""
    made = bodies(min(SHAPES, judgments // EACH))
    before = time.process_time()
    for _ in cases(made, judgments):
        pass
    decoding, start = time.process_time() - before, peak()
    before = time.process_time()
    data = gather(cases(made, judgments), in_force())
    gathered = time.process_time()
    report_of(data, RESAMPLING)
    return Measured(
        source="cases decoded from JSON",
        judgments=judgments,
        decoding=decoding,
        gathering=gathered - before,
        statistics=time.process_time() - gathered,
        grown=peak() - start,
    )


def run_store(judgments: int) -> Measured:
    """The same through a store on SQLite, whose filling is not counted."""
    documents = facts()
    with tempfile.TemporaryDirectory() as folder:
        clock = lambda: "2026-01-31T09:30:00Z"  # noqa: E731  one moment for all
        store = Store.open(f"sqlite:///{folder}/facts.db", clock, create=True)
        _fill(store, judgments)
        before = time.process_time()
        for _ in service.each_case(store, documents):
            pass
        decoding, start = time.process_time() - before, peak()
        before = time.process_time()
        data = gather(service.each_case(store, documents), DocumentsInForce.of(documents))
        gathered = time.process_time()
        report_of(data, RESAMPLING, service.rubrics(store))
        measured = Measured(
            source="SQLite store",
            judgments=judgments,
            decoding=decoding,
            gathering=gathered - before,
            statistics=time.process_time() - gathered,
            grown=peak() - start,
        )
        store.close()
    return measured


def _fill(store: Store, judgments: int) -> None:
    record, judgment = msgspec.json.Decoder(Record).decode, msgspec.json.Decoder(Judgment).decode
    for salt in range(0, judgments // EACH, SHAPES):
        number = min(SHAPES, judgments // EACH - salt)
        given: list[Fact] = []
        for body, answers in bodies(number, salt=salt):
            given += [record(body), *map(judgment, answers)]
        with store.write("benchmark.fill", actor="benchmark") as writing:
            writing.add(given)


def _row(measured: Measured, smaller: Measured | None) -> str:
    judgments = measured.judgments
    growth = ""
    if smaller is not None:
        times = measured.spent / smaller.spent
        growth = f"{math.log(times) / math.log(judgments / smaller.judgments):.2f}"
    micro = 1e6 / judgments
    return (
        f"| {measured.source} | {judgments:,} | {measured.spent:.1f} | {measured.spent * micro:,.0f} "
        f"| {measured.gathering * micro:,.0f} | {measured.statistics * micro:,.0f} "
        f"| {measured.spent / measured.decoding:.1f}x | {measured.grown / judgments:,.0f} | {growth} |"
    )


def _measure(option: str, judgments: int) -> Measured:
    """One size in a process of its own."""
    command = [sys.executable, __file__, option, str(judgments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=Measured)


def main() -> None:
    """Run each size in its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the largest size")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--store", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one or options.store:
        measured = run(options.one) if options.one else run_store(options.store)
        print(msgspec.json.encode(measured).decode())
        return
    print("## Quality report\n")
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(
        f"{EACH} judgments a record, {REVIEWERS} reviewers, {len(DIMENSIONS)} scored dimensions, "
        f"{RESAMPLING.replicates} replicates; shortcut audit, diagnosis, ledger and alarms "
        f"included. Python {platform.python_version()}, {os.cpu_count()} cores, load {load}. Times "
        "are CPU time; `x` is that of the report over that of a pass that only decodes the same "
        "facts. Bytes are what the process grew by. The exponent is that of the time, from one "
        "size to the next: 1 grows as the judgments do.\n"
    )
    print(
        "| source | judgments | CPU s | us a judgment | of it gathering | of it statistics | x "
        "| bytes a judgment | exponent |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for option, sizes in (("--one", SIZES), ("--store", SIZES[:2])):
        smaller: Measured | None = None
        for size in sizes[:2] if options.quick else sizes:
            measured = _measure(option, size)
            print(_row(measured, smaller), flush=True)
            smaller = measured


if __name__ == "__main__":
    main()
