"""What its rights hold back leaves by no exit: a record under every right, at every exit.

Each planted record, and each that was made from it, has a word of its own in its text; every byte
that leaves is searched for these words. What may leave is asked for as strictly as what may not.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.program.program import Program
from assay.providers.judge_runner import JudgePlan
from assay.records.record import Record
from simulators.once import Once
from simulators.planted_rights import (
    BEFORE,
    FREE,
    LATE,
    LEADS,
    LENT,
    NAMES,
    opened_on,
    seen,
    write_planted,
)
from simulators.review_formats import FORMATS
from simulators.small_program import judged

REVIEWERS = {"anna": "reviewer", "bela": "reviewer", "cleo": "reviewer"}
BY_REVIEWERS = LENT | FREE
BY_LEADS = LENT | FREE | LEADS


@pytest.fixture(scope="session")
def planted(once: Once) -> Path:
    """The program with the planted records, none of them asked for yet."""
    return once("planted-rights", write_planted)


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(planted, tmp_path / "program"))


@pytest.fixture
def program(folder: Path) -> Iterator[Program]:
    with opened_on(folder) as opened:
        yield opened


def _ids(program: Program) -> dict[str, str]:
    """Id of each planted record by name."""
    return {_name(each): each.id for each in program.records.list()}


def _name(record: Record) -> str:
    (name,) = seen(record.task.messages[-1].content.encode())
    return name


def test_nobody_is_asked_for_what_they_may_not_read(program: Program, tmp_path: Path) -> None:
    """`review assign` asks for what reviewers may read, and counts the others with their reasons."""
    assigned = program.review.assign(REVIEWERS)
    assert assigned.assigned == 3 * len(BY_REVIEWERS)
    held = assigned.held_back
    assert held.records == len(NAMES) - len(BY_REVIEWERS) == sum(held.reasons.values())
    assert held.reasons == {
        "deleted": 2,
        "expired": 2,
        "not in EU": 2,
        "only for policy_reviewer or lead": 2,
        "record withdrawn": 2,
        "withdrawn": 2,
        "unknown parent": 1,
    }
    program.review.export(tmp_path / "work.jsonl")
    assert seen((tmp_path / "work.jsonl").read_bytes()) == BY_REVIEWERS


@pytest.mark.parametrize("form", ["jsonl", "csv", *FORMATS])
def test_work_that_expired_since_it_was_assigned_is_not_handed_out(
    folder: Path, tmp_path: Path, form: str
) -> None:
    """`review export` asks on its own day: what was assigned before and is over stays, counted."""
    with opened_on(folder, BEFORE) as early:
        early.review.assign(REVIEWERS)
        early.review.export(tmp_path / "early.jsonl")
    with opened_on(folder) as late:
        if form in FORMATS:
            file = tmp_path / f"work{FORMATS[form].suffixes[0]}"
            exported = late.review.export(file, format=form)
            written = Path(exported.settings).read_bytes()
        else:
            file = tmp_path / f"work.{form}"
            written, exported = b"", late.review.export(file)
    assert seen((tmp_path / "early.jsonl").read_bytes()) == BY_REVIEWERS | LATE
    assert seen(file.read_bytes() + written) == BY_REVIEWERS
    assert exported.held_back.line == "held back: 2, 2 expired"


@pytest.mark.parametrize(("role", "shown"), [("reviewer", BY_REVIEWERS), ("lead", BY_LEADS)])
def test_a_list_of_records_shows_no_text_that_its_reader_may_not_read(
    program: Program, role: str, shown: frozenset[str]
) -> None:
    """`record list` and `record show` keep text, ids and keys of what is held back to themselves."""
    lines = list(program.records.list_for(role=role))  # type: ignore[arg-type]
    assert seen(repr(lines).encode()) == shown
    assert len(lines) == len(NAMES)
    for name, identity in _ids(program).items():
        once_shown = program.records.show(identity, role=role)  # type: ignore[arg-type]
        assert seen(repr(once_shown).encode()) == {name} & shown
        assert (identity in repr(once_shown)) == (name in shown)
        assert bool(once_shown.held_back) == (name not in shown)
        again = program.records.show(once_shown.id, role=role)  # type: ignore[arg-type]
        assert again == once_shown


@pytest.mark.parametrize(
    ("use", "role", "left"),
    [
        ("evaluate", "lead", BY_LEADS),
        ("train", "lead", FREE | LEADS),
        ("evaluate", "reviewer", BY_REVIEWERS),
        ("train", "reviewer", FREE),
    ],
)
def test_an_export_of_records_carries_what_use_and_reader_may_have(
    program: Program, tmp_path: Path, use: str, role: str, left: frozenset[str]
) -> None:
    """`record export` holds back by use, by reader and by every ancestor, and counts."""
    file = tmp_path / "records.jsonl"
    exported = program.records.export(file, use=use, role=role)  # type: ignore[arg-type]
    assert seen(file.read_bytes()) == left
    assert exported.held_back.records == len(NAMES) - len(left)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == exported.lines == len(left)


def test_a_model_judge_is_sent_what_its_place_may_read(program: Program) -> None:
    """`review judge` sends no endpoint what nobody in the role of the layer may read."""
    preview = program.review.preview_judge(JudgePlan(model="small"))
    assert preview.records == len(BY_REVIEWERS)
    assert preview.skipped == {"held back": len(NAMES) - len(BY_REVIEWERS)}
    assert preview.held_back.records == len(NAMES) - len(BY_REVIEWERS)
    assert seen(repr(preview).encode()) <= BY_REVIEWERS


def test_a_quality_report_names_by_handles_what_a_lead_may_not_read(
    program: Program, tmp_path: Path
) -> None:
    """Its pages, pictures and data hold no word of any record, and no id that confirms one."""
    records = {_name(each): each for each in program.records.list()}
    given = [
        judged(each, f"prs_{number}", number % 2)
        for each in records.values()
        for number in range(3)
    ]
    with program.store.write("judgment.import", actor="tests") as writing:
        writing.add(given)
    program.quality.dispose()
    files = program.quality.write_report(tmp_path / "report")
    content = b"".join(each.read_bytes() for each in files)
    assert not seen(content)
    named = {name for name, each in records.items() if each.id.encode() in content}
    handles = {
        name
        for name, each in records.items()
        if program.context.record_handle(each.id).encode() in content
    }
    assert named <= BY_LEADS
    assert handles
    assert not handles & BY_LEADS
