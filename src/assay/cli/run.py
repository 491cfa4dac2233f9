"""`assay run`: import, verify, dispose, report and release, by one command."""

from typing import TYPE_CHECKING, Annotated

import typer

import assay
from assay.cli.output import AsJson, Folder, print_json, print_table, say

if TYPE_CHECKING:
    from assay.planning.run_plan import RunStep

app = typer.Typer(add_completion=False)


@app.command()
def run(
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what each step would do; change nothing.")
    ] = False,
    version: Annotated[
        str | None,
        typer.Option(
            "--release", help="Version of the release.", show_default="the next minor one"
        ),
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Import what assay.toml lists, verify, dispose, report and release; what is done is left out.

    Each step is one that a command does alone; a step that fails ends the run, and those before it
    stand. The plan names a missing extra or signing key, and ends with the exit code of the run.

    Example: assay run --plan
    """
    from assay.program.run import RunOutcome, first_obstacle, run_plan, run_program

    with assay.open(program) as opened:
        if plan:
            steps = run_plan(opened)
            if as_json:
                print_json(steps)
            else:
                print_table(
                    ("step", "file", "has", "why"),
                    ((step.step, step.path, step.state, _why(step)) for step in steps),
                )
            if obstacle := first_obstacle(opened, steps):
                raise obstacle
            return
        outcomes: list[RunOutcome] = []
        for outcome in run_program(opened, version=version):
            outcomes.append(outcome)
            if not as_json:
                name = " ".join(filter(None, (outcome.step.step, outcome.step.path)))
                say(f"{name}: {outcome.result}")
    if as_json:
        print_json(outcomes)


def _why(step: "RunStep") -> str:
    return f"{step.reason}; MISSING: {step.missing}" if step.missing else step.reason
