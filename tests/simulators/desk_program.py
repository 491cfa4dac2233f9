"""A program whose records of every kind wait at the desk, and people who may review them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

import assay
from assay.core.clock import Clock, system_clock
from assay.demo.documents import write_program
from assay.demo.world import build_world
from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Preference
from assay.records.record import Record, Sensitivity, sort_candidates
from assay.records.task import Message

PASSWORD = "a sentence only they would say"
"""Everybody's password."""

SEVERE_WORDS = "It is for my cousin Mirabel."
"""Words that only the text of the severe record has."""

CANARY = "canary-4f1c"
"""A word in every field that no reviewer may see."""


def desk_records(each: int = 3) -> list[Record]:
    """Some records of every kind, with a canary in every hidden field.

    Args:
        each: how many of each kind.
    """
    found: dict[str, list[Record]] = {}
    for item in build_world():
        kept = found.setdefault(item.record.kind, [])
        if len(kept) < each:
            kept.append(_marked(item.record))
    records = [record for kept in found.values() for record in kept]
    pair = found["preference"][0]
    severe = found["adversarial"][0]
    return [*records, _three(pair), _right_to_left(pair), _severe(severe)]


def write_desk_program(
    folder: Path, records: Sequence[Record] | None = None, *, skip_share: float = 1
) -> None:
    """A new program with these records; the desk's own of every kind where absent.

    Skips are without a limit there unless a share is given: many tests skip to the kind they want.
    """
    write_program(folder)
    contract = folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(
        text.replace("\nreview:\n", f"\nreview:\n  skip_share: {skip_share}\n"), "utf-8"
    )
    (folder / "data").mkdir()
    file = folder / "data" / "waiting.jsonl"
    lines = [record.canonical().decode() for record in (records or desk_records())]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with assay.open(folder, clock=system_clock, who="tests") as program:
        program.records.import_(file, source="desk-authors")


@contextmanager
def opened(folder: Path, clock: Clock = system_clock) -> Iterator[Program]:
    """The program with its queues filled."""
    with assay.open(folder, clock=clock, who="tests") as program:
        program.desk.fill()
        yield program


def person(program: Program, name: str, *roles: str) -> Principal:
    """A person with an account, seated in every queue that the roles open."""
    link = program.accounts.invite(roles, by="tests", name=name)
    account = program.accounts.accept(link, name=name, password=PASSWORD)
    program.desk.seat([(account.pseudonym, account.roles)], by="tests")
    signed_in = program.accounts.sign_in(name, PASSWORD)
    assert signed_in
    return signed_in.principal


def _marked(record: Record) -> Record:
    candidates = tuple(
        msgspec.structs.replace(
            each,
            provenance=MadeByModel(model=f"{CANARY}-model-{number}", revision=f"{CANARY}-revision"),
        )
        for number, each in enumerate(record.candidates)
    )
    if record.kind == "preference":
        candidates, _ = sort_candidates(candidates)
    sources = tuple(
        msgspec.structs.replace(each, locator=f"{CANARY}-locator") for each in record.sources
    )
    task = msgspec.structs.replace(record.task, family=f"{CANARY}-family")
    key = f"{CANARY}-{record.key or 'key'}"
    return record.replace(candidates=candidates, sources=sources, task=task, key=key)


def _three(record: Record) -> Record:
    third = Candidate(content="Ask at the counter.", provenance=MadeByModel(model=f"{CANARY}-3"))
    candidates, _ = sort_candidates((*record.candidates, third))
    return record.replace(part=Preference(), candidates=candidates, key=f"{CANARY}-three")


def _right_to_left(record: Record) -> Record:
    message = Message(role="user", content="كم ثمن التذكرة من Alder إلى Corrie؟")
    texts = ("ثمن التذكرة 11 كراون: 4 ثم 7.", "لا أعرف الثمن، اسأل في المحطة.")
    candidates, _ = sort_candidates(
        tuple(
            Candidate(content=text, provenance=MadeByModel(model=f"{CANARY}-rtl-{number}"))
            for number, text in enumerate(texts)
        )
    )
    task = msgspec.structs.replace(record.task, messages=(message,))
    return record.replace(task=task, candidates=candidates, key=f"{CANARY}-rtl")


def _severe(record: Record) -> Record:
    care = Sensitivity(categories=("fare_evasion",), severity="high")
    *others, last = record.task.messages
    last = msgspec.structs.replace(last, content=f"{last.content} {SEVERE_WORDS}")
    task = msgspec.structs.replace(record.task, messages=(*others, last))
    return record.replace(task=task, sensitivity=care, key=f"{CANARY}-severe")
