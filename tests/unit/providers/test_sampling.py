"""A whole sampling on a real loopback server: delivery, resume after a kill, and the key."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.errors import MachineError
from assay.providers.cost import read_prices
from assay.providers.draft import draft_from_row
from assay.providers.endpoint import Endpoint, SamplingParameters
from assay.providers.model_run import run_sampling
from assay.providers.sampling_report import SamplingReport
from assay.providers.sampling_run import Sampled, SamplingPlan
from assay.records.attachment import Attachment
from assay.records.record import Record
from simulators.scripted_endpoint import EndpointAction, Refuse, Say, scripted_endpoint, steady

KEY = "sk-scripted-0123456789"
DRAFTS = 30

CHILD = """
import sys
from pathlib import Path
from assay.providers.model_run import run_sampling
from assay.providers.draft import draft_from_row
from assay.providers.endpoint import Endpoint, SamplingParameters
from assay.providers.sampling_run import SamplingPlan

url, journal = sys.argv[1:]
drafts = (
    draft_from_row({"prompt": f"question {n}"}, kind="preference", source_class="desk")
    for n in range(30)
)
report = run_sampling(
    drafts,
    endpoint=Endpoint(base_url=url, concurrency=4, key_variable="SCRIPTED_KEY"),
    plan=SamplingPlan(models=("tiny",), source_class="target", each=2, parameters=SamplingParameters(seed=1)),
    journal=Path(journal),
    deliver=lambda outcomes: [print(r.id) for one in outcomes for r in one.records],
)
print(report, file=sys.stderr)
"""


def sampled(url: str, journal: Path, **fields: Any) -> tuple[list[Sampled], SamplingReport]:
    delivered: list[Sampled] = []
    usual: dict[str, Any] = {
        "drafts": preference_drafts(),
        "endpoint": Endpoint(base_url=url, concurrency=4, backoff_seconds=0.01),
        "plan": SamplingPlan(
            models=("tiny",), source_class="target", each=2, parameters=SamplingParameters(seed=1)
        ),
        "deliver": delivered.extend,
    }
    arguments = usual | fields
    report = run_sampling(arguments.pop("drafts"), journal=journal, **arguments)
    return delivered, report


def preference_drafts(count: int = DRAFTS) -> list[Record]:
    return [
        draft_from_row({"prompt": f"question {n}"}, kind="preference", source_class="desk")
        for n in range(count)
    ]


def test_a_task_that_shows_files_is_not_asked_without_them(tmp_path: Path) -> None:
    """Its draft is set aside with the reason, and the other one has its candidates."""
    picture = Attachment(at=0, address="https://a.example/b.png")
    blind, plain = preference_drafts(2)
    question = replace(blind.task.messages[0], attachments=(picture,))
    blind = blind.replace(task=replace(blind.task, messages=(question,)))
    with scripted_endpoint() as endpoint:
        delivered, report = sampled(endpoint.url, tmp_path / "journal", drafts=[blind, plain])
        assert len(endpoint.bodies) == 2
    assert [[reject.reason for reject in one.rejects] for one in delivered] == [["shows-files"], []]
    assert [len(one.records) for one in delivered] == [0, 1]
    assert report.asked == 2


def child(url: str, journal: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(journal)],
        env=os.environ | {"SCRIPTED_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_every_draft_becomes_a_record_with_counts_and_cost(tmp_path: Path) -> None:
    """Thirty drafts with two candidates are sixty requests, counted in tokens and money."""
    with scripted_endpoint() as server:
        delivered, report = sampled(
            server.url, tmp_path / "journal.jsonl", prices=read_prices("1", "2")
        )
    assert [one.position for one in delivered] == list(range(1, DRAFTS + 1))
    assert (report.records, report.asked, report.completed, report.requests) == (30, 60, 60, 60)
    assert (report.prompt_tokens, report.completion_tokens) == (600, 300)
    assert str(report.cost) == "0.001200"
    assert server.most_in_flight <= 4


def test_outcomes_are_delivered_in_batches(tmp_path: Path) -> None:
    """Thirty outcomes in batches of eight are four deliveries."""
    sizes: list[int] = []

    def deliver(outcomes: Sequence[Sampled]) -> None:
        sizes.append(len(outcomes))

    with scripted_endpoint() as server:
        sampled(server.url, tmp_path / "journal.jsonl", deliver=deliver, batch=8)
    assert sizes == [8, 8, 8, 6]


def test_a_killed_sampling_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    """After kill -9 the next run asks for no remembered answer and makes the same records."""
    journal = tmp_path / "journal.jsonl"

    def slow(body: dict[str, Any], before: int) -> EndpointAction:
        answer = steady(body, before)
        return Say(text=answer.text if isinstance(answer, Say) else "", seconds=0.02)

    with scripted_endpoint(slow) as server:
        first = child(server.url, journal)
        while not journal.exists() or journal.read_bytes().count(b"\n") < 12:
            assert first.poll() is None, first.communicate()
            time.sleep(0.01)
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        remembered = journal.read_bytes().count(b"\n")
        asked_before = -1
        while asked_before < len(server.bodies):  # requests that were on their way still arrive
            asked_before = len(server.bodies)
            time.sleep(0.2)
        second = child(server.url, journal)
        printed, told = second.communicate()
        asked_after = len(server.bodies) - asked_before
        undisturbed, _ = sampled(server.url, tmp_path / "other.jsonl")
    assert 12 <= remembered < 2 * DRAFTS
    assert asked_after == 2 * DRAFTS - remembered
    assert f"remembered={remembered}, completed={asked_after}" in told
    assert printed.split() == [one.records[0].id for one in undisturbed]


def test_the_key_stands_in_no_output(tmp_path: Path) -> None:
    """Neither what is printed, nor the journal, nor a record or reject holds the key."""

    def repeating(body: dict[str, Any], before: int) -> EndpointAction:
        if body["messages"][0]["content"].endswith("7"):
            return Refuse(status=400, body=f"who is Bearer {KEY}?".encode())
        return steady(body, before)

    with scripted_endpoint(repeating) as server:
        process = child(server.url, tmp_path / "journal.jsonl")
        printed, told = process.communicate()
    assert process.returncode == 0, told
    assert set(server.authorizations) == {f"Bearer {KEY}"}
    assert "'http-400': 6" in told
    assert KEY not in printed + told + (tmp_path / "journal.jsonl").read_text()


def test_failures_are_counted_by_reason_and_their_tasks_rejected(tmp_path: Path) -> None:
    """A task that fails is a reject with its reason; the others are records."""

    def flaky(body: dict[str, Any], before: int) -> EndpointAction:
        number = int(body["messages"][0]["content"].split()[-1])
        if number == 3:
            return Refuse(status=400)
        return Refuse(status=503) if number == 4 and before == 0 else steady(body, before)

    with scripted_endpoint(flaky) as server:
        delivered, report = sampled(server.url, tmp_path / "j.jsonl", drafts=preference_drafts(6))
    assert [one.position for one in delivered if one.rejects] == [4]
    assert (report.failed, report.records) == ({"http-400": 2}, 5)
    assert (report.retried, report.requests) == (2, 14)
    assert report.asked == report.remembered + report.completed + sum(report.failed.values())


def test_a_refused_key_ends_the_run_and_keeps_what_was_answered(tmp_path: Path) -> None:
    """When the endpoint refuses all, the run ends with the server's words and can go on later."""
    journal = tmp_path / "journal.jsonl"

    def revoked(body: dict[str, Any], before: int) -> EndpointAction:
        number = int(body["messages"][0]["content"].split()[-1])
        return steady(body, before) if number < 5 else Refuse(status=401)

    with scripted_endpoint(revoked) as server, pytest.raises(MachineError, match="HTTP 401"):
        sampled(server.url, journal)
    with scripted_endpoint() as server:
        _, report = sampled(server.url, journal)
    assert (report.remembered, report.records) == (10, DRAFTS)
