"""`assay validate`: import evaluation results and compare checkpoints."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.options import one_of
from assay.cli.output import AsJson, Folder, print_json, print_table, say, say_text
from assay.cli.reading import open_to_read

app = command_group()


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="JSON lines of results, or an Inspect log: .eval or JSON.")
    ],
    checkpoint: Annotated[str, typer.Option(help="Name of the checkpoint, with its revision.")],
    arm: Annotated[str, typer.Option(help="base, candidate, previous, placebo or repeat.")],
    dataset: Annotated[str, typer.Option(help="`reserve`, or another evaluation set.")] = "reserve",
    format_: Annotated[str, typer.Option("--format", "-f", help="assay or inspect.")] = "assay",
    release: Annotated[
        str | None, typer.Option(help="Version of the release that it was trained on.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the training run.")] = None,
    scorer: Annotated[str | None, typer.Option(help="Who or what scored the outputs.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Import what one checkpoint did on an evaluation set.

    Example: assay validate import base.jsonl --checkpoint my-model@2026-01 --arm base
    """
    import assay
    from assay.validation.evaluation import Arm
    from assay.validation.report_text import overlap_text
    from assay.validation.rows import Format

    chosen, layout = one_of(arm, Arm, "arm"), one_of(format_, Format, "format")
    with assay.open(program) as opened:
        done = opened.validation.import_(
            file,
            checkpoint=checkpoint,
            arm=chosen,
            dataset=dataset,
            format=layout,
            release=release,
            seed=seed,
            scorer=scorer,
        )
    if as_json:
        print_json(done)
        return
    say(f"{done.evaluation}")
    say(
        f"read {done.read} = {done.results} new + {done.already_there} already there + "
        f"{done.set_aside} set aside"
    )
    for line in (*(f"set aside: {reason}" for reason in done.reasons), *done.warnings):
        say(f"  {line}")
    if done.overlap:
        say(f"training overlap: {overlap_text(done.overlap)}")


@app.command()
def compare(
    base: Annotated[str | None, typer.Option(help="Checkpoint before.")] = None,
    candidate: Annotated[str | None, typer.Option(help="Checkpoint after.")] = None,
    release: Annotated[str | None, typer.Option(help="Release whose effect is tested.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the report.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Compare two checkpoints; exit 1 unless every acceptance test passed.

    Example: assay validate compare --release 1.0.0 --out reports
    """
    import assay

    with assay.open(program) as opened:
        done = opened.validation.compare(base=base, candidate=candidate, release=release)
        files = opened.validation.write_report(out, done.report) if out else ()
    _print(done.id, done.report, as_json=as_json, files=files)
    if not done.validation.all_passed:
        raise typer.Exit(1)


@app.command()
def show(
    validation: Annotated[str | None, typer.Argument(help="Id; the newest if not given.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Show the whole report of a validation.

    Example: assay validate show val_mfrgg
    """
    from assay.validation.report_text import to_json, to_markdown

    with open_to_read(program) as opened:
        report = opened.validation.show(opened.validation.get(validation))
    say_text(to_json(report) if as_json else to_markdown(report), nl=False)


@app.command("list")
def list_(program: Folder = ".", as_json: AsJson = False) -> None:
    """List every validation.

    Example: assay validate list
    """
    with open_to_read(program) as opened:
        validations = opened.validation.list()
    if as_json:
        print_json([{"id": validation.id, "validation": validation} for validation in validations])
        return
    print_table(
        ("validation", "release", "passed", "failed", "undecided"),
        (
            (
                validation.id,
                validation.release,
                *(
                    sum(test.state == state for test in validation.tests)
                    for state in ("passed", "failed", "undecided")
                ),
            )
            for validation in validations
        ),
    )


def _print(identity: str, report: object, *, as_json: bool, files: tuple[Path, ...]) -> None:
    from assay.validation.report import ValidationReport
    from assay.validation.report_text import acceptance_rows, overlap_text, to_json

    assert isinstance(report, ValidationReport)
    if as_json:
        say_text(to_json(report), nl=False)
        return
    say(f"{identity}: {report.compared} items compared")
    print_table(("test", "metric", "slice", "state", "items", "why"), acceptance_rows(report.tests))
    for state in ("passed", "failed", "undecided"):
        named = [test.test for test in report.tests if test.state == state]
        say(f"{state.upper()}: {len(named)} of {len(report.tests)} {', '.join(named)}".strip())
    say(f"training overlap: {overlap_text(report.overlap)}")
    for alarm in report.alarms:
        say(f"{alarm.mode.replace('_', ' ')}: {alarm.state}; {alarm.reason}")
    for file in files:
        say(str(file))
    say("`assay validate show` has every metric by slice")
