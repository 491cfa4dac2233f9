"""`assay review exam` and `assay review sentinel`: what becomes of every line of a key file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.core.clock import system_clock
from assay.program import open_program
from assay.records.judgment import Judgment
from assay.review.adjudication import Adjudication
from assay.store.queue import SqlQueue
from assay.store.queue_overview import QueueOverview

Run = Callable[..., Any]
EXAM = ("--role", "reviewer", "--family", "preference")


@pytest.fixture
def program(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo that a test may change."""
    return Path(shutil.copytree(demo, tmp_path / "program"))


@pytest.fixture
def pairs(assay: Run, program: Path) -> list[str]:
    """Ids of records with two candidates."""
    listed = assay("record", "list", "--limit", 500, "--json", "-p", program)
    return [each["id"] for each in json.loads(listed.out) if each["kind"] == "preference"]


def keys(folder: Path, *lines: Any) -> Path:
    """A file of these lines; texts stand as they are."""
    file = folder / "keys.jsonl"
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def prefers(record: str) -> dict[str, Any]:
    return {"record": record, "verdicts": [{"verdict": "prefers", "candidate": 0}]}


def scored(record: str, **accepts: Any) -> dict[str, Any]:
    return {"record": record, "scores": [{"candidate": 0} | accepts]}


def test_every_line_becomes_a_key_or_is_set_aside_with_its_reason(
    assay: Run, program: Path, pairs: list[str], tmp_path: Path
) -> None:
    """The counts add up, blank lines are none, and each broken line is named by its number."""
    unknown = scored(
        pairs[3], dimension="haste", accepts={"accepts": "within", "low": 0, "high": 1}
    )
    file = keys(
        tmp_path, prefers(pairs[0]), "", "{broken", prefers("rec_zzzz"), prefers(pairs[1][:40]),
        prefers(pairs[0]), {"record": pairs[2]}, unknown, {"record": pairs[3], "verdict": "tie"},
    )  # fmt: skip
    done = assay("review", "exam", file, *EXAM, "--json", "-p", program)
    assert done.code == 0, done.err
    made = json.loads(done.out)
    taken = made["taken"]
    assert (taken["read"], taken["stored"], taken["already_there"]) == (8, 2, 0)
    reasons = {each["at"]: each["reason"] for each in taken["set_aside"]}
    assert list(reasons) == ["line 3", "line 4", "line 6", "line 7", "line 8", "line 9"]
    assert "same record" in reasons["line 6"]
    assert "expects nothing" in reasons["line 7"]
    assert "'haste'" in reasons["line 8"]
    assert made["items"] == 2


def test_the_same_file_again_adds_nothing_and_the_plans_errors_are_told(
    assay: Run, program: Path, pairs: list[str], tmp_path: Path
) -> None:
    """A second run finds its keys there; people read how often the exam is wrong."""
    file = keys(tmp_path, *(prefers(each) for each in pairs[:3]))
    first = assay("review", "exam", file, *EXAM, "--language", "en", "-p", program)
    assert "read 3 = stored 3 + already there 0 + set aside 0" in first.out
    second = assay("review", "exam", file, *EXAM, "--language", "en", "-p", program)
    assert "read 3 = stored 0 + already there 3 + set aside 0" in second.out
    assert "the exam has 3 items and ends after 40 at the latest" in second.out
    assert "who is right 70.0% of the time passes with" in second.out
    assert "who is right 85.0% of the time fails to pass with" in second.out
    assert "37 more are needed" in second.out


@pytest.mark.parametrize("command", [("exam", *EXAM), ("sentinel", "--family", "preference")])
def test_a_file_without_one_usable_key_ends_with_3(
    command: tuple[str, ...], assay: Run, program: Path, tmp_path: Path
) -> None:
    """Nothing is stored, and the reasons are told."""
    name, *options = command
    done = assay("review", name, keys(tmp_path, "no key"), *options, "-p", program)
    assert done.code == 3
    assert "read 1 = stored 0 + already there 0 + set aside 1" in done.out
    assert "line 1: this line is not a key" in done.out


def test_an_exam_has_one_source_of_keys(assay: Run, program: Path) -> None:
    """Neither a file nor adjudications, or both, is refused before anything is read."""
    assert assay("review", "exam", *EXAM, "-p", program).code == 2
    both = assay("review", "exam", "keys.jsonl", "--from-adjudications", *EXAM, "-p", program)
    assert both.code == 2
    assert "one source" in both.err


def test_a_role_without_a_pass_mark_has_no_exam(
    assay: Run, program: Path, pairs: list[str], tmp_path: Path
) -> None:
    """The contract must say what passes; nothing is stored before it does."""
    file = keys(tmp_path, prefers(pairs[0]))
    done = assay(
        "review", "exam", file, "--role", "author", "--family", "preference", "-p", program
    )
    assert done.code == 2
    assert "names no qualification for the role 'author'" in done.err


def test_adjudicated_records_make_an_exam(assay: Run, program: Path) -> None:
    """Decisions become keys; what keeps the distribution or is of other work is set aside."""
    done = assay("review", "exam", "--from-adjudications", *EXAM, "--json", "-p", program)
    made = json.loads(done.out)
    taken = made["taken"]
    assert taken["read"] == taken["stored"] + len(taken["set_aside"]) > 0
    assert made["items"] == taken["stored"] > 0
    assert {each["at"][:4] for each in taken["set_aside"]} <= {"adj_"}
    assert done.code == 0


def test_sentinels_come_of_the_same_lines(
    assay: Run, program: Path, pairs: list[str], tmp_path: Path
) -> None:
    """They are stored once, and who reads it hears that the contract's share lets none come."""
    file = keys(tmp_path, *(prefers(each) for each in pairs[:2]))
    done = assay("review", "sentinel", file, "--family", "preference", "-p", program)
    assert done.code == 0, done.err
    assert "read 2 = stored 2 + already there 0 + set aside 0" in done.out
    assert "so none is placed" in done.out


def test_nobody_is_tested_by_a_record_that_they_judged(assay: Run, program: Path) -> None:
    """Who was asked about an adjudicated record, or decided it, may not hold its exam item."""
    made = assay("review", "exam", "--from-adjudications", *EXAM, "--json", "-p", program)
    assert json.loads(made.out)["items"] > 0
    with open_program(program, clock=system_clock, who="tests") as opened:
        desk = SqlQueue(opened.store)
        (row,) = (each for each in desk.queues() if each.queue.stage == "exam")
        barred = {(each.record, each.reviewer) for each in desk.leases(queue=row.id)}
        known = QueueOverview(opened.store).records_of(row.id)
        for adjudication in opened.store.scan(Adjudication):
            if adjudication.record in known:
                judged = opened.store.scan(Judgment, id=list(adjudication.judgments))
                people = {each.reviewer.pseudonym for each in judged} | {adjudication.adjudicator}
                assert {(adjudication.record, each) for each in people} <= barred
