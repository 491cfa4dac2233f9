"""The names that a mapping can use while it reads one row."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from assay.core.budget import WorkBudget
from assay.core.canonical import json_text
from assay.core.errors import InputError

ROW_WORK = 1 << 28
"""Units of work that a mapping may take for one row, or for the rows of one group."""


class _Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""No value: the field that asked for it is left out. Never stored."""


class RowScope(msgspec.Struct, frozen=True):
    """Columns of the row, rows joined to it, and the items of the loops around a value."""

    row: Mapping[str, Any]
    """Column or key -> value."""
    local: Mapping[str, Any] = {}
    """Name of a join or of a loop -> value; it hides a column of the same name."""
    budget: WorkBudget = msgspec.field(default_factory=lambda: WorkBudget(ROW_WORK, "one row"))
    """What is left of the row's work; all scopes of one row share it."""

    def inside(self, **names: Any) -> "RowScope":
        """The same scope with more names."""
        return RowScope(self.row, {**self.local, **names}, self.budget)

    def find(self, name: str) -> Any:
        """The value of a name, `ABSENT` where there is none.

        A name is looked for as it is, then by its parts: `pair.text` is the field `text` of
        the join `pair` if no column is called `pair.text`.
        """
        if name in self.local:
            return self.local[name]
        if name in self.row:
            return self.row[name]
        head, dot, rest = name.partition(".")
        if not dot:
            return ABSENT
        base = self.local.get(head, self.row.get(head, ABSENT))
        return walk(base, rest)


def walk(node: Any, name: str) -> Any:
    """The value inside a value: keys and positions joined by points."""
    if isinstance(node, Mapping) and name in node:
        return node[name]
    head, dot, rest = name.partition(".")
    inner = member(node, head)
    return walk(inner, rest) if dot and inner is not ABSENT else inner


def member(node: Any, key: str) -> Any:
    """The member of an object or the item of a list; `ABSENT` where there is none."""
    if isinstance(node, Mapping):
        return node.get(key, ABSENT)
    if isinstance(node, list | tuple) and key.isascii() and key.isdigit() and int(key) < len(node):
        return node[int(key)]
    return ABSENT


def as_text(value: Any) -> str:
    """A value as text: text as it is, `true`, `false`, `null`, a number, or canonical JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else json_text(value)


def as_index(value: Any, what: str) -> int:
    """A value as a whole number from 0; text of digits counts as one.

    Raises:
        InputError: if it is anything else.
    """
    number = as_integer(value, what)
    if number < 0:
        raise InputError(code="wrong-type", message=f"{what} is {number}, it must be 0 or more")
    return number


def as_integer(value: Any, what: str) -> int:
    """A value as a whole number; text of digits and `3.0` count as one.

    Raises:
        InputError: if it is anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    text = value.strip() if isinstance(value, str) else ""
    if text.removeprefix("-").isdecimal() and text.isascii():
        return int(text)
    raise InputError(
        code="wrong-type",
        message=f"{what} is {as_text(value)[:60]!r}, which is not a whole number",
        hint="map it to one by a table of values",
    )
