"""Handing out in other formats, and whose answers are taken."""

import json
from typing import Any

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.plugins import load
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson, Step
from assay.records.evidence import Evidence
from assay.records.judgment import Judgment
from assay.records.kinds import Adversarial
from assay.records.ports import Row
from assay.records.record import Lineage, Record, Sensitivity, Source, Transformation
from assay.records.task import Message
from assay.review import service
from assay.review.assign import Assignee
from assay.review.assignment import Assignment
from assay.review.formats.service import hand_out, native_rows
from assay.review.queue import pass_service
from simulators.memory_store import MemoryStore
from simulators.no_desk import NoDesk
from simulators.open_rights import open_rights
from simulators.review_formats import FORMATS
from simulators.small_program import LAYER, facts, judged, pair

CANARY = "CANARY-7f3a"
DOCUMENTS = facts(LAYER | {"passes": 1})
LABEL_STUDIO = FORMATS["label-studio"]


def _hidden() -> Record:
    """A record with the canary in every field that a reviewer must not see."""
    made = MadeByModel(
        model=CANARY, revision=CANARY, parameters=f'"{CANARY}"', prompt_digest=CANARY
    )
    return pair(3, failure_cluster=CANARY).replace(
        part=Adversarial(sections=("fees",), strategy=CANARY, outcome="broken", severity="high"),
        candidates=(
            Candidate(
                content=(Message(role="assistant", content="four", name=CANARY),),
                provenance=made,
                work=(Step(text="two and two"),),
            ),
            Candidate(content="five", provenance=MadeByPerson(pseudonym=CANARY, role="author")),
        ),
        key=CANARY,
        sources=(Source(source_class=CANARY, locator=CANARY),),
        sensitivity=Sensitivity(severity="high", categories=("violence",)),
        evidence=(Evidence(kind="source", quote="2 + 2 = 4", digest=CANARY, candidate=0),),
        lineage=Lineage(
            parents=(CANARY,), transformation=Transformation(name=CANARY, version=CANARY)
        ),
    )


def _assigned(*records: Record) -> MemoryStore:
    store = MemoryStore()
    with store.write("record.import", actor="lead") as writing:
        writing.add(records)
    members = [Assignee(pseudonym="r1", role="reviewer")]
    pass_service.assign(
        store,
        NoDesk(store),
        DOCUMENTS,
        members,
        rights=open_rights("own", CANARY),
        key=b"key",
        actor="lead",
    )
    return store


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_hidden_is_in_any_byte(name: str) -> None:
    """Provenance, sources, lineage, names, judgments and the record's id reach no other tool."""
    record = _hidden()
    store = _assigned(record)
    with store.write("judgment.import", actor="lead") as writing:
        writing.add([judged(record, CANARY, 0)])
    handout = hand_out(
        store,
        NoDesk(store),
        DOCUMENTS,
        FORMATS[name],
        rights=open_rights("own", CANARY),
        file="work.json",
    )
    rows = list(handout.rows)
    text = json.dumps(rows, ensure_ascii=False) + handout.settings
    assert "two and two" in text
    assert "violence" in text
    assert "ruling" in handout.settings
    for hidden in (CANARY, record.id, "r1", "broken"):
        assert hidden not in text


@pytest.mark.parametrize("name", FORMATS)
def test_each_waiting_assignment_goes_out_once(name: str) -> None:
    """Every task carries its own assignment, and what was judged stays home."""
    records = [pair(number) for number in range(3)]
    store = _assigned(*records)
    with store.write("judgment.import", actor="lead") as writing:
        writing.add([judged(records[0], "r1", 0)])
    waiting = {each.id for each in store.scan(Assignment) if each.record != records[0].id}
    rows = list(
        hand_out(
            store,
            NoDesk(store),
            DOCUMENTS,
            FORMATS[name],
            rights=open_rights("own", CANARY),
            file="work.json",
        ).rows
    )
    text = [json.dumps(row) for row in rows]
    assert {each for each in waiting if any(each in row for row in text)} == waiting
    assert (len(rows) == 2) != FORMATS[name].in_parts
    assert not list(
        hand_out(
            store,
            NoDesk(store),
            DOCUMENTS,
            FORMATS[name],
            rights=open_rights("own", CANARY),
            file="x",
            reviewer="r2",
        ).rows
    )


