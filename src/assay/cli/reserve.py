"""`assay reserve`: seal evaluation data, compare with it, open it."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.output import AsJson, Folder, print_json, print_table, progress, say
from assay.cli.reading import open_to_read
from assay.core.errors import MachineError

app = command_group()


@app.command()
def seal(
    file: Annotated[Path, typer.Argument(help="File of evaluation items.")],
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Source class of the items.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", help="Reader, or path of a mapping (.yaml).")
    ] = "assay",
    kind: Annotated[
        str | None, typer.Option("--kind", "--as", help="Kind of record to make.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the file when all its rows are sealed.")
    ] = False,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Move evaluation items out of reach: into the vault, encrypted; fingerprints stay behind.

    Example: assay reserve seal holdout.jsonl --remove
    """
    import assay

    with assay.open(program) as opened:
        done = opened.reserve.seal(file, source=source, kind=kind, format=format_, remove=remove)
    if as_json:
        print_json(done)
    else:
        sealed = done.sealed
        say(
            f"read {done.read} = sealed {sealed.sealed} + already there {sealed.already_there} + "
            f"set aside {done.set_aside}"
        )
        for reason in done.reasons:
            say(f"  set aside: {reason}")
        if done.judgments:
            say(f"  left out: {done.judgments} judgments; a reserve keeps items alone")
        if not done.removed:
            say(f"{file} still holds the items unencrypted: remove it, or pass --remove")
        for record in sealed.exposed:
            say(f"  not secret: {record} is in the store as a record")
    if done.sealed.exposed or done.set_aside:
        raise typer.Exit(1)


@app.command()
def check(program: Folder = ".", as_json: AsJson = False) -> None:
    """Compare every record with the fingerprints; exit 1 where one shares text with the reserve.

    Example: assay reserve check
    """
    from assay.reserve.leakage import describe_wordless

    with open_to_read(program) as opened, progress("comparing") as tick:
        comparison = opened.reserve.check(progress=tick)
    if as_json:
        print_json(comparison)
    else:
        print_table(
            ("text", "item", "containment", "words in a row", "matched words"),
            (
                (
                    overlap.holder[:24],
                    overlap.item,
                    overlap.containment,
                    overlap.longest_run,
                    overlap.decoded or " ... ".join(span.quote[:80] for span in overlap.spans),
                )
                for overlap in comparison.overlaps
            ),
        )
        holders = len({overlap.holder for overlap in comparison.overlaps})
        say(
            f"{holders} of {comparison.records} records and other texts ({comparison.facts} facts) overlap "
            f"{comparison.items} sealed items"
        )
        if comparison.wordless:
            say(describe_wordless(comparison.wordless))
        elif not comparison.items:
            say("nothing is sealed, so nothing was compared")
    if comparison.overlaps:
        raise typer.Exit(1)


@app.command("open")
def open_(
    out: Annotated[Path, typer.Option("--out", help="File to write the items to.")],
    role: Annotated[str, typer.Option(help="Your role; the contract says which may open.")],
    purpose: Annotated[str, typer.Option(help="Why; it is recorded in the log.")],
    person: Annotated[str | None, typer.Option("--by", help="Who opens; you by default.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Open the reserve: the opening is logged and counted before anything is decrypted.

    Example: assay reserve open --role lead --purpose "evaluate 1.0.0" --out items.jsonl
    """
    import assay

    with assay.open(program) as opened:
        items = opened.reserve.open(out, role=role, purpose=purpose, person=person or opened.actor)
        number = len(opened.reserve.open_log())
    if as_json:
        print_json({"items": items, "opening": number, "out": str(out)})
        return
    say(f"{items} items, unencrypted: {out} (opening {number}; readable by you alone)")


@app.command()
def renew(
    role: Annotated[str, typer.Option(help="Your role; the contract says which may open.")],
    person: Annotated[str | None, typer.Option("--by", help="Who opens; you by default.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Make the fingerprints again from the vault, after a new key of the gate or a new version.

    It counts as an opening and is logged as one, though no item comes out.

    Example: assay reserve renew --role lead
    """
    import assay

    with assay.open(program) as opened:
        items = opened.reserve.renew(role=role, person=person or opened.actor)
    if as_json:
        print_json({"items": items})
        return
    say(f"{items} items have new fingerprints; nothing came out in the clear")


@app.command()
def gate(
    socket: Annotated[
        Path | None,
        typer.Option(help="Where to listen; .assay/gate.sock of the program by default."),
    ] = None,
    characters: Annotated[
        int, typer.Option(help="Most characters that are taken within a day.", min=1)
    ] = 2_000_000_000,
    overlaps: Annotated[
        int, typer.Option(help="Most overlaps that are reported within a day.", min=1)
    ] = 1_000,
    digests: Annotated[
        int, typer.Option(help="Most digests that are given within a day.", min=1)
    ] = 1_000_000,
    program: Folder = ".",
) -> None:
    """Compare and digest texts for others, who then need no key of the gate.

    Run it as the user who holds the key, and name its socket in the others' assay.toml:
    gate = "unix:/run/assay/gate.sock". It answers names of items and digests, and logs every request.

    Example: assay reserve gate --socket /run/assay/gate.sock
    """
    import assay
    from assay.reserve.gate_process import GateLimits

    with assay.open(program) as opened:
        path = socket or opened.folder / ".assay" / "gate.sock"
        own = opened.reserve.gate(
            GateLimits(characters=characters, overlaps=overlaps, digests=digests)
        )
        items = own.state.items
        try:
            opened.reserve.serve_gate(
                own, path, lambda: say(f"{items} sealed items behind {path}", err=True)
            )
        except KeyboardInterrupt:
            say("the gate is closed", err=True)


@app.command("open-log")
def open_log(program: Folder = ".", as_json: AsJson = False) -> None:
    """List every opening of the reserve.

    Example: assay reserve open-log
    """
    with open_to_read(program) as opened:
        openings = opened.reserve.open_log()
    if as_json:
        print_json(openings)
        return
    print_table(
        ("number", "opener", "role", "purpose", "items"),
        (
            (opening.number, opening.opener, opening.role, opening.purpose, opening.items)
            for opening in openings
        ),
    )


@app.command()
def status(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show the status of the reserve; nothing is opened.

    Example: assay reserve status
    """
    with open_to_read(program) as opened:
        reserve_status = opened.reserve.status()
    # What is sealed and cannot be looked for has no status; a program without a seal has one.
    is_incomplete = reserve_status.items > 0 and reserve_status.vault == "not_here"
    if as_json:
        print_json(reserve_status)
        raise typer.Exit(MachineError.exit_code if is_incomplete else 0)
    declared = f" of {reserve_status.wanted} declared"
    say(
        f"{reserve_status.reserve}: {reserve_status.items} items sealed{declared}, {reserve_status.sealings} sealings, "
        f"{reserve_status.openings} openings"
    )
    if reserve_status.vault == "not_here":
        say(
            "the vault is not on this machine: its items were not looked for", fg="yellow", err=True
        )
    print_table(
        ("axis", "value", "items"),
        (
            (axis, value, count)
            for axis, counts in reserve_status.slices.items()
            for value, count in counts.items()
        ),
    )
    if is_incomplete:
        raise typer.Exit(MachineError.exit_code)
