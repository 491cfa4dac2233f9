"""`assay audit`: verify the audit chain."""

from typing import Annotated

import typer

from assay.cli.output import AsJson, Folder, print_json

app = typer.Typer(no_args_is_help=True)


@app.command()
def verify(
    program: Folder = ".",
    head: Annotated[
        list[str] | None, typer.Option(help="A head kept elsewhere, as NUMBER:HASH.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold every fact and every audit entry against the chain; find any change, gap or cut.

    Example: assay audit verify --head 12:9f3a...
    """
    import assay
    from assay.core.ports import Checkpoint

    heads = tuple(
        Checkpoint(number=number, hash=digest) for number, digest in map(_head, head or [])
    )
    with assay.open(program) as opened:
        report = opened.audit(heads)
    if as_json:
        print_json(report)
    else:
        for finding in report.findings:
            typer.secho(f"{finding.where}: {finding.message}  [{finding.code}]", fg="red")
        typer.echo(
            f"{report.entries} entries, {report.facts} facts, {report.witnesses} outside heads: "
            f"{report.found} findings"
        )
        typer.echo(f"head {report.head.number}:{report.head.hash}")
    raise typer.Exit(1 if report.found else 0)


@app.command()
def head(program: Folder = ".", as_json: AsJson = False) -> None:
    """Print the head of the chain, to be kept elsewhere.

    Example: assay audit head
    """
    import assay

    with assay.open(program) as opened:
        kept = opened.store.head()
    if as_json:
        print_json(kept)
    else:
        typer.echo(f"{kept.number}:{kept.hash}")


def _head(text: str) -> tuple[int, str]:
    from assay.core.errors import UsageError

    number, colon, digest = text.partition(":")
    if not colon or not number.isdecimal():
        raise UsageError(
            code="bad-head", message=f"{text!r} is not a head", hint="write it as NUMBER:HASH"
        )
    return int(number), digest
