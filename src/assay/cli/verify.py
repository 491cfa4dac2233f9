"""`assay verify`: run verifiers on records, show what they cover, run code in the sandbox."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.options import one_of, text_of
from assay.cli.output import AsJson, Folder, inert, print_json, print_table, progress
from assay.core.errors import UsageError

app = typer.Typer(no_args_is_help=True)


Isolation = Annotated[
    str,
    typer.Option(
        help="How firmly code is held: namespaces, or the weaker landlock. None is ever taken silently."
    ),
]
Seconds = Annotated[
    float, typer.Option("--time", min=0.01, max=3600, help="Seconds that it may take.")
]
Megabytes = Annotated[
    int, typer.Option("--memory", min=64, max=1 << 20, help="MiB of memory that it may hold.")
]


@app.command()
def run(program: Folder = ".", as_json: AsJson = False) -> None:
    """Run every verifier that the rubric names over the candidates of every record.

    Example: assay verify run
    """
    import assay

    with assay.open(program) as opened, progress("verifying") as tick:
        done = opened.verification.run(on_progress=tick)
    if as_json:
        print_json(done)
        return
    print_table(
        ("verifier", "dimensions", "new verdicts", "already there", "nothing to verify"),
        (
            (
                each.verifier,
                ", ".join(each.dimensions),
                each.missing or _counts(each.verdicts),
                each.already_there,
                _counts(each.nothing_to_verify),
            )
            for each in done.runs
        ),
    )
    typer.echo(f"{done.records} records, {done.written} new verifications")


@app.command("list")
def list_(program: Folder = ".", as_json: AsJson = False) -> None:
    """List the verifiers at hand: what each covers, its limits, who asks for it.

    Example: assay verify list
    """
    import assay

    with assay.open(program) as opened:
        found = opened.verification.list()
    if as_json:
        print_json(found)
        return
    for each in found:
        asked = ", ".join(each.dimensions) or "no dimension of this rubric"
        typer.echo(f"{each.name} {each.version}: {each.summary}")
        typer.echo(f"  covers     {each.covers}")
        typer.echo(f"  asked by   {asked}")
        if each.options:
            typer.echo(f"  options    {', '.join(f'{k}={v!r}' for k, v in each.options.items())}")
        for limit in each.limits:
            typer.echo(f"  limit      {limit}")


@app.command()
def report(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show the coverage ledger: by dimension and slice, what stands behind the items.

    Example: assay verify report
    """
    import assay

    with assay.open(program) as opened:
        rows = opened.verification.ledger()
    if as_json:
        print_json(rows)
        return
    print_table(
        (
            "slice", "dimension", "items", "machine verified", "expert judged", "both",
            "uncertain", "refuted", "contradicted",
        ),
        (
            (
                f"{row.axis}={row.value}" if row.value else row.axis,
                row.dimension, row.items, row.machine_verified, row.expert_judged, row.both,
                row.uncertain, row.refuted, row.contradicted,
            )
            for row in rows
        ),
    )  # fmt: skip


@app.command("exec")
def exec_(
    file: Annotated[Path, typer.Argument(help="The program.")],
    stdin: Annotated[
        Path | None, typer.Option(help="File that it reads as its standard input.")
    ] = None,
    time: Seconds = 10.0,
    memory: Megabytes = 512,
    processes: Annotated[
        int, typer.Option(min=1, max=256, help="Processes and threads that it may have at once.")
    ] = 1,
    language: Annotated[
        str, typer.Option(help="python, or a language whose interpreter lies below /usr.")
    ] = "python",
    isolation: Isolation = "namespaces",
    as_json: AsJson = False,
) -> None:
    """Run one program in the sandbox: its verdict, output, usage, and how it was held.

    Example: assay verify exec answer.py --time 2 --memory 256
    """
    from assay.verification.ports import Limits

    source, given = text_of(file), _bytes_of(stdin) if stdin else b""
    limits = Limits(seconds=time, memory_mb=memory, processes=processes)
    with _sandbox(isolation) as sandbox:
        found = sandbox.run(source, stdin=given, language=language, limits=limits)
    if as_json:
        print_json(found)
    else:
        _print_held(found, exit_code=found.exit_code)
        for name, text in (("output", found.output), ("error", found.error)):
            if text:
                typer.echo(f"--- {name}\n{inert(text)}")
    _end(found.verdict)


