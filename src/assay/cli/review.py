"""`assay review`: assign passes, exchange work and judgments, adjudicate."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.adjudicate import adjudicate, import_adjudications
from assay.cli.commands import command_group
from assay.cli.exam import credential, exam, sentinel
from assay.cli.output import AsJson, Folder, print_held_back, print_json, print_table, progress, say
from assay.cli.passes import reconcile, stale, status, withdraw
from assay.cli.simulate import simulate

app = command_group()
app.command()(simulate)
app.command()(exam)
app.command()(sentinel)
app.command()(credential)
app.command()(status)
app.command()(withdraw)
app.command()(stale)
app.command()(reconcile)
app.command()(adjudicate)
app.command("import-adjudications")(import_adjudications)


@app.command()
def assign(
    reviewer: Annotated[
        list[str], typer.Option("--reviewer", "-r", help="Person as NAME=ROLE; repeatable.")
    ],
    extra: Annotated[
        list[str] | None, typer.Option(help="Id of a record that gets one more pass; repeatable.")
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Ask people for the independent passes that the contract's layers want.

    Example: assay review assign -r anna=reviewer -r bela=reviewer -r ines=adjudicator
    """
    import assay
    from assay.cli.options import pairs

    people = pairs(reviewer)
    with assay.open(program) as opened:
        assigned = opened.review.assign(people, extra=extra or [])
        names = {opened.context.pseudonym(name): name for name in people}
    if as_json:
        print_json(assigned)
        return
    print_table(
        ("reviewer", "new assignments"),
        ((names.get(person, person), count) for person, count in assigned.by_reviewer.items()),
    )
    for gap in assigned.unfilled[:20]:
        say(f"{gap.record[:16]}: {gap.missing} missing, {gap.reason}", fg="yellow")
    if len(assigned.unfilled) > 20:  # noqa: PLR2004  a screen
        say(f"and {len(assigned.unfilled) - 20} more; --json lists all", fg="yellow")
    say(f"{assigned.assigned} assignments")
    print_held_back(assigned.held_back)


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(help="File to write; its settings are written next to it.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            "--to",
            help="Format of FILE (see `assay review formats`). "
            "Without FILE the file to write: .jsonl or .csv.",
        ),
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", "-r", help="Only this person's work.")
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Write the work that waits, blinded, in the order drawn for each person.

    Example: assay review export anna.csv --reviewer anna
    Example: assay review export anna.json --reviewer anna --format label-studio
    """
    import assay

    if file is not None and to is not None:
        with assay.open(program) as opened:
            written = opened.review.export(file, format=to, person=reviewer)
        if as_json:
            print_json(written)
            return
        say(f"{written.rows} rows in {written.file}; settings for {to}: {written.settings}")
        print_held_back(written.held_back)
        return
    path = _native_file(file, to)
    with assay.open(program) as opened:
        work = opened.review.export(path, person=reviewer)
    if as_json:
        print_json(work)
        return
    say(f"{work.rows} rows in {path}")
    print_held_back(work.held_back)


@app.command("export-scores")
def export_scores(
    file: Annotated[Path, typer.Argument(help="JSONL file to write: one request body a line.")],
    form: Annotated[
        str, typer.Option("--format", "-f", help="Scores of which tool: langfuse or langsmith.")
    ],
    use: Annotated[
        str, typer.Option(help="What for: train, evaluate or publish; rights are checked.")
    ] = "evaluate",
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Write judgments back as scores of the runs or traces that their records came from.

    Example: assay review export-scores scores.jsonl --format langfuse
    """
    import assay
    from assay.cli.options import one_of
    from assay.governance.rights import Use

    chosen = one_of(use, Use, "use")
    with assay.open(program) as opened:
        written = opened.review.export_scores(file, format=form, use=chosen)
    if as_json:
        print_json(written)
        return
    say(f"{written.scores} scores in {written.file}")
    for reason, count in written.left_out.items():
        say(f"  left out {count}: {reason}")
    print_held_back(written.held_back)


@app.command()
def formats() -> None:
    """List the formats of other tools in which work goes out and answers come back.

    Example: assay review formats
    """
    from assay.plugins import load, plugins

    rows = [
        (plugin.name, load("review-formats", plugin.name), plugin.package)
        for plugin in plugins("review-formats")
    ]
    print_table(
        ("format", "file", "what it is", "package"),
        ((name, form.suffixes[0], form.summary, package) for name, form, package in rows),
    )


