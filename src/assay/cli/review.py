"""`assay review`: assign passes, exchange work and judgments, adjudicate."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.output import AsJson, Folder, print_json, print_table

app = typer.Typer(no_args_is_help=True)


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

    with assay.open(program) as opened:
        assigned = opened.review.assign(pairs(reviewer), extra=extra or [])
    if as_json:
        print_json(assigned)
        return
    print_table(("reviewer", "new assignments"), assigned.by_reviewer.items())
    for gap in assigned.unfilled[:20]:
        typer.secho(f"{gap.record[:16]}: {gap.missing} missing, {gap.reason}", fg="yellow")
    if len(assigned.unfilled) > 20:  # noqa: PLR2004  a screen
        typer.secho(f"and {len(assigned.unfilled) - 20} more; --json lists all", fg="yellow")
    typer.echo(f"{assigned.assigned} assignments")


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", help="File to write: .jsonl or .csv.")],
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", "-r", help="Only this person's work.")
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Write the work that waits, blinded, in the order drawn for each person.

    Example: assay review export --reviewer anna --to anna.csv
    """
    import assay

    with assay.open(program) as opened:
        count = opened.review.export_work(to, reviewer)
    if as_json:
        print_json({"file": str(to), "rows": count})
    else:
        typer.echo(f"{count} rows in {to}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Answered file: .jsonl or .csv; or its rejects.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Folder for the rejects file; beside the file if absent.")
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Take answers in as judgments, in the records' own order; changed answers supersede.

    Example: assay review import anna.csv
    """
    import assay

    with assay.open(program) as opened:
        taken = opened.review.import_judgments(file, rejects=rejects)
    if as_json:
        print_json(taken)
        return
    typer.echo(
        f"read {taken.read} = stored {taken.stored} + already there {taken.already_there} "
        f"+ unanswered {taken.unanswered} + set aside {len(taken.set_aside)}"
    )
    for row in taken.set_aside:
        typer.secho(f"  row {row.row}: {row.reason}  [{row.code}]", fg="yellow")
    if taken.rejects:
        typer.echo(f"  mend {taken.rejects} and import it in the same way")


@app.command()
def adjudicate(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Id, or a unique prefix.")],
    cause: Annotated[
        str,
        typer.Option(
            help="missing_context, guideline_ambiguity, expertise, "
            "legitimate_plural_preference or reviewer_error."
        ),
    ],
    by: Annotated[str, typer.Option("--by", help="The adjudicator.")],
    prefers: Annotated[int | None, typer.Option(help="Decide for this candidate, from 0.")] = None,
    verdict: Annotated[
        str | None, typer.Option(help="tie, both_unacceptable or insufficient_context.")
    ] = None,
    score: Annotated[
        list[str] | None, typer.Option(help="dimension=value or dimension.CANDIDATE=value.")
    ] = None,
    preserve: Annotated[
        bool, typer.Option("--preserve", help="Keep the distribution as the answer.")
    ] = False,
    send_back: Annotated[
        str | None, typer.Option("--return", help="Send it back: what must be mended.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="The adjudicator's words.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Decide where judgments differ, and say why they did; no judgment is changed.

    Example: assay review adjudicate rec_mfrg --cause expertise --by ines --prefers 0
    """
    import assay
    from assay.cli.options import one_of
    from assay.review.adjudication import Cause

    decision = _decision(prefers, verdict, score or [], preserve=preserve, send_back=send_back)
    with assay.open(program) as opened:
        made = opened.review.adjudicate(
            record,
            decision,
            cause=one_of(cause, Cause, "cause"),
            adjudicator=by,
            note=note,
        )
    if as_json:
        print_json({"id": made.id, "adjudication": made})
        return
    typer.echo(f"{made.id} weighs {len(made.judgments)} judgments of {made.record}")
    typer.echo("Now: assay quality dispose")


def _decision(
    prefers: int | None,
    verdict: str | None,
    scores: list[str],
    *,
    preserve: bool,
    send_back: str | None,
) -> Any:
    """The one decision that the options state."""
    from assay.core.errors import UsageError
    from assay.records.verdict import NotAsked, Prefers
    from assay.review.adjudication import Decided, Preserved, Returned
    from assay.review.exchange import OPEN_VERDICTS

    stated = [prefers is not None, verdict is not None, preserve, send_back is not None]
    if sum(stated) > 1 or not (any(stated) or scores):
        raise UsageError(
            code="one-decision",
            message="an adjudication is one decision",
            hint="give --prefers, --verdict, --preserve or --return; or only --score",
        )
    if preserve:
        return Preserved()
    if send_back is not None:
        return Returned(reason=send_back)
    if verdict is not None and verdict not in OPEN_VERDICTS:
        raise UsageError(
            code="unknown-verdict",
            message=f"{verdict!r} is no verdict",
            hint=f"verdicts without a winner: {', '.join(OPEN_VERDICTS)}",
        )
    chosen = NotAsked() if prefers is None else Prefers(candidate=prefers)
    return Decided(verdict=OPEN_VERDICTS[verdict] if verdict else chosen, scores=_scores(scores))


def _scores(given: list[str]) -> Any:
    from assay.cli.options import pairs
    from assay.records.verdict import Category, DimensionScore, Scored

    found = []
    for name, value in pairs(given).items():
        dimension, _, place = name.partition(".")
        number = value.lstrip("-").isdecimal()
        found.append(
            DimensionScore(
                dimension=dimension,
                score=Scored(value=int(value)) if number else Category(value=value),
                candidate=int(place) if place.isdecimal() else None,
            )
        )
    return tuple(found)


@app.command()
def status(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show the queue: assigned, judged, waiting, by reviewer.

    Example: assay review status
    """
    import assay

    with assay.open(program) as opened:
        found = opened.review.status()
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found.assigned} assigned = {found.judged} judged + {found.waiting} waiting")
    typer.echo(f"{found.unassigned_judgments} judgments came without an assignment")
    print_table(("reviewer", "waiting"), found.waiting_by_reviewer.items())
