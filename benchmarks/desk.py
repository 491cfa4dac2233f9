"""The desk under load: closed-loop reviewers who claim and answer, beside the trivial endpoint.

The server runs in a process of its own, on a store with many waiting pairs; reviewers are
connections that claim one assignment, answer it, and claim the next without thinking. Prints a
Markdown table: CPU milliseconds of the server for a claim and an answer, in two requests and in one
that brings the next assignment, latencies, memory. Then
all reviewers claim a few assignments and answer them, and only the answers are timed: durable
submits, beside the endpoint `/health`, which asks nobody who they are, and `/api/v1/me`, which
does and says only that. SQLite by default, `--postgres` for both.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import assay
from assay.demo.documents import write_program
from assay.demo.world import build_world
from assay.program.program import Program
from assay.records.candidate import Candidate
from assay.records.record import Record
from assay.records.task import Message
from stores.server import running_server

PORT = 8991
SERVE = """
import os, sys, uvicorn, assay
from assay.web.app import create_app
program = assay.open(sys.argv[1])
uvicorn.run(create_app(program, rate=10**9), port=int(sys.argv[2]), log_level="warning",
            server_header=False)
"""
TICKS = os.sysconf("SC_CLK_TCK")
AHEAD = 4
"""Assignments that a reviewer claims at once when submits alone are timed."""
T = TypeVar("T", Message, Candidate)


def pairs(count: int) -> Iterator[Record]:
    """Pairs of which no two share a text, so that what is remembered of one helps no other."""
    items = [each.record for each in build_world() if each.record.kind == "preference"]
    for number in range(count):
        record = items[number % len(items)]
        task = msgspec.structs.replace(
            record.task,
            messages=tuple(_numbered(each, number) for each in record.task.messages),
        )
        candidates = tuple(_numbered(each, number) for each in record.candidates)
        yield record.replace(key=f"pair-{number}", task=task, candidates=candidates)


def _numbered(text: T, number: int) -> T:
    """A message or a candidate that says its number."""
    return msgspec.structs.replace(text, content=f"{text.content}\n\n(Case {number}.)")


def make_program(folder: Path, count: int, people: int, store: str | None) -> list[str]:
    """A program whose pairs wait at the desk, and an API token for each reviewer."""
    write_program(folder)
    if store:
        settings = folder / "assay.toml"
        text = settings.read_text()
        settings.write_text(text.replace("sqlite:///.assay/store.sqlite", store))
    with assay.open(folder) as program:
        batch: list[Record] = []
        for record in pairs(count):
            batch.append(record)
            if len(batch) == 20_000:
                _add(program, batch)
                batch = []
        _add(program, batch)
        program.desk.fill()
        return [_token(program, f"reviewer-{number}") for number in range(people)]


def _add(program: Program, batch: list[Record]) -> None:
    with program.store.write("record.import", actor="benchmark") as writing:
        writing.add(batch)


def _token(program: Program, name: str) -> str:
    link = program.accounts.invite(["reviewer"], by="benchmark", name=name)
    account = program.accounts.accept(link, name=name, password="a long sentence for nobody")  # noqa: S106
    program.desk.seat([(account.pseudonym, account.roles)], by="benchmark")
    signed_in = program.accounts.sign_in(name, "a long sentence for nobody")
    assert signed_in
    return program.accounts.make_token(signed_in.principal, name="load", scopes=["review:work"])


@contextmanager
def serving(folder: Path, port: int) -> Iterator[tuple[int, float]]:
    """The server's process id, and the seconds until it answered."""
    begun = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port)])
    try:
        while True:
            try:
                asyncio.run(Connection.once(port, "GET", "/ready"))
                break
            except OSError:
                if server.poll() is not None:
                    raise
                time.sleep(0.02)
        yield server.pid, time.perf_counter() - begun
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


class Connection:
    """One keep-alive connection that speaks as little HTTP as a server needs."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\n" + (
            f"Authorization: Bearer {token}\r\n" if token else ""
        )

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    @classmethod
    async def once(cls, port: int, method: str, path: str) -> None:
        """One request on a connection of its own."""
        connection = cls(port)
        await connection.open()
        await connection.ask(method, path)
        await connection.close()

    async def ask(self, method: str, path: str, body: bytes = b"", extra: str = "") -> bytes:
        """Send a request and give the answer's body; an answer of 400 or more is an error."""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{extra}"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        content = await self._reader.readexactly(length)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {content[:300]!r}")
        return content


ANSWER = json.dumps({
    "verdict": {"verdict": "prefers", "candidate": 0, "strength": 2},
    "scores": [
        {"dimension": "correct", "candidate": 0, "score": {"score": "scored", "value": 1}},
        {"dimension": "correct", "candidate": 1, "score": {"score": "scored", "value": 0}},
    ],
    "reasons": [{"text": "Its fares are the table's.", "dimension": "correct"}],
    "active_ms": 30_000,
}).encode()  # fmt: skip


async def review(port: int, token: str, until: float, claims: list[float], answers: list[float]) -> None:  # fmt: skip
    """One closed-loop reviewer."""
    connection = Connection(port, token)
    await connection.open()
    draw = random.Random(token)  # noqa: S311  keys that must differ, no secrets
    while time.perf_counter() < until:
        begun = time.perf_counter()
        (handle,) = await claim(connection, 1)
        claimed = time.perf_counter()
        await answer(connection, handle, draw)
        claims.append(claimed - begun)
        answers.append(time.perf_counter() - claimed)
    await connection.close()


