"""`assay record`: import, sample, list, show and export records."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.commands import command_group
from assay.cli.following import placeholders
from assay.cli.output import AsJson, Folder, print_held_back, print_json, print_table, progress, say
from assay.cli.reading import open_to_read
from assay.core.wording import count_phrase

app = command_group()

MOST_NAMED = 20
"""Records that share text with the reserve, or rows that a dry run sets aside, that are named one by one."""

Kind = Annotated[
    str | None,
    typer.Option(
        "--kind", "--as", help="Kind of record, such as preference; the reader's first if absent."
    ),
]
Reader = Annotated[
    str,
    typer.Option("--role", help="Role of who reads it; what a source closes to it is held back."),
]
Source = Annotated[str, typer.Option("--source", "-s", help="Source class in sources.yaml.")]


@app.command("import")
def import_(
    call: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            help="JSONL, JSON, CSV, TSV, Parquet or .eval; gzip or zstd. A path or an address: "
            "https://, hf://, s3://, gs://, az:// or memory://."
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            "--source", "-s", help="Source class in sources.yaml; Assay's own lines name theirs."
        ),
    ] = None,
    kind: Kind = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", help="Reader (see `assay record formats`), or a mapping (.yaml)."
        ),
    ] = "assay",
    layout: Annotated[
        str | None,
        typer.Option(
            help="How rows are cut: jsonl, json, csv, tsv, parquet or eval; else by name."
        ),
    ] = None,
    max_row_mb: Annotated[
        int | None,
        typer.Option(min=1, max=65_536, help="The longest row that is read, in MiB; 64 if absent."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(help="Fields that the format does not have, kept as taxonomy axes: a,b."),
    ] = None,
    ignore: Annotated[
        str | None, typer.Option(help="Fields to leave unread, and out of the counts: a,b.")
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Set a row aside for any other field that the format lacks."),
    ] = False,
    drop_null_arguments: Annotated[
        bool,
        typer.Option(
            "--drop-null-arguments",
            help="Leave out null arguments of tool calls that the tool's schema lacks.",
        ),
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Folder for the rejects file; next to the file if absent.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the first records; store nothing.")
    ] = False,
    first: Annotated[int, typer.Option(min=1, help="How many rows a dry run shows.")] = 3,
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest", help="Write a first mapping from the file's head; store nothing."
        ),
    ] = False,
    max_fetch_mb: Annotated[
        int, typer.Option(min=1, help="The most that is fetched from an address, in MiB.")
    ] = 65_536,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Let https lead to a private address, and take http."),
    ] = False,
    max_attachment_mb: Annotated[
        int, typer.Option(min=1, help="The largest image, sound or document of a row, in MiB.")
    ] = 20,
    fetch_attachments: Annotated[
        bool,
        typer.Option(
            "--fetch-attachments", help="Fetch attachments that rows name by address; needs remote."
        ),
    ] = False,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Import a file: every row is stored, already there, or set aside with its reason.

    Ends with 3 if there were rows and not one could be used; a dry run ends in the same way.

    Example: assay record import votes.csv --kind preference --format mapping.yaml --source crowd
    """
    import assay
    from assay.core.errors import InputError
    from assay.plugins import load, names

    _refuse_unread(call, suggest=suggest, dry_run=dry_run)
    cut = _layout(layout, max_row_mb)
    how: dict[str, Any] = {
        "source": source,
        "kind": kind,
        "format": form,
        "layout": cut,
        "fields": _field_options(
            keep, ignore, strict=strict, drop_null_arguments=drop_null_arguments
        ),
        "max_fetch_bytes": max_fetch_mb * 2**20,
        "allow_private": allow_private,
    }
    with assay.open(program) as opened:
        if suggest:
            _show_suggestion(file, opened.records.suggest(file, layout=cut), as_json=as_json)
            return
        if dry_run:
            preview = opened.records.preview(file, first=first, **how)
            _show_preview(preview)
            if preview.read and not preview.reads:
                raise typer.Exit(InputError.exit_code)
            return
        folder = rejects or opened.records.rejects_folder(file)
        with progress(Path(file.partition("?")[0]).name) as tick:
            report = opened.records.import_(
                file,
                rejects=rejects,
                progress=tick,
                max_attachment_bytes=max_attachment_mb * 2**20,
                fetch_attachments=fetch_attachments,
                **how,
            )
    if as_json:
        print_json(report)
    else:
        _show_report(report, folder)
        if form == "assay" and report.set_aside == report.read and len(report.reasons) == 1:
            _hint_at_formats()
        if kind is None and form in names("readers"):
            _show_choice(report.kind, load("readers", form))
    # Single rows set aside are ordinary; all of them mean that the format does not fit the file.
    if report.read and report.set_aside == report.read:
        raise typer.Exit(InputError.exit_code)


