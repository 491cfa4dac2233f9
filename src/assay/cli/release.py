"""`assay release`: build, verify, compare, export, withdraw."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.output import AsJson, Folder, print_held_back, print_json, print_table, say, say_text

if TYPE_CHECKING:
    from assay.core.errors import CheckError
    from assay.releases.exporters.drop_report import DropReport

app = command_group()

_OUTCOMES = {
    "planned": "would be pushed",
    "pushed": "pushed",
    "already_there": "already there",
}

Release = Annotated[Path, typer.Argument(help="Folder of the release.")]


@app.command()
def build(
    version: Annotated[str, typer.Argument(help="Semantic version, above every earlier one.")],
    program: Folder = ".",
    use: Annotated[str, typer.Option(help="What it is for: train, evaluate or publish.")] = "train",
    limitations: Annotated[
        Path | None, typer.Option(help="Markdown file with known limits of the data.")
    ] = None,
    leave_out_overlaps: Annotated[
        bool,
        typer.Option(
            "--leave-out-overlaps",
            help="Leave records out that share text with the reserve, instead of refusing.",
        ),
    ] = False,
    drop_duplicates: Annotated[
        bool,
        typer.Option(
            "--drop-duplicates",
            help="Of near copies keep one and leave the others out, counted.",
        ),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Build even if nothing changed since the last release.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build, sign and commit a release: a folder that appears whole or not at all.

    Example: assay release build 1.0.0
    """
    import assay
    from assay.cli.options import one_of, text_of
    from assay.governance.rights import Use

    text = text_of(limitations) if limitations else ""
    with assay.open(program) as opened:
        built = opened.releases.build(
            version,
            use=one_of(use, Use, "use"),
            limitations=text,
            leave_out_overlaps=leave_out_overlaps,
            drop_duplicates=drop_duplicates,
            again=again,
        )
    if as_json:
        print_json(
            {
                "folder": str(built.folder),
                "release": built.release,
                "counts": built.head.counts,
                "left_out": built.head.left_out,
                "held_back": built.held_back,
            }
        )
        return
    print_table(
        ("gate", "", "reason"),
        ((gate.gate, gate.outcome, gate.reason) for gate in built.head.gates),
    )
    for left_out in built.head.left_out:
        say(f"left out: {left_out.records} ({left_out.code.replace('_', ' ')}), {left_out.reason}")
    print_held_back(built.held_back)
    say()
    say(f"release {version}: {built.release.records} records, "
               f"{built.release.judgments} judgments")  # fmt: skip
    say(f"manifest {built.release.manifest_digest}")
    say(f"folder   {built.folder}")


