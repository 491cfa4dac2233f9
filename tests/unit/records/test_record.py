"""A record's own rules: what makes no sense is named, and the order of candidates tells nothing."""

import pytest

from assay.records.candidate import Candidate
from assay.records.evidence import Evidence
from assay.records.kinds import Preference
from assay.records.record import Lineage, Record, Source, sort_candidates
from assay.records.task import Message, Task
from builders import model_answer, small_record

PAIR = (model_answer("one"), model_answer("two"))
TURNS = (Message(role="assistant", content="one"), Message(role="user", content="and then?"))


def _record(*candidates: Candidate, **parts: object) -> Record:
    return small_record(Preference(), "Which?", *(candidates or PAIR), **parts)


def test_a_sound_record_has_no_fault() -> None:
    """Evidence that quotes its text across a line break is sound as well."""
    quoting = Evidence(kind="source", text="The fare is\n  3 crowns.", quote="fare is 3 crowns")
    turns = model_answer(TURNS)
    assert list(_record(turns, PAIR[1], evidence=(quoting,)).faults()) == []


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (_record(model_answer(()), PAIR[1]), "candidate 0 has no message"),
        (
            _record(PAIR[0], model_answer(TURNS[1:])),
            "candidate 1 begins with a message of role user",
        ),
        (_record(evidence=(Evidence(kind="test"),)), "evidence 0 holds nothing"),
        (
            _record(evidence=(Evidence(kind="test", text="a", candidate=2),)),
            "evidence 0 bears on candidate 2, which is not there",
        ),
        (
            _record(evidence=(Evidence(kind="source", text="a b", quote="b a"),)),
            "the `quote` of evidence 0 does not occur",
        ),
        (small_record(Preference(), Task(messages=()), *PAIR), "the task has no message"),
        (_record().replace(sources=()), "no source class is named"),
    ],
)
def test_what_makes_no_sense_is_named(record: Record, fault: str) -> None:
    """One thing is wrong, and one fault says it."""
    (found,) = record.faults()
    assert fault in found


def test_the_order_of_candidates_does_not_tell_which_came_first() -> None:
    """Candidates are sorted by their digests, and where each one went is told."""
    one, two = PAIR
    there, places = sort_candidates((one, two))
    back, other_places = sort_candidates((two, one))
    assert there == back
    assert [there[place] for place in places] == [one, two]
    assert [back[place] for place in other_places] == [two, one]


def test_source_classes_are_named_once_and_sorted() -> None:
    """A class that several parts draw on counts once."""
    sources = tuple(Source(source_class=name) for name in ("b", "a", "b"))
    assert _record().replace(sources=sources).source_classes == ("a", "b")


def test_parents_are_those_of_the_lineage() -> None:
    """An original has none."""
    assert _record().parents == ()
    assert _record(lineage=Lineage(parents=("rec_x",))).parents == ("rec_x",)
