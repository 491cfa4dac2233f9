"""Lineage leads from a fact to all that it was made from, and to all that was made with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.clock import fixed_clock
from assay.core.errors import UsageError
from assay.core.ports import Origin
from assay.program.lineage import trace
from assay.records.kinds import Preference
from assay.records.record import Lineage, Record
from assay.store.store import Store
from builders import judgment_by, small_record

PARENT = small_record(Preference(), "Which ferry is the last?", "The red one.", "The blue one.")
CHILD = small_record(
    Preference(), "Which is the last ferry?", "Red.", "Blue.", lineage=Lineage(parents=(PARENT.id,))
)
JUDGMENT = judgment_by("ana", CHILD)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A record, one that was made from it, and a judgment of that one."""
    url = f"sqlite:///{tmp_path}/store.sqlite"
    with Store.open(url, fixed_clock("2026-03-02T09:00:00Z"), create=True) as opened:
        with opened.write("test.fill", actor="tests") as writing:
            writing.add([PARENT, CHILD, JUDGMENT])
        yield opened


def _ends(store: Store, fact: Record) -> tuple[list[str], list[str]]:
    report = trace(store, fact.id)
    return (
        [step.edge.parent for step in report.ancestors],
        [step.edge.child for step in report.descendants],
    )


def test_a_walk_goes_to_both_ends_nearest_first(store: Store) -> None:
    """What a descendant led to is a descendant, too."""
    assert _ends(store, PARENT) == ([], [CHILD.id, JUDGMENT.id])
    assert _ends(store, CHILD) == ([PARENT.id], [JUDGMENT.id])


def test_a_fact_that_no_file_brought_has_no_row(store: Store) -> None:
    """Its family, and who added it, are told all the same."""
    report = trace(store, CHILD.id)
    origins: tuple[Origin, ...] = ()
    assert (report.kind, report.stamp.actor, report.origins) == ("record", "tests", origins)


def test_the_beginning_of_an_id_is_enough(store: Store) -> None:
    """Where only one fact begins so."""
    assert trace(store, CHILD.id[:16]).id == CHILD.id


@pytest.mark.parametrize("identity", ["", "abc", "xyz_abc"])
def test_what_is_no_id_is_refused_with_what_ids_look_like(store: Store, identity: str) -> None:
    """The prefixes of all families are named."""
    with pytest.raises(UsageError) as refused:
        trace(store, identity)
    assert refused.value.code == "not-an-id"
    assert "rec_" in refused.value.hint
