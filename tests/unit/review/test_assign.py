"""Independent passes, spread evenly over the people who may judge."""

from collections import Counter
from typing import Any

import pytest

from assay.core.errors import UsageError
from assay.records.candidate import Candidate, MadeByEdit, MadeByPerson
from assay.records.record import Record
from assay.review.assign import (
    AssignableRecord,
    Assignee,
    Draw,
    authors,
    presented_order,
    refuse_unknown_members,
)
from assay.review.assignment import Assignment
from simulators.open_rights import open_rights
from simulators.small_program import LAYER, contract, pair

KEY = b"a secret of the test"
REVIEWERS = tuple(Assignee(pseudonym=f"r{number}", role="reviewer") for number in range(5))
RECORDS = [pair(number) for number in range(60)]


def _asked(*records: Record, **parts: Any) -> list[AssignableRecord]:
    return [AssignableRecord(id=record.id, record=record, **parts) for record in records]


def _draw(layer: dict[str, Any] | None = None, key: bytes = KEY, **review: Any) -> Draw:
    layers = [LAYER | (layer or {})]
    return Draw(contract(review={"layers": layers, **review}), key, REVIEWERS, open_rights("own"))


def _run(draw: Draw, asked: list[AssignableRecord]) -> list[Assignment]:
    return list(draw.run(asked))


def test_every_record_gets_its_passes_from_different_people() -> None:
    """Three passes are three different reviewers, numbered from 0."""
    found = _run(_draw({"passes": 3}), _asked(*RECORDS))
    by_record: dict[str, list[Assignment]] = {}
    for assignment in found:
        by_record.setdefault(assignment.record, []).append(assignment)
    assert set(by_record) == {record.id for record in RECORDS}
    for own in by_record.values():
        assert len({each.reviewer for each in own}) == 3
        assert sorted(each.number for each in own) == [0, 1, 2]


def test_the_load_is_even() -> None:
    """Nobody is asked for more than one record above anybody else."""
    load = Counter(each.reviewer for each in _run(_draw(), _asked(*RECORDS)))
    assert load.total() == 120
    assert max(load.values()) - min(load.values()) <= 1


def test_the_order_is_even_for_each_reviewer() -> None:
    """Each reviewer sees either candidate first equally often, but for one record at most."""
    first: dict[str, Counter[int]] = {}
    for each in _run(_draw(), _asked(*RECORDS)):
        first.setdefault(each.reviewer, Counter())[each.order[0]] += 1
    assert all(abs(counts[0] - counts[1]) <= 1 for counts in first.values())


def test_three_candidates_take_turns_in_every_place() -> None:
    """In each run of three records every candidate is shown once in each place."""
    for run in range(4):
        orders = [presented_order(KEY, "r0", 3 * run + turn, 3) for turn in range(3)]
        for place in range(3):
            assert {order[place] for order in orders} == {0, 1, 2}


def test_the_draw_repeats_and_hangs_on_the_key() -> None:
    """The same key gives the same assignments whatever the records' order; another key differs."""
    forward = _run(_draw(), _asked(*RECORDS))
    assert forward == _run(_draw(), _asked(*reversed(RECORDS)))
    assert forward != _run(_draw(key=b"another"), _asked(*RECORDS))


def test_nobody_judges_a_record_twice_or_their_own_work() -> None:
    """Those who saw the record, wrote a candidate or edited one are not asked."""
    written = pair().replace(
        candidates=(
            Candidate(content="4", provenance=MadeByPerson(pseudonym="r0", role="author")),
            Candidate(content="5", provenance=MadeByEdit(original="0", editor="r1")),
        )
    )
    assert authors(written) == {"r0", "r1"}
    asked = _asked(written, seen=frozenset({"r2"}), passes=1)
    (found,) = _run(_draw(), asked)
    assert found.reviewer in {"r3", "r4"}
    assert found.number == 1


def test_whoever_is_missing_is_said() -> None:
    """A layer that wants more people than there are leaves a remainder with its reason."""
    draw = _draw({"passes": 7})
    assert len(_run(draw, _asked(RECORDS[0]))) == 5
    (left,) = draw.unfilled
    assert (left.record, left.missing) == (RECORDS[0].id, 2)
    assert "5 of 7" in left.reason


def test_only_the_layer_s_roles_are_asked() -> None:
    """A reviewer is not asked where the layer wants policy reviewers."""
    draw = _draw({"roles": ["policy_reviewer"]})
    assert _run(draw, _asked(RECORDS[0])) == []
    assert draw.unfilled[0].missing == 2


def test_one_more_pass_can_be_asked_for() -> None:
    """A record that has its passes gets another one where it is wanted."""
    full = _asked(RECORDS[0], seen=frozenset({"r0", "r1"}), passes=2)
    assert _run(_draw(), full) == []
    more = _asked(RECORDS[0], seen=frozenset({"r0", "r1"}), passes=2, extra=1)
    assert len(_run(_draw(), more)) == 1


def test_without_blinding_the_order_is_the_record_s() -> None:
    """Where the contract says why blinding is off, candidates keep their places."""
    draw = _draw(blinded=False, unblinded_because="The order is the question.")
    assert {each.order for each in _run(draw, _asked(*RECORDS))} == {(0, 1)}


@pytest.mark.parametrize("people", [{"": "reviewer"}, {"carla": "nurse"}])
def test_people_without_a_name_or_a_role_of_the_layers_are_refused(people: dict[str, str]) -> None:
    """A role that no layer asks for would be assigned nothing, in silence."""
    with pytest.raises(UsageError, match="these people cannot be asked"):
        refuse_unknown_members(people, contract())
    refuse_unknown_members({"anna": "reviewer", "ines": "adjudicator"}, contract())
