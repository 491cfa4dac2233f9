"""Import of one-kilobyte preference records: CPU, memory, and the floor beneath them.

    python benchmarks/import_records.py [--quick]

Each size runs in a process of its own. The floor is what no import can do without: one typed
parse and one SHA-256 over the same lines. The import reads our own JSON lines as people write
them (spaces, unsorted keys), refuses doubled keys, NaN and unknown fields, makes ids, and commits
records, origins and audit entries to SQLite (WAL, synchronous FULL).
"""

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from assay.bulk.imports import import_file
from assay.core.clock import system_clock
from assay.records.formats.assay import READER
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.store.store import Store

LIMIT_SECONDS = 10
"""CPU seconds for 100,000 records."""

LIMIT_MEGABYTES = 400
"""Peak memory at any size."""

_WORDS = 2000


def main() -> None:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description="Import of preference records.")
    parser.add_argument("--quick", action="store_true", help="only 20,000 records")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    sizes = [20_000] if options.quick else [100_000, 1_000_000]
    print("| records | bytes each | import, CPU s | per 100,000 | limit | floor, CPU s | import / floor"
          " | peak MB | limit |")  # fmt: skip
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        row = json.loads(done.stdout)
        each = row["import"] / size * 100_000
        print(f"| {size:,} | {row['bytes']:,.0f} | {row['import']:.1f} | {each:.1f} | {LIMIT_SECONDS} "
              f"| {row['floor']:.2f} | {row['import'] / row['floor']:.1f} "
              f"| {row['peak']:.0f} | {LIMIT_MEGABYTES} |")  # fmt: skip


def measure(size: int) -> dict[str, float]:
    """Write the file, import it, and time the floor over the same lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        write(path, size)
        spent = import_seconds(path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "bytes": path.stat().st_size / size,
            "import": spent,
            "peak": peak,
            "floor": floor_seconds(path),
        }


def write(path: Path, size: int) -> None:
    """Write records of about a kilobyte with random words."""
    chance = random.Random(1)  # noqa: S311  a seed, so that every run reads the same bytes
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(_WORDS)]
    with path.open("w") as file:
        for number in range(size):
            file.write(json.dumps(record(number, words, chance)) + "\n")


def record(number: int, words: list[str], chance: random.Random) -> dict[str, object]:
    """One record as plain JSON."""
    asked, one, other = (" ".join(chance.choices(words, k=length)) for length in (30, 40, 40))
    return {
        "schema_version": 1,
        "part": {"kind": "preference"},
        "task": {
            "messages": [{"role": "user", "content": asked}],
            "taxonomy": {"domain": "words"},
        },
        "sources": [{"source_class": "own"}],
        "candidates": [
            {"content": one, "provenance": {"by": "model", "model": "a"}},
            {"content": other, "provenance": {"by": "model", "model": "b"}},
        ],
        "key": f"record {number}",
    }


def import_seconds(path: Path) -> float:
    """CPU seconds of the import into a new store."""
    context = RowContext(kind="preference", source_class="own", pseudonym=str)
    url = f"sqlite:///{path.with_name('store.sqlite')}"
    with Store.open(url, system_clock, create=True) as store:
        start = time.process_time()
        report = import_file(path, READER, context, store=store, actor="bench")
        spent = time.process_time() - start
    assert report.stored == report.read
    return spent


def floor_seconds(path: Path) -> float:
    """CPU seconds of one typed parse and one SHA-256 of every line."""
    decoder = msgspec.json.Decoder(Record)
    start = time.process_time()
    with path.open("rb") as file:
        for line in file:
            decoder.decode(line)
            hashlib.sha256(line).digest()
    return time.process_time() - start


if __name__ == "__main__":
    main()
