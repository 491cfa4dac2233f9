"""One register of passes in an open program: files, commands and the desk agree on what is open."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.desk.routing import Routed
from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import BothUnacceptable, Prefers, Tie
from assay.review.adjudication import Decided
from assay.review.answer import Answer
from assay.review.assignment import Assignment
from assay.review.queue.lease import LeaseState
from assay.review.queue.passes import open_passes
from assay.store.pass_register import Passes
from assay.store.queue import SqlQueue
from assay.store.queue_overview import QueueOverview
from assay.store.store import Store
from simulators.desk_program import desk_records, opened, person, write_desk_program

FRIENDS = ("zoe", "yan", "xia")
NEED = 3


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("passes") / "program"
    write_desk_program(folder, desk_records(each=6))
    contract = folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    assert "on_disagreement: preserve" in text
    contract.write_text(
        text.replace("on_disagreement: preserve", "on_disagreement: adjudication"),
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def program(template: Path, tmp_path: Path) -> Iterator[Program]:
    folder = Path(shutil.copytree(template, tmp_path / "program"))
    with ExitStack() as stack:
        yield stack.enter_context(opened(folder))


def preferences(program: Program) -> set[str]:
    return {each.id for each in program.store.scan(Record) if each.kind == "preference"}


def answer_files(program: Program, *people: str) -> None:
    """Each person answers what was handed out to them, all preferences with a tie."""
    for name in people:
        rows = [
            {"assignment": row["assignment"], "verdict": "tie", "reason": "same"}
            for row in program.review.work(name)
            if row["kind"] == "preference"
        ]
        taken = program.review.take_answers(rows)
        assert not taken.set_aside


def claimed(program: Program, who: Principal) -> set[str]:
    """Every record that the desk gives to somebody who asks for all there is, and answers none."""
    found: set[str] = set()
    while given := program.desk.claims.claim(who, count=8, held=[]).result().leases:
        for lease in given:
            found.add(lease.record)
            program.desk.assignments.release(who, str(lease.handle), "skip").result()
    return found


def judge(program: Program, who: Principal, verdicts: dict[str, object], most: int) -> list[str]:
    """Judge up to so many preferences at the desk; the records judged."""
    queues = {each.queue for each in program.desk.queues(who) if "preference" in each.title}
    done: list[str] = []
    for queue in sorted(queues):
        while len(done) < most:
            given = program.desk.claims.claim(who, queue=queue).result().leases
            if not given:
                break
            handle, record = str(given[0].handle), given[0].record
            body = msgspec.json.encode(
                {
                    "verdict": verdicts[who.pseudonym],
                    "reasons": [{"text": "so", "dimension": "correct"}],
                }
            )
            answer = msgspec.json.decode(body, type=Answer)
            program.desk.assignments.answer(
                who, handle, answer, body=body, key=f"k-{handle}"
            ).result()
            done.append(record)
    return done


def disputed(program: Program, most: int = 4) -> list[str]:
    """Three people at the desk differ on some records, which then wait for a senior decision."""
    people = [person(program, name, "reviewer") for name in ("ana", "ben", "eva")]
    said: list[object] = [
        {"verdict": "tie"},
        {"verdict": "both_unacceptable"},
        {"verdict": "insufficient_context"},
    ]
    verdicts = dict(zip((each.pseudonym for each in people), said, strict=True))
    for who in people:
        judge(program, who, verdicts, most)
    routed = program.desk.route()
    assert routed.adjudication == most
    overview = QueueOverview(program.store)
    queues = [row for row in SqlQueue(program.store).queues() if row.queue.stage == "adjudication"]
    return sorted(set().union(*(overview.records_of(row.id) for row in queues)))


def test_who_met_the_records_is_known_from_the_register(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many records go to an adjudicator, no assignment is read again for their people."""
    asked = Counter[type[Fact]]()
    scan = Store.scan

    def counted(store: Store, family: type[Fact], **where: object) -> Iterator[Fact]:
        asked[family] += 1
        return scan(store, family, **where)

    route = program.desk.route

    def routed() -> Routed:
        monkeypatch.setattr(Store, "scan", counted)
        return route()

    monkeypatch.setattr(program.desk, "route", routed)
    assert len(disputed(program, most=4)) == 4
    assert asked[Assignment] == 0
    assert asked[Record] > 0


