"""Senior decisions as rows: a whole answer in the columns of an answered file."""

from typing import Any, TypeVar

import pytest

from assay.core.errors import InputError, MachineError, UsageError
from assay.core.fact import Fact
from assay.records.judgment import Attack, SectionRuling, StepLabel
from assay.records.kinds import Adversarial, Demonstration, Policy
from assay.records.ports import Row
from assay.records.record import Record
from assay.records.verdict import DimensionScore, NotAsked, Prefers, Ranks, Scored
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
from assay.review.adjudication_rows import DecisionReader, import_adjudications
from assay.review.answer import RefusedAnswerError
from simulators.memory_store import MemoryStore
from simulators.small_program import facts, judged, pair, rubric, worked

F = TypeVar("F", bound=Fact)

DOCUMENTS = facts()
OWN = {"cause": "expertise", "adjudicator": "ines"}


def store_of(record: Record) -> MemoryStore:
    """A store with a record that two people judged."""
    made = MemoryStore()
    with made.write("test.fill", actor="test") as writing:
        writing.add([record, judged(record, "a", 0), judged(record, "b", NotAsked())])
    return made


def reader(store: MemoryStore, written_source: str | None = "desk-authors") -> DecisionReader:
    return DecisionReader(
        store, rubric(), pseudonym=lambda name: f"p-{name}", written_source=written_source
    )


def decided(record: Record, **columns: Any) -> Decided:
    """What a row decides."""
    row = OWN | {"record": record.id} | {name.replace("__", "."): v for name, v in columns.items()}
    decision = reader(store_of(record)).read(row).decision
    assert isinstance(decision, Decided)
    return decision


def test_a_row_carries_every_part_of_an_answer() -> None:
    """Letters count in the record's own order: A is its first candidate."""
    policy = pair().replace(part=Policy(sections=("fees",)))
    made = decided(
        policy, score__clarity__A=4, ruling__fees__B="violates:high:It charges twice: once more.",
        errors=[{"candidate": "B", "quote": "5", "category": "wrong_sum", "severity": "low"}],
    )  # fmt: skip
    assert made.scores == (DimensionScore(dimension="clarity", candidate=0, score=Scored(value=4)),)
    assert made.rulings == (
        SectionRuling(
            section="fees",
            ruling="violates",
            candidate=1,
            severity="high",
            reason="It charges twice: once more.",
        ),
    )
    (error,) = made.errors or ()
    assert error.category == "wrong_sum"
    assert decided(pair(), verdict="B").verdict == Prefers(candidate=1)
    three = pair(texts=("4", "5", "6"))
    assert decided(three, verdict="C>A=B").verdict == Ranks(order=((2,), (0, 1)))
    assert decided(worked(), step__A__1="bad").step_labels == (
        StepLabel(candidate=0, step=1, label="bad"),
    )
    hostile = pair().replace(part=Adversarial(sections=()))
    attack = decided(hostile, attack__outcome="broken", attack__severity="high", attack__attempts=3)
    assert attack.attack == Attack(outcome="broken", severity="high", attempts=3)
    assert decided(pair(), errors=[]).errors == ()
    assert decided(pair(), stands_as_is="yes").stands_as_is


def test_what_the_senior_writes_is_a_record_of_its_own() -> None:
    """The decision names it, and both are stored together."""
    record = pair(texts=("4",)).replace(part=Demonstration())
    store = store_of(record)
    rows = [Row(number=1, values=OWN | {"record": record.id, "written": "It is 2."})]
    made = import_adjudications(store, DOCUMENTS, rows, reader(store), actor="lead")
    assert (made.read, made.stored, made.set_aside) == (1, 1, ())
    (adjudication,) = store.scan(Adjudication)
    assert isinstance(adjudication.decision, Decided)
    written = store.get(Record, str(adjudication.decision.wrote))
    assert written.candidates[0].content == "It is 2."
    assert written.lineage
    assert written.lineage.parents == (record.id,)
    with pytest.raises(InputError, match="no source class"):
        reader(store, None).read(OWN | {"record": record.id, "written": "It is 2."})


