"""`assay verify`: run verifiers on records, show what they cover, run code in the sandbox."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.commands import command_group
from assay.cli.options import one_of, text_of
from assay.cli.output import (
    AsJson,
    Folder,
    inert,
    on_one_line,
    print_json,
    print_table,
    progress,
    say,
)
from assay.cli.reading import open_to_read
from assay.core.errors import UsageError

app = command_group()


Isolation = Annotated[
    str,
    typer.Option(
        help="Isolation of the code: namespaces, or the weaker landlock. Assay never falls back to one silently."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, max=256, help="Sandboxes at once.", show_default="one a processor"),
]
OnlyVerifiers = Annotated[
    list[str] | None,
    typer.Option(help="This verifier only; repeatable.", show_default="all of the rubric"),
]
OnlyRecords = Annotated[
    list[str] | None, typer.Option(help="Id of a record; repeatable.", show_default="all")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Test again what has not changed.")]
Seconds = Annotated[
    float, typer.Option("--time", min=0.01, max=3600, help="Seconds that it may take.")
]
Megabytes = Annotated[
    int, typer.Option("--memory", min=64, max=1 << 20, help="MiB of memory that it may use.")
]


@app.command()
def run(
    program: Folder = ".",
    workers: Workers = None,
    verifier: OnlyVerifiers = None,
    record: OnlyRecords = None,
    fresh: Fresh = False,
    isolation: Isolation = "namespaces",
    as_json: AsJson = False,
) -> None:
    """Run every verifier that the rubric names over the candidates of every record.

    What was tested and has not changed is left alone; a run that was broken off goes on. Exit code
    2 where the rubric names a verifier that is not installed; the others run all the same.

    Example: assay verify run --workers 4
    """
    import assay

    which = _run_options(workers, verifier, record, fresh=fresh, isolation=isolation)
    with assay.open(program) as opened, progress("verifying") as tick:
        done = opened.verification.run(**which, progress=tick)
    if as_json:
        print_json(done)
    else:
        _print_run(done)
    if done.no_sandbox:
        raise typer.Exit(4)
    # A verifier that nobody has is without a version; one that failed its own cases has its own.
    if any(verifier_run.missing and not verifier_run.version for verifier_run in done.runs):
        raise typer.Exit(UsageError.exit_code)


def _print_run(done: Any) -> None:
    """Print what each verifier came to, and what did not run."""
    from assay.verification.standing import COULD_NOT_SAY

    print_table(
        (
            "verifier", "dimensions", "new verdicts", "passed", "not delivered", "already there",
            "nothing to verify",
        ),
        (
            (
                verifier_run.verifier,
                ", ".join(verifier_run.dimensions),
                _counts(verifier_run.verdicts),
                f"{verifier_run.verdicts.get('pass', 0)} of {verifier_run.counted}",
                verifier_run.not_delivered,
                verifier_run.already_there,
                _counts(verifier_run.nothing_to_verify),
            )
            for verifier_run in done.runs
        ),
    )  # fmt: skip
    for verifier_run in done.runs:
        if verifier_run.missing:
            say(f"{verifier_run.verifier} did not run: {verifier_run.missing}")
    if done.no_sandbox:
        say(f"no sandbox, so no code was run: {done.no_sandbox}")
    silent = sum(
        count
        for verifier_run in done.runs
        for name, count in verifier_run.verdicts.items()
        if name in COULD_NOT_SAY
    )
    if silent:
        say(f"{silent} verdicts are undecided; they enter no denominator")
    say(f"{done.records} records, {done.written} new verifications")


def _run_options(
    workers: int | None,
    verifiers: list[str] | None,
    records: list[str] | None,
    *,
    fresh: bool,
    isolation: str,
) -> dict[str, Any]:
    """What of the options says which verifiers run on which records, and how firmly code is held."""
    from assay.contracts.contract import IsolationLevel

    return {
        "workers": workers,
        "isolation": one_of(isolation, IsolationLevel, "isolation"),
        "verifiers": verifiers or (),
        "records": records or (),
        "fresh": fresh,
    }


@app.command()
def adequacy(
    program: Folder = ".",
    workers: Workers = None,
    verifier: OnlyVerifiers = None,
    record: OnlyRecords = None,
    fresh: Fresh = False,
    isolation: Isolation = "namespaces",
    as_json: AsJson = False,
) -> None:
    """Test whether verifiers tell right from wrong: references pass, empty and wrong answers do not.

    A verdict of a verifier that fails on a record counts for nothing there. Exit code 1 where any
    does.

    Example: assay verify adequacy --verifier python-tests
    """
    import assay

    which = _run_options(workers, verifier, record, fresh=fresh, isolation=isolation)
    with assay.open(program) as opened, progress("testing verifiers") as tick:
        done = opened.verification.adequacy(**which, progress=tick)
    if as_json:
        print_json(done)
    else:
        _print_adequacy(done)
    if done.no_sandbox:
        raise typer.Exit(4)
    if any(measured.inadequate for measured in done.verifiers):
        raise typer.Exit(1)


def _print_adequacy(done: Any) -> None:
    """Print on how many records each verifier is adequate, and name those on which one is not."""
    print_table(
        ("verifier", "dimensions", "adequate", "inadequate", "not tested", "already there"),
        (
            (
                measured.verifier,
                ", ".join(measured.dimensions),
                measured.adequate,
                measured.inadequate,
                sum(measured.not_tested.values()),
                measured.already_there,
            )
            for measured in done.verifiers
        ),
    )
    for measured in done.verifiers:
        for reason, count in measured.not_tested.items():
            say(f"{measured.verifier} not tested on {count}: {reason}")
        for inadequate in measured.named:
            say(f"{measured.verifier} on {inadequate.record}: {inadequate.reason}")
    if done.no_sandbox:
        say(f"no sandbox, so no code was run: {done.no_sandbox}")
    say(f"{done.records} records, {done.written} new results")


@app.command("list")
def list_(
    program: Folder = ".",
    prove: Annotated[
        bool,
        typer.Option(
            "--prove/--no-prove", help="Run their gold and counter-gold cases, or only count them."
        ),
    ] = True,
    isolation: Isolation = "namespaces",
    as_json: AsJson = False,
) -> None:
    """List the installed verifiers: what each covers, its limits, which dimensions name it, whether it is proven here.

    Example: assay verify list
    """
    import assay
    from assay.contracts.contract import IsolationLevel

    level = one_of(isolation, IsolationLevel, "isolation")
    with assay.open(program) as opened:
        listed_verifiers = opened.verification.list_verifiers(prove=prove, isolation=level)
    if as_json:
        print_json(listed_verifiers)
        return
    for listed in listed_verifiers:
        dimensions = ", ".join(listed.dimensions) or "no dimension of this rubric"
        say(f"{listed.name} {listed.version}: {listed.summary}")
        say(f"  covers     {listed.covers}")
        say(f"  asked by   {dimensions}")
        if listed.options:
            say(f"  options    {', '.join(f'{k}={v!r}' for k, v in listed.options.items())}")
        for limit in listed.limits:
            say(f"  limit      {limit}")
        counts = f"{listed.proof.gold} gold, {listed.proof.counter_gold} counter-gold"
        say(f"  cases      {counts}: {listed.proof.standing}")
        for fault in listed.proof.faults:
            say(f"  lacking    {fault}")


@app.command()
def report(
    program: Folder = ".",
    record: Annotated[
        str | None,
        typer.Option(help="Id of one record: show the evidence for each of its dimensions."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the coverage ledger: by dimension and slice, the evidence for the items.

    Example: assay verify report --record rec_abc
    """
    with open_to_read(program) as opened:
        evidence: Any = opened.verification.item(record) if record else opened.verification.report()
    if as_json:
        print_json(evidence)
    elif record:
        _print_item(evidence)
    else:
        _print_ledger(evidence)