async def review_together(port: int, token: str, until: float, pairs_done: list[float]) -> None:
    """One closed-loop reviewer whose answers bring the next assignment."""
    connection = Connection(port, token)
    await connection.open()
    draw = random.Random(token)  # noqa: S311  keys that must differ, no secrets
    (handle,) = await claim(connection, 1)
    while (begun := time.perf_counter()) < until:
        key = f"Idempotency-Key: {draw.getrandbits(128):032x}\r\n"
        path = f"/api/v1/review/assignments/{handle}/judgment?claim=1&held={handle}"
        answered = json.loads(await connection.ask("POST", path, ANSWER, key))
        handle = answered["claimed"]["assignments"][0]["assignment"]
        pairs_done.append(time.perf_counter() - begun)
    await connection.close()


async def claim(connection: Connection, count: int) -> list[str]:
    """Handles of this many assignments."""
    given = await connection.ask("POST", "/api/v1/review/claims", b'{"count":%d}' % count)
    return [each["assignment"] for each in json.loads(given)["assignments"]]


async def answer(connection: Connection, handle: str, draw: random.Random) -> None:
    """Answer an assignment."""
    key = f"Idempotency-Key: {draw.getrandbits(128):032x}\r\n"
    await connection.ask("POST", f"/api/v1/review/assignments/{handle}/judgment", ANSWER, key)


async def submits(port: int, tokens: list[str], seconds: float) -> float:
    """Answers a second when nothing else is asked; claims between them are not timed."""
    connections = [Connection(port, each) for each in tokens]
    await asyncio.gather(*(each.open() for each in connections))
    draws = [random.Random(each) for each in tokens]  # noqa: S311  as above
    spent, given = 0.0, 0
    while spent < seconds:
        held = await asyncio.gather(*(claim(each, AHEAD) for each in connections))
        begun = time.perf_counter()
        await asyncio.gather(*map(_answer_all, connections, held, draws))
        spent += time.perf_counter() - begun
        given += sum(map(len, held))
    await asyncio.gather(*(each.close() for each in connections))
    return given / spent


async def _answer_all(connection: Connection, handles: list[str], draw: random.Random) -> None:
    for handle in handles:
        await answer(connection, handle, draw)


async def trivial(port: int, token: str, path: str, until: float, asked: list[float]) -> None:
    """One closed-loop client of an endpoint that does nothing."""
    connection = Connection(port, token)
    await connection.open()
    while time.perf_counter() < until:
        begun = time.perf_counter()
        await connection.ask("GET", path)
        asked.append(time.perf_counter() - begun)
    await connection.close()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> float:
    """Most memory that a process held at once."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


def percentile(values: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


async def _load(port: int, tokens: list[str], seconds: float) -> tuple[list[float], list[float]]:
    claims: list[float] = []
    answers: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(review(port, each, until, claims, answers) for each in tokens))
    return claims, answers


async def _load_together(port: int, tokens: list[str], seconds: float) -> list[float]:
    pairs_done: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(review_together(port, each, until, pairs_done) for each in tokens))
    return pairs_done


async def _limit(port: int, tokens: list[str], seconds: float, path: str) -> list[float]:
    asked: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(trivial(port, each, path, until, asked) for each in tokens))
    return asked


def measure(count: int, reviewers: list[int], seconds: float, store: str | None) -> None:
    """One store, all numbers of reviewers; a row each."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "program"
        tokens = make_program(folder, count, max(reviewers), store)
        with serving(folder, PORT) as (pid, started):
            for people in reviewers:
                asyncio.run(_load(PORT, tokens[:people], 1.0))
                before = cpu_seconds(pid)
                claims, answers = asyncio.run(_load(PORT, tokens[:people], seconds))
                used = (cpu_seconds(pid) - before) / len(answers) * 1000
                before = cpu_seconds(pid)
                together = asyncio.run(_load_together(PORT, tokens[:people], seconds))
                used_together = (cpu_seconds(pid) - before) / len(together) * 1000
                asked = asyncio.run(_limit(PORT, [""] * people, seconds / 2, "/health"))
                mine = asyncio.run(_limit(PORT, tokens[:people], seconds / 2, "/api/v1/me"))
                alone = asyncio.run(submits(PORT, tokens[:people], seconds / 2))
                bare, known = len(asked) / (seconds / 2), len(mine) / (seconds / 2)
                print(
                    f"| {'PostgreSQL' if store else 'SQLite'} | {count:,} | {people} | {used:.1f} | {used_together:.1f} "
                    f"| {percentile(claims, 0.5):.1f} / {percentile(claims, 0.99):.1f} "
                    f"| {percentile(answers, 0.5):.1f} / {percentile(answers, 0.99):.1f} "
                    f"| {len(answers) / seconds:.0f} | {alone:.0f} "
                    f"| {bare:.0f} | {alone / bare:.0%} | {known:.0f} | {alone / known:.0%} "
                    f"| {memory_mb(pid):.0f} | {started:.1f} |",
                    flush=True,
                )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", default="10000", help="items that wait, with commas between")
    parser.add_argument("--reviewers", default="1,16,64")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL beside SQLite")
    parser.add_argument("--quick", action="store_true", help="one small row")
    given = parser.parse_args()
    sizes = [int(each) for each in given.items.split(",")]
    people = [int(each) for each in given.reviewers.split(",")]
    seconds = given.seconds
    if given.quick:
        sizes, people, seconds = [2000], [16], 2.0
    print("| store | items | reviewers | CPU ms a pair | where the answer claims | claim p50 / p99 ms | answer p50 / p99 ms | pairs/s | submits/s | `/health`/s | submits of it | `/me`/s | submits of it | peak MB | start s |")  # fmt: skip
    print("| :-- " + "| --: " * 14 + "|")
    with ExitStack() as stack:
        for size in sizes:
            measure(size, people, seconds, None)
            if given.postgres:
                measure(size, people, seconds, stack.enter_context(running_server()))


if __name__ == "__main__":
    main()
