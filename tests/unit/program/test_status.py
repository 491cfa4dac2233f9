"""The status of a program is what its parts say."""

import assay
from assay.governance.failure_modes import MODES
from assay.program.status import program_status
from assay.records.record import Record


def test_the_status_has_every_part(program: assay.Program) -> None:
    """Counts of all families, fourteen points, eight failure modes; a heat map where axes are named."""
    status = program_status(program, ("difficulty", "language"))
    assert status.counts["records"] == program.store.count(Record) > 0
    assert len(status.checklist) == 14
    assert len(MODES) == 8
    assert {alarm.mode for alarm in status.alarms} <= set(MODES)
    assert status.heat_map is not None
    assert sum(map(sum, status.heat_map.counts)) == status.counts["records"]
