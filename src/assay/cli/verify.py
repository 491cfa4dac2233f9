"""`assay verify`: run verifiers on records, and show what they cover."""

import typer

from assay.cli.output import AsJson, Folder, print_json, print_table, progress

app = typer.Typer(no_args_is_help=True)


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


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
