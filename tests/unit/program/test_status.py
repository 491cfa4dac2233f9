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


def test_what_was_clear_is_unknown_once_facts_came_that_nobody_looked_at(
    own: assay.Program,
) -> None:
    """The last report and comparison say nothing of what came later; what they found stays raised."""
    own.quality.report()
    own.reserve.check()
    before = {(alarm.mode, alarm.stage): alarm for alarm in program_status(own).alarms}
    clear = {
        key
        for key, alarm in before.items()
        if alarm.state == "clear" and key[1] in {"quality", "reserve"}
    }
    assert {stage for _, stage in clear} == {"quality", "reserve"}
    with own.store.write("test.fill", actor="tests") as writing:
        writing.add([pair(7)])
    after = {(alarm.mode, alarm.stage): alarm for alarm in program_status(own).alarms}
    assert {after[key].state for key in clear} == {"unknown"}
    assert all("what came since was not looked at" in after[key].reason for key in clear)
    assert {key: alarm for key, alarm in after.items() if key not in clear} == {
        key: alarm for key, alarm in before.items() if key not in clear
    }
