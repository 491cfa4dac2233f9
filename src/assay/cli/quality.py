"""`assay quality`: dispositions, agreement, the quality report."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.output import AsJson, Folder, print_json, print_table, progress

app = typer.Typer(no_args_is_help=True)


@app.command()
def dispose(program: Folder = ".", as_json: AsJson = False) -> None:
    """Give every record the disposition that the contract's rules make of it.

    Example: assay quality dispose
    """
    import assay

    with assay.open(program) as opened, progress("disposing") as tick:
        disposed = opened.quality.dispose(on_progress=tick)
    if as_json:
        print_json(disposed)
        return
    print_table(("disposition", "records"), disposed.states.items())
    typer.echo(f"{disposed.written} new, {disposed.unchanged} unchanged")


@app.command()
def agreement(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show how far reviewers agree, by question, with intervals and denominators.

    Example: assay quality agreement --json
    """
    import assay

    with assay.open(program) as opened:
        found = opened.quality.agreement()
    if as_json:
        print_json(found)
        return
    from assay.quality.report_text import agreement_rows

    print_table(*agreement_rows(found))


@app.command()
def shortcuts(program: Folder = ".", as_json: AsJson = False) -> None:
    """Audit preferences for surface cues: length, formatting, confidence, position.

    Example: assay quality shortcuts
    """
    import assay

    with assay.open(program) as opened:
        found = opened.quality.shortcuts()
    if as_json:
        print_json(found)
        return
    for each in found:
        typer.echo(f"{each.group}: {each.level}, {each.decided} preferences")
        for sign in each.signs:
            typer.echo(f"  {sign}")
        place = each.position
        typer.echo(
            f"  shown first wins {place.first}, second {place.second}, "
            f"neither {sum(each.undecided.values())}"
        )
        effects = each.style.effects
        print_table(
            ("cue", "odds ratio per SD", "low", "high"),
            ((e.feature, e.odds or e.reason, e.low, e.high) for e in effects),
        )


@app.command()
def reviewers(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show ties, both unacceptable, insufficient context and abstentions by reviewer.

    Example: assay quality reviewers
    """
    import assay
    from assay.quality.report_outline import reviewer_table

    with assay.open(program) as opened:
        found = opened.quality.report().reviewers
    if as_json:
        print_json(found)
        return
    print_table(*reviewer_table(found))


@app.command()
def report(
    program: Folder = ".",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the page, its pictures and its data.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the quality report, or print it.

    Example: assay quality report --out reports
    """
    import assay
    from assay.quality.report_text import to_json, to_markdown

    with assay.open(program) as opened:
        if out:
            for file in opened.quality.write_report(out):
                typer.echo(str(file))
            return
        found: Any = opened.quality.report()
    typer.echo(to_json(found) if as_json else to_markdown(found), nl=False)
