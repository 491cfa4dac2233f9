"""The subject: all that a verifier may see of a candidate, and nothing else."""

from typing import Any

import msgspec
import pytest

from assay.core.canonical import encode_fact
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson, Step
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Lineage, Record, Sensitivity, Source
from assay.records.task import Message, Task
from assay.verification.subject import subject_digest, subject_of
from builders import model_answer, small_record

RECORD = small_record(
    Outcome(reference="4"),
    "What is 2 + 2?",
    model_answer("4", "model-canary"),
    Candidate(content="other-canary", provenance=MadeByPerson(pseudonym="x", role="author")),
    source="own-canary",
    evidence=(
        Evidence(kind="test", text="evidence-canary", candidate=1),
        Evidence(kind="test", text="about all"),
        Evidence(kind="test", text="about it", candidate=0),
    ),
    sensitivity=Sensitivity(categories=("canary",)),
    lineage=Lineage(parents=("rec_canary",)),
    key="key-canary",
)


def _digest(record: Record, place: int = 0) -> bytes:
    return subject_digest(subject_of(record, place), place)


def _changed(**changes: Any) -> Record:
    return msgspec.structs.replace(RECORD, **changes)


def _candidate(**changes: Any) -> Record:
    first, second = RECORD.candidates
    return _changed(candidates=(msgspec.structs.replace(first, **changes), second))


def test_nothing_else_is_in_a_subject() -> None:
    """Provenance, sources, lineage, the key and the other candidates are nowhere in it."""
    assert b"canary" in encode_fact(RECORD)
    assert b"canary" not in encode_fact(subject_of(RECORD, 0))


def test_every_place_of_a_subject_is_a_place_of_the_record() -> None:
    """Candidates and evidence keep their numbers."""
    seen = subject_of(RECORD, 0)
    assert seen.candidates[0].content == "4"
    assert [each.text for each in seen.evidence] == [None, "about all", "about it"]


@pytest.mark.parametrize(
    "same",
    [
        _candidate(provenance=MadeByModel(model="another")),
        _changed(sources=(Source(source_class="another"),)),
        _changed(key=None, lineage=None, sensitivity=None),
        _changed(
            candidates=(
                RECORD.candidates[0],
                Candidate(content="another", provenance=MadeByModel(model="x")),
            )
        ),
    ],
    ids=["provenance", "source", "envelope", "other candidate"],
)
def test_what_a_verifier_may_not_see_changes_no_digest(same: Record) -> None:
    """Two records that differ in it are tested once."""
    assert _digest(same) == _digest(RECORD)


@pytest.mark.parametrize(
    "other",
    [
        _candidate(content="5"),
        _candidate(work=(Step(text="2 + 2 = 4"),)),
        _changed(part=Outcome(reference="5")),
        _changed(task=Task(messages=(Message(role="user", content="What is 1 + 3?"),))),
        _changed(evidence=RECORD.evidence[:2]),
    ],
    ids=["content", "work", "reference", "task", "evidence"],
)
def test_what_a_verifier_may_see_changes_the_digest(other: Record) -> None:
    """Each part of it; and the candidate's place."""
    assert _digest(other) != _digest(RECORD)
    assert _digest(RECORD, 1) != _digest(RECORD, 0)