def test_records_judged_in_files_are_not_handed_out_again(program: Program) -> None:
    """Three answers by file close the three passes of a record that waited at the desk before."""
    desk = SqlQueue(program.store)
    before = sum(desk.waiting().values())
    assigned = program.review.assign(dict.fromkeys(FRIENDS, "reviewer"))
    assert assigned.assigned > 0
    answer_files(program, *FRIENDS)
    program.quality.dispose()
    assert program.desk.fill().records == 0
    program.desk.route()
    people = {
        record: {each.reviewer.pseudonym for each in program.store.scan(Judgment, record=record)}
        for record in preferences(program)
    }
    full = {record for record, names in people.items() if len(names) >= NEED}
    assert full
    assert before - sum(desk.waiting().values()) >= len(full)
    new = person(program, "new", "reviewer")
    given = claimed(program, new)
    assert not given & full


def test_what_is_handed_out_is_not_offered_at_the_desk_and_the_reverse(program: Program) -> None:
    """A pass is held by one route at a time; a withdrawn one is offered again."""
    who = person(program, "ana", "reviewer")
    (lease,) = program.desk.claims.claim(who).result().leases
    program.review.assign(dict.fromkeys(FRIENDS, "reviewer"))
    handed_out = {row["assignment"] for name in FRIENDS for row in program.review.work(name)}
    assert lease.assignment not in handed_out
    assert not list(program.review.work("ana"))
    status = program.review.status()
    assert status.passes.handed_out == status.waiting == len(handed_out)
    assert status.passes.held == 1
    records = [each.id for each in program.store.scan(Record)]
    wanted = Passes(program.store).needs(records)
    assert status.passes.open == sum(wanted.values()) - 1 - len(handed_out)
    other = person(program, "ben", "reviewer")
    assert not claimed(program, other)
    ended = program.review.withdraw("zoe")
    assert ended.withdrawn == ended.by_reviewer[next(iter(ended.by_reviewer))] > 0
    assert not list(program.review.work("zoe"))
    assert len(claimed(program, person(program, "eva", "reviewer"))) == ended.withdrawn


def test_withdrawing_asks_for_a_person_or_a_record(program: Program) -> None:
    """Nobody ends all work by leaving a word out."""
    with pytest.raises(UsageError) as refused:
        program.review.withdraw()
    assert refused.value.code == "nothing-named"


def test_a_decision_by_command_closes_the_desks_item(program: Program) -> None:
    """No decided record is open, and the page hands out those alone that are not decided."""
    records = disputed(program)
    sam = person(program, "sam", "adjudicator")
    program.desk.fill()
    assert program.adjudication.waiting(sam).open == len(records)
    decided = records[:-1]
    for record in decided:
        program.review.adjudicate(
            record, Decided(verdict=Tie()), cause="expertise", adjudicator="a senior"
        )
    assert program.adjudication.waiting(sam).open == 1
    program.quality.dispose()
    program.desk.fill()
    program.desk.route()
    assert program.adjudication.waiting(sam).open == 1
    handle = program.adjudication.take(sam)
    assert handle
    lease = SqlQueue(program.store).find(handle)
    assert lease
    assert lease.record == records[-1]
    assert program.adjudication.take(sam) is None


def test_a_decision_meanwhile_ends_what_an_adjudicator_has_taken(program: Program) -> None:
    """The record is shown as decided, is listed no more, and takes no second decision."""
    disputed(program, most=1)
    sam = person(program, "sam", "adjudicator")
    handle = program.adjudication.take(sam)
    assert handle
    lease = SqlQueue(program.store).find(handle)
    assert lease
    assert not program.adjudication.look(sam, handle).decided
    program.review.adjudicate(
        lease.record,
        Decided(verdict=BothUnacceptable()),
        cause="expertise",
        adjudicator="a senior",
    )
    assert program.adjudication.look(sam, handle).decided
    assert program.adjudication.waiting(sam).held == ()
    with pytest.raises(UsageError) as refused:
        program.adjudication.decide(
            sam, handle, Decided(verdict=Prefers(candidate=0)), cause="expertise", note=None
        )
    assert refused.value.code == "decided-elsewhere"


