"""The names that a mapping can use while it reads one row."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from assay.core.budget import WorkBudget
from assay.core.canonical import StatedNumber, json_text
from assay.core.choices import nearest
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
        return compile_name(name)(self)


def compile_name(name: str) -> Callable[[RowScope], Any]:
    """The function that gives the value of a name in a scope; see `RowScope.find`."""
    head, dot, rest = name.partition(".")

    def plain(scope: RowScope) -> Any:
        value = scope.local.get(name, ABSENT)
        return scope.row.get(name, ABSENT) if value is ABSENT else value

    if not dot:
        return plain

    def dotted(scope: RowScope) -> Any:
        value = plain(scope)
        if value is not ABSENT:
            return value
        return walk(scope.local.get(head, scope.row.get(head, ABSENT)), rest)

    return dotted


def missing_column(name: str, scope: RowScope) -> InputError:
    """The error for a name that is not there, with the nearest one that is."""
    names = [str(own) for own in (*scope.row, *scope.local)]
    near = nearest(name, names)
    listed = ", ".join(names[:_MOST_NAMED]) + (", ..." if len(names) > _MOST_NAMED else "")
    advice = f"did you mean {near!r}?" if near else f"there are: {listed or 'none'};"
    return InputError(
        code="missing-column",
        message=f"the row has no {name!r}",
        where=name,
        hint=f"{advice} correct the mapping, or mark the value as optional",
    )


_MOST_NAMED = 20
"""Columns that a message names."""


def walk(node: Any, name: str) -> Any:
    """The value inside a value: keys and positions joined by points."""
    if isinstance(node, Mapping) and name in node:
        return node[name]
    head, dot, rest = name.partition(".")
    inner = member(node, head)
    return walk(inner, rest) if dot and inner is not ABSENT else inner


def member(node: Any, key: str, *, from_end: bool = False) -> Any:
    """The member of an object or the item of a list; `ABSENT` where there is none.

    Args:
        node: the object or list.
        key: the key, or the position from 0 in digits.
        from_end: whether `-1` is the last item of a list, `-2` the one before it, and so on.
    """
    if isinstance(node, Mapping):
        return node.get(key, ABSENT)
    if not isinstance(node, list | tuple):
        return ABSENT
    digits = key.removeprefix("-") if from_end else key
    if not (digits.isascii() and digits.isdigit() and len(digits) < _POSITION_DIGITS):
        return ABSENT
    position = int(key)
    return node[position] if -len(node) <= position < len(node) else ABSENT


_POSITION_DIGITS = 10


def as_text(value: Any) -> str:
    """A value as text: text as it is, `true`, `false`, `null`, a number, or canonical JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    return value.text if isinstance(value, StatedNumber) else json_text(value)


def as_index(value: Any, what: str) -> int:
    """A value as a whole number from 0; text of digits counts as one.

    Raises:
        InputError: if it is anything else.
    """
    number = as_integer(value, what)
    if number < 0:
        raise InputError(code="wrong-type", message=f"{what} is {number}, it must be 0 or more")
    return number


_MOST_DIGITS = 40
"""Characters of a whole number: facts hold 53 bits, and a longer text is no number of anything."""


def as_integer(value: Any, what: str) -> int:
    """A value as a whole number; text of digits and `3.0` count as one.

    Raises:
        InputError: if it is anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and not isinstance(value, StatedNumber):
        return int(value)
    text = value.strip() if isinstance(value, str) else ""
    if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= _MOST_DIGITS:
        return int(text)
    raise InputError(
        code="wrong-type",
        message=f"{what} is {as_text(value)[:60]!r}, which is not a whole number",
        hint="map it to one by a table of values",
    )
