"""`assay status`: status of the program."""

from typing import Annotated, Any

import typer

from assay.cli.contract import LEGEND, MARKS
from assay.cli.output import AsJson, Folder, print_json, print_table, say, say_wrapped
from assay.cli.reading import open_to_read

app = typer.Typer(add_completion=False)


@app.command()
def status(
    program: Folder = ".",
    axes: Annotated[
        str | None, typer.Option(help="Two axes for the heat map, such as domain,difficulty.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Count everything again from the facts.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the checklist live, the failure modes, the coverage and the queue.

    Alarms are those of the last quality report and the last comparison with the reserve.

    Example: assay status --axes domain,difficulty
    """
    from assay.governance.failure_modes import MODES
    from assay.program.status import program_status
    from assay.quality.quota_coverage import required_slices

    with open_to_read(program) as opened:
        opened.reserve.require_whole_vault()
        if rebuild:
            opened.drop_derived()
        chosen = _two_axes(axes, list(opened.documents.contract.sampling.axes))
        standing = program_status(opened, chosen)
    if as_json:
        print_json(standing)
        return
    say(f"as of audit entry {standing.entry}")
    states = [point.state for point in standing.checklist]
    counted = ", ".join(f"{states.count(state)} {state}" for state in MARKS if state in states)
    say_wrapped(f"Operating checklist: {counted} ({LEGEND})")
    for point in standing.checklist:
        say_wrapped(f"  {MARKS[point.state]} {point.number:2} {point.point}: {point.evidence}")
        say_wrapped(
            f"       by {point.stage}: {', '.join(digest[:16] for digest in point.digests)}"
        )
    order = ("raised", "unknown", "clear")
    print_table(
        ("failure mode", "state", "stage", "what was seen"),
        (
            (MODES[alarm.mode].title, alarm.state, alarm.stage, alarm.reason)
            for alarm in sorted(
                standing.alarms, key=lambda mode_alarm: order.index(mode_alarm.state)
            )
        ),
        title="Failure modes",
    )
    say_wrapped(_alarms_as_of(standing))
    print_table(
        ("facts", "count"),
        ((family, count) for family, count in standing.counts.items() if count),
        title="In the store",
    )
    cover = standing.coverage
    asks = "aims at" if cover.aim else "asks for"
    say()
    say_wrapped(
        f"{cover.accepted} of {cover.records} records may be released, accepted or with their "
        f"disagreement preserved; the contract {asks} {cover.wanted}"
    )
    if cover.records and not cover.accepted and standing.counts["dispositions"]:
        say("no disposition is under the documents in force: run assay quality dispose")
    print_table(
        ("quota", "needs", "has", "distinct", "met"),
        (
            (
                _slice(quota.slice),
                _wants(quota),
                quota.accepted,
                quota.distinct,
                "yes" if quota.met else "no",
            )
            for quota in required_slices(cover)
        ),
        title="Quotas (records that may be released; near copies count once)",
    )
    if standing.heat_map is not None:
        _heat_map(standing.heat_map)
    queue = standing.queue
    say()
    say(f"queue: {queue.assigned} assigned, {queue.judged} judged, {queue.waiting} waiting")


def _alarms_as_of(standing: Any) -> str:
    """Which facts the alarms count: those of quality and the reserve are of their last runs."""
    report, comparison = standing.quality_entry, standing.reserve_entry
    parts = [
        "no quality report yet" if report is None else f"quality report as of entry {report}",
        "nothing sealed"
        if comparison == 0
        else "no comparison with the reserve yet"
        if comparison is None
        else f"comparison with the reserve as of entry {comparison}",
    ]
    return f"{'; '.join(parts)}; the store is at entry {standing.entry}"


def _two_axes(axes_text: str | None, names: list[str]) -> tuple[str, str] | None:
    """The axes of the heat map: those asked for, or the contract's first two, if it has two."""
    from assay.core.errors import UsageError

    match axes_text.split(",") if axes_text is not None else names[:2]:
        case [down, across] if {down, across} <= set(names):
            return down, across
        case _ if axes_text is None:
            return None
        case _:
            raise UsageError(
                code="bad-axes",
                message=f"{axes_text!r} does not name two axes of the contract",
                hint=f"axes: {', '.join(names)}",
            )


def _slice(cut: Any) -> str:
    return ", ".join(f"{axis}={value}" for axis, value in cut.items())


def _wants(quota: Any) -> str:
    share = f" ({quota.share:.0%} of the total)" if quota.share is not None else ""
    return f"{quota.needed}{share}"


SHADES = " .:-=+*#%@"


def _heat_map(heat: Any) -> None:
    """The cross table; the shade beside a count says how it compares with the fullest cell."""
    most = max((count for row in heat.counts for count in row), default=0) or 1
    rows = (
        (name, *(f"{count} {SHADES[count * (len(SHADES) - 1) // most]}" for count in row))
        for name, row in zip(heat.row_values, heat.counts, strict=True)
    )
    title = f"Records by {heat.rows} (down) and {heat.columns} (across)"
    print_table((f"{heat.rows} / {heat.columns}", *heat.column_values), rows, title=title)
