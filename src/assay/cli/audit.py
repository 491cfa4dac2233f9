"""`assay audit`: verify the audit chain."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.output import AsJson, Folder, print_json, say
from assay.cli.reading import open_to_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.core.ports import Checkpoint

app = command_group()


@app.command()
def verify(
    program: Folder = ".",
    head: Annotated[
        list[str] | None, typer.Option(help="A head kept elsewhere, as NUMBER:HASH.")
    ] = None,
    signed_head: Annotated[
        Path | None, typer.Option(help="A head that `audit head --sign` wrote; needs --key.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Public key that you trust (PEM), for --signed-head.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Read everything again, however large the store.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold every fact and every audit entry against the chain; find any change, gap or cut.

    A store of more than 20,000 rows is read from where the last audit here found nothing.

    Example: assay audit verify --head 12:9f3a...
    """
    import assay
    from assay.core.ports import Checkpoint

    heads = tuple(
        Checkpoint(number=number, hash=digest) for number, digest in map(_head, head or [])
    )
    with assay.open(program) as opened:
        outside = (*heads, *_signed_heads(opened.folder, signed_head, key))
        report = opened.audit(outside, whole=whole)
    if as_json:
        print_json(report)
    else:
        for finding in report.findings:
            say(f"{finding.where}: {finding.message}  [{finding.code}]", fg="red")
            if finding.hint:
                say(f"    {finding.hint}")
        say(
            f"{report.entries} entries, {report.facts} facts, {report.witnesses} outside heads: "
            f"{report.found} findings"
        )
        if report.since:
            say(
                f"not read: entries 1 to {report.since.number} and the rows that came with them, in "
                "which the last audit here found nothing, and the pages of the file. A change in "
                "them does not show: `assay audit verify --whole` reads everything",
                fg="yellow",
            )
        say(f"head {report.head.number}:{report.head.hash}")
    raise typer.Exit(1 if report.found else 0)


@app.command()
def head(
    program: Folder = ".",
    sign: Annotated[
        Path | None, typer.Option(help="Write it as a statement signed by the program's key.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the head of the chain, to be kept elsewhere; a store that is damaged has none.

    Example: assay audit head --sign head-2026-11.json
    """
    from assay.releases.keys import write_new

    with open_to_read(program) as opened:
        if sign:
            write_new(sign, opened.releases.signed_head(), mode=0o644)
        stored_head = opened.store.head()
    if as_json:
        print_json(stored_head)
    else:
        say(f"{stored_head.number}:{stored_head.hash}")


def _signed_heads(program: Path, file: Path | None, key: Path | None) -> "Iterator[Checkpoint]":
    if file is None:
        return
    from assay.core.errors import UsageError
    from assay.program.releases import read_signed_head

    if key is None:
        raise UsageError(
            code="no-key",
            message="a signed head is verified with a public key",
            hint="add --key with the key that you trust",
        )
    yield read_signed_head(program, file, key)


def _head(text: str) -> tuple[int, str]:
    from assay.core.errors import UsageError

    number, colon, digest = text.partition(":")
    if not colon or not number.isdecimal():
        raise UsageError(
            code="bad-head", message=f"{text!r} is not a head", hint="write it as NUMBER:HASH"
        )
    return int(number), digest
