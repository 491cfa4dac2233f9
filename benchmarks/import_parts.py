"""What the benchmarks of imports share: random words, the import into a new store, and the floor beneath it."""

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assay.bulk.imports import import_file
from assay.core.clock import system_clock
from assay.records.reader import Reader, RowContext
from assay.store.store import Store

WORDS = 2000
"""Different words of a file."""


def some_words(chance: random.Random) -> list[str]:
    """Words of two to nine letters."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(WORDS)]


def text(words: list[str], length: int, chance: random.Random) -> str:
    """A text of so many words."""
    return " ".join(chance.choices(words, k=length))


def measure_apart(benchmark: str, *options: str) -> Any:
    """What a benchmark prints in a process of its own, as JSON."""
    command = [sys.executable, benchmark, *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def import_seconds(path: Path, reader: Reader, kind: str, times: int = 1) -> list[float]:
    """CPU seconds of the import into a new store, and of the same file again."""
    context = RowContext(
        kind=kind,
        source_class="own",
        pseudonym=lambda person: "rvr_" + hashlib.sha256(person.encode()).hexdigest()[:20],
    )
    spent = []
    with Store.open(f"sqlite:///{path}.sqlite", system_clock, create=True) as store:
        for number in range(times):
            start = time.process_time()
            report = import_file(path, reader, context, store=store, actor="bench")
            spent.append(time.process_time() - start)
            assert report.read == (report.already_there if number else report.stored)
    return spent


def insert_seconds(path: Path, bodies: Iterable[bytes]) -> float:
    """CPU seconds of making bodies, their SHA-256, and one durable bulk insert into SQLite.

    WAL and synchronous FULL, as the store has them; one key, the digest.
    """
    with sqlite3.connect(f"{path}.floor.sqlite") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE facts (seq INTEGER PRIMARY KEY, id BLOB UNIQUE, body BLOB)"
        )
        start = time.process_time()
        rows = ((hashlib.sha256(body).digest(), body) for body in bodies)
        connection.executemany("INSERT INTO facts (id, body) VALUES (?, ?)", rows)
        connection.commit()
        return time.process_time() - start