_OF_SUGGEST = {"file", "suggest", "layout", "max_row_mb", "program", "as_json"}
"""What a suggestion reads."""

_NOT_OF_PREVIEW = {"rejects", "as_json", "max_attachment_mb", "fetch_attachments"}
"""What a dry run does not read."""


def _refuse_unread(call: typer.Context, *, suggest: bool, dry_run: bool) -> None:
    """Refuse options that this way of calling would not read.

    Raises:
        UsageError: naming every such option.
    """
    from assay.core.errors import UsageError

    # Typer gives no name of its own to the source of a value.
    stated = {name for name in call.params if str(call.get_parameter_source(name)) not in _UNSTATED}
    if suggest:
        way, unread = "--suggest", stated - _OF_SUGGEST
    elif dry_run:
        way, unread = "--dry-run", stated & _NOT_OF_PREVIEW
    else:
        way, unread = "an import", stated & {"first"}
    if not unread:
        return
    options = [parameter.opts[0] for parameter in call.command.params if parameter.name in unread]
    raise UsageError(
        code="unread-option",
        message=f"{way} does not read {', '.join(options)}",
        where="assay record import",
        hint="leave it out" if len(options) == 1 else "leave them out",
    )


_UNSTATED = {"ParameterSource.DEFAULT", "ParameterSource.DEFAULT_MAP", "None"}
"""Sources of a value that nobody stated in the call."""


def _field_options(
    keep: str | None,
    ignore: str | None,
    strict: bool,
    drop_null_arguments: bool,
) -> Any:
    """What the options say of fields that the format does not have."""
    from assay.records.reader import FieldOptions

    names = (
        tuple(name.strip() for name in (text or "").split(",") if name.strip())
        for text in (keep, ignore)
    )
    kept, ignored = names
    return FieldOptions(
        keep=kept, ignore=ignored, strict=strict, drop_null_arguments=drop_null_arguments
    )


def _layout(name: str | None, max_row_mb: int | None) -> Any:
    """What the options say of how to cut the file; nothing where neither is given."""
    from assay.cli.options import one_of
    from assay.records.ports import MAX_ROW_BYTES, Layout, LayoutName

    if name is None and max_row_mb is None:
        return None
    return Layout(
        name=None if name is None else one_of(name, LayoutName, "layout"),
        max_row_bytes=MAX_ROW_BYTES if max_row_mb is None else max_row_mb * 2**20,
    )


def _show_choice(taken: str, reader: Any) -> None:
    """Say which kind was taken where nobody asked for one and the reader gives several."""
    from assay.records.reader import FactReader

    others = ", ".join(kind for kind in reader.kinds if kind != taken)
    if others and not isinstance(reader, FactReader):
        say(f"  read as {taken}; --kind also takes {others}")


def _show_preview(preview: Any) -> None:
    for read in preview.reads:
        print_json({"record": read.record, "judgments": list(read.judgments)})
    for place, reason in preview.reasons[:MOST_NAMED]:
        say(f"set aside: {place}: {reason}", fg="yellow")
    more = len(preview.reasons) - MOST_NAMED
    if more > 0:
        say(f"set aside: {more} more rows", fg="yellow")
    _show_extra_fields(preview.extra_fields)
    say(f"{count_phrase(preview.read, 'row')} read, nothing stored", err=True)


