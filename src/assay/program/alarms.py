"""The alarms of a program: as of now, or as the last runs left them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from assay.context import RELEASES, Context
from assay.core.fact import Fact
from assay.governance.failure_modes import MODES, Alarm, FailureMode
from assay.planning.alarms import all_alarms
from assay.program.derived import READ_BY_RULES
from assay.program.quality import QualityService
from assay.program.reserve import ReserveService
from assay.quality.disposition import Disposition
from assay.reserve.leakage import ReserveComparison, leakage_alarm
from assay.reserve.service import WITH_TEXTS

if TYPE_CHECKING:
    from assay.quality.report import QualityReport

_ELSEWHERE: frozenset[FailureMode] = frozenset(
    {"training_eval_leakage", "over_refusal_hidden", "no_model_validation"}
)
"""The modes of which other stages than quality speak."""


class AlarmStates(msgspec.Struct, frozen=True, kw_only=True):
    """The alarms as the last runs left them, and which facts these runs counted."""

    alarms: tuple[Alarm, ...]
    """Every alarm, in the guide's order."""
    quality_entry: int | None
    """The last audit entry that the last quality report counts; None before the first."""
    reserve_entry: int | None
    """The last audit entry whose texts were compared with the reserve; None before the first
    comparison with all that is sealed, 0 where nothing is sealed."""


def alarms_now(
    context: Context,
    quality: QualityService,
    reserve: ReserveService,
    report: "QualityReport | None" = None,
) -> tuple[Alarm, ...]:
    """The alarms as of now; what was found before is continued.

    Args:
        context: what an open program works with.
        quality: its quality interface.
        reserve: its reserve interface.
        report: the quality report, where it was made already.
    """
    comparison = reserve.check()
    leakage = leakage_alarm(comparison)
    return _all(context, quality.alarms(report), leakage, comparison)


def alarms_of_last_runs(
    context: Context, quality: QualityService, reserve: ReserveService
) -> AlarmStates:
    """The alarms as the last quality report and the last comparison left them; neither is run.

    One that was clear is unknown where facts came since that could raise it: nobody looked at them.
    The arguments are those of `alarms_now`.
    """
    last, compared = quality.last_alarms(), reserve.last_check()
    of_report = tuple(_not_looked_for())
    if last:
        outdated = _has_new(context, last.entry, (*READ_BY_RULES, Disposition))
        of_report = tuple(
            _outdated(alarm, last.entry, "assay quality report") if outdated else alarm
            for alarm in last.alarms
        )
    leakage = leakage_alarm(compared.comparison) if compared else _not_compared()
    if compared and compared.entry and _has_new(context, compared.entry, WITH_TEXTS):
        leakage = _outdated(leakage, compared.entry, "assay reserve check")
    return AlarmStates(
        alarms=_all(context, of_report, leakage, compared.comparison if compared else None),
        quality_entry=last.entry if last else None,
        reserve_entry=compared.entry if compared else None,
    )


def _all(
    context: Context,
    quality: tuple[Alarm, ...],
    leakage: Alarm,
    comparison: ReserveComparison | None,
) -> tuple[Alarm, ...]:
    return all_alarms(
        context.store,
        context.facts,
        context.documents.contract,
        found=(*quality, leakage),
        overlaps=comparison.overlaps if comparison else (),
        releases=context.folder / RELEASES,
        digester=context.digester,
    )


def _has_new(context: Context, entry: int, families: Iterable[type[Fact]]) -> bool:
    return not context.store.touched_since(entry).families.isdisjoint(families)


def _outdated(alarm: Alarm, entry: int, command: str) -> Alarm:
    """The alarm where later facts were not looked at; one that was raised stays raised."""
    if alarm.state != "clear":
        return alarm
    reason = f"clear as of audit entry {entry}; what came since was not looked at"
    return msgspec.structs.replace(
        alarm, state="unknown", reason=reason, remedy=f"look at it: {command}"
    )


def _not_looked_for() -> list[Alarm]:
    return [
        Alarm(
            mode=mode,
            state="unknown",
            stage="quality",
            reason="no quality report was made under the documents in force",
            remedy="make one: assay quality report",
        )
        for mode in MODES
        if mode not in _ELSEWHERE
    ]


def _not_compared() -> Alarm:
    return Alarm(
        mode="training_eval_leakage",
        state="unknown",
        stage="reserve",
        reason="no record was compared with what is sealed now",
        remedy="compare them: assay reserve check",
    )
