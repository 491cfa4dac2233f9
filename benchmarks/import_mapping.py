"""Import of a crowd's table by a mapping: CPU, and the floor beneath it.

    python benchmarks/import_mapping.py [--rows 40000]

A table of two answers and five votes on each pair, one row a vote. The floor is what no import can
do without: parsing the table, one typed encode of every row, its SHA-256, and one durable bulk
insert into SQLite (WAL, synchronous FULL). The import checks every row, makes ids, keeps origins, and
commits records, judgments and audit entries.
"""

import argparse
import csv
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from import_parts import import_seconds, insert_seconds, measure_apart, some_words, text

from assay.bulk.imports import open_mapping

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
    row = measure_apart(__file__, "--rows", str(options.rows), "--one")
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
        mapping = table.with_name("mapping.yaml")
        mapping.write_text(MAPPING)
        (spent,) = import_seconds(table, open_mapping(mapping, table), "preference")
        return {"import": spent, "floor": insert_seconds(table, plain_rows(table))}


def write(path: Path, rows: int) -> None:
    """Write pairs of random words, the votes on one pair spread over the file."""
    chance = random.Random(1)  # noqa: S311  a seed, so that every run reads the same bytes
    words = some_words(chance)
    pairs = [
        [f"pair {number}", *(text(words, length, chance) for length in (20, 40, 40)),
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


def plain_rows(table: Path) -> Iterator[bytes]:
    """Every row of the table, encoded."""
    with table.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for cells in rows:
            yield _encode(PlainRow(*cells))


if __name__ == "__main__":
    main()
