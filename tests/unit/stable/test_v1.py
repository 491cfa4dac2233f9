"""The promise of `assay.stable.v1`: every name, every field, every argument.

`python tests/unit/stable/test_v1.py` writes the golden file anew; only what is added may differ.
"""

import ast
import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path

from assay.stable import v1

GOLDEN = Path(__file__).parents[2] / "golden" / "stable_v1.json"


def _functions(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and (part.name[0] != "_" or part.name == "__init__"):
            returned = f" -> {ast.unparse(part.returns)}" if part.returns else ""
            yield part.name, f"({ast.unparse(part.args)}){returned}"


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and ast.unparse(part.target)[0] != "_":
            default = f" = {ast.unparse(part.value)}" if part.value else ""
            yield ast.unparse(part.target), f"{ast.unparse(part.annotation)}{default}"


def _members(kind: type) -> dict[str, str]:
    """The public fields and methods of a class with those that it inherits from ours."""
    members: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("assay."):
            tree = ast.parse(inspect.getsource(importlib.import_module(base.__module__)))
            node = next(
                part
                for part in tree.body
                if isinstance(part, ast.ClassDef) and part.name == base.__name__
            )
            members |= dict([*_fields(node), *_functions(node)])
            if tag := [each for each in node.keywords if (each.arg or "").startswith("tag")]:
                members["class"] = ", ".join(map(ast.unparse, tag))
    return members


def _signature(module: str, name: str) -> str:
    """The text of a function's arguments, or of what a name is assigned."""
    for part in ast.parse(inspect.getsource(importlib.import_module(module))).body:
        if isinstance(part, ast.FunctionDef) and part.name == name:
            return f"({ast.unparse(part.args)})"
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == name:
            return ast.unparse(part.value)
        if isinstance(part, ast.AnnAssign) and ast.unparse(part.target) == name and part.value:
            return ast.unparse(part.value)
    raise AssertionError(name)


def described() -> dict[str, dict[str, str] | str]:
    """Every name of the stable interface with what a caller relies on."""
    tree = ast.parse(inspect.getsource(v1))
    homes = {
        alias.name: part.module or ""
        for part in tree.body
        if isinstance(part, ast.ImportFrom)
        for alias in part.names
    }
    return {
        name: _members(value)
        if inspect.isclass(value := getattr(v1, name))
        else _signature(homes[name], name)
        for name in sorted(v1.__all__)
    }


def broken(
    promised: dict[str, dict[str, str] | str], now: dict[str, dict[str, str] | str]
) -> list[str]:
    """What was promised and is no longer so."""
    return [
        name
        for name, entry in promised.items()
        if now.get(name) != entry
        and not (
            isinstance(entry, dict)
            and isinstance(found := now.get(name), dict)
            and entry.items() <= found.items()
            and all(" = " in found[added] or "(" in found[added] for added in found.keys() - entry)
        )
    ]


def test_what_is_promised_is_so() -> None:
    """No name, field or argument of the stable interface is gone or another one."""
    assert broken(json.loads(GOLDEN.read_text()), described()) == []


def test_every_stable_name_is_under_the_promise() -> None:
    """What is added to the interface is in the golden file from then on."""
    assert json.loads(GOLDEN.read_text()) == described()


def test_a_removed_name_a_new_argument_and_a_required_field_break_the_promise() -> None:
    """The guard finds each, and lets a field with a default be added."""
    now = described()
    promised = json.loads(json.dumps(now))
    found = now["Found"]
    assert isinstance(found, dict)
    del now["Tie"]
    now["prove"] = "(kind, more)"
    now["Found"] = {**found, "more": "int"}
    now["Read"] = {**dict(now["Read"]), "more": "int = 0"}
    assert broken(promised, now) == ["Found", "Tie", "prove"]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(described(), indent=1, sort_keys=True) + "\n")
