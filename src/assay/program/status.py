"""Status of a program: checklist, failure modes, coverage and queue in one view.

It reads what the stages last derived and counts on from there; no pass over the records is made for
it, but the first under a set of documents.
"""

import msgspec

from assay.governance.failure_modes import Alarm
from assay.planning.checklist import LivePoint
from assay.program.alarms import alarms_of_last_runs
from assay.program.checklist import live_checklist
from assay.program.derived import DerivedFigures
from assay.program.program import Program
from assay.quality.quota_coverage import CrossTable, DistributionCoverage
from assay.review.queue.pass_service import ReviewStatus
from assay.store.tables import SCHEMA


class ProgramStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Status of a program."""

    entry: int
    """The last audit entry that counts, checklist and coverage count."""
    counts: dict[str, int]
    """Family of facts, such as `records` -> how many the store holds."""
    checklist: tuple[LivePoint, ...]
    """The fourteen points of the operating checklist."""
    alarms: tuple[Alarm, ...]
    """What the stages last said of the eight failure modes."""
    quality_entry: int | None
    """The last audit entry that the last quality report counts, whose alarms are shown; None before
    the first report under the documents in force."""
    reserve_entry: int | None
    """The last audit entry whose texts were compared with the reserve; None before the first
    comparison with all that is sealed, 0 where nothing is sealed."""
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
    derived = DerivedFigures(program.store, program.context.ids)
    store = program.context.store.as_of(derived.head.number)
    cells = program.quality.cells(derived)
    last = alarms_of_last_runs(program.context, program.quality, program.reserve)
    return ProgramStatus(
        entry=derived.head.number,
        counts={table.family.table: store.count(table.family.fact) for table in SCHEMA.families},
        checklist=live_checklist(program, last.alarms, derived),
        alarms=last.alarms,
        quality_entry=last.quality_entry,
        reserve_entry=last.reserve_entry,
        coverage=program.quality.coverage(cells),
        queue=program.review.status(),
        heat_map=program.quality.heat_map(*axes, cells) if axes else None,
    )
