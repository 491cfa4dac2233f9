"""Import of one-kilobyte preference records: CPU, memory, and the floors beneath it.

    python benchmarks/import_records.py [--quick]

Each size runs in a process of its own. No import can do without one typed parse and one SHA-256 of
every line, and a durable one not without one bulk insert into SQLite (WAL, synchronous FULL): both
floors are printed. The import reads our own JSON lines as people write them (spaces, unsorted keys),
refuses doubled keys, NaN and unknown fields, makes ids, and commits records, origins and audit
entries. The same file is imported again: all rows are there then. Nothing is compared with a reserve.
"""

import argparse
import hashlib
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from import_parts import import_seconds, insert_seconds, measure_apart, some_words, text

from assay.records.formats.assay import READER
from assay.records.record import Record

LIMIT = 2.5
"""How many times the floor with the insert an import may take."""

LIMIT_AGAIN = 0.5
"""The share of the first time that rows which are all there may take."""

LIMIT_MEGABYTES = 400
"""Peak memory at any size."""

_decode = msgspec.json.Decoder(Record).decode


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
    print("| records | bytes each | import, CPU s | parse + SHA-256 | times | and insert | times "
          "| limit | again / first | limit | peak MB | limit |")  # fmt: skip
    print("|--:" * 12 + "|")
    for size in sizes:
        row = measure_apart(__file__, "--one", str(size))
        first, again = row["import"]
        print(f"| {size:,} | {row['bytes']:,.0f} | {first:.2f} | {row['parse']:.2f} "
              f"| {first / row['parse']:.1f} | {row['insert']:.2f} | {first / row['insert']:.1f} "
              f"| {LIMIT} | {again / first:.2f} | {LIMIT_AGAIN} "
              f"| {row['peak']:.0f} | {LIMIT_MEGABYTES} |")  # fmt: skip


def measure(size: int) -> dict[str, object]:
    """Write the file, import it twice, and time the floors over the same lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        write(path, size)
        spent = import_seconds(path, READER, "preference", times=2)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "bytes": path.stat().st_size / size,
            "import": spent,
            "peak": peak,
            "parse": parse_seconds(path),
            "insert": insert_seconds(path, parsed_lines(path)),
        }


def write(path: Path, size: int) -> None:
    """Write records of about a kilobyte with random words."""
    chance = random.Random(1)  # noqa: S311  a seed, so that every run reads the same bytes
    words = some_words(chance)
    with path.open("w") as file:
        for number in range(size):
            file.write(json.dumps(record(number, words, chance)) + "\n")


def record(number: int, words: list[str], chance: random.Random) -> dict[str, object]:
    """One record as plain JSON."""
    asked, one, other = (text(words, length, chance) for length in (30, 40, 40))
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


def parsed_lines(path: Path) -> Iterator[bytes]:
    """Every line, once it was parsed with its types."""
    with path.open("rb") as file:
        for line in file:
            _decode(line)
            yield line


def parse_seconds(path: Path) -> float:
    """CPU seconds of one typed parse and one SHA-256 of every line."""
    start = time.process_time()
    for line in parsed_lines(path):
        hashlib.sha256(line).digest()
    return time.process_time() - start


if __name__ == "__main__":
    main()