def _show_suggestion(file: Any, suggested: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(suggested)
        return
    say(f"{suggested.file}: a first mapping as {suggested.kind}")
    for column, field in suggested.placed.items():
        say(f"  {column}: {field}")
    for question in suggested.questions:
        say(f"  {question}", fg="yellow")
    call = f"assay record import {file} --format {suggested.file} --source SOURCE --dry-run"
    say(f"next: {call}", err=True)
    for line in placeholders(call):
        say(f"  {line}", err=True)


def _hint_at_formats() -> None:
    """Say how a file is read that is not in Assay's own format, which is what `--format` defaults to."""
    say("  every row failed alike: is the file in another format than Assay's own?", fg="yellow")
    say("    `assay record formats` lists those for --format;", fg="yellow")
    say("    --suggest writes a mapping of the file's columns, for --format too", fg="yellow")


def _show_report(report: Any, rejects: Path) -> None:
    """Print the report of an import.

    Args:
        report: the report.
        rejects: folder of the rejects file.
    """
    say(
        f"read {report.read} = stored {report.stored} + already there {report.already_there} "
        f"+ set aside {report.set_aside}"
    )
    for family, count in report.facts.items():
        say(f"  {family}: {count.new} new, {count.known} known")
    if report.resumed_after:
        say(f"  resumed after row {report.resumed_after}, where an earlier run stopped")
    _show_repeats(report)
    _show_extra_fields(report.extra_fields)
    _show_partly_read(report)
    for outside in report.outside_axes:
        say(f"  not in the contract: {_outside(outside)}", fg="yellow")
    for answer in report.outside_answers:
        say(f"  {_outside_answer(answer)}", fg="yellow")
    if report.reserve is not None:
        _show_gate(report.reserve)
    for reason in report.reasons:
        say(f"  set aside {reason.rows}: {reason.example}  [{reason.code}]", fg="yellow")
    if report.rejects:
        say(f"  fix {rejects / report.rejects} and import it in the same way")
    if report.earlier_rejects:
        say(f"  earlier rejects kept as {report.earlier_rejects}")


def _show_partly_read(report: Any) -> None:
    """Name what of the stored rows was not taken as it stands."""
    from assay.records.report import NOT_HELD

    for aside in report.judgments_set_aside:
        say(f"  judgments set aside {aside.rows}: {aside.example}  [{aside.code}]", fg="yellow")
    if report.attachments:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.attachments.items())
        say(f"  attachments: {kinds}")
        if NOT_HELD in report.attachments:
            say("  Those not held have an address alone: import with --fetch-attachments to fetch.")
    if report.redacted:
        found = ", ".join(f"{count} {kind}" for kind, count in report.redacted.items())
        say(f"  redacted before anything was stored: {found}")
    if report.unanchored:
        say(f"  {report.unanchored} errors kept unanchored: their place is not in the text")


def _show_gate(answer: Any) -> None:
    if answer.unknown:
        say(f"  reserve: unknown, {answer.unknown}", fg="yellow")
        return
    count = len(answer.overlapping)
    say(
        f"  reserve: of {answer.compared} new records and judgments, compared with {answer.items} "
        f"sealed items, those of {count} {'record' if count == 1 else 'records'} share text with it",
        fg="red" if count else None,
    )
    for identity in answer.overlapping[:MOST_NAMED]:
        say(f"    {identity}", fg="red")
    if count > MOST_NAMED:
        say(f"    and {count - MOST_NAMED} more", fg="red")


def _outside_answer(answer: Any) -> str:
    near = f"; nearest: {answer.nearest}" if answer.nearest else ""
    count = f"({answer.answers} {'answer' if answer.answers == 1 else 'answers'}{near})"
    match answer.what:
        case "score":
            return f"not on the scale of {answer.name}: {answer.value} {count}"
        case "dimension":
            return f"not a dimension of the rubric: {answer.name} {count}"
        case _:
            return f"not a section of the policy: {answer.name} {count}"


_HOMES = {
    "key": "the record's key",
    "locator": "its place in the source",
    "model": "the model that wrote it",
    "taxonomy": "an axis of the task",
}


def _show_extra_fields(fields: Any) -> None:
    """Name the fields that the format does not read as they stand, each with its number of rows."""
    for field in fields:
        rows = count_phrase(field.rows, "row")
        if field.fate == "ignored":
            choice = "" if "." in field.name else "; --keep or --ignore it"
            say(f"  not read: {field.name} ({rows}){choice}", fg="yellow")
        elif field.fate == "unusable":
            say(f"  without a value that can be used: {field.name} ({rows})", fg="yellow")
        elif field.fate == "null_argument":
            say(
                f"  null, and not in the tool's schema: {field.name} ({rows}); "
                "--drop-null-arguments leaves it out",
                fg="yellow",
            )
        elif field.fate == "dropped_null_argument":
            say(f"  null, and not in the tool's schema, left out: {field.name} ({rows})")
        else:
            say(f"  kept as {_HOMES[field.fate]}: {field.name} ({rows})")