def test_the_distribution_stays_or_the_record_goes_back() -> None:
    """Neither decides anything beside."""
    store, record = store_of(pair()), pair()
    own = OWN | {"record": record.id}
    assert reader(store).read(own | {"decision": "preserved"}).decision == Preserved()
    back = own | {"decision": "returned", "note": "Which sum?"}
    assert reader(store).read(back).decision == Returned(reason="Which sum?")
    with pytest.raises(InputError, match="decides nothing else"):
        reader(store).read(own | {"decision": "preserved", "verdict": "A"})


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"cause": ""}, "missing-column"),
        ({"cause": "mood"}, "unknown-cause"),
        ({"adjudicator": ""}, "missing-column"),
        ({"decision": "maybe"}, "unknown-decision"),
        ({"decision": "returned"}, "missing-column"),
        ({"verdict": "C"}, "unknown-verdict"),
        ({"score.clarity.A": 9}, "off-scale"),
        ({"attack.outcome": "won"}, "bad-attack"),
        ({"attack.attempts": "some"}, "bad-count"),
        ({"stands_as_is": "perhaps"}, "bad-word"),
        ({"mood": "good"}, "unknown-column"),
        ({"step.A.7": "bad"}, "misfit"),
        ({}, "no-decision"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside(columns: dict[str, Any], code: str) -> None:
    """It is named with its row and its fault, and the rows around it go in."""
    record = pair()
    store = store_of(record)
    good = OWN | {"record": record.id, "verdict": "A"}
    bad = OWN | {"record": record.id} | columns
    rows = [Row(number=number, values=row) for number, row in enumerate((bad, good, good), start=1)]
    made = import_adjudications(store, DOCUMENTS, rows, reader(store), actor="lead")
    assert (made.read, made.stored, made.already_there) == (3, 1, 1)
    assert [(each.row, each.code) for each in made.set_aside] == [(1, code)]


def test_rows_go_in_by_batches() -> None:
    """All decisions of a batch are one transaction and one audit entry, which names the file."""
    records = [pair(number) for number in range(3)]
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        for record in records:
            writing.add([record, judged(record, "a", 0), judged(record, "ines", 1)])
    given = [OWN | {"record": each.id, "verdict": "A", "adjudicator": "eva"} for each in records]
    given.insert(1, OWN | {"record": records[0].id, "verdict": "Z"})
    rows = [Row(number=number, values=row) for number, row in enumerate(given, start=1)]
    decided = reader(store)
    made = import_adjudications(
        store, DOCUMENTS, rows, decided, actor="lead", subject="decided.csv"
    )
    assert (made.read, made.stored, [each.row for each in made.set_aside]) == (4, 3, [2])
    assert store.actions[1:] == ["adjudication.import decided.csv"]
    again = import_adjudications(store, DOCUMENTS, rows, decided, actor="lead")
    assert (again.read, again.stored, again.already_there) == (4, 0, 3)


def test_a_decision_that_cannot_stand_is_set_aside_with_its_reason() -> None:
    """Whoever judged a record does not decide it, and the rows around go in."""
    record = pair()
    store = store_of(record)
    with store.write("test.fill", actor="test") as writing:
        writing.add([judged(record, "p-ines", 1)])
    given = [
        OWN | {"record": record.id, "verdict": "A", "adjudicator": who} for who in ("ines", "eva")
    ]
    rows = [Row(number=number, values=row) for number, row in enumerate(given, start=1)]
    made = import_adjudications(store, DOCUMENTS, rows, reader(store), actor="lead")
    assert (made.stored, [(each.row, each.code) for each in made.set_aside]) == (
        1, [(1, "not-independent")],
    )  # fmt: skip


def test_a_fault_of_the_machine_is_no_fault_of_a_row() -> None:
    """A store that cannot be read ends the import instead of setting its rows aside."""

    class Broken(MemoryStore):
        def get(self, family: type[F], identity: str) -> F:
            del family, identity
            raise MachineError(code="store-unreachable", message="the store cannot be opened")

    rows = [Row(number=1, values=OWN | {"record": "rec_x", "verdict": "A"})]
    with pytest.raises(MachineError):
        import_adjudications(Broken(), DOCUMENTS, rows, reader(Broken()), actor="lead")


def test_every_fault_of_a_row_is_named_at_once() -> None:
    """What a row lacks beside its answer and what is wrong with the answer stand together."""
    record = pair()
    row = {
        "record": record.id, "cause": "mood", "verdict": "C", "score.clarity.A": 9,
        "written": "It is 2.",
    }  # fmt: skip
    with pytest.raises(RefusedAnswerError) as caught:
        reader(store_of(record), None).read(row)
    assert sorted((fault.code, fault.where) for fault in caught.value.faults) == [
        ("missing-column", "adjudicator"),
        ("not-asked", "written"),
        ("off-scale", "score.clarity.A"),
        ("unknown-cause", "cause"),
        ("unknown-verdict", "verdict"),
    ]


def test_an_unknown_record_is_named() -> None:
    """A row about a record that is not there is refused."""
    with pytest.raises(UsageError):
        reader(store_of(pair())).read(OWN | {"record": "rec_none", "verdict": "A"})
