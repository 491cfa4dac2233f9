"""Release: build and verify beside one SHA-256 pass over the same bytes.

Prints a Markdown table. 100,000 preference records of about one kilobyte with two judgments each
lie in a SQLite store; the build reads them through the gates and writes the signed folder; verify
derives everything again from it. The limit to measure against is what no verifier can do without:
reading every byte of the folder once through SHA-256. Seconds are CPU seconds of one process.
"""

import argparse
import hashlib
import resource
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
from assay.quality.disposition import Disposition  # noqa: E402
from assay.records.candidate import Candidate, MadeByModel  # noqa: E402
from assay.records.kinds import Preference  # noqa: E402
from assay.records.record import Record, Source, sort_candidates  # noqa: E402
from assay.records.task import Message, Task  # noqa: E402
from assay.records.verdict import Prefers  # noqa: E402
from assay.releases.build import build  # noqa: E402
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
        said = [judge(made, reviewer, Prefers(candidate=0)) for reviewer in ("prs_1", "prs_2")]
        yield made
        yield from said
        yield Disposition(
            record=said[0].record,
            state="accepted",
            rule="quay/agreement",
            reason="2 of 2 answers say prefers",
            contract=CONTRACT_ID,
            rubric=RUBRIC_ID,
            read=tuple(each.id for each in said),
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


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    count = 10_000 if parser.parse_args().quick else 100_000
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
        size, hash_seconds = measured(lambda: hash_once(built.folder))
        verified, verify_seconds = measured(lambda: verify(built.folder, KEY.public_key()))
        assert verified.ok, verified.issues
        at_verify = peak_megabytes()
    print(f"## Release of {count:,} records, {2 * count:,} judgments, {size / 1e6:,.0f} MB\n")
    print("| step | CPU seconds | ratio to one SHA-256 pass | peak memory (MB) |")
    print("|---|---:|---:|---:|")
    for step, seconds, memory in (
        ("one SHA-256 pass over the folder", hash_seconds, at_start),
        ("build, sign and commit", build_seconds, at_build),
        ("verify everything", verify_seconds, at_verify),
    ):
        print(f"| {step} | {seconds:.2f} | {seconds / hash_seconds:.1f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