_WHOSE = {
    "human": "people",
    "unknown": "unnamed labels",
    "model": "model labels",
    "rule": "scores by a rule",
}


def _show_repeats(report: Any) -> None:
    """Name what was taken as one judgment, and what no rule could put in order."""
    if report.repeats:
        whose = ", ".join(f"{count} of {_WHOSE[kind]}" for kind, count in report.repeats.items())
        say(
            f"  repeats of an earlier answer of the same reviewer, counted once: "
            f"{sum(report.repeats.values())} ({whose})"
        )
    if report.unordered:
        say(
            f"  answers that differ from another of the same reviewer on the same record, with "
            f"nothing to show which is later: {report.unordered} (first: {report.unordered_example}); "
            "they decide nothing. Map `occasion` or `judged_at`, or `group` where rows are parts of "
            "one judgment",
            fg="yellow",
        )


def _outside(outside: Any) -> str:
    """One axis value that the contract does not have, with the nearest that it has."""
    near = f"; nearest: {outside.nearest}" if outside.nearest else ""
    records = "1 record" if outside.records == 1 else f"{outside.records} records"
    if outside.value is None:
        return f"axis {outside.axis} ({records}{near})"
    return f"{outside.axis}: {outside.value} ({records}{near})"


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Option("--kind", "--as", help="Only this kind.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many to list; 0 for all.")] = 20,
    role: Reader = "lead",
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """List records in their order of entry; the text of what the role may not read is held back.

    Example: assay record list --kind preference --limit 5
    """
    from itertools import islice

    from assay.cli.options import one_of
    from assay.records.fields import Role

    where = {"kind": kind} if kind else {}
    with open_to_read(program) as opened:
        lines = opened.records.list_for(one_of(role, Role, "role"), **where)
        shown_lines = list(islice(lines, limit or None))
        more = opened.records.count(**where) - len(shown_lines) if limit else 0
    if as_json:
        print_json([_line_fields(line) for line in shown_lines])
        return
    columns = ("id", "key", "kind", "sources", "task")
    print_table(
        columns,
        ((row["id"][:16], *list(row.values())[1:]) for row in map(_line_fields, shown_lines)),
    )
    if more > 0:
        say(f"{count_phrase(more, 'more record')}: --limit 0 lists all", err=True)


