"""`assay plan`: findings, root causes, the next sampling plan."""

from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.options import one_of
from assay.cli.output import AsJson, Folder, print_json, print_table, say
from assay.cli.reading import open_to_read

if TYPE_CHECKING:
    from assay.planning.plan import DataPlan

app = command_group()

Identity = Annotated[str | None, typer.Argument(help="Id of the plan; the newest if not given.")]
Validation = Annotated[
    str | None, typer.Option(help="Id of the validation; the newest if not given.")
]


@app.command()
def findings(validation: Validation = None, program: Folder = ".", as_json: AsJson = False) -> None:
    """Group the candidate's failures by class and slice, with the root cause of each.

    Example: assay plan findings
    """
    with open_to_read(program) as opened:
        failures = opened.planning.findings(validation)
    if as_json:
        print_json(failures)
        return
    print_table(
        ("finding", "failure", "slice", "failed", "before", "severity", "root cause"),
        (
            (
                failure.id[:16],
                failure.finding.failure,
                _slice(failure.finding.slice),
                f"{failure.finding.failures} of {failure.finding.items}",
                failure.finding.before,
                failure.finding.severity,
                failure.cause.cause if failure.cause else "not set",
            )
            for failure in failures
        ),
    )


@app.command()
def cause(
    finding: Annotated[str, typer.Argument(help="Id of the finding, or a unique prefix.")],
    because: Annotated[
        str,
        typer.Option(
            "--cause",
            help="demonstrations, preferences, policy, retrieval, tools, architecture or "
            "product_control.",
        ),
    ],
    note: Annotated[str, typer.Option(help="What was examined, and what shows it.")],
    person: Annotated[
        str | None, typer.Option("--by", help="Who set the cause; you if not given.")
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Set the root cause of a finding: a person says it, nothing guesses it.

    Example: assay plan cause fnd_mfrgg --cause policy --note "section 2 does not say who"
    """
    import assay
    from assay.planning.root_cause import Cause

    chosen = one_of(because, Cause, "cause")
    with assay.open(program) as opened:
        root_cause = opened.planning.cause(
            finding, chosen, person=person or opened.actor, note=note
        )
    if as_json:
        print_json({"id": root_cause.id, "root_cause": root_cause})
        return
    say(f"{root_cause.finding[:16]}: {root_cause.cause}")


@app.command()
def draft(
    total: Annotated[int | None, typer.Option(help="Records of the next batch.")] = None,
    validation: Validation = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Draw the next plan; refused while a finding has no root cause.

    Example: assay plan draft --total 200
    """
    import assay

    with assay.open(program) as opened:
        plan = opened.planning.draft(validation=validation, total=total)
    _print(plan, as_json=as_json)


@app.command()
def show(plan: Identity = None, program: Folder = ".", as_json: AsJson = False) -> None:
    """Show a plan.

    Example: assay plan show
    """
    with open_to_read(program) as opened:
        data_plan = opened.planning.get(plan)
    _print(data_plan, as_json=as_json)


@app.command()
def accept(plan: Identity = None, program: Folder = ".", as_json: AsJson = False) -> None:
    """Write the next version of the contract, and show what changed.

    Example: assay plan accept
    """
    import assay
    from assay.cli.contract import print_difference

    with assay.open(program) as opened:
        done = opened.planning.accept(plan)
    if as_json:
        print_json(done)
        return
    if done.difference is None:
        say("data is not the remedy: the contract stays as it is")
        return
    print_difference(done.difference)
    say()
    say(f"contract.yaml is now version {done.version} ({done.contract})")


def _print(plan: "DataPlan", *, as_json: bool) -> None:
    if as_json:
        print_json({"id": plan.id, "plan": plan})
        return
    say(f"{plan.id}: {plan.answer.replace('_', ' ')}, {plan.total} records")
    for quota in plan.quotas:
        say(f"  at least {quota.minimum} with {_slice(quota.slice)}")
    for remedy in plan.remedies:
        say(f"  no data but {remedy.cause}: {remedy.note} ({remedy.finding[:16]})")


def _slice(conditions: dict[str, str]) -> str:
    return ", ".join(f"{axis} = {value}" for axis, value in conditions.items()) or "everywhere"
