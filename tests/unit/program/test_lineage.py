"""Lineage leads from a fact to all that it was made from, and to all that was made with it."""

import pytest

import assay
from assay.core.errors import UsageError
from assay.program.lineage import trace
from assay.records.record import Record
from assay.releases.release import Release


def test_a_released_record_leads_to_its_row_and_its_release(program: assay.Program) -> None:
    """The release knows the record, and the record its release."""
    [release] = program.store.scan(Release)
    ancestors = {step.edge.parent for step in trace(program.store, release.id).ancestors}
    record = next(row for row in program.store.scan(Record) if row.id in ancestors)
    report = trace(program.store, record.id)
    assert report.kind == "record"
    assert [origin.row for origin in report.origins]
    assert release.id in {step.edge.child for step in report.descendants}


def test_the_beginning_of_an_id_is_enough(program: assay.Program) -> None:
    """Where only one fact begins so."""
    [release] = program.store.scan(Release)
    assert trace(program.store, release.id[:12]).id == release.id


@pytest.mark.parametrize("identity", ["", "abc", "xyz_abc"])
def test_what_is_no_id_is_refused_with_what_ids_look_like(
    program: assay.Program, identity: str
) -> None:
    """The prefixes of all families are named."""
    with pytest.raises(UsageError) as refused:
        trace(program.store, identity)
    assert refused.value.code == "not-an-id"
    assert "rec_" in refused.value.hint