@app.command()
def verify(
    release: Release,
    key: Annotated[Path, typer.Option("--key", help="Public key that you trust (PEM).")],
    newer_than: Annotated[
        str | None, typer.Option(help="The version you have: an older one is a replay.")
    ] = None,
    notice: Annotated[
        list[Path] | None,
        typer.Option(help="A notice of withdrawal, or a later release's attestation.json."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify every byte of a release against a public key from elsewhere. Needs no program.

    Example: assay release verify releases/1.0.0 --key assay.pub
    """
    from assay.program.releases import verify_release

    verified = verify_release(release, key, newer_than=newer_than, notices=notice or [])
    if as_json:
        states = {gate.gate: gate.outcome for gate in verified.head.gates} if verified.head else {}
        print_json({"ok": verified.ok, "version": verified.version, "issues": verified.issues,
                    "gates": states, "notices": verified.notices,
                    "superseded_by": verified.superseded_by})  # fmt: skip
    else:
        for issue in verified.issues:
            colour = "red" if issue.severity == "error" else "yellow"
            say(f"{issue.severity}: {issue.file}: {issue.message}", fg=colour)
            if issue.hint:
                say(f"    {issue.hint}")
        if verified.ok:
            say(f"verified: {verified.version}", fg="green")
            at_hand = verified.notices or "none at hand, so a withdrawal would not show"
            say(f"notices: {at_hand}")
        for gate in verified.head.gates if verified.head else ():
            if gate.outcome != "passed":
                say(f"gate {gate.gate}: {gate.outcome}, {gate.reason}", fg="yellow")
    raise typer.Exit(0 if verified.ok else 1)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="Folder of the earlier release.")],
    after: Annotated[Path, typer.Argument(help="Folder of the later release.")],
) -> None:
    """Say what the later release added, removed and changed.

    Example: assay release diff releases/1.0.0 releases/1.1.0
    """
    from assay.releases import service

    print_json(service.diff(before, after))


@app.command()
def export(
    release: Release,
    to: Annotated[
        str,
        typer.Option("--format", "-f", "--to", help="Format; `assay release formats` names them."),
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Folder to make.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", "-o", help="Option of the format: name=value.")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="Public key that you trust: the release is verified first."),
    ] = None,
    use: Annotated[
        str | None,
        typer.Option(
            help="What the rows are for: train, evaluate or publish; rights are checked. It must be "
            "named for a release that was not built to train."
        ),
    ] = None,
    control_tokens: Annotated[
        str,
        typer.Option(
            help="What to do with control tokens of chat templates in a text, such as </s>: keep, "
            "drop (the record), escape (by a space) or refuse (the export)."
        ),
    ] = "keep",
    tokenizer: Annotated[
        Path | None,
        typer.Option(help="Folder or file of a tokenizer: its special tokens count as well."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a release in a trainer's format, with a report of what the format cannot carry.

    Ends with 1 where no record gives a row; the folder and its report are there all the same.

    Example: assay release export releases/1.0.0 --format trl:preference --out trl
    """
    from assay.cli.options import one_of, pairs
    from assay.governance.rights import Use
    from assay.program.releases import EXPORTS, export_release
    from assay.releases.exporters.control_rule import ControlAction

    target = out or Path(EXPORTS) / f"{release.resolve().name}-{to.replace(':', '-')}"
    report = export_release(
        release,
        to,
        target,
        pairs(option or []),
        public_key=key,
        use=None if use is None else one_of(use, Use, "use"),
        control_tokens=one_of(control_tokens, ControlAction, "control-tokens"),
        tokenizer=tokenizer,
    )
    _log_export(release, report)
    if as_json:
        print_json(report)
    else:
        say_text((target / "drop_report.md").read_text(encoding="utf-8"))
        say(f"folder   {target}")
    if not report.rows:
        raise _no_row(report, target)


def _log_export(release: Path, report: "DropReport") -> None:
    """Have the program next to the release, if there is one, log that it was exported."""
    import assay
    from assay.core.errors import AssayError
    from assay.program.releases import program_of

    folder = program_of(release)
    if folder is None:
        return
    try:
        with assay.open(folder) as opened:
            opened.releases.log_export(report)
    except AssayError as error:
        # The rows are written: who may only read the program exports from it all the same.
        say(f"the export is not in the program's audit log: {error}", fg="yellow", err=True)


def _no_row(report: "DropReport", folder: Path) -> "CheckError":
    """The error of an export without a row, with the reason that dropped most records."""
    from assay.core.errors import CheckError
    from assay.core.wording import count_phrase

    where = str(folder / "drop_report.md")
    if not report.drops:
        message = "there is no row: the release holds no record"
        return CheckError(code="no-row", message=message, where=where)
    main = report.drops[0]
    of_all = f"{main.records} of {count_phrase(report.records.given, 'record')}"
    hint = "the drop report counts the records of each reason"
    if any(drop.options or drop.formats for drop in report.drops):
        hint = "the drop report names, for each reason, the option or format that carries records"
    return CheckError(
        code="no-row",
        message=f"there is no row; {main.reason} dropped {of_all}: {main.meaning}",
        where=where,
        hint=hint,
    )


@app.command()
def push(
    what: Annotated[str, typer.Argument(help="Version of a release, or folder of an export.")],
    to: Annotated[str, typer.Option("--to", help="Data-set repository on the Hub: OWNER/NAME.")],
    program: Folder = ".",
    plan: Annotated[
        bool, typer.Option("--plan", help="Verify, look up rights and print; send nothing.")
    ] = False,
    public: Annotated[
        bool,
        typer.Option(
            "--public/--private",
            help="Whether everyone may read the repository; rights to publish are needed then.",
        ),
    ] = False,
    territory: Annotated[
        str | None,
        typer.Option(
            help="Where the repository is kept: an ISO 3166 code or EU; US where not named, as the "
            "Hub does. Every source must permit it."
        ),
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option(help="Role of people who can read it; sources must admit one of them."),
    ] = None,
    use: Annotated[
        str | None, typer.Option(help="What it is for; what the release was built for otherwise.")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="Public key that you trust; that of assay.toml otherwise."),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token; the variable HF_TOKEN otherwise.")
    ] = None,
    tokenizer: Annotated[
        Path | None, typer.Option(help="The tokenizer that the export was made with.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Push a release, or an export of one, with its card to the Hugging Face Hub.

    It is verified first, and nothing leaves that its sources do not permit today.

    Example: assay release push 1.0.0 --to harbour/ferries
    """
    import assay
    from assay.cli.options import one_of
    from assay.governance.rights import Use

    with assay.open(program) as opened:
        report = opened.releases.push(
            what,
            to,
            public_key=key,
            private=not public,
            territory=territory,
            readers=reader or None,
            use=None if use is None else one_of(use, Use, "use"),
            token_file=token_file,
            tokenizer=tokenizer,
            plan=plan,
        )
    if as_json:
        print_json(report)
        return
    if plan:
        print_table(("file", "bytes"), ((file.path, str(file.bytes)) for file in report.files))
        say()
    size = sum(file.bytes for file in report.files)
    access = "private" if report.private else "public"
    say(f"{_OUTCOMES[report.outcome]}: {report.title}, {len(report.files)} files, {size} bytes")
    for relation in report.relations:
        say(relation)
    say(f"release  {report.digest}")
    say(f"address  {report.address} ({access}, {report.territory}, to {' and '.join(report.uses)})")


@app.command()
def formats() -> None:
    """List the formats that a release can be exported to.

    Example: assay release formats
    """
    from assay.plugins import load, names

    rows = ((name, load("exporters", name).summary) for name in names("exporters"))
    print_table(("format", "what it is"), rows)


@app.command()
def withdraw(
    version: Annotated[str, typer.Argument(help="Version of the release.")],
    reason: Annotated[str, typer.Option(help="Why; everyone who verifies it will read it.")],
    record: Annotated[
        list[str] | None,
        typer.Option(help="Id or handle of a record; the whole release where absent."),
    ] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Withdraw a release, or some of its records, by a signed notice beside it.

    Example: assay release withdraw 1.0.0 --reason "a source took back its permission"
    """
    import assay

    with assay.open(program) as opened:
        withdrawn = opened.releases.withdraw(version, reason=reason, records=record or [])
    if as_json:
        print_json({"notice": str(withdrawn.notice), "pushed": withdrawn.pushed})
        return
    say(f"notice   {withdrawn.notice}")
    say("Hand it to everyone who has the release: with it next to the folder, verifying fails.")
    for address in withdrawn.pushed:
        say(f"pushed   {address}: take it back there, or put the notice beside it")


@app.command()
def card(release: Release) -> None:
    """Print the data card of a release.

    Example: assay release card releases/1.0.0
    """
    from assay.releases import service

    say_text(service.read_card(release))