def _print_ledger(ledger: Any) -> None:
    """Print the ledger: counts, verifiers, and right answers with a wrong step."""
    print_table(
        (
            "slice", "dimension", "items", "machine verified", "expert judged", "both",
            "uncertain", "refuted", "not delivered", "contradicted", "forgeable", "below minimum",
            "inadequate", "adequacy not tested", "right with wrong step",
        ),
        (
            (
                _slice(row), row.dimension, row.items, row.machine_verified, row.expert_judged,
                row.both, row.uncertain, row.refuted, row.not_delivered, row.contradicted, row.forgeable,
                row.below_minimum, row.inadequate, row.adequacy_not_tested, row.right_with_wrong_step,
            )
            for row in ledger.rows
        ),
    )  # fmt: skip
    if ledger.by:
        say("")
        print_table(
            ("slice", "dimension", "verifier", "version", "isolation", "counts", "adequacy", "verdicts"),
            (
                (
                    _slice(row), row.dimension, row.verifier, row.version, row.isolation,
                    _weight(row.weight), row.adequacy, _counts(row.verdicts),
                )
                for row in ledger.by
            ),
        )  # fmt: skip
    if ledger.right_with_wrong_step:
        say()
        say(f"{ledger.right_with_wrong_step} items are right with a wrong step")
        print_table(
            ("record", "candidate", "right on", "wrong steps", "found by"),
            (
                (
                    wrong_step.record,
                    wrong_step.candidate,
                    ", ".join(wrong_step.dimensions),
                    ", ".join(map(str, wrong_step.steps)),
                    ", ".join(wrong_step.by),
                )
                for wrong_step in ledger.wrong_steps
            ),
        )


