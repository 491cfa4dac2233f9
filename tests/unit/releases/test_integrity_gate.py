"""The gate for integrity refuses what is wrong, and passes only what it compared."""

import pytest

from assay.quality.consensus import consensus
from assay.quality.integrity import Integrity, IntegrityGathering
from assay.records.kinds import Outcome, Part, Preference
from assay.records.record import Record
from assay.records.task import Message, Task
from assay.records.verdict import Prefers
from assay.releases.gates import integrity_gate
from builders import judgment_by, model_answer, small_record


def _record(part: Part, *answers: str, split: str = "", model: str = "quill") -> Record:
    asked = (Message(role="user", content="When does it leave?"),)
    return small_record(
        part,
        Task(messages=asked, taxonomy={"split": split} if split else {}),
        *(model_answer(answer, model) for answer in answers),
        source="house_written",
    )


def _integrity(*records: Record, winners: tuple[int, ...] = ()) -> Integrity:
    gathering = IntegrityGathering()
    for number, record in enumerate(records):
        judged = None
        if winners:
            judgment = judgment_by("p-1", record, Prefers(candidate=winners[number]))
            judged = consensus(record, [judgment])
        gathering.add(record.id, record, judged)
    return gathering.result()


PAIR = (_record(Preference(), "nine", "ten"), _record(Preference(), "nine", "ten", model="reed"))


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (_integrity(), "unknown"),
        (_integrity(_record(Outcome(reference="nine"))), "unknown"),
        (_integrity(*PAIR), "unknown"),
        (_integrity(PAIR[0], _record(Outcome(reference="nine"))), "unknown"),
        (_integrity(*PAIR, winners=(0, 0)), "passed"),
        (_integrity(*PAIR, winners=(0, 1)), "unknown"),
        (_integrity(*(_record(Outcome(reference=hour)) for hour in ("nine", "ten"))), "refused"),
        (
            _integrity(*(_record(Preference(), "a", split, split=split) for split in ("b", "c"))),
            "refused",
        ),
    ],
    ids=[
        "nothing compared",
        "one alone",
        "no label",
        "one label",
        "copies agree",
        "copies judged otherwise",
        "two answers",
        "cut group",
    ],
)
def test_the_state_follows_from_what_was_found(found: Integrity, outcome: str) -> None:
    """Only two right answers and a cut group stop a build; nothing else does."""
    gate = integrity_gate(found)
    assert gate.outcome == outcome
    assert gate.stops is (outcome == "refused")


def test_the_reason_names_the_records() -> None:
    """A lead finds the copies by their ids."""
    reason = integrity_gate(_integrity(*PAIR, winners=(0, 1))).reason
    assert all(record.id[:12] in reason for record in PAIR)


def test_records_without_a_label_are_no_evidence() -> None:
    """Nothing could have contradicted, so nothing was shown; the reason says how many have a label."""
    gate = integrity_gate(_integrity(*PAIR))
    assert (gate.outcome, gate.reason) == (
        "unknown", "0 of 2 records with a label: a contradiction takes two",
    )  # fmt: skip
    passed = integrity_gate(_integrity(*PAIR, winners=(0, 0)))
    assert passed.reason.startswith("2 of 2 records with a label compared")
