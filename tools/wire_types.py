"""Writes the types of what the desk's modules send and get: `make wire`.

The Python structs of the REST API are the one place where these shapes are written; the modules under
`src/assay/web/static` are checked against what is written here (`make check`). A test fails when the
file has drifted.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from assay.review.answer import Answer
from assay.review.completeness import AnswerShape, Gap
from assay.review.senior_wire import NewDecision, SeniorView
from assay.review.wire import (
    Answered,
    AssignmentView,
    Claimed,
    ClaimRequest,
    Keymap,
    MyDesk,
    NewDraft,
    NewerDraft,
    NewGap,
    Opened,
    OpenedGap,
    Problem,
    ReturnRequest,
    SavedDraft,
    Uncovered,
)

FILE = Path(__file__).parents[1] / "src" / "assay" / "web" / "static" / "wire.d.ts"

ROOTS: tuple[type[msgspec.Struct], ...] = (
    Answer,
    Answered,
    AnswerShape,
    AssignmentView,
    Claimed,
    ClaimRequest,
    Gap,
    Keymap,
    MyDesk,
    NewDecision,
    NewDraft,
    NewerDraft,
    NewGap,
    Opened,
    OpenedGap,
    Problem,
    ReturnRequest,
    SavedDraft,
    SeniorView,
    Uncovered,
)
"""What the modules send and get; what these hold is written as well."""

HEAD = """\
// Written by tools/wire_types.py (`make wire`) from the structs of the REST API; do not edit.
"""

WIDTH = 120
"""Most characters of a line."""

_PLAIN: dict[type[inspect.Type], str] = {
    inspect.AnyType: "unknown",
    inspect.BoolType: "boolean",
    inspect.FloatType: "number",
    inspect.IntType: "number",
    inspect.NoneType: "null",
    inspect.RawType: "unknown",
    inspect.StrType: "string",
}


def wire_types() -> str:
    """The whole file."""
    structs: dict[str, inspect.StructType] = {}
    for root in ROOTS:
        _collect(inspect.type_info(root), structs)
    return "\n".join([HEAD, *(_interface(structs[name]) for name in sorted(structs))])


def _collect(kind: Any, structs: dict[str, inspect.StructType]) -> None:
    """Add every struct that a type holds."""
    if isinstance(kind, inspect.StructType):
        if kind.cls.__name__ in structs:
            return
        structs[kind.cls.__name__] = kind
        for field in kind.fields:
            _collect(field.type, structs)
        return
    for part in _parts(kind):
        _collect(part, structs)


def _parts(kind: Any) -> tuple[Any, ...]:
    match kind:
        case inspect.UnionType():
            return tuple(kind.types)
        case inspect.VarTupleType() | inspect.ListType():
            return (kind.item_type,)
        case inspect.TupleType():
            return tuple(kind.item_types)
        case inspect.DictType():
            return (kind.value_type,)
        case inspect.Metadata():
            return (kind.type,)
        case _:
            return ()


def _interface(kind: inspect.StructType) -> str:
    lines = [f"export interface {kind.cls.__name__} {{"]
    if kind.tag_field is not None:
        lines.append(f"  {kind.tag_field}: {msgspec.json.encode(kind.tag).decode()};")
    # What has a default is left out by those who send it, and by the server where it omits defaults.
    config = kind.cls.__struct_config__
    may_be_absent = config.omit_defaults or config.forbid_unknown_fields
    for field in kind.fields:
        mark = "" if field.required or not may_be_absent else "?"
        lines += _field(f"  {field.encode_name}{mark}: ", field.type)
    return "\n".join([*lines, "}", ""])


def _field(start: str, kind: Any) -> Iterator[str]:
    line = f"{start}{_written(kind)};"
    if len(line) <= WIDTH:
        yield line
        return
    yield start.rstrip()
    alternatives = _alternatives(kind)
    for number, alternative in enumerate(alternatives, start=1):
        yield f"    | {alternative}{';' if number == len(alternatives) else ''}"


def _written(kind: Any) -> str:  # noqa: PLR0911  one return a kind of type
    """A type as TypeScript writes it."""
    match kind:
        case inspect.StructType():
            return kind.cls.__name__
        case inspect.LiteralType() | inspect.UnionType():
            return " | ".join(_alternatives(kind))
        case inspect.VarTupleType() | inspect.ListType():
            item = _written(kind.item_type)
            return f"({item})[]" if " | " in item else f"{item}[]"
        case inspect.TupleType():
            return f"[{', '.join(map(_written, kind.item_types))}]"
        case inspect.DictType():
            return f"Record<string, {_written(kind.value_type)}>"
        case inspect.Metadata():
            return _written(kind.type)
    plain = _PLAIN.get(type(kind))
    if plain is None:
        raise TypeError(f"no type of the wire is written for {kind}; add it to tools/wire_types.py")
    return plain


def _alternatives(kind: Any) -> list[str]:
    if isinstance(kind, inspect.Metadata):
        return _alternatives(kind.type)
    if isinstance(kind, inspect.LiteralType):
        return [msgspec.json.encode(value).decode() for value in kind.values]
    if isinstance(kind, inspect.UnionType):
        return [text for part in kind.types for text in _alternatives(part)]
    return [_written(kind)]


if __name__ == "__main__":
    FILE.write_text(wire_types(), encoding="utf-8")
    sys.stdout.write(f"{FILE} is written\n")