def test_an_unknown_format_is_named() -> None:
    """The hint lists what there is."""
    with pytest.raises(UsageError) as caught:
        load("review-formats", "doccano")
    assert "label-studio, argilla, potato, annotation-queue, long-csv" in caught.value.hint


def _annotation(person: str, verdict: str) -> dict[str, Any]:
    value = {"choices": [verdict]}
    result = {"id": "r", "from_name": "verdict", "type": "choices", "value": value}
    return {"completed_by": {"email": person}, "result": [result]}


def _known(name: str) -> str | None:
    return {"anna": "r1", "bela": "r2"}.get(name)


def _take(*people: str) -> tuple[MemoryStore, service.ImportedAnswers]:
    store = _assigned(pair())
    (task,) = hand_out(
        store,
        NoDesk(store),
        DOCUMENTS,
        LABEL_STUDIO,
        rights=open_rights("own", CANARY),
        file="work.json",
    ).rows
    row = {**task, "annotations": [_annotation(person, "tie") for person in people]}
    rows = native_rows([Row(number=1, values=row)], LABEL_STUDIO, whose=_known)
    return store, service.import_judgments(store, DOCUMENTS, rows, actor="lead", whose=_known)


@pytest.mark.parametrize(
    ("people", "stored", "codes"),
    [
        (["anna"], 1, []),
        (["stranger"], 1, []),
        (["bela"], 0, ["somebody-else"]),
        (["anna", "bela"], 1, ["somebody-else"]),
        (["anna", "stranger"], 1, ["unknown-person"]),
        (["one", "other"], 0, ["unknown-person", "unknown-person"]),
    ],
)
def test_the_assignment_decides_whose_answer_it_is(
    people: list[str], stored: int, codes: list[str]
) -> None:
    """Who is known to be somebody else, or nobody among several, is set aside with a reason."""
    store, taken = _take(*people)
    assert [each.code for each in taken.set_aside] == codes
    assert taken.stored == stored
    assert taken.read == len(people)
    assert {each.reviewer.pseudonym for each in store.scan(Judgment)} == (
        {"r1"} if stored else set()
    )


@pytest.mark.parametrize("turned", [False, True])
def test_answers_saved_again_in_another_order_are_there_already(turned: bool) -> None:
    """The order in which a tool lists its answers is no part of the answer."""
    store = _assigned(pair())
    (task,) = hand_out(
        store,
        NoDesk(store),
        DOCUMENTS,
        LABEL_STUDIO,
        rights=open_rights("own", CANARY),
        file="work.json",
    ).rows
    names = ("score-clarity-a", "score-clarity-b", "score-correctness-a")
    results = [
        {"from_name": name, "type": "choices", "value": {"choices": ["3"]}} for name in names
    ]
    flat = {"assignment": task["data"]["assignment"]}
    lines = [flat | {"question": f"score.clarity.{each}", "answer": "2"} for each in "AB"]
    for form, first, again in (
        (LABEL_STUDIO, [_with(task, results)], [_with(task, results[::-1])]),
        (FORMATS["long-csv"], lines, lines[::-1]),
    ):
        given = [first, again][:: -1 if turned else 1]
        taken = [
            service.import_judgments(
                store,
                DOCUMENTS,
                native_rows([Row(number=1, values=row) for row in rows], form),
                actor="lead",
            )
            for rows in given
        ]
        assert [(each.stored, each.already_there) for each in taken] == [(1, 0), (0, 1)]


def _with(task: dict[str, Any], results: list[dict[str, Any]]) -> dict[str, Any]:
    return {**task, "annotations": [{"completed_by": 1, "result": results}]}


