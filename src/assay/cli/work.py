"""`assay work`: shards, steps on them, and who does the work."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.commands import command_group
from assay.cli.options import one_of
from assay.cli.output import (
    AsJson,
    Folder,
    print_held_back,
    print_json,
    print_table,
    progress,
    say,
    say_text,
)

app = command_group()

SHOWN_REASONS = 3
"""Rows that were set aside of which the reason is printed."""

JobName = Annotated[
    str, typer.Argument(metavar="STEP", help="contamination, duplicates, statistics or convert.")
]


def _job(name: str) -> Any:
    from assay.core.choices import refuse_unknown
    from assay.program.work import JOBS

    refuse_unknown("step", name, JOBS, where="STEP")
    return name


@app.command()
def shard(
    file: Annotated[
        Path | None,
        typer.Argument(help="A foreign file to convert; the program's records where absent."),
    ] = None,
    program: Folder = ".",
    rows: Annotated[int, typer.Option("--rows", help="Records or rows of a shard.")] = 10_000,
    use: Annotated[
        str, typer.Option("--use", help="What records are meant for: train, evaluate or publish.")
    ] = "train",
    format: Annotated[  # noqa: A002  the one word for it
        str | None, typer.Option("--format", help="Name of the file's reader.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Source class of the file's rows.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Kind of record; the reader's first where absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Cut the program's records, or the rows of a file, into shards that steps work on.

    Example: assay work shard --rows 20000
    """
    import assay
    from assay.core.errors import UsageError
    from assay.governance.rights import Use

    with assay.open(program) as opened:
        if file is None:
            if format or source or kind:
                raise UsageError(
                    code="no-file",
                    message="--format, --source and --kind are for the rows of a file",
                    where="FILE",
                    hint="name the file, or leave them out",
                )
            sharded = opened.work.shard(use=one_of(use, Use, "use"), rows=rows)
            shards, held_back = sharded.shards, sharded.held_back
        else:
            if format is None or source is None:
                raise UsageError(
                    code="no-format",
                    message="the rows of a file are converted by a reader, under a source class",
                    where=str(file),
                    hint="name both with --format and --source",
                )
            shards = opened.work.shard_file(
                file, source=source, format=format, kind=kind, rows=rows
            )
            held_back = None
    if as_json:
        print_json({"shards": shards, "held_back": held_back})
        return
    say(f"{shards.rows} {shards.name} in {len(shards.shards)} shards")
    if held_back is not None:
        print_held_back(held_back)


@app.command()
def run(
    step: JobName,
    program: Folder = ".",
    engine: Annotated[
        str | None,
        typer.Option("--engine", help="local, ray, slurm or commands; assay.toml's where absent."),
    ] = None,
    submit: Annotated[
        bool, typer.Option("--submit", help="Submit the Slurm script instead of printing it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a step on every shard that has no result of it yet; again: on what is missing.

    With the engine slurm a job array is printed or submitted, with commands one command line a
    part is printed; run the same command again when they are done.

    Example: assay work run duplicates --engine ray
    """
    import assay
    from assay.contracts.program import Engine

    with assay.open(program) as opened, progress(step) as tick:
        ran = opened.work.run(
            _job(step),
            engine=None if engine is None else one_of(engine, Engine, "engine"),
            submit=submit,
            progress=tick,
        )
    if as_json:
        print_json(ran)
        return
    if ran.handed_over:
        say_text(ran.handed_over)
        say(f"{ran.step}: {ran.done} of {ran.shards} shards are done", err=True)
        return
    say(
        f"{ran.step}: {ran.done} of {ran.shards} shards are done, "
        f"{ran.already_there} of them before this run"
    )
    if ran.broken_off:
        say(f"{ran.broken_off} shards were begun by workers that were killed, and done again")
    if ran.digest:
        say(f"SHA-256 of the results: {ran.digest}")


@app.command()
def status(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show how far each step has come in what it was last asked for.

    Example: assay work status
    """
    import assay

    with assay.open(program) as opened:
        steps = opened.work.status()
    if as_json:
        print_json(steps)
        return
    print_table(
        ("step", "shards", "done", "SHA-256 of the results"),
        [(step.step, str(step.shards), str(step.done), step.digest) for step in steps],
    )


@app.command()
def results(
    step: JobName,
    program: Folder = ".",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File of JSON lines or CSV; printed as lines where absent."),
    ] = None,
) -> None:
    """Write the rows of a step's results, in the order of the shards.

    Of convert: the facts as lines that `assay record import` reads; rows that were set aside are
    counted, with the first reasons.

    Example: assay work results duplicates --out copies.jsonl
    """
    import msgspec

    import assay

    with assay.open(program) as opened:
        job = _job(step)
        if out is not None:
            count = opened.work.write_results(job, out)
            say(f"{count} lines in {out}")
        set_aside = []
        for row in opened.work.results(job):
            if row.get("family") == "set aside":
                set_aside.append(row)
            elif out is None:
                say_text(row["body"] if job == "convert" else msgspec.json.encode(row).decode())
        if set_aside:
            say(f"{len(set_aside)} rows were set aside", err=True, fg="yellow")
        for row in set_aside[:SHOWN_REASONS]:
            say(f"  row {row['row']}: {row['body']}", err=True)


@app.command("step")
def work_step(
    place: Annotated[str, typer.Argument(help="Folder or address of the work.")],
    plan: Annotated[str, typer.Argument(help="Name of the plan there.")],
    part: Annotated[int, typer.Option("--part", help="Which part of the shards, from 0.")] = 0,
    parts: Annotated[int, typer.Option("--parts", help="How many parts there are.")] = 1,
    key: Annotated[
        str | None,
        typer.Option("--key", help="Where the key is: env:NAME, or file: with an absolute path."),
    ] = None,
    program: Annotated[
        Path | None,
        typer.Option("--program", "-p", help="Folder of the program, where this machine has it."),
    ] = None,
    parent: Annotated[
        int | None, typer.Option("--parent", help="Process to end with, after the shard in hand.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work on one part of a plan: what the engines start as a worker.

    Example: assay work step s3://bucket/work plans/4f2k.json --part 3 --parts 100 --key env:GATE_KEY
    """
    from assay.program.work_steps import work_part

    worked = work_part(place, plan, part=part, parts=parts, key=key, program=program, parent=parent)
    if as_json:
        print_json(worked)
        return
    say(f"{worked.worked} shards done, {worked.already_there} were done before")