def _line_fields(line: Any) -> dict[str, str]:
    """The columns of one line; where its text is held back, the reason stands in its place."""
    text = "held back: " + "; ".join(line.held_back) if line.held_back else _short(line.task)
    return {
        "id": line.id,
        "key": line.key or "",
        "kind": line.kind,
        "sources": "+".join(line.sources),
        "task": text,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"  # noqa: PLR2004  a line's width


@app.command()
def show(
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="Id, a unique prefix of one, or a handle.")
    ],
    role: Reader = "lead",
    program: Folder = ".",
) -> None:
    """Show a record with its judgments, as JSON; held back where the role may not read it.

    Example: assay record show rec_mfrg
    """
    from assay.cli.options import one_of
    from assay.records.fields import Role

    with open_to_read(program) as opened:
        shown = opened.records.show(identity, one_of(role, Role, "role"))
    print_json(shown)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="JSONL file to write.")],
    kind: Annotated[str | None, typer.Option("--kind", "--as", help="Only this kind.")] = None,
    judgments: Annotated[bool, typer.Option(help="Whether judgments go with them.")] = True,
    use: Annotated[
        str, typer.Option(help="What for: train, evaluate or publish; rights are checked.")
    ] = "evaluate",
    role: Reader = "lead",
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Write records and judgments as lines that `record import` reads back.

    Example: assay record export all.jsonl
    """
    import assay
    from assay.cli.options import one_of
    from assay.governance.rights import Use
    from assay.records.fields import Role

    chosen, reader = one_of(use, Use, "use"), one_of(role, Role, "role")
    where = {"kind": kind} if kind else {}
    with assay.open(program) as opened:
        done = opened.records.export(file, use=chosen, role=reader, judgments=judgments, **where)
    if as_json:
        print_json({"file": str(file), "lines": done.lines, "held_back": done.held_back})
        return
    say(f"{done.lines} lines in {file}")
    print_held_back(done.held_back)


@app.command()
def sample(
    tasks: Annotated[Path, typer.Argument(help="JSONL file of tasks: a prompt or messages each.")],
    source: Source,
    url: Annotated[str, typer.Option("--endpoint", "--url", help="Endpoint up to and with /v1.")],
    model: Annotated[list[str], typer.Option("--model", "-m", help="Model to ask; repeatable.")],
    writes: Annotated[str, typer.Option(help="Source class of what the models write.")],
    kind: Annotated[str, typer.Option("--kind", "--as", help="Kind of record.")] = "preference",
    per_model: Annotated[
        int, typer.Option("--candidates", "-n", help="Candidates from each model.")
    ] = 2,
    temperature: Annotated[str | None, typer.Option(help="Such as 0.7.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the first candidate.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="The most tokens of an answer.")] = None,
    key: Annotated[
        str | None, typer.Option("--key-env", help="Environment variable that holds the API key.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Requests under way at once.")] = 8,
    partial: Annotated[
        bool, typer.Option("--partial", help="Compare what there is where a candidate failed.")
    ] = False,
    set_aside: Annotated[
        list[str] | None, typer.Option(help="Set aside answers that are empty, cut or filtered.")
    ] = None,
    prices: Annotated[
        str | None, typer.Option(help="Price of a million tokens in,out; such as 0.15,0.60.")
    ] = None,
    journal: Annotated[Path | None, typer.Option(help="Journal from which a run resumes.")] = None,
    program: Folder = ".",
    as_json: AsJson = False,
) -> None:
    """Draw candidates from an OpenAI-compatible endpoint, with provenance, tokens and cost.

    Example: assay record sample tasks.jsonl --source desk --writes model --endpoint http://127.0.0.1:8000/v1 -m small
    """
    import assay
    from assay.cli.options import one_of, prices_of
    from assay.program.sampling import Endpoint, SamplingParameters, SamplingPlan, Shortfall

    plan = SamplingPlan(
        models=tuple(model),
        source_class=writes,
        each=per_model,
        parameters=SamplingParameters(temperature=temperature, seed=seed, max_tokens=max_tokens),
        partial=partial,
        set_aside=tuple(one_of(text, Shortfall, "set-aside") for text in set_aside or ()),
    )
    with assay.open(program) as opened, progress(tasks.name) as tick:
        report = opened.records.sample(
            tasks,
            kind=kind,
            source=source,
            endpoint=Endpoint(base_url=url, key_variable=key, concurrency=concurrency),
            plan=plan,
            journal=journal,
            prices=prices_of(prices),
            progress=tick,
        )
    if as_json:
        print_json(report)
        return
    failed = ", ".join(f"{reason} {count}" for reason, count in report.failed.items()) or "none"
    say(
        f"asked {report.asked} = remembered {report.remembered} + completed {report.completed} "
        f"+ failed ({failed})"
    )
    say(f"records {report.records}; requests {report.requests}, of them {report.retried} again")
    say(
        f"tokens {report.prompt_tokens} in, {report.completion_tokens} out; "
        f"cost {report.cost if report.cost is not None else 'not asked (--prices)'}"
    )
    for reason, count in report.rejects.items():
        say(f"  rejected {count}: {reason}", fg="yellow")


@app.command()
def schema(
    what: Annotated[str, typer.Argument(help="record, judgment or mapping.")] = "record",
) -> None:
    """Print the JSON Schema of a record, a judgment or a mapping.

    Example: assay record schema mapping > mapping.schema.json
    """
    from assay.core.errors import UsageError
    from assay.records.schema import judgment_schema, mapping_schema, record_schema

    schemas = {"record": record_schema, "judgment": judgment_schema, "mapping": mapping_schema}
    if what not in schemas:
        raise UsageError(
            code="unknown-schema",
            message=f"there is no schema of {what!r}",
            hint=f"there are: {', '.join(schemas)}",
        )
    print_json(schemas[what]())


@app.command()
def formats() -> None:
    """List the formats that can be imported by name; a mapping reads any other.

    Example: assay record formats
    """
    from assay.plugins import load, names

    readers = (load("readers", name) for name in names("readers"))
    rows = ((reader.name, ", ".join(reader.kinds), reader.summary) for reader in readers)
    print_table(("format", "kinds, the first by default", "what it reads"), rows)
