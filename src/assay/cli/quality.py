"""`assay quality`: dispositions, agreement, shortcuts, reviewers, the quality report."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.output import AsJson, Folder, print_json, print_table, progress, say, say_text
from assay.cli.reading import open_to_read

app = command_group()


@app.command()
def dispose(program: Folder = ".", as_json: AsJson = False) -> None:
    """Give every record the disposition that the contract's rules make of it.

    Example: assay quality dispose
    """
    import assay

    with assay.open(program) as opened, progress("disposing") as tick:
        disposed = opened.quality.dispose(progress=tick)
    if as_json:
        print_json(disposed)
        return
    print_table(("disposition", "records"), disposed.states.items())
    say(f"{disposed.written} new, {disposed.unchanged} unchanged")
    print_table(
        ("records", "state", "by", "such as"),
        [
            (str(reason.records), reason.state.replace("_", " "), reason.rule, reason.reason)
            for reason in disposed.reasons
        ],
    )
    candidates = ", ".join(f"{count} {name}" for name, count in disposed.standings.items())
    say(f"candidates: {candidates or 'none'}")


@app.command()
def why(
    record: Annotated[str, typer.Argument(help="Id of the record, or a unique prefix of it.")],
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Tell, rule by rule, why a record has its state and what would change it.

    Example: assay quality why rec_4f2k
    """
    with open_to_read(program) as opened:
        explanation = opened.quality.why(record)
    if as_json:
        print_json(explanation)
        return
    say(
        f"{explanation.record} ({explanation.kind}): {explanation.state.replace('_', ' ')} by {explanation.rule}"
    )
    say(f"  because {explanation.reason}")
    say(f"  what would change it: {explanation.changes}")
    if explanation.stored is None:
        say("  nothing is stored under the documents in force: run assay quality dispose")
    elif explanation.stored != explanation.state:
        stored = explanation.stored.replace("_", " ")
        say(f"  the stored state is {stored}: run assay quality dispose")
    print_table(
        ("candidate", "standing", "by", "because"),
        [
            (str(standing.candidate), standing.standing, standing.rule, standing.reason)
            for standing in explanation.standings
        ],
    )
    for title, lines in (
        ("disputed", explanation.disputes),
        ("no longer holds", explanation.stale),
        ("rules", explanation.rules),
    ):
        for line in lines:
            say(f"{title}: {line}")


@app.command()
def agreement(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show how far reviewers agree, by question, with intervals and denominators.

    Example: assay quality agreement --json
    """
    with open_to_read(program) as opened, progress("reading") as tick:
        agreement_report = opened.quality.agreement(progress=tick)
    if as_json:
        print_json(agreement_report)
        return
    from assay.quality.agreement_outline import AGREEMENT_HEAD, agreement_table

    print_table(
        AGREEMENT_HEAD, agreement_table(agreement_report.verdicts, agreement_report.questions)
    )


@app.command()
def shortcuts(program: Folder = ".", as_json: AsJson = False) -> None:
    """Audit preferences for surface cues: length, formatting, confidence, position.

    Example: assay quality shortcuts
    """
    with open_to_read(program) as opened, progress("reading") as tick:
        shortcut_report = opened.quality.shortcuts(progress=tick)
    if as_json:
        print_json(shortcut_report)
        return
    from assay.quality.diagnosis_outline import SHORTCUT_HEAD, shortcut_rows

    print_table(SHORTCUT_HEAD, shortcut_rows(shortcut_report))


@app.command()
def duplicates(
    program: Folder = ".",
    accepted: Annotated[
        bool, typer.Option("--accepted", help="Compare only records that can be released.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show records that are near copies of each other, across sources, splits and releases.

    Example: assay quality duplicates
    """
    with open_to_read(program) as opened:
        duplicates_found = opened.quality.duplicates(accepted=accepted)
    if as_json:
        print_json(duplicates_found)
        return
    from assay.quality.duplicates_outline import (
        CLUSTER_HEAD,
        CROSSING_HEAD,
        cluster_rows,
        crossing_rows,
        sentences,
    )

    for sentence in sentences(duplicates_found):
        say(sentence)
    if duplicates_found.crossings:
        print_table(CROSSING_HEAD, crossing_rows(duplicates_found))
    if duplicates_found.clusters:
        print_table(CLUSTER_HEAD, cluster_rows(duplicates_found.clusters))


@app.command()
def integrity(
    program: Folder = ".",
    tokenizer: Annotated[
        Path | None,
        typer.Option(
            help="Folder or file of a tokenizer: its special tokens are looked for as well."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find copies whose labels contradict, groups cut by a split, answers in prompts, control tokens.

    Example: assay quality integrity --tokenizer my-model
    """
    with open_to_read(program) as opened, progress("reading") as tick:
        integrity_figures = opened.quality.integrity(tokenizer=tokenizer, progress=tick)
    if as_json:
        print_json(integrity_figures)
        return
    from assay.quality.integrity_outline import (
        CASE_HEAD,
        TOKEN_HEAD,
        case_rows,
        sentences,
        token_rows,
    )

    for sentence in sentences(integrity_figures):
        say(sentence)
    if cases := case_rows(integrity_figures):
        print_table(CASE_HEAD, cases)
    if integrity_figures.tokens:
        print_table(TOKEN_HEAD, token_rows(integrity_figures))


@app.command()
def reviewers(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show ties, both unacceptable, insufficient context and abstentions by reviewer.

    Example: assay quality reviewers
    """
    with open_to_read(program) as opened, progress("reading") as tick:
        reviewer_rates = opened.quality.reviewers(progress=tick)
    if as_json:
        print_json(reviewer_rates)
        return
    from assay.quality.reviewer_outline import reviewer_table

    print_table(*reviewer_table(reviewer_rates))


@app.command()
def report(
    program: Folder = ".",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the page, its pictures and its data.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the quality report, or print it.

    With --out: quality.html, quality.md, quality.json, and in the folder `pictures` each picture
    as SVG with its data and its specification. Without: Markdown, or JSON with --json.

    Example: assay quality report --out reports
    """
    with open_to_read(program) as opened, progress("reading") as tick:
        if out:
            written = opened.quality.write_report(out, progress=tick)
        else:
            quality_report = opened.quality.report(progress=tick)
    if out and as_json:
        print_json([str(file) for file in written])
        return
    if out:
        for file in written:
            say(str(file))
        return
    from assay.quality.report_claims import refuse_claims
    from assay.quality.report_text import to_json, to_markdown

    refuse_claims(quality_report)
    say_text(to_json(quality_report) if as_json else to_markdown(quality_report), nl=False)
