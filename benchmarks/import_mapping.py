"""Import of a crowd's table by a mapping: CPU, and the floor beneath it.

    python benchmarks/import_mapping.py [--rows 40000]

A table of two answers and five votes on each pair, one row a vote. The floor is what no import can
do without: parsing the table, one typed encode of every row, its SHA-256, and one durable bulk insert into SQLite (WAL, synchronous FULL). The import checks every
row, makes ids, keeps origins, and commits records, judgments and audit entries.
"""

import argparse
import csv
import hashlib
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from assay.bulk.imports import import_file, open_mapping
from assay.core.clock import system_clock
from assay.records.reader import RowContext
from assay.store.store import Store

LIMIT = 10
"""How many times the floor an import by a mapping may take."""

VOTES = 5
"""Votes on each pair."""

MAPPING = """mapping: 1
kind: preference
record:
  key: "{pair}"
  messages: [{user: "{question}"}]
  taxonomy: {domain: "{domain}"}
  candidates:
    - {name: left, content: "{left}", model: "{left_model}"}
    - {name: right, content: "{right}", model: "{right_model}"}
judgments:
  - reviewer: {person: "{worker}"}
    verdict: {column: vote, values: {left: prefers left, right: prefers right, same: tie}}
    order: [left, right]
    active_seconds: "{seconds}"
    scores:
      - {dimension: clarity, candidate: left, number: "{left_clarity}"}
      - {dimension: clarity, candidate: right, number: "{right_clarity}"}
"""

_encode = msgspec.json.Encoder(order="sorted").encode


class PlainRow(msgspec.Struct):
    """A row as the floor encodes it."""

    pair: str
    question: str
    left: str
    right: str
    domain: str
    left_model: str
    right_model: str
    worker: str
    vote: str
    seconds: str
    left_clarity: str
    right_clarity: str


def main() -> None:
    """Measure in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description="Import by a mapping.")
    parser.add_argument("--rows", type=int, default=40_000, help="rows of the table")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.rows)))
        return
    command = [sys.executable, __file__, "--rows", str(options.rows), "--one"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row = json.loads(done.stdout)
    print("| rows | import, CPU s | floor, CPU s | import / floor | limit |")
    print("|--:|--:|--:|--:|--:|")
    print(
        f"| {options.rows:,} | {row['import']:.2f} | {row['floor']:.2f} "
        f"| {row['import'] / row['floor']:.1f} | {LIMIT} |"
    )


def measure(rows: int) -> dict[str, float]:
    """Write the table, import it, and time the floor over the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "votes.csv"
        write(table, rows)
        return {"import": import_seconds(table), "floor": floor_seconds(table)}


def write(path: Path, rows: int) -> None:
    """Write pairs of random words, the votes on one pair spread over the file."""
    chance = random.Random(1)  # noqa: S311  a seed, so that every run reads the same bytes
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(2_000)]
    pairs = [
        [f"pair {number}", *(" ".join(chance.choices(words, k=length)) for length in (20, 40, 40)),
         chance.choice(("boats", "locks", "knots")), "one", "two"]
        for number in range(-(-rows // VOTES))
    ]  # fmt: skip
    votes = [(number, vote) for number in range(len(pairs)) for vote in range(VOTES)][:rows]
    votes.sort(key=lambda entry: (entry[0] // 100, entry[1]))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["pair", "question", "left", "right", "domain", "left_model", "right_model",
             "worker", "vote", "seconds", "left_clarity", "right_clarity"]
        )  # fmt: skip
        for number, vote in votes:
            answer = chance.choice(("left", "right", "same"))
            scores = [str(chance.randint(1, 5)), str(chance.randint(1, 5))]
            seconds = f"{chance.randint(1, 99)}.{chance.randint(0, 9)}"
            worker = f"worker {(number * 7 + vote) % 300}"
            writer.writerow([*pairs[number], worker, answer, seconds, *scores])


def import_seconds(table: Path) -> float:
    """CPU seconds of the import into a new store."""
    mapping = table.with_name("mapping.yaml")
    mapping.write_text(MAPPING)
    reader = open_mapping(mapping, table)
    context = RowContext(
        kind="preference",
        source_class="own",
        pseudonym=lambda person: "rvr_" + hashlib.sha256(person.encode()).hexdigest()[:20],
    )
    url = f"sqlite:///{table.with_name('store.sqlite')}"
    with Store.open(url, system_clock, create=True) as store:
        start = time.process_time()
        report = import_file(table, reader, context, store=store, actor="bench")
        spent = time.process_time() - start
    assert report.stored == report.read
    return spent


def floor_seconds(table: Path) -> float:
    """CPU seconds of parsing, one typed encode, SHA-256 and one durable bulk insert."""
    with sqlite3.connect(table.with_name("floor.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE facts (id BLOB PRIMARY KEY, body BLOB)")
        start = time.process_time()
        with table.open(newline="") as file:
            rows = csv.reader(file)
            next(rows)
            connection.executemany("INSERT INTO facts VALUES (?, ?)", map(_fact, rows))
        connection.commit()
        return time.process_time() - start


def _fact(cells: list[str]) -> tuple[bytes, bytes]:
    body = _encode(PlainRow(*cells))
    return hashlib.sha256(body).digest(), body


if __name__ == "__main__":
    main()