@app.command()
def check(
    candidate: Annotated[Path, typer.Option(help="File of the candidate's source.")],
    tests: Annotated[
        Path, typer.Option(help="File of the tests: check(candidate), or plain assertions.")
    ],
    entry: Annotated[
        str | None,
        typer.Option(help="The function under test.", show_default="the candidate's last one"),
    ] = None,
    context: Annotated[
        Path | None, typer.Option(help="Trusted source that the tests may use, such as the prompt.")
    ] = None,
    shared: Annotated[
        bool,
        typer.Option(
            "--shared",
            help="Run a suite in one process with the candidate, which can forge the verdict.",
        ),
    ] = False,
    time: Seconds = 10.0,
    memory: Megabytes = 512,
    isolation: Isolation = "namespaces",
    as_json: AsJson = False,
) -> None:
    """Hold a candidate against tests, each in a process that has never seen the other.

    Example: assay verify check --candidate answer.py --tests tests.py --entry add
    """
    from assay.verification.ports import Limits

    texts = text_of(candidate), text_of(tests)
    given = text_of(context) if context else ""
    limits = Limits(seconds=time, memory_mb=memory)
    with _sandbox(isolation) as sandbox:
        found = sandbox.check(*texts, entry=entry, context=given, shared=shared, limits=limits)
    if as_json:
        print_json(found)
    else:
        _print_held(found, note=found.note, borrowed=", ".join(found.borrowed) or None)
        if found.borrowed:
            typer.echo("the candidate could redefine what is borrowed: give it as --context")
    _end(found.verdict)


@app.command()
def prove(isolation: Isolation = "namespaces", as_json: AsJson = False) -> None:
    """Try to break out of the sandbox, live, and say what held.

    Example: assay verify prove
    """
    from assay.verification.sandbox import Level, proven

    sandbox, proof = proven(one_of(isolation, Level, "isolation"))
    sandbox.close()
    if as_json:
        print_json({"holds": proof.holds, **_fields(proof)})
    else:
        for each in proof.holdings:
            typer.echo(
                f"{'held' if each.held else 'NOT HELD':<9} {each.name:<18} {inert(each.seen)}"
            )
        held = "holds" if proof.holds else "does not hold: nothing will be run"
        typer.echo(f"isolation {proof.level} by {proof.by}: {held}")
    if not proof.holds:
        raise typer.Exit(4)


def _sandbox(isolation: str) -> Any:
    from assay.verification.sandbox import Level, open_sandbox

    return open_sandbox(one_of(isolation, Level, "isolation"))


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"this file cannot be read: {error.strerror}"
        raise UsageError(code="cannot-read", message=message, where=str(file)) from error


def _print_held(found: Any, **more: Any) -> None:
    """Print what a run in the sandbox came to, line by line."""
    verdict, usage = _fields(found.verdict), found.usage
    rows = {
        "verdict": found.verdict.__struct_config__.tag,
        "reason": verdict.get("reason"),
        "isolation": found.isolation,
        "usage": f"{usage.wall_ms} ms, processor {usage.cpu_ms} ms, {usage.memory_kb} KiB, "
        f"output {usage.output_bytes} bytes",
        **{name.replace("_", " "): value for name, value in more.items()},
    }
    for name, value in rows.items():
        if value is not None:
            typer.echo(f"{name:<10} {inert(str(value))}")


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _end(verdict: Any) -> None:
    """End the command: 0 for a pass, 4 where nothing could run, else 1."""
    tag = verdict.__struct_config__.tag
    if tag != "pass":
        raise typer.Exit(4 if tag == "unavailable" else 1)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
