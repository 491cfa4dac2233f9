"""`assay lineage`: trace any fact to its sources and to what was made from it."""

from typing import Annotated, Any

import typer

from assay.cli.output import AsJson, Folder, print_json, say
from assay.cli.reading import open_to_read

app = typer.Typer(add_completion=False)


@app.command()
def lineage(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Id, or a unique prefix of one.")],
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Walk from a fact to what it was made from, and to what was made with it.

    Example: assay lineage rec_mfrg
    """
    from assay.program.lineage import trace

    with open_to_read(program) as opened:
        report = trace(opened.store, identity)
        files = {imported.id: imported.file for imported in opened.store.imports()}
    if as_json:
        print_json(report)
        return
    say(f"{report.kind} {report.id}")
    say(f"  added by {report.stamp.actor} at {report.stamp.at}, audit entry {report.stamp.entry}")
    for kind, document in report.stamp.documents.items():
        say(f"  under    {kind} {document}")
    for origin in report.origins:
        say(f"  from     row {origin.row} of {files[origin.import_id]} (import {origin.import_id})")
    _walk("made from", report.ancestors, lambda edge: edge.parent)
    _walk("made with it", report.descendants, lambda edge: edge.child)


def _walk(title: str, steps: Any, further: Any) -> None:
    if steps:
        say(f"{title}:")
    for step in steps:
        say(f"{'  ' * step.depth}{step.edge.role:13} {further(step.edge)}")
