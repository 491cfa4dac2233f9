"""Writes the reference pages from the code, and the lists of pages from the pages: `make docs`.

A test fails when they have drifted.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from contents import ROOT, SECTIONS, pages_of, title_of

import assay
from assay.cli.commands import load_stage
from assay.cli.main import STAGES
from assay.plugins import load, plugins
from assay.releases.exporters.catalogue import render_matrix
from assay.settings import SETTINGS

REFERENCE = Path(__file__).parent / "reference"
HEAD = "<!-- Written by docs/generate.py (`make docs`); do not edit. -->\n\n"


PYTHON: Mapping[str, str] = {
    "init": "assay.program.starting.start_program",
    "demo": "assay.demo.story.tell",
    "contract check": "assay.check_documents",
    "contract show": "assay.contracts.service.show",
    "contract diff": "assay.contracts.service.diff",
    "contract schema": "assay.contracts.service.schema",
    "record import": "program.records.import_",
    "record list": "program.records.list_for",
    "record show": "program.records.show",
    "record export": "program.records.export",
    "record sample": "program.records.sample",
    "record schema": "assay.records.schema.record_schema",
    "record formats": "program.records.formats",
    "review simulate": "",
    "review exam": "program.exams.make",
    "review sentinel": "program.exams.add_sentinels",
    "review credential": "program.exams.add_credential",
    "review status": "program.review.status",
    "review withdraw": "program.review.withdraw",
    "review stale": "program.quality.stale",
    "review reconcile": "program.review.reconcile",
    "review adjudicate": "program.review.adjudicate",
    "review import-adjudications": "program.review.import_adjudications",
    "review assign": "program.review.assign",
    "review export": "program.review.export",
    "review export-scores": "program.review.export_scores",
    "review formats": "program.review.formats",
    "review import": "program.review.import_",
    "review judge": "program.review.judge",
    "serve": "",
    "verify run": "program.verification.run",
    "verify adequacy": "program.verification.adequacy",
    "verify list": "program.verification.list_verifiers",
    "verify report": "program.verification.report",
    "verify exec": "assay.verification.sandbox.open_sandbox",
    "verify check": "assay.verification.sandbox.open_sandbox",
    "verify prove": "assay.verification.sandbox.proven",
    "reserve seal": "program.reserve.seal",
    "reserve check": "program.reserve.check",
    "reserve open": "program.reserve.open",
    "reserve renew": "program.reserve.renew",
    "reserve gate": "program.reserve.gate",
    "reserve open-log": "program.reserve.open_log",
    "reserve status": "program.reserve.status",
    "quality dispose": "program.quality.dispose",
    "quality why": "program.quality.why",
    "quality agreement": "program.quality.agreement",
    "quality shortcuts": "program.quality.shortcuts",
    "quality duplicates": "program.quality.duplicates",
    "quality integrity": "program.quality.integrity",
    "quality reviewers": "program.quality.reviewers",
    "quality report": "program.quality.write_report",
    "release build": "program.releases.build",
    "release verify": "assay.verify_release",
    "release diff": "program.releases.diff",
    "release export": "assay.export_release",
    "release push": "program.releases.push",
    "release formats": "program.releases.formats",
    "release withdraw": "program.releases.withdraw",
    "release card": "program.releases.card",
    "validate import": "program.validation.import_",
    "validate compare": "program.validation.compare",
    "validate show": "program.validation.show",
    "validate list": "program.validation.list",
    "plan findings": "program.planning.findings",
    "plan cause": "program.planning.cause",
    "plan draft": "program.planning.draft",
    "plan show": "program.planning.get",
    "plan accept": "program.planning.accept",
    "work shard": "program.work.shard",
    "work run": "program.work.run",
    "work status": "program.work.status",
    "work results": "program.work.results",
    "work step": "assay.program.work_steps.work_part",
    "lineage": "assay.program.lineage.trace",
    "audit verify": "program.audit",
    "audit head": "program.releases.signed_head",
    "status": "assay.program.status.program_status",
    "next": "assay.program.guide.program_progress",
    "run": "assay.program.run.run_program",
    "key new": "",
    "key derive": "",
    "key new-vault": "",
    "mcp": "",
    "mcp token": "",
    "agents": "",
}
"""Command -> the Python call that does the same; empty where a command is a process of its own."""

PARTS: Mapping[str, str] = {
    "program.records.preview": "record import",
    "program.records.list": "record list",
    "program.records.get": "record show",
    "program.review.renew": "review stale",
    "program.review.adjudicate_row": "review adjudicate",
    "program.review.undecided": "review adjudicate",
    "program.review.preview_judge": "review judge",
    "program.review.judge_agreement": "review status",
    "program.exams.read": "review exam",
    "program.exams.from_adjudications": "review exam",
    "program.verification.item": "verify report",
    "program.quality.report": "quality report",
    "program.releases.verify": "release verify",
    "program.releases.export": "release export",
    "program.validation.get": "validate show",
    "program.validation.write_report": "validate compare",
    "program.work.shard_file": "work shard",
    "program.work.write_results": "work results",
    "program.require_whole": "status",
}
"""Further Python calls -> the command that does the same among other things."""

STAGE_INTERFACES = (
    "records", "review", "exams", "verification", "reserve", "quality", "releases", "validation",
    "planning", "work",
)  # fmt: skip
"""The interfaces of a program that are for programs; the others serve the pages of the desk."""

FRAMES = (
    ("program.records.to_frame()", "records as a person in a role may see them"),
    ("program.records.to_datasets()", "the same as a `datasets.Dataset`"),
    ("program.review.to_frame()", "judgments, superseded ones too"),
    ("program.verification.to_frame()", "verdicts of verifiers"),
    ("program.quality.to_frame()", "the dispositions under the documents in force"),
    ("program.quality.report().to_frame(table)", "one table of the quality report"),
    ("program.quality.agreement().to_frame()", "agreement by question and slice"),
    ("program.quality.coverage().to_frame()", "the contract's quotas against what is there"),
    ("program.quality.heat_map(rows, columns).to_frame()", "records by two axes"),
    ("program.verification.report().to_frame()", "evidence by dimension and slice"),
    ("program.validation.get().to_frame()", "the acceptance tests of a validation"),
    ("program.releases.to_datasets(version, format)", "a `datasets.Dataset` of trainer rows"),
)
"""What gives a pandas data frame or a data set, and of what."""


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    return {
        "cli.md": HEAD + "# Commands\n\n" + "\n".join(_commands()),
        "python.md": HEAD + "\n".join(_python()),
        "settings.md": HEAD + "# Settings of the environment\n\n" + "\n".join(_settings()),
        "readers.md": HEAD + "# Readers\n\n" + "\n".join(_readers()),
        "verifiers.md": HEAD + "# Verifiers\n\n" + "\n".join(_verifiers()),
        "../formats/exports.md": render_matrix(),
        "exporters.md": HEAD + "# Exporters\n\n" + "\n".join(_plugins("exporters")),
        "../decisions/README.md": HEAD + "# Decisions\n\n" + "\n".join(_decisions()),
        "../index.md": HEAD + "# Documentation\n\n" + "\n".join(_index()),
    }


def _index() -> Iterator[str]:
    yield "Every page, in the order of the data.\n"
    for section in SECTIONS:
        yield f"## {section.title}\n"
        for page in pages_of(section):
            path = Path("..", page) if not page.startswith("docs/") else Path(page[len("docs/") :])
            yield f"- [{title_of(page)}]({path.as_posix()})"
        yield ""


def _decisions() -> Iterator[str]:
    yield (
        "One page for each choice that a newcomer would ask about: what was decided, why, and what "
        "it\ncosts. A decision that no longer holds is superseded by a new page, not edited.\n"
    )
    for page in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        yield f"- [{title_of(page.relative_to(ROOT).as_posix())}]({page.name})"
    yield ""


def _commands() -> Iterator[str]:
    for name, summary in STAGES.items():
        command = load_stage(name)
        yield f"## assay {name}\n\n{summary}\n"
        children = getattr(command, "commands", None)
        if children:
            if command.invoke_without_command:
                yield from _command(f"assay {name}", command)
            for child in children.values():
                yield from _command(f"assay {name} {child.name}", child)
        else:
            yield from _command(f"assay {name}", command)


def _command(path: str, command: Any) -> Iterator[str]:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    usage = " ".join([path, *(_argument(param) for param in arguments)])
    yield f"### `{usage}`\n\n{(command.help or '').strip()}\n"
    if call := PYTHON[path.removeprefix("assay ")]:
        yield f"Python: [`{call}`](python.md)\n" if _on_the_page(call) else f"Python: `{call}`\n"
    rows = [_option(param) for param in options if param.name != "help"]
    if rows:
        yield "| option | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"


def _argument(param: Any) -> str:
    name = (param.metavar or param.name or "").upper()
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    spelling = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    text = " ".join((param.help or "").split()).replace("|", "\\|")
    return f"| {spelling} | {text}{' Required.' if param.required else ''} |"


def _on_the_page(call: str) -> bool:
    first, *rest = call.split(".")
    return first == "program" or (first == "assay" and rest[0] in assay.__all__)


def _verbs() -> Iterator[str]:
    """Which of the verbs that interfaces share each interface has."""
    shared = ("list", "get", "show", "import_", "export", "write_report", "to_frame", "to_datasets")
    yield "| interface | " + " | ".join(f"`{verb}`" for verb in shared) + " |"
    yield "|---" * (len(shared) + 1) + "|"
    for name in STAGE_INTERFACES:
        verbs = {verb for verb, _ in _methods(_interface(name))}
        cells = " | ".join("yes" if verb in verbs else "" for verb in shared)
        yield f"| `program.{name}` | {cells} |"


def _python() -> Iterator[str]:
    yield (
        "# Python\n\nAn example to read first: [use Assay from Python](../how-to/use-from-python.md).\n\n"
        "## assay\n"
    )
    for name in assay.__all__:
        value = getattr(assay, name)
        if inspect.isfunction(value):
            yield from _call(f"assay.{name}", value)
    yield "| name | what it is |\n|---|---|"
    for name in assay.__all__:
        value = getattr(assay, name)
        if not inspect.isfunction(value):
            yield f"| `{name}` | {_what(value)} |"
    yield "\nPlug-ins import from `assay.stable.v1`: [write a plug-in](../how-to/write-a-plug-in.md).\n"
    yield "## Program\n"
    yield f"{_paragraph(assay.Program)}\n"
    yield "| interface | what it does |\n|---|---|"
    for name in STAGE_INTERFACES:
        part = inspect.getattr_static(assay.Program, name)
        yield f"| [`program.{name}`](#program{name}) | {_paragraph(part.func)} |"
    yield (
        "\n`desk`, `adjudication`, `calibration`, `guideline`, `overview`, `accounts` and `oidc` are the "
        "interfaces of the reviewer's desk: the web uses them, and they may change.\n"
    )
    yield "The same verb means the same thing on each interface:\n"
    yield from _verbs()
    yield (
        "\n`progress=` takes a function of two arguments everywhere: how much is done, and of how much in "
        "all, or None\nwhere that is not known.\n"
    )
    for name, method in _methods(assay.Program):
        yield from _call(f"program.{name}", method)
    for name in STAGE_INTERFACES:
        yield f"## program.{name}\n"
        for verb, method in _methods(_interface(name)):
            yield from _call(f"program.{name}.{verb}", method)
    yield "## Data frames and data sets\n\n| call | gives |\n|---|---|"
    for call, gives in FRAMES:
        yield f"| `{call}` | {gives} |"
    yield (
        "\nData frames need pandas, data sets the extra `datasets`; where one is missing, the error says "
        "how to install it.\n"
    )


def _interface(name: str) -> type:
    """The class of an interface of a program, by the annotation of the property."""
    prop = inspect.getattr_static(assay.Program, name)
    tree = ast.parse(textwrap.dedent(inspect.getsource(prop.func)))
    (source,) = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    found: type = getattr(import_module(source.module or ""), source.names[0].name)
    return found


def _methods(kind: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(kind).items():
        if not name.startswith("_") and inspect.isfunction(value):
            yield name, value


def _call(path: str, function: Any) -> Iterator[str]:
    """One call: how it is written, what it does, and the command that does the same."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(node, ast.FunctionDef)
    arguments = node.args
    if arguments.args and arguments.args[0].arg == "self":
        arguments.args = arguments.args[1:]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        argument.annotation = _unquoted(argument.annotation)
    returned = f" -> {ast.unparse(_unquoted(node.returns))}" if node.returns else ""
    signature = f"{path}({ast.unparse(arguments)}){returned}"
    yield f"### `{path}`\n\n```text\n{signature}\n```\n\n{_paragraph(function)}\n"
    same = [command for command, call in PYTHON.items() if call == path]
    commands = [f"`assay {command}`" for command in (*same, *filter(None, [PARTS.get(path)]))]
    if commands:
        yield f"Command: {', '.join(commands)}\n"