def _native_file(file: Path | None, to: str | None) -> Path:
    """The one file that is named, by the argument or by the option."""
    from assay.core.errors import UsageError
    from assay.plugins import names

    if file is not None:
        return file
    if to is None or to in names("review-formats"):
        raise UsageError(
            code="no-file",
            message="no file is named",
            where="FILE",
            hint="such as: assay review export work.json --format label-studio",
        )
    return Path(to)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Answered file: .jsonl or .csv; or its rejects.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Folder for the rejects file; next to the file if absent.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            "--from",
            help="Format of the tool that wrote the file (see `assay review formats`); "
            "our own rows if absent.",
        ),
    ] = None,
    who: Annotated[
        list[str] | None,
        typer.Option(help="Name in that tool = person, as NAME=PERSON; repeatable."),
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Take answers in as judgments, in the records' own order; changed answers supersede.

    Example: assay review import anna.csv
    Example: assay review import export.json --format label-studio --who 7=anna
    """
    import assay
    from assay.cli.options import pairs

    with assay.open(program) as opened:
        taken = opened.review.import_(file, rejects=rejects, format=source, people=pairs(who or []))
    if as_json:
        print_json(taken)
        return
    say(
        f"read {taken.read} = stored {taken.stored} + already there {taken.already_there} "
        f"+ unanswered {taken.unanswered} + set aside {len(taken.set_aside)}"
    )
    for row in taken.set_aside:
        say(f"  row {row.row}: {row.reason}  [{row.code}]", fg="yellow")
    if taken.rejects:
        say(f"  fix {taken.rejects} and import it in the same way")


@app.command()
def judge(
    model: Annotated[str, typer.Option("--model", "-m", help="Model to ask.")],
    endpoint: Annotated[str | None, typer.Option(help="Endpoint up to and with /v1.")] = None,
    dimension: Annotated[
        list[str] | None,
        typer.Option("--dimension", "-d", help="Only this dimension; repeatable."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The most records to ask about.")] = None,
    temperature: Annotated[str, typer.Option(help="Such as 0.7.")] = "0",
    seed: Annotated[int, typer.Option(help="Seed of every answer.")] = 0,
    max_tokens: Annotated[int | None, typer.Option(help="The most tokens of an answer.")] = None,
    extra: Annotated[
        str, typer.Option(help="Further fields of the request, as a JSON object.")
    ] = "",
    revision: Annotated[
        str | None, typer.Option(help="The one revision whose answers count; any if absent.")
    ] = None,
    images: Annotated[
        bool,
        typer.Option(
            "--images", help="The model takes images: show it those of records that have any."
        ),
    ] = False,
    key: Annotated[
        str | None, typer.Option("--key-env", help="Environment variable that holds the API key.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Requests under way at once.")] = 8,
    prices: Annotated[
        str | None, typer.Option(help="Price of a million tokens in,out; such as 0.15,0.60.")
    ] = None,
    journal: Annotated[Path | None, typer.Option(help="Journal from which a run resumes.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be asked; send nothing.")
    ] = False,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Have a model judge records, in both orders, in addition to people and never in their place.

    Ends with 3 if records were asked about and not one answer could be read.

    Example: assay review judge --model small --endpoint http://127.0.0.1:8000/v1 --limit 100
    """
    import assay
    from assay.cli.options import prices_of
    from assay.core.errors import UsageError
    from assay.program.judging import JudgePlan
    from assay.program.sampling import Endpoint, SamplingParameters

    drawn = SamplingParameters(
        temperature=temperature, seed=seed, max_tokens=max_tokens, extra=extra
    )
    plan = JudgePlan(model=model, parameters=drawn, revision=revision, images=images)
    if dry_run:
        with assay.open(program) as opened:
            _show_preview(
                opened.review.preview_judge(plan, dimensions=dimension or (), limit=limit), as_json
            )
        return
    if endpoint is None:
        raise UsageError(
            code="no-endpoint",
            message="no endpoint is named",
            where="--endpoint",
            hint="give it up to and with /v1, such as http://127.0.0.1:8000/v1",
        )
    with assay.open(program) as opened, progress(model) as tick:
        report = opened.review.judge(
            plan,
            Endpoint(base_url=endpoint, key_variable=key, concurrency=concurrency),
            dimensions=dimension or (),
            limit=limit,
            journal=journal,
            prices=prices_of(prices),
            progress=tick,
        )
    if as_json:
        print_json(report)
    else:
        _show_report(report)
    if report.run.records and not report.run.parsed:
        raise typer.Exit(3)


def _show_preview(preview: Any, as_json: bool) -> None:
    if as_json:
        print_json(preview)
        return
    images = f", {preview.images} images" if preview.images else ""
    say(f"{preview.records} records, {preview.requests} requests{images}; nothing was sent")
    for reason, count in preview.skipped.items():
        say(f"not asked about: {count}, {reason}")
    print_held_back(preview.held_back)
    say(f"prompt {preview.judge.prompt}")
    say(f"dimensions: {', '.join(preview.dimensions) or 'none'}")
    for message in preview.messages:
        say()
        say(f"{message}")


def _show_report(report: Any) -> None:
    from assay.cli.judges import counts_text, interval, show_judges

    run = report.run
    say(
        f"records {run.records} = judged {run.judged} + set aside ({counts_text(run.set_aside)}); "
        f"not asked about: {counts_text(run.skipped)}"
    )
    say(
        f"asked {run.asked} = parsed {run.parsed} + unparseable {run.unparseable} "
        f"+ failed ({counts_text(run.failed)}); {run.remembered} remembered"
    )
    print_held_back(report.held_back)
    if run.unparseable:
        say(
            f"unparseable: {interval(report.unparseable)}, {counts_text(run.unparseable_reasons)}; "
            "errors, in no other figure",
            fg="yellow",
        )
    say(
        f"verdict depends on the order: {interval(report.position)}; first shown won "
        f"{run.favoured_first}, last shown {run.favoured_last}; these abstain"
    )
    say(
        f"tokens {run.prompt_tokens} in, {run.completion_tokens} out; "
        f"cost {run.cost if run.cost is not None else 'not asked (--prices)'}"
    )
    show_judges(report.agreement)
