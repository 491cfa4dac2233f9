"""A server that is killed under load has lost nothing that it acknowledged, and counts nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

import pytest

import assay
from assay.client import Client
from assay.client.retrying import Retries
from assay.demo.documents import write_program
from assay.demo.own_server import free_port, own_server
from assay.demo.simulated_accounts import create_accounts
from assay.demo.simulated_reviewer import SimulatedReviewer, Simulation
from assay.demo.world import build_world
from assay.records.judgment import Judgment
from assay.review.answer import Answer
from assay.review.handle import JUDGMENT_HANDLE
from assay.review.queue.leasing import Receipt
from assay.store.audit import verify
from stores.server import running_server

CLIENTS = 16
PAIRS = 240
BEFORE, AFTER = 40, 40
"""Answers that are acknowledged before the kill and after the restart, at least."""

PATIENT = Retries(attempts=200, longest_seconds=1.0)


@dataclass
class Load:
    """Closed-loop clients: each claims, answers, and claims again, through whatever happens."""

    url: str
    tokens: list[str]
    acknowledged: list[tuple[str, str, Answer, Receipt]] = field(default_factory=list)
    """Token, key, answer and receipt."""
    waits: int = 0
    """How often a client had to try again."""
    failures: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    grown: Event = field(default_factory=Event)
    wanted: int = 0
    gate: Lock = field(default_factory=Lock)

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [
            Thread(target=self._work, args=(number, token))
            for number, token in enumerate(self.tokens)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more answers are acknowledged."""
        with self.gate:
            self.grown.clear()
            self.wanted = len(self.acknowledged) + more
        assert self.grown.wait(300), f"{len(self.acknowledged)} answers, {self.failures}"

    def _work(self, number: int, token: str) -> None:
        simulation = Simulation(SimulatedReviewer(name=f"r{number}"), seed=1)
        with Client(self.url, token, retries=PATIENT, sleep=self._sleep) as desk:
            for turn in range(PAIRS):
                if self.over.is_set():
                    return
                try:
                    (view,) = desk.claim().assignments
                    key = f"client-{number}-{turn:05}"
                    answer = simulation.answer(view)
                    receipt = desk.answer(view.assignment, answer, key=key)
                except Exception as error:  # noqa: BLE001  the test's thread tells it
                    self.failures.append(repr(error))
                    return
                with self.gate:
                    self.acknowledged.append((token, key, answer, receipt))
                    if len(self.acknowledged) == self.wanted:
                        self.grown.set()

    def _sleep(self, seconds: float) -> None:
        with self.gate:
            self.waits += 1
        self.over.wait(seconds)


def waiting_program(folder: Path, store: str | None = None) -> list[str]:
    """A program in which many pairs wait, and a token for each client."""
    write_program(folder)
    if store:
        settings = folder / "assay.toml"
        settings.write_text(settings.read_text().replace("sqlite:///.assay/store.sqlite", store))
    pairs = [each.record for each in build_world() if each.record.kind == "preference"]
    with assay.open(folder) as program:
        with program.store.write("record.import", actor="tests") as writing:
            writing.add([pairs[n % len(pairs)].replace(key=f"pair-{n}") for n in range(PAIRS)])
        program.desk.fill()
        return [each.token for each in create_accounts(program, CLIENTS, by="tests")]


def kill_under_load(folder: Path, tokens: list[str], *options: str) -> Load:
    """Load, kill -9, restart on the same port, more load; all clients go on by themselves."""
    port = free_port()
    load = Load(f"http://127.0.0.1:{port}", tokens)
    with own_server(folder, *options, port=port) as server, load.running():
        load.wait_for(BEFORE)
        server.kill()
        with own_server(folder, *options, port=port):
            load.wait_for(AFTER)
            load.over.set()
            resend(load)
    return load


def resend(load: Load) -> None:
    """What was acknowledged first is sent again, as a client that forgot the receipt would."""
    for token, key, answer, receipt in load.acknowledged[:CLIENTS]:
        with Client(load.url, token) as desk:
            again = desk.answer(receipt.assignment, answer, key=key)
        assert again.replayed
        assert (again.judgment, again.stored_at) == (receipt.judgment, receipt.stored_at)


def nothing_is_lost(folder: Path, load: Load) -> None:
    """Every acknowledged judgment is there once, nothing else is, and the audit is sound."""
    assert load.failures == []
    assert load.waits > 0, "the kill was noticed by no client"
    with assay.open(folder) as program:
        stored = list(program.store.scan(Judgment))
        handles = [program.context.handle(JUDGMENT_HANDLE, each.id) for each in stored]
        report = verify(program.store)
    told = [receipt.judgment for *_, receipt in load.acknowledged]
    assert len(told) >= BEFORE + AFTER
    assert set(handles) == set(told)
    assert len(stored) == len(told) == len(set(told))
    assert {receipt.revision for *_, receipt in load.acknowledged} == {1}
    assert not [each for each in stored if each.supersedes]
    assert report.ok, report.findings


def test_a_killed_server_has_lost_nothing_on_sqlite(tmp_path: Path) -> None:
    """Kill -9 under sixteen clients: each receipt's judgment is there, once; the chain is whole."""
    tokens = waiting_program(tmp_path / "program")
    load = kill_under_load(tmp_path / "program", tokens)
    nothing_is_lost(tmp_path / "program", load)


@pytest.mark.long
@pytest.mark.postgres
def test_killed_workers_have_lost_nothing_on_postgresql(tmp_path: Path) -> None:
    """The same with two worker processes on one PostgreSQL, all killed at once."""
    with running_server() as url:
        tokens = waiting_program(tmp_path / "program", url)
        load = kill_under_load(tmp_path / "program", tokens, "--workers", "2")
        nothing_is_lost(tmp_path / "program", load)
