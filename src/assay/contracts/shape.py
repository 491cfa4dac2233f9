"""Shape: whether a tree is a document of its type; every fault at once.

A part with a fault is reported and left out, and the rest is checked on, so that one misspelt
key hides nothing else. An unknown key is read as the nearest right one where that is free.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar, get_args

import msgspec
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from assay.contracts.header import SEMVER
from assay.contracts.open_question import open_question
from assay.contracts.program import PLACE, REFERENCE, STORE
from assay.contracts.rubric import FIELD, SCALE
from assay.contracts.sources import TERRITORY
from assay.contracts.terms import COLUMN_NAME, NAME
from assay.contracts.tree import Path, Tree, spell
from assay.contracts.words.filler import is_open_question
from assay.core.choices import nearest
from assay.core.describe import field_descriptions
from assay.core.issues import Issue

D = TypeVar("D", bound=BaseModel)


class Shaped(msgspec.Struct, Generic[D]):
    """The document in a tree, as far as it can be used, and its faults."""

    document: D | None
    """The document, without the parts that had faults; None where too little is left."""
    issues: list[Issue]
    """All faults of shape."""
    left_out: frozenset[Path]
    """Nodes of the tree that are not in the document; empty: the document is whole."""
    extras: frozenset[Path] = frozenset()
    """Those among them that are unknown keys, whose absence changes nothing."""

    def original(self, path: Path) -> Path:
        """Where a node of the document is in the file: items before it may be left out."""
        original: Path = ()
        for step in path:
            original = (
                *original,
                self._original_place(original, step) if isinstance(step, int) else step,
            )
        return original

    def lacks_part_of(self, path: Path) -> bool:
        """Whether something at or below a node was left out, so that a fault there may follow."""
        return any(gone[: len(path)] == path for gone in self.left_out)

    def left_out_at(self, path: Path) -> bool:
        """Whether a node, one around it, or an item of it as a list was left out."""
        return any(
            gone == path[: len(gone)] or (gone[:-1] == path and isinstance(gone[-1], int))
            for gone in self.left_out
        )

    def lacks(self, key: str) -> bool:
        """Whether something that matters was left out of this part of the document."""
        return any(gone[:1] == (key,) for gone in self.left_out - self.extras)

    def _original_place(self, parent: Path, place: int) -> int:
        position = -1
        for _ in range(place + 1):
            position += 1
            while (*parent, position) in self.left_out:
                position += 1
        return position


def shape(model: type[D], tree: Tree, stand_ins: Mapping[str, Any]) -> Shaped[D]:
    """Read a tree as a document and collect every fault.

    Args:
        model: the document's type.
        tree: the file's content.
        stand_ins: values for required keys of the document itself that are missing or faulty,
            so that all else can still be checked.

    Each round reports new faults and removes or renames the nodes that have them, so it ends.
    """
    issues: list[Issue] = []
    shaped: Shaped[D] = Shaped(None, issues, frozenset(tree.faulty))
    while True:
        pruned = _without(tree.plain, (), shaped.left_out)
        pruned |= {key: value for key, value in stand_ins.items() if (key,) in shaped.left_out}
        try:
            document = model.model_validate_json(json.dumps(pruned, default=str))
        except ValidationError as error:
            faults = error.errors(include_url=False)
        else:
            return Shaped(document, issues, shaped.left_out, shaped.extras)
        # Unknown keys first and alone: a misspelt key also makes its right name seem missing.
        unknown = [fault for fault in faults if fault["type"] == "extra_forbidden"]
        gone: set[Path] = set()
        places = _by_place(unknown or faults, pruned, shaped)
        for path, group in places.items():
            # The innermost fault is the cause: the nodes around it fail only because of it.
            if any(other != path and other[: len(path)] == path for other in places):
                continue
            if not shaped.lacks_part_of(path):
                issues.append(_issue(model, tree, path, group))
            if not (unknown and _rename_key(model, tree, path)):
                gone.add(_removable(path, group, stand_ins))
        if () in gone:
            return Shaped(None, issues, shaped.left_out, shaped.extras)
        shaped.left_out |= gone
        shaped.extras |= gone if unknown else frozenset()


def _by_place(
    faults: Iterable[ErrorDetails], pruned: Any, shaped: Shaped[Any]
) -> dict[Path, list[ErrorDetails]]:
    """Faults grouped by the node of the file that they are about; unions report several."""
    places: dict[Path, list[ErrorDetails]] = {}
    for fault in faults:
        steps: list[str | int] = []
        node = pruned
        for step in fault["loc"]:
            inside = (isinstance(node, dict) and step in node) or (
                isinstance(node, list) and isinstance(step, int)
            )
            if not inside:
                if fault["type"] == "missing":
                    steps.append(step)
                break
            steps.append(step)
            node = node[step]
        places.setdefault(shaped.original(tuple(steps)), []).append(fault)
    return places


def _removable(path: Path, group: list[ErrorDetails], stand_ins: Mapping[str, Any]) -> Path:
    """The node to leave out: the faulty one, or what lacks it."""
    if group[0]["type"] != "missing":
        return path
    stood_in = len(path) == 1 and path[0] in stand_ins
    return path if stood_in else path[:-1]


def _without(node: Any, path: Path, left_out: frozenset[Path]) -> Any:
    if isinstance(node, dict):
        return {
            key: _without(value, (*path, key), left_out)
            for key, value in node.items()
            if (*path, key) not in left_out
        }
    if isinstance(node, list):
        return [
            _without(value, (*path, place), left_out)
            for place, value in enumerate(node)
            if (*path, place) not in left_out
        ]
    return node


def _rename_key(model: type[BaseModel], tree: Tree, path: Path) -> bool:
    """Read an unknown key as the nearest right one, where that key is not there itself."""
    parent = tree.plain
    for step in path[:-1]:
        parent = parent[step]
    wrong = str(path[-1])
    right = nearest(wrong, _keys_at(model, path[:-1]))
    if right is None or right in parent:
        return False
    parent[right] = parent.pop(wrong)
    old, new = path, (*path[:-1], right)
    for place, line in list(tree.lines.items()):
        if place[: len(old)] == old:
            tree.lines[(*new, *place[len(old) :])] = line
    return True


def _name(path: Path) -> str:
    """The last key of a path, with the positions after it."""
    start = next((at for at in range(len(path) - 1, -1, -1) if isinstance(path[at], str)), 0)
    return spell(path[start:])


def _issue(model: type[BaseModel], tree: Tree, path: Path, group: list[ErrorDetails]) -> Issue:
    kind = group[0]["type"]
    name = _name(path) or tree.file
    if kind == "missing":
        hint = _description(model, path) or "add it"
        return tree.issue(path, "missing-field", f"{name!r} is missing", hint)
    if kind == "extra_forbidden":
        keys = _keys_at(model, path[:-1])
        if str(path[-1]) in keys:
            # The key is right and its value is of none of the forms that are read there.
            hint = _description(model, path) or f"known keys: {', '.join(keys)}"
            return tree.issue(path, "wrong-value", f"{name!r} has a value of no known form", hint)
        if tree.file.endswith(".toml") and str(path[-1]) in _fields(model):
            # TOML reads a line below a table's header as the table's own.
            message = f"{name!r} is a key of the whole file, and stands in a table"
            return tree.issue(path, "unknown-key", message, "put it above the first [table]")
        right = nearest(str(path[-1]), keys)
        hint = f"did you mean {right!r}?" if right else f"known keys: {', '.join(keys)}"
        return tree.issue(path, "unknown-key", f"{name!r} is not a key here", hint)
    value = _value_at(tree, path)
    if is_open_question(value):
        return tree.issue(path, *open_question(value))
    telling = [fault for fault in group if not fault["type"].endswith("_type")] or group
    messages = list(dict.fromkeys(_sentence(fault) for fault in telling))
    code = "wrong-type" if telling[0]["type"].endswith("_type") else "wrong-value"
    hint = _description(model, path) or "see `assay contract schema`"
    if all(fault["type"] == "string_type" for fault in group):
        hint = f"put it in quotes; {hint}"
    return tree.issue(path, code, f"{name!r} {' or '.join(messages)}", hint)


def _value_at(tree: Tree, path: Path) -> Any:
    """The value that a fault is about, as it is in the file."""
    node = tree.plain
    for step in path:
        node = node[step]
    return node


def _sentence(fault: ErrorDetails) -> str:
    """Pydantic's message as the rest of a sentence that begins with the field's name."""
    if fault["type"] == "value_error":
        return f"is not right: {fault['ctx']['error']}"
    if fault["type"] == "string_pattern_mismatch":
        pattern = fault["ctx"]["pattern"]
        return _PATTERN_WORDS.get(pattern, f"must match {pattern}")
    if fault["type"].startswith("date_"):
        return "must be a date such as 2028-12-31"
    message = re.sub(r"( after validation)?, not \d+$", "", fault["msg"])
    message = message.replace("Input should be a valid ", "must be a ")
    message = message.replace("Input should be", "must be").replace("Input should", "must")
    for technical, plain in _PLAIN_WORDS.items():
        message = message.replace(technical, plain)
    return message[:1].lower() + message[1:]


_PATTERN_WORDS = {
    NAME: "must be lower-case letters, digits, _ and -, beginning with a letter",
    COLUMN_NAME: "must be lower-case letters, digits and _, beginning with a letter",
    SEMVER: "must be a version of three numbers, such as 1.2.0",
    SCALE: "must be binary, a range such as 1..5, or a list of categories",
    FIELD: "must be a part of the record, such as candidate.content or evidence",
    TERRITORY: "must be a country code such as DE, EU, or worldwide",
    PLACE: "must be a country code such as DE, or EU",
    STORE: "must be a URL such as postgresql://user@host/name or sqlite:///file",
    REFERENCE: "must say where the secret is found: env:NAME or file:PATH",
}

_PLAIN_WORDS = {
    "must be a string": "must be text",
    "must be an object": "must be keys with values",
    "must be a dictionary": "must be keys with values",
    "must be a array": "must be a list",
    "must be a tuple": "must be a list",
    "must be a integer": "must be a whole number",
    "must be a boolean": "must be true or false",
    "String should have": "must have",
    "Tuple should have": "must have",
    "Value error, ": "",
}


def _part_in(annotation: Any) -> type[BaseModel] | None:
    """The document part inside an annotation such as `tuple[Behaviour, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = (_part_in(inner) for inner in get_args(annotation))
    return next((part for part in parts if part), None)


def _part_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    part: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, str) and part is not None:
            part = _part_in(_fields(part).get(step))
    return part


def _fields(part: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in part.model_fields.items()}


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    part = _part_at(model, path)
    return list(_fields(part)) if part else []


def _description(model: type[BaseModel], path: Path) -> str:
    """The literal under the field that a path leads to."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    part = _part_at(model, path[:-1])
    if not path or part is None:
        return ""
    texts = field_descriptions(part)
    key = str(path[-1])
    named = (name for name, field in part.model_fields.items() if (field.alias or name) == key)
    return " ".join(texts.get(next(named, ""), "").split())
