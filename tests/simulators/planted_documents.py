"""Programs of templates, edited so that they have a known fault."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from assay.contracts import service
from assay.contracts.checks.context import CheckContext
from assay.contracts.reading import FILES
from assay.contracts.tree import read_toml, read_yaml
from assay.plugins.registry import names
from assay.review.sequential_test import exam_fault

CONTEXT = CheckContext(
    today=date(2026, 6, 1), verifiers=tuple(names("verifiers")), exam_fault=exam_fault
)
"""A day, the verifiers that come with Assay and the real exam: what plants are held against."""

GONE = object()
"""The value of an edit that takes a key or an item away."""


class Plant(msgspec.Struct, frozen=True):
    """A clean program, edited so that it has exactly one fault."""

    code: str
    """The fault's code, or its kind in words."""
    path: str
    """Where it is reported, or how the place begins."""
    edits: tuple[tuple[str, tuple[str | int, ...], Any], ...]
    """Document, place and new value of each edit; GONE takes away."""
    template: str = "preference"
    """The template that is edited."""


@cache
def clean(template: str) -> str:
    """The files of a clean program as the JSON of their plain values by kind."""
    folder = Path(service.__file__).parent / "templates" / template
    plain = {}
    for kind, file in FILES.items():
        content = (folder / file).read_bytes()
        tree, issues = (read_toml if kind == "program" else read_yaml)(file, content)
        assert tree is not None
        assert not issues
        plain[kind] = tree.plain
    return json.dumps(plain)


def write(directory: Path, plant: Plant) -> None:
    """Write the clean program, edited."""
    plain = json.loads(clean(plant.template))
    for kind, where, what in plant.edits:
        edit(plain[kind], where, what)
    for kind, file in FILES.items():
        (directory / file).write_text(dump(kind, plain[kind]))


def edit(node: Any, where: tuple[str | int, ...], what: Any) -> None:
    """Set, append or take away a node."""
    for step in where[:-1]:
        node = node.setdefault(step, {}) if isinstance(node, dict) else node[step]
    if what is GONE:
        del node[where[-1]]
    elif isinstance(node, list) and where[-1] == len(node):
        node.append(what)
    else:
        node[where[-1]] = what


def dump(kind: str, plain: Any) -> str:
    """Plain values as a file: JSON is YAML, and flat TOML is keys with quoted text."""
    if kind == "program":
        return "".join(f"{key} = {_toml(value)}\n" for key, value in plain.items())
    return json.dumps(plain, indent=1, ensure_ascii=False)


def _toml(value: Any) -> str:
    """A value as TOML writes it: JSON, but for tables, whose keys stand before an equals sign."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