def _unquoted(annotation: Any) -> Any:
    """An annotation without the quotes that put off its import."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _what(value: Any) -> str:
    if isinstance(value, str):
        return "The version."
    if inspect.isclass(value):
        return _paragraph(value)
    return f"One of {', '.join(f'`{kind.__name__}`' for kind in value.__args__)}."


def _paragraph(value: Any) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())


def _settings() -> Iterator[str]:
    yield "| variable | meaning | default |\n|---|---|---|"
    for setting in SETTINGS:
        yield f"| `{setting.variable}` | {setting.help} | {setting.default} |"
    yield ""


def _readers() -> Iterator[str]:
    yield "| name | kinds, the first by default | what it is |\n|---|---|---|"
    for plugin in plugins("readers"):
        if plugin.package == "assay":
            reader = load("readers", plugin.name)
            yield f"| `{plugin.name}` | {', '.join(reader.kinds)} | {reader.summary} |"
    yield ""


def _verifiers() -> Iterator[str]:
    yield "| name | what it is | what it covers | what it does not measure |\n|---|---|---|---|"
    for plugin in plugins("verifiers"):
        if plugin.package == "assay":
            found = load("verifiers", plugin.name)
            limits = " ".join(found.limits)
            yield f"| `{plugin.name}` {found.version} | {found.summary} | {found.covers} | {limits} |"
    yield ""


def _plugins(group: Any) -> Iterator[str]:
    yield "| name | what it is |\n|---|---|"
    for plugin in plugins(group):
        if plugin.package == "assay":
            yield f"| `{plugin.name}` | {load(group, plugin.name).summary} |"
    yield ""


def main() -> None:
    """Write every page, and say which changed."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        page = REFERENCE / name
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
            sys.stdout.write(f"written: {page.resolve().relative_to(REFERENCE.parent)}\n")


if __name__ == "__main__":
    main()