def test_one_fault_sets_one_answer_aside() -> None:
    """Of two annotations the sound one is taken; the other is kept as a task of its own."""
    store = _assigned(pair())
    (task,) = hand_out(
        store,
        NoDesk(store),
        DOCUMENTS,
        LABEL_STUDIO,
        rights=open_rights("own", CANARY),
        file="work.json",
    ).rows
    broken = _annotation("anna", "tie") | {"result": [{"type": "choices"}]}
    row = {**task, "annotations": [broken, _annotation("anna", "tie")]}
    faulty, sound = native_rows([Row(number=4, values=row)], LABEL_STUDIO)
    assert faulty.fault is not None
    assert (faulty.values or {})["annotations"] == [broken]
    assert (sound.values or {})["verdict"] == "tie"
    assert [each.number for each in (faulty, sound)] == [4, 4]


def test_mended_rejects_are_taken_as_they_stand() -> None:
    """A reject that is a row of ours passes; a reject that is a task is read as one."""
    store = _assigned(pair())
    (task,) = hand_out(
        store,
        NoDesk(store),
        DOCUMENTS,
        LABEL_STUDIO,
        rights=open_rights("own", CANARY),
        file="work.json",
    ).rows
    own = {"assignment": task["data"]["assignment"], "verdict": "tie", "answered_by": "anna"}
    foreign = {**task, "annotations": [_annotation("anna", "A")]}
    rows = [Row(number=1, values=own), Row(number=2, values=foreign)]
    first, second = native_rows(rows, LABEL_STUDIO, corrected=True)
    assert first.values == own
    assert (second.values or {})["verdict"] == "A"
    unmended, _ = native_rows(rows, LABEL_STUDIO)
    assert unmended.fault is not None


def test_a_row_that_is_no_json_is_handed_on() -> None:
    """Its fault is found where rows are taken, with its number."""
    (found,) = native_rows([Row(number=3, text=b"{")], LABEL_STUDIO)
    assert (found.number, found.fault is not None) == (3, True)
    assert msgspec.structs.asdict(found)["text"] == b"{"


def _joined(*rows: dict[str, Any]) -> list[Row]:
    numbered = [Row(number=number, values=row) for number, row in enumerate(rows, start=1)]
    return list(native_rows(numbered, FORMATS["long-csv"]))


def _line(question: str, answer: str, assignment: str = "asg_1", **more: str) -> dict[str, str]:
    return {"assignment": assignment, "question": question, "answer": answer, **more}


def test_rows_of_one_assignment_are_joined() -> None:
    """Rows come in any order; an assignment whose rows are empty is unanswered."""
    found = _joined(
        _line("verdict", "A"),
        _line("verdict", "", "asg_2"),
        _line("score.clarity.A", "3"),
        _line("task", "", values="shown"),
    )
    assert [each.values for each in found] == [
        {"assignment": "asg_1", "verdict": "A", "score.clarity.A": "3"},
        {"assignment": "asg_2"},
    ]
    assert [each.number for each in found] == [1, 2]


def test_two_people_are_two_answers() -> None:
    """Rows are joined by assignment and person."""
    found = _joined(
        _line("verdict", "A", answered_by="anna"),
        _line("verdict", "B", answered_by="bela"),
        _line("reason", "so", answered_by="anna"),
    )
    # Nobody knows the two, and each row of its own cannot tell that there are two.
    assert [(each.values or {}).get("answered_by") for each in found] == ["anna", "bela"]
    assert (found[0].values or {})["reason"] == "so"


def test_two_answers_to_one_question_are_a_fault() -> None:
    """They set the whole answer aside; the same answer twice does not."""
    (found,) = _joined(_line("verdict", "A"), _line("verdict", "B"), _line("reason", "so"))
    assert found.fault is not None
    assert found.fault.code == "answered-twice"
    (same,) = _joined(_line("verdict", "A"), _line("verdict", "A"))
    assert same.fault is None
