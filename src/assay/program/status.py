"""Status of a program: checklist, failure modes, coverage and queue in one view."""

import msgspec

from assay.governance.failure_modes import Alarm
from assay.planning.checklist import LivePoint
from assay.program.checklist import live_checklist
from assay.program.program import Program
from assay.quality.quota_coverage import CrossTable, DistributionCoverage
from assay.review.queue.pass_service import ReviewStatus
from assay.store.tables import SCHEMA


class ProgramStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Status of a program."""

    counts: dict[str, int]
    """Family of facts, such as `records` -> how many the store holds."""
    checklist: tuple[LivePoint, ...]
    """The fourteen points of the operating checklist."""
    alarms: tuple[Alarm, ...]
    """What the stages say of the eight failure modes."""
    coverage: DistributionCoverage
    """The sampling distribution against what is there."""
    queue: ReviewStatus
    """Assigned, judged and waiting."""
    heat_map: CrossTable | None
    """Records by two axes; absent where no two were named."""


def program_status(program: Program, axes: tuple[str, str] | None = None) -> ProgramStatus:
    """Status of a program.

    Args:
        program: the open program.
        axes: two axes for the heat map, down and across.
    """
    store = program.context.store
    cells = program.quality.cells()
    alarms = program.alarms()
    return ProgramStatus(
        counts={table.family.table: store.count(table.family.fact) for table in SCHEMA.families},
        checklist=live_checklist(program, alarms),
        alarms=alarms,
        coverage=program.quality.coverage(cells),
        queue=program.review.status(),
        heat_map=program.quality.heat_map(*axes, cells) if axes else None,
    )
