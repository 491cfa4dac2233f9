"""The status of a program is what its parts say."""

from pathlib import Path

import assay
from assay.contracts.service import init
from assay.governance.failure_modes import MODES
from assay.program.status import program_status
from simulators.small_program import judged, pair


def test_the_status_has_every_part(tmp_path: Path) -> None:
    """Counts of all families, fourteen points, the failure modes; a heat map where axes are named."""
    init(tmp_path / "program")
    with assay.open(tmp_path / "program", who="tests") as program:
        with program.store.write("test.fill", actor="tests") as writing:
            writing.add([pair(), pair(1), judged(pair(), "ana", 0)])
        axes = tuple(program.documents.contract.sampling.axes)[:2]
        status = program_status(program, (axes[0], axes[1]))
        assert program_status(program).heat_map is None
    assert (status.counts["records"], status.counts["judgments"]) == (2, 1)
    assert len(status.checklist) == 14
    assert {alarm.mode for alarm in status.alarms} <= set(MODES)
    assert status.heat_map is not None
    assert sum(map(sum, status.heat_map.counts)) == 2
