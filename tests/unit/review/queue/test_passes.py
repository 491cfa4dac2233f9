"""The register's rules: what facts make of each person's row."""

from collections.abc import Mapping
from typing import Any

import pytest

from assay.records.judgment import Judgment
from assay.records.verdict import NotAsked, Tie
from assay.review.adjudication import Adjudication, Preserved
from assay.review.assignment import Assignment, AssignmentWithdrawal
from assay.review.queue.lease import Lease, LeaseState, Queue, QueueItem, Stage
from assay.review.queue.passes import (
    Involvement,
    OwnPass,
    PassCount,
    bar_deciders,
    changed_rows,
    involvements,
    is_registered,
    open_passes,
    pass_count,
    total,
    within,
)
from simulators.small_program import judged, pair

RECORD = pair()
ID = RECORD.id
ITEM = QueueItem(id=1, queue=7, record=ID, rank=0, need=2, open_slots=2)
ASKED = Assignment(record=ID, reviewer="ana", number=0)
JUDGED = Involvement(judgments=("jud_new",), rubrics=frozenset({"doc_new"}))
DECIDED = Involvement(decisions=("adj_new",))


def queue(stage: Stage, **more: Any) -> Queue:
    return Queue(stage=stage, layer="standard", kind="preference", roles=("reviewer",), **more)


def row(state: LeaseState, *, of: str = "ana", handle: str | None = None, **more: Any) -> Lease:
    return Lease(item=1, reviewer=of, state=state, record=ID, queue=7, handle=handle, **more)


def states(stage: Stage, people: Mapping[str, Involvement], *rows: Lease) -> dict[str, str]:
    before = {each.reviewer: each for each in rows}
    item = ITEM if stage == "review" else QueueItem(**{**_fields(ITEM), "need": 1})
    written = changed_rows(item, queue(stage), before, people)
    return {name: each.state.name for name, each in {**before, **_named(written)}.items()}


def _fields(item: QueueItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in QueueItem.__struct_fields__}


def _named(rows: list[Lease]) -> dict[str, Lease]:
    return {each.reviewer: each for each in rows}


def test_a_model_and_a_judgment_that_says_nothing_take_no_pass() -> None:
    """The person has met the record all the same; a model stands nowhere."""
    people = involvements(
        [
            judged(RECORD, "ana", NotAsked()),
            judged(RECORD, "small", Tie(), kind="model"),
        ]
    )
    assert people == {ID: {"ana": Involvement()}}


def own(judgment: str | None, *, state: str | None = "stored", settled: bool = False) -> OwnPass:
    found = None if state is None else LeaseState[state]
    return OwnPass(settled=settled, state=found, judgment=judgment)


@pytest.mark.parametrize(
    ("passes", "expected"),
    [
        pytest.param([], True, id="no item waits"),
        pytest.param(["own"], True, id="the desk wrote it"),
        pytest.param(["own", "own"], True, id="in every item"),
        pytest.param(["own", "none"], False, id="it waits elsewhere, too"),
        pytest.param(["other"], False, id="the row names an older one"),
        pytest.param(["settled"], False, id="something was concluded"),
        pytest.param(["barred"], False, id="not answered"),
    ],
)
def test_nothing_is_derived_for_a_judgment_that_the_register_names(
    passes: list[str], expected: bool
) -> None:
    """Only where each item of the record has this very answer, and nothing was concluded from it."""
    judgment = judged(RECORD, "ana", Tie())
    rows = {
        "own": own(judgment.id),
        "none": own(None, state=None),
        "other": own("jud_older"),
        "settled": own(judgment.id, settled=True),
        "barred": own(judgment.id, state="barred"),
    }
    assert is_registered(judgment, [rows[name] for name in passes]) is expected


def test_a_judgment_that_says_nothing_is_never_taken_as_registered() -> None:
    """It is no pass, whatever the desk wrote."""
    silent = judged(RECORD, "ana", NotAsked())
    assert not is_registered(silent, [own(silent.id)])


def test_a_judgment_that_is_replaced_by_nothing_takes_no_pass_any_more() -> None:
    """The standing judgment counts, and of two standing ones each is named."""
    first = judged(RECORD, "ana", Tie())
    nothing = judged(RECORD, "ana", NotAsked(), supersedes=first.id)
    other = judged(RECORD, "ana", Tie(), occasion=1)

    def given(*judgments: Judgment) -> tuple[str, ...]:
        return involvements(judgments)[ID]["ana"].judgments

    assert given(first) == (first.id,)
    assert given(first, nothing) == ()
    assert given(first, nothing, other) == (other.id,)
    assert given(first, other) == (first.id, other.id)


def test_an_assignment_holds_until_it_is_withdrawn_and_the_desks_own_are_left_out() -> None:
    """Its own rows say what became of the desk's assignments."""
    gone = AssignmentWithdrawal(assignment=ASKED.id, record=ID, reviewer="ana")
    assert involvements([], [ASKED])[ID]["ana"].assignment == ASKED.id
    assert involvements([], [ASKED], [], [gone])[ID]["ana"] == Involvement()
    assert involvements([], [ASKED], at_desk={ASKED.id}) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "judged"),
        (row(LeaseState.barred), "judged"),
        (row(LeaseState.elsewhere), "judged"),
        (row(LeaseState.released), "judged"),
        (row(LeaseState.held, handle="asn_1"), "stored"),
        (row(LeaseState.expired, handle="asn_1"), "stored"),
        (row(LeaseState.released, handle="asn_1"), "stored"),
        (row(LeaseState.surplus, handle="asn_1", judgment="jud_new"), "surplus"),
    ],
)
def test_a_judgment_by_any_route_is_one_pass(before: Lease | None, after: str) -> None:
    """Whatever the person's row was before; a lease of the desk is answered by it."""
    assert states("review", {"ana": JUDGED}, *([before] if before else []))["ana"] == after