def test_the_overview_and_the_status_read_one_count(program: Program) -> None:
    """Passes at the desk, handed out and given elsewhere add up to what is wanted and beyond."""
    who = person(program, "ana", "reviewer")
    judge(program, who, {who.pseudonym: {"verdict": "tie"}}, most=2)
    program.desk.claims.claim(who).result()
    program.review.assign(dict.fromkeys(FRIENDS, "reviewer"))
    answer_files(program, "zoe")
    queues = [each for each in program.overview.queues() if each.stage == "review"]
    for each in queues:
        taken = each.held + each.stored + each.surplus + each.handed_out + each.elsewhere
        assert each.wanted + each.beyond == each.free + taken
    passes = program.review.status().passes
    assert passes.wanted == sum(each.wanted for each in queues)
    assert passes.open == sum(each.free for each in queues)
    assert passes.handed_out == sum(each.handed_out for each in queues) > 0
    assert passes.judged == sum(each.elsewhere for each in queues) > 0
    assert passes.stored == sum(each.stored + each.surplus for each in queues) == 2
    assert passes.held == 1


def test_reconciling_repairs_a_store_of_an_older_version_once(program: Program) -> None:
    """What an older Assay left open is closed, each change is named, and a second run is idle."""
    program.review.assign(dict.fromkeys(FRIENDS, "reviewer"))
    answer_files(program, *FRIENDS)
    tables, desk = program.store.schema.desk, SqlQueue(program.store)
    right = desk.waiting()
    # An older version barred whoever judged elsewhere, and left the item's passes open.
    with program.store.write("test.older", actor="tests") as unit:
        unit.connection.execute(
            update(tables.leases)
            .where(tables.leases.c.state.in_([LeaseState.judged, LeaseState.elsewhere]))
            .values(state=int(LeaseState.barred), judgment=None)
        )
        unit.connection.execute(update(tables.items).values(open_slots=tables.items.c.need))
        unit.acted = True
    assert desk.waiting() != right
    changes = program.review.reconcile()
    assert desk.waiting() == right
    judged = [each for each in changes if each.after == "judged"]
    assert len(judged) == NEED * len(preferences(program))
    assert all(each.before == "barred" for each in judged)
    assert any(each.reviewer is None for each in changes)
    entries = program.store.head().number
    assert program.review.reconcile() == []
    assert program.store.head().number == entries


def test_a_changed_contract_moves_what_waits_and_asks_for_its_own_passes(
    program: Program, template: Path
) -> None:
    """A record waits once, with the passes of the contract in force; what was given stays given."""
    who = person(program, "ana", "reviewer")
    (judged,) = judge(program, who, {who.pseudonym: {"verdict": "tie"}}, most=1)
    (held,) = program.desk.claims.claim(who).result().leases
    records = {each.id for each in program.store.scan(Record)}
    contract = program.folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    changed = text.replace(
        "id: everything_else, roles: [reviewer], passes: 3",
        "id: the_rest, roles: [reviewer], passes: 2",
    )
    assert changed != text
    for written, need in ((changed, 2), (text, NEED)):
        contract.write_text(written, encoding="utf-8")
        with opened(program.folder) as again:
            overview, register = QueueOverview(again.store), Passes(again.store)
            layers = defaultdict(list)
            for row in SqlQueue(again.store).queues():
                for record in overview.records_of(row.id):
                    layers[record].append(row.queue.layer)
            assert all(len(of_record) == 1 for of_record in layers.values())
            wanted = register.needs(sorted(records))
            for record in (judged, held.record):
                assert layers[record] == ["the_rest" if need == 2 else "everything_else"]
                assert wanted[record] == need
                assert open_passes(need, register.rows([record])) == need - 1
            assert again.review.status().passes.wanted == sum(wanted.values())
            assert list(again.review.reconcile()) == []
            other = person(again, f"new-{need}", "reviewer")
            assert {judged, held.record} <= claimed(again, other)
