"""Writes the reference pages from the code, and the lists of pages from the pages: `make docs`.

A test fails when they have drifted.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

sys.path.insert(0, str(Path(__file__).parent))

from contents import ROOT, SECTIONS, pages_of, title_of

from assay.cli.main import STAGES
from assay.plugins import load, plugins
from assay.releases.exporters.catalogue import render_matrix
from assay.settings import SETTINGS

REFERENCE = Path(__file__).parent / "reference"
HEAD = "<!-- Written by docs/generate.py (`make docs`); do not edit. -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    return {
        "cli.md": HEAD + "# Commands\n\n" + "\n".join(_commands()),
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
        command = typer.main.get_command(import_module(f"assay.cli.{name}").app)
        yield f"## assay {name}\n\n{summary}\n"
        children = getattr(command, "commands", None)
        if children:
            for child in children.values():
                yield from _command(f"assay {name} {child.name}", child)
        else:
            yield from _command(f"assay {name}", command)


def _command(path: str, command: Any) -> Iterator[str]:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    usage = " ".join([path, *(_argument(param) for param in arguments)])
    yield f"### `{usage}`\n\n{(command.help or '').strip()}\n"
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