def test_a_row_names_its_own_judgment_while_that_stands() -> None:
    """A second, independent judgment of the person leaves what the desk's page shows."""
    both = Involvement(judgments=("jud_old", "jud_new"))
    stored = row(LeaseState.stored, handle="asn_1", judgment="jud_old")
    assert changed_rows(ITEM, queue("review"), {"ana": stored}, {"ana": both}) == []
    (written,) = changed_rows(ITEM, queue("review"), {"ana": stored}, {"ana": JUDGED})
    assert written.judgment == "jud_new"


def test_work_handed_out_is_held_and_given_up_again() -> None:
    """A withdrawn assignment frees the pass; an emptied answer falls back to the hold."""
    asked = {"ana": Involvement(assignment=ASKED.id)}
    assert states("review", asked) == {"ana": "elsewhere"}
    assert states("review", asked, row(LeaseState.judged)) == {"ana": "elsewhere"}
    withdrawn = {"ana": Involvement()}
    assert states("review", withdrawn, row(LeaseState.elsewhere)) == {"ana": "released"}
    assert states("review", withdrawn) == {"ana": "barred"}
    held = row(LeaseState.held, handle="asn_1")
    assert states("review", withdrawn, held) == {"ana": "held"}


def test_a_decision_closes_the_item_and_ends_what_others_have_taken() -> None:
    """One decision is enough; who judged the record holds no decision on it."""
    sam = row(LeaseState.held, of="sam", handle="asn_2")
    late = row(LeaseState.expired, of="sue", handle="asn_3")
    assert states("adjudication", {"ines": DECIDED}, sam, late) == {
        "ines": "judged",
        "sam": "released",
        "sue": "released",
    }
    assert states("adjudication", {"sam": DECIDED}, sam) == {"sam": "stored"}
    assert states("adjudication", {"sam": JUDGED, "ana": JUDGED}, sam) == {
        "sam": "released",
        "ana": "barred",
    }


def test_a_record_sent_up_anew_wants_another_persons_decision() -> None:
    """The earlier decision is spent; a newer one of the same person counts."""
    decided = row(LeaseState.judged, of="ines", judgment="adj_new")
    (spent,) = bar_deciders([decided, row(LeaseState.barred)])
    assert (spent.state, open_passes(1, [spent])) == (LeaseState.barred, 1)
    assert states("adjudication", {"ines": DECIDED}, spent) == {"ines": "barred"}
    again = Involvement(decisions=("adj_new", "adj_newer"))
    assert states("adjudication", {"ines": again}, spent) == {"ines": "judged"}


def test_a_re_review_is_given_by_the_persons_own_judgment_under_its_rubric() -> None:
    """Another person's, and one beside an older judgment that still stands, leave it open."""
    look = queue("second_look", only="ana")
    item = QueueItem(**{**_fields(ITEM), "need": 1})

    def given(rubrics: set[str | None], who: str = "ana") -> bool:
        people = {who: Involvement(judgments=("jud_new",), rubrics=frozenset(rubrics))}
        return bool(changed_rows(item, look, {}, people))

    assert given({"standard"})
    assert not given({"older"})
    assert not given({"standard", "older"})
    assert not given({"standard"}, who="ben")


def test_nobody_is_tested_by_a_record_that_they_know() -> None:
    """Exam items and sentinels are barred to whoever met them; a round's members are not."""
    for stage in ("exam", "sentinel"):
        assert states(stage, {"ana": Involvement()}) == {"ana": "barred"}
    assert states("calibration", {"ana": JUDGED}) == {}


def test_work_is_held_for_the_passes_that_are_open_and_for_nobody_who_met_the_record() -> None:
    """Of three who are asked at once, one gets the last pass."""
    asked = [ASKED.replace(reviewer=name) for name in ("ana", "ben", "eva")]
    people = {ID: {"ana": Involvement()}}
    rows = [row(LeaseState.held, of="ida", handle="asn_1"), row(LeaseState.released, of="ben")]
    assert [each.reviewer for each in within(asked, {ID: 2}, people, rows)] == ["eva"]
    assert within(asked, {ID: 1}, people, rows) == []


def test_the_parts_of_a_count_add_up() -> None:
    """Two wanted of which none is open, with one given beyond them."""
    found = pass_count(1, 2, 0, {LeaseState.stored: 1, LeaseState.surplus: 1, LeaseState.judged: 1})
    assert found == PassCount(items=1, wanted=2, beyond=1, stored=2, judged=1)
    assert total([found, PassCount(items=2, wanted=4, open=4)]) == PassCount(
        items=3, wanted=6, beyond=1, open=4, stored=2, judged=1
    )


def test_an_adjudicator_gives_no_pass_on_what_was_decided() -> None:
    """Who decided a record is barred from judging it."""
    decided = Adjudication(
        record=ID, judgments=(), decision=Preserved(), cause="expertise", adjudicator="ines"
    )
    people = involvements([], [], [decided])
    assert people[ID]["ines"].decisions == (decided.id,)
    assert states("review", people[ID]) == {"ines": "barred"}
