"""Clearance: a record has the rights of its sources and of all that it was made from."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import pytest

from assay.contracts.sources import SourceClass
from assay.governance.clearance import Clearance, Derived
from assay.governance.exit_rights import ExitRights
from assay.governance.permits import Permits
from assay.governance.rights import Use
from simulators.open_rights import open_source

TODAY = date(2026, 3, 1)


class Made(msgspec.Struct, frozen=True):
    """The part of a record that rights depend on."""

    source_classes: tuple[str, ...]
    parents: tuple[str, ...] = ()


class Shelf:
    """Records by id, which counts how often it is asked."""

    def __init__(self, records: Mapping[str, Made]) -> None:
        self.records = records
        self.asked = 0

    def find(self, ids: Sequence[str]) -> Mapping[str, Derived]:
        """The records that are there."""
        self.asked += 1
        return {identity: self.records[identity] for identity in ids if identity in self.records}


def _closed(name: str, **changes: object) -> SourceClass:
    return open_source(name).model_copy(update=changes)


SOURCES = (
    open_source("own"),
    _closed("gone", state="deleted"),
    _closed("taken", state="withdrawn"),
    _closed("late", retention_until=date(2026, 2, 1)),
    _closed("away", territory=("US",)),
    _closed("lent", permitted_uses=("evaluate",)),
    _closed("leads", reviewer_access=("lead",)),
)


def _clearance(shelf: Shelf, **withdrawn: str) -> Clearance:
    permits = Permits(SOURCES, on=TODAY, territory="DE")
    return Clearance(permits, shelf.find, withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("source", "use", "roles", "code"),
    [
        ("gone", None, ("reviewer",), "source-deleted"),
        ("taken", None, ("reviewer",), "source-withdrawn"),
        ("late", None, ("reviewer",), "retention-expired"),
        ("away", None, ("reviewer",), "territory-not-permitted"),
        ("lent", "train", None, "use-not-permitted"),
        ("leads", None, ("reviewer",), "role-not-permitted"),
    ],
)
@pytest.mark.parametrize("distance", [1, 2, 5])
def test_a_closed_source_reaches_every_descendant(
    source: str, use: Use | None, roles: tuple[str, ...] | None, code: str, distance: int
) -> None:
    """What closes a record closes what was made from it, however far down."""
    records = {"0": Made((source,))}
    for number in range(1, distance + 1):
        records[str(number)] = Made(("own",), (str(number - 1),))
    youngest = str(distance)
    clearance = _clearance(Shelf(records))
    decision = clearance.decide(use, youngest, records[youngest], roles)
    assert [denial.code for denial in decision.denials] == [code]
    own = clearance.decide(use, "x", Made(("own",)), roles)
    assert own.permitted


def test_a_withdrawn_record_closes_its_descendants() -> None:
    """A record that was withdrawn one by one, and all made from it, leave by no exit."""
    records = {"a": Made(("own",)), "b": Made(("own",), ("a",)), "c": Made(("own",), ("b",))}
    clearance = _clearance(Shelf(records), a="consent taken back")
    codes = {
        identity: [denial.code for denial in clearance.decide(None, identity, each).denials]
        for identity, each in records.items()
    }
    assert codes == {key: ["record-withdrawn"] for key in "abc"}
    assert clearance.decide(None, "d", Made(("own",))).permitted


def test_an_ancestor_that_is_not_there_closes_its_descendants() -> None:
    """The sources of a parent that nobody can look up are unknown, so nothing is permitted."""
    records = {"b": Made(("own",), ("a",)), "c": Made(("own",), ("b",))}
    clearance = _clearance(Shelf(records))
    for identity, record in records.items():
        [denial] = clearance.decide("train", identity, record).denials
        assert denial.code == "unknown-parent"


def test_a_circle_ends_and_every_step_of_it_counts() -> None:
    """Records that name each other as parents all have the sources of all of them."""
    records = {
        "a": Made(("own",), ("c",)),
        "b": Made(("lent",), ("a",)),
        "c": Made(("leads",), ("b",)),
        "d": Made(("own",), ("d", "a")),
    }
    clearance = _clearance(Shelf(records))
    for identity in "dabc":
        assert clearance.basis(identity, records[identity]).sources == ("leads", "lent", "own")


def test_ancestors_are_looked_up_in_batches_and_once() -> None:
    """A batch costs one look-up a generation; a chain of a thousand costs each record once."""
    records = {"0": Made(("own",))}
    for number in range(1, 1000):
        records[str(number)] = Made(("own",), (str(number - 1),))
    children = {f"c{number}": Made(("own",), ("0", "1")) for number in range(500)}
    shelf = Shelf(records)
    clearance = _clearance(shelf)
    clearance.learn(children)
    assert all(clearance.decide("train", *entry).permitted for entry in children.items())
    assert shelf.asked == 1
    clearance.learn(records)
    assert clearance.decide("train", "999", records["999"]).permitted
    assert shelf.asked == 1


def test_what_is_held_back_is_counted_with_its_reasons() -> None:
    """Counts add up, each record has all of its reasons, and no record is named by its id."""
    records = {
        "a": Made(("late",)),
        "b": Made(("late", "own")),
        "c": Made(("leads",)),
        "d": Made(("late", "leads")),
        "e": Made(("own",)),
    }
    rights = ExitRights(_clearance(Shelf(records)), lambda identity: f"handle-{identity}")
    left = [
        identity
        for identity, record in [*records.items(), *records.items()]
        if rights.may_leave(identity, record, roles=("reviewer",))
    ]
    held = rights.held_back
    assert left == ["e", "e"]
    assert held.line == "held back: 4, 2 expired, 1 expired and only for lead, 1 only for lead"
    assert held.records == sum(held.reasons.values())
    assert [each.record for each in held.each] == ["handle-a", "handle-b", "handle-c", "handle-d"]
    assert [len(each.reasons) for each in held.each] == [1, 1, 1, 2]


def test_readers_are_the_roles_that_may_each_read_it() -> None:
    """Two sources that admit different roles together admit nobody with one of them alone."""
    mixed = Made(("leads", "own"))
    rights = ExitRights(_clearance(Shelf({})), str)
    assert rights.readers("a", mixed, ("reviewer", "lead")) == {"lead"}
    assert not rights.held_back.records
    assert rights.readers("a", mixed, ("reviewer",)) == frozenset()
    assert rights.held_back.reasons == {"only for lead": 1}