def _print_item(item: Any) -> None:
    """Print the evidence for each dimension of one record."""
    say(item.record)
    print_table(
        (
            "candidate", "dimension", "support", "verdict", "by", "isolation", "counts", "adequacy",
            "values", "found",
        ),
        (
            (
                dimension.candidate,
                dimension.dimension,
                dimension.support,
                dimension.verdict,
                f"{dimension.verifier} {dimension.version}".strip(),
                dimension.isolation,
                _weight(dimension.weight),
                dimension.adequacy,
                ", ".join(map(str, dimension.values)),
                on_one_line(dimension.reason),
            )
            for dimension in item.dimensions
        ),
    )  # fmt: skip
    for candidate, steps in item.wrong_steps.items():
        say(f"candidate {candidate}: wrong steps {', '.join(map(str, steps))}, from 0")


def _slice(row: Any) -> str:
    return f"{row.axis}={row.value}" if row.value else str(row.axis)


def _weight(weight: str) -> str:
    if weight in {"", "counts"}:
        return "yes" if weight else ""
    return f"no: {weight.replace('_', ' ')}"


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
        str, typer.Option(help="python, or a language whose interpreter is below /usr.")
    ] = "python",
    isolation: Isolation = "namespaces",
    as_json: AsJson = False,
) -> None:
    """Run one program in the sandbox: its verdict, output, usage, and how it was held.

    Example: assay verify exec answer.py --time 2 --memory 256
    """
    from assay.verification.ports import Limits

    source, stdin_bytes = text_of(file), _bytes_of(stdin) if stdin else b""
    limits = Limits(seconds=time, memory_mb=memory, processes=processes)
    with _sandbox(isolation) as sandbox:
        run_result = sandbox.run(source, stdin=stdin_bytes, language=language, limits=limits)
    if as_json:
        print_json(run_result)
    else:
        _print_held(run_result, exit_code=run_result.exit_code)
        for name, text in (("output", run_result.output), ("error", run_result.error)):
            if text:
                say(f"--- {name}")
                for line in inert(text).splitlines():
                    say(f"  {line}")
    _end(run_result.verdict)


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
    context_text = text_of(context) if context else ""
    limits = Limits(seconds=time, memory_mb=memory)
    with _sandbox(isolation) as sandbox:
        check_result = sandbox.check(
            *texts, entry=entry, context=context_text, shared=shared, limits=limits
        )
    if as_json:
        print_json(check_result)
    else:
        ran = check_result.assertions
        _print_held(
            check_result,
            note=check_result.note,
            tests=f"{ran.ran} of {ran.found} assertions ran" if ran else None,
            borrowed=", ".join(check_result.borrowed) or None,
        )
        for missed in ran.missed if ran else ():
            say(f"{'not run':<10} {on_one_line(missed)}")
        if check_result.borrowed:
            say("the candidate could redefine what is borrowed: give it as --context")
    _end(check_result.verdict)


@app.command()
def prove(isolation: Isolation = "namespaces", as_json: AsJson = False) -> None:
    """Try to break out of the sandbox, live, and say what held.

    Example: assay verify prove
    """
    from assay.contracts.contract import IsolationLevel
    from assay.verification.sandbox import proven

    sandbox, proof = proven(one_of(isolation, IsolationLevel, "isolation"))
    sandbox.close()
    if as_json:
        print_json({"holds": proof.holds, "proof": proof})
    else:
        for holding in proof.holdings:
            say(
                f"{'held' if holding.held else 'NOT HELD':<9} {holding.name:<18} {inert(holding.seen)}"
            )
        held = "holds" if proof.holds else "does not hold: nothing will be run"
        say(f"isolation {proof.level} by {proof.by}: {held}")
    if not proof.holds:
        raise typer.Exit(4)


def _sandbox(isolation: str) -> Any:
    from assay.contracts.contract import IsolationLevel
    from assay.verification.sandbox import open_sandbox

    return open_sandbox(one_of(isolation, IsolationLevel, "isolation"))


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"this file cannot be read: {error.strerror}"
        hint = "check the path and the file's permissions"
        raise UsageError(code="cannot-read", message=message, where=str(file), hint=hint) from error


def _print_held(result: Any, **more: Any) -> None:
    """Print what a run in the sandbox came to, line by line."""
    usage = result.usage
    rows = {
        "verdict": result.verdict.__struct_config__.tag,
        "reason": getattr(result.verdict, "reason", None),
        "isolation": result.isolation,
        "usage": f"{usage.wall_ms} ms, processor {usage.cpu_ms} ms, {usage.memory_kb} KiB, "
        f"output {usage.output_bytes} bytes",
        **{name.replace("_", " "): value for name, value in more.items()},
    }
    for name, value in rows.items():
        if value is not None:
            say(f"{name:<10} {on_one_line(str(value))}")


def _end(verdict: Any) -> None:
    """End the command: 0 for a pass, 4 where nothing could run, else 1."""
    tag = verdict.__struct_config__.tag
    if tag != "pass":
        raise typer.Exit(4 if tag == "unavailable" else 1)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
