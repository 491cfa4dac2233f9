"""The quality report over 1,000,000 judgments in one pass, beside a pass that only decodes them.

Prints a Markdown table with the memory at a quarter and at the whole, so that its growth shows.
Cases are decoded from JSON as they are asked for and never kept; each size runs in a process of
its own. The last row reads a SQLite store.
"""

import argparse
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
MEBI = 1024
"""Kibibytes in a mebibyte."""

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


def peak() -> float:
    """Most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBI


def run(judgments: int) -> None:
    """Make the report once and print its cost."""
    made = bodies(SHAPES)
    before = time.process_time()
    for _ in cases(made, judgments):
        pass
    bare, start = time.process_time() - before, peak()
    before = time.process_time()
    report_of(gather(cases(made, judgments), in_force()), RESAMPLING)
    _print("cases decoded from JSON", judgments, time.process_time() - before, bare, start)


def run_store(judgments: int) -> None:
    """The same through a store on SQLite, whose filling is not counted."""
    documents = facts()
    with tempfile.TemporaryDirectory() as folder:
        clock = lambda: "2026-01-31T09:30:00Z"  # noqa: E731  one moment for all
        store = Store.open(f"sqlite:///{folder}/facts.db", clock, create=True)
        _fill(store, judgments)
        before = time.process_time()
        for _ in service.each_case(store, documents):
            pass
        bare, start = time.process_time() - before, peak()
        before = time.process_time()
        service.report(store, documents, resampling=RESAMPLING)
        _print("SQLite store", judgments, time.process_time() - before, bare, start)
        store.close()


def _fill(store: Store, judgments: int) -> None:
    record, judgment = msgspec.json.Decoder(Record).decode, msgspec.json.Decoder(Judgment).decode
    for salt in range(0, judgments // EACH, SHAPES):
        number = min(SHAPES, judgments // EACH - salt)
        given: list[Fact] = []
        for body, answers in bodies(number, salt=salt):
            given += [record(body), *map(judgment, answers)]
        with store.write("benchmark.fill", actor="benchmark") as writing:
            writing.add(given)


def _print(what: str, judgments: int, spent: float, bare: float, start: float) -> None:
    print(
        f"| {what} | {judgments:,} | {spent:.1f} | {judgments / spent:,.0f} | {spent / bare:.1f}x "
        f"| {start:,.0f} | {peak() - start:,.0f} | {(peak() - start) * MEBI**2 / judgments:,.0f} |",
        flush=True,
    )


def main() -> None:
    """Run each size in its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the judgments")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--store", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return run(options.one)
    if options.store:
        return run_store(options.store)
    whole = 100_000 if options.quick else 1_000_000
    print("## Quality report\n")
    print(
        f"{EACH} judgments a record, {REVIEWERS} reviewers, {len(DIMENSIONS)} scored dimensions, "
        f"{RESAMPLING.replicates} replicates; shortcut audit, diagnosis, ledger and alarms "
        f"included. Python {platform.python_version()}, {os.cpu_count()} cores. `x` is CPU seconds "
        "over those of a pass that only decodes the same facts; the start is the memory before the "
        "report, libraries included.\n"
    )
    print(
        "| source | judgments | CPU s | judgments a second | x | start MiB | growth MiB | bytes a judgment |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for option, size in (("--one", whole // 4), ("--one", whole), ("--store", whole // 10)):
        subprocess.run([sys.executable, __file__, option, str(size)], check=True)
    return None


if __name__ == "__main__":
    main()
