"""The Python reference: every command names a call that exists."""

import importlib
import importlib.util
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

import assay
from assay.cli.main import STAGES

ROOT = Path(__file__).parents[2]


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generate()


def _commands() -> set[str]:
    commands = set()
    for stage in STAGES:
        command: Any = typer.main.get_command(importlib.import_module(f"assay.cli.{stage}").app)
        children = getattr(command, "commands", None)
        commands |= {f"{stage} {name}" for name in children or ()}
        if not children or command.invoke_without_command:
            commands.add(stage)
    return commands


def _resolved(call: str) -> object:
    first, *rest = call.split(".")
    if first == "program" and len(rest) == 1:
        return getattr(assay.Program, rest[0])
    if first == "program":
        interface, verb = rest
        assert isinstance(vars(assay.Program)[interface], cached_property)
        return getattr(GENERATE._interface(interface), verb)
    if rest[0] in assay.__all__:
        return getattr(assay, rest[0])
    module, _, name = call.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_every_command_names_its_python_call() -> None:
    """No command is without an entry, and no entry is without its command."""
    assert set(GENERATE.PYTHON) == _commands()
    assert set(GENERATE.PARTS.values()) <= _commands()


def test_every_call_that_is_named_exists() -> None:
    """Each is a function of the package or a method of an interface."""
    calls = [*filter(None, GENERATE.PYTHON.values()), *GENERATE.PARTS]
    assert [call for call in calls if not callable(_resolved(call))] == []


def test_the_reference_has_every_public_name_and_every_call() -> None:
    """`assay.__all__` and each call of an interface stand on the page."""
    page = (ROOT / "docs" / "reference" / "python.md").read_text()
    absent = [
        name for name in assay.__all__ if f"`{name}`" not in page and f"`assay.{name}`" not in page
    ]
    assert absent == []
    calls = [call for call in GENERATE.PYTHON.values() if call.startswith("program.")]
    assert [call for call in (*calls, *GENERATE.PARTS) if f"### `{call}`" not in page] == []
