"""Release: build and verify beside one SHA-256 pass over the same bytes, at growing sizes.

Prints Markdown tables. Preference records of about one kilobyte with two judgments each lie in a SQLite
store; the build reads them through the gates and writes the signed folder; verify derives everything
again from it. The limit to measure against is what no verifier can do without: reading every byte of
the folder once through SHA-256, timed before, between and after the two. Seconds are CPU seconds of one
process, a process for each size. Counting near copies once, which quotas ask for, is timed beside: here
all records share a template, so each is compared with as many others as any is.
"""

import argparse
import hashlib
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from assay.core.clock import fixed_clock  # noqa: E402
from assay.core.fact import Fact  # noqa: E402
from assay.core.ports import FactStore  # noqa: E402
from assay.quality.cells import Cells  # noqa: E402
from assay.quality.disposition import Disposition  # noqa: E402
from assay.quality.quota_coverage import coverage  # noqa: E402
from assay.records.candidate import Candidate, MadeByModel  # noqa: E402
from assay.records.kinds import Preference  # noqa: E402
from assay.records.record import Record, Source, sort_candidates  # noqa: E402
from assay.records.task import Message, Task  # noqa: E402
from assay.records.verdict import Prefers  # noqa: E402
from assay.releases.build import build  # noqa: E402
from assay.releases.inputs import typed_documents  # noqa: E402
from assay.releases.verify import verify  # noqa: E402
from assay.store.store import Store  # noqa: E402
from simulators.ferries import ACTOR, CREATED, KEY, RUBRIC_ID, documents, inputs  # noqa: E402
from simulators.ferries import judgment as judge  # noqa: E402

BATCH = 2_000
CONTRACT_ID = documents()["contract"].document.id
SENTENCE = (
    "The ferry on this pier leaves a little later than the board says, so keep an eye on it. "
)

T = TypeVar("T")


def record(number: int) -> Record:
    """A preference record of about one kilobyte."""
    candidates, _ = sort_candidates(tuple(
        Candidate(content=f"{number}.{side} {SENTENCE * 4}", provenance=MadeByModel(model="quay"))
        for side in range(2)
    ))  # fmt: skip
    return Record(
        schema_version=1,
        part=Preference(),
        task=Task(
            messages=(Message(role="user", content=f"Which ferry on pier {number}?"),),
            taxonomy={"day": "sunday" if number % 2 else "weekday", "language": "en"},
        ),
        sources=(Source(source_class="desk"),),
        candidates=candidates,
    )


def facts(numbers: range) -> Iterator[Fact]:
    """Records, their judgments and their dispositions."""
    for number in numbers:
        made = record(number)
        judgments = [judge(made, reviewer, Prefers(candidate=0)) for reviewer in ("prs_1", "prs_2")]
        yield made
        yield from judgments
        yield Disposition(
            record=judgments[0].record,
            state="accepted",
            rule="quay/agreement",
            reason="2 of 2 answers say prefers",
            contract=CONTRACT_ID,
            rubric=RUBRIC_ID,
            read=tuple(judgment.id for judgment in judgments),
        )


def fill(store: FactStore, count: int) -> None:
    """Put the facts of so many records into the store."""
    for start in range(0, count, BATCH):
        batch = list(facts(range(start, min(start + BATCH, count))))
        with store.write("record.import", actor=ACTOR) as transaction:
            transaction.add(batch)


def measured(work: Callable[[], T]) -> tuple[T, float]:
    """What some work gives, and the CPU seconds it takes."""
    before = time.process_time()
    result = work()
    return result, time.process_time() - before


def hash_once(folder: Path) -> int:
    """Read every byte of a folder through SHA-256; how many there were."""
    total = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                hashlib.file_digest(stream, "sha256")
                total += stream.tell()
    return total


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def count_near_copies(count: int) -> None:
    """What the quotas ask of the texts of so many records."""
    files = inputs().documents
    sampling = typed_documents(
        {kind: file.document for kind, file in files.items()}
    ).contract.sampling
    cells = Cells(sampling)
    for number in range(count):
        cells.add(record(number), accepted=True)
    coverage(cells, sampling)


def figures_of(count: int) -> dict[str, float]:
    """Seconds, bytes and memory of one size, measured in this process."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        url = f"sqlite:///{folder / 'store.sqlite'}"
        with Store.open(url, fixed_clock(CREATED), create=True) as store:
            fill(store, count)
            at_start = peak_megabytes()
            built, build_seconds = measured(
                lambda: build(store, inputs(), KEY, folder / "releases", actor=ACTOR)
            )
        at_build = peak_megabytes()
        passes = [measured(lambda: hash_once(built.folder)) for _ in range(3)]
        verified, verify_seconds = measured(lambda: verify(built.folder, KEY.public_key()))
        passes += [measured(lambda: hash_once(built.folder)) for _ in range(3)]
        assert verified.ok, verified.issues
        at_verify = peak_megabytes()
    _, made_seconds = measured(lambda: [record(number) for number in range(count)])
    _, copies_seconds = measured(lambda: count_near_copies(count))
    return {
        "megabytes": passes[0][0] / 1e6,
        "pass": sorted(seconds for _, seconds in passes)[len(passes) // 2],
        "build": build_seconds,
        "verify": verify_seconds,
        "near copies": copies_seconds - made_seconds,
        "at start": at_start,
        "at build": at_build,
        "at verify": at_verify,
    }


def in_a_process(count: int) -> dict[str, float]:
    """The figures of one size from a process of its own, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--one", str(count)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed)
    return figures


def exponent(step: str, sizes: list[int], every: list[dict[str, float]]) -> str:
    """How a step grows from the smallest to the largest size: 1 is linear."""
    if len(sizes) == 1:
        return "-"
    growth = math.log(every[-1][step] / every[0][step])
    return f"{growth / math.log(sizes[-1] / sizes[0]):.2f}"


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 records only")
    parser.add_argument("--records", default="", help="numbers of records, with commas between")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(figures_of(options.one)))
        return
    named = options.records or ("1000,10000" if options.quick else "10000,100000")
    sizes = [int(size) for size in named.split(",")]
    every = [in_a_process(size) for size in sizes]
    print(f"## Release: build and verify (load {os.getloadavg()[0]:.1f})\n")
    print("| records | MB | step | CPU seconds | ratio to one SHA-256 pass | peak MB |")
    print("|--:|--:|---|--:|--:|--:|")
    for size, figures in zip(sizes, every, strict=True):
        for step, memory in (
            ("pass", "at start"), ("build", "at build"), ("verify", "at verify"),
            ("near copies", ""),
        ):  # fmt: skip
            ratio = figures[step] / figures["pass"]
            peak = f"{figures[memory]:.0f}" if memory else ""
            print(f"| {size:,} | {figures['megabytes']:,.0f} | {step} "
                  f"| {figures[step]:.2f} | {ratio:.1f} | {peak} |")  # fmt: skip
    print("\n| step | exponent of its growth |\n|---|--:|")
    for step in ("pass", "build", "verify", "near copies"):
        print(f"| {step} | {exponent(step, sizes, every)} |")


if __name__ == "__main__":
    main()
