"""Values: where one field of a record or judgment comes from, and how the raw value is put right.

A mapping writes a plain text as a template (`"{column}"`, `"{a} and {b}"`, or a constant), and
anything else as an object with one origin and the steps that follow, in the order of the fields
below.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from assay.contracts.header import Part
from assay.core.budget import WorkBudget
from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.core.patterns import Pattern
from assay.records.mapping.json_path import compile_path
from assay.records.mapping.scope import ABSENT, RowScope, as_text, member

MADE = 4
"""Units of work for each character of a text that is made: it takes memory as well."""

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_TRUE = frozenset({"1", "1.0", "true", "True", "TRUE"})
_FALSE = frozenset({"0", "0.0", "false", "False", "FALSE", "", "null"})


def column_names(template: str) -> tuple[str, ...]:
    """The names in the braces of a template, each as it is written."""
    return tuple(found[1] for found in _PLACEHOLDER.finditer(template) if found[1] is not None)


class MappingPart(Part):
    """A part of a mapping: closed as every document's, but its texts stay as they are written."""

    model_config = ConfigDict(str_strip_whitespace=False)


class Spec(MappingPart):
    """Where a value comes from, and how it is put right."""

    column: str | None = None
    """A column or key, or a name of a join or loop; `pair.text` reaches inside."""
    path: str | None = None
    """A JSONPath (RFC 9535) over the row that gives exactly one value."""
    at: tuple[str | int, ...] | None = None
    """A way into the row, key by key; each key is a template, such as `[fl, "{i}", "{rater}"]`."""
    constant: Any = None
    """The value itself."""
    template: str | None = None
    """Text with `{names}` in it; `{{` and `}}` stand for braces."""
    one_hot: dict[str, Any] | None = None
    """Column -> value: the value of the one column that holds 1; the others must hold 0."""
    range: int | None = Field(default=None, ge=0, le=10_000)
    """The whole numbers from 0 up to, not including, this one (at most 10,000): for loops."""
    columns: str | None = None
    """A regular expression: the cells of all columns whose whole name it matches and that are
    not empty, by column: for loops over raters."""
    json_cell: bool = Field(default=False, alias="json")
    """Parse the text as JSON."""
    strip: bool = False
    """Remove white space at both ends."""
    remove: tuple[str, ...] = ()
    """Remove these texts wherever they occur."""
    find: str | None = None
    """A regular expression: keep its first group, or its whole match, where it matches first."""
    split: str | None = Field(default=None, min_length=1)
    """Cut the text into a list at this text."""
    find_all: str | None = None
    """A regular expression: the list of all its matches (its first group, or the whole)."""
    keep: str | None = None
    """Of a list, keep the items in which this regular expression is found."""
    drop: str | None = None
    """Of a list, leave out the items in which this regular expression is found."""
    values: dict[str, Any] | None = None
    """Raw value as text -> value; null leaves the field out. A raw value that the table does not
    name sets the row aside, unless `otherwise` is given."""
    otherwise: Any = None
    """The value for every raw value that the table does not name."""
    optional: bool = False
    """Leave the field out where the value is missing, null, empty or not found."""
    default: Any = None
    """The value where it would else be left out; it makes the value optional."""

    @property
    def may_lack(self) -> bool:
        """Whether the row may lack the value."""
        return self.optional or "default" in self.model_fields_set

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [name for name in ORIGINS if name in self.model_fields_set]
        if len(given) != 1:
            msg = f"give exactly one of {', '.join(ORIGINS)}"
            raise ValueError(msg)
        if "otherwise" in self.model_fields_set and self.values is None:
            msg = "`otherwise` needs a table of `values`"
            raise ValueError(msg)
        for field in ("columns", "find", "find_all", "keep", "drop"):
            pattern = getattr(self, field)
            if pattern is not None:
                _refuse_broken_pattern(field, pattern)
        if self.path is not None:
            compile_path(self.path)
        return self


Value = str | int | bool | Spec
"""Text is a template; numbers and booleans are constants; anything else is a `Spec`."""

Evaluate = Callable[[RowScope], Any]
"""Gives the value in a scope, or `ABSENT`; raises InputError where the row does not give it."""


def _refuse_broken_pattern(field: str, pattern: str) -> None:
    try:
        Pattern(pattern)
    except ValueError as error:
        msg = f"`{field}`: {error}"
        raise ValueError(msg) from error


def compile_value(value: Value) -> Evaluate:
    """The function that gives a value in a scope."""
    if isinstance(value, str):
        return _template(value)
    if not isinstance(value, Spec):
        return lambda _: value
    return _steps(value)


def compile_optional(value: Value | None) -> Evaluate:
    """As `compile_value`; where nothing is asked for, the value is absent."""
    return (lambda _: ABSENT) if value is None else compile_value(value)


def _template(text: str) -> Evaluate:
    only = _PLACEHOLDER.fullmatch(text)
    if only and only[1] is not None:
        return _required(only[1])
    if not _PLACEHOLDER.search(text):
        return lambda _: text
    pieces: list[str | Evaluate] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        pieces.append(text[end : match.start()])
        pieces.append(match[0][0] if match[1] is None else _required(match[1]))
        end = match.end()
    pieces.append(text[end:])
    return lambda scope: _filled(scope, pieces, text)


def _filled(scope: RowScope, pieces: list[str | Evaluate], template: str) -> str:
    """A template with its values; what it would grow to is counted before it grows."""
    parts: list[str] = []
    for piece in pieces:
        part = piece if isinstance(piece, str) else as_text(piece(scope))
        scope.budget.spend(MADE * len(part), f"the template {template[:40]!r}")
        parts.append(part)
    return "".join(parts)


def _required(name: str) -> Evaluate:
    def evaluate(scope: RowScope) -> Any:
        value = scope.find(name)
        if value is ABSENT:
            raise _missing_column(name)
        if value is None:
            raise _missing_value(name)
        return value

    return evaluate


def _steps(spec: Spec) -> Evaluate:
    origin, name = _origin(spec)
    changes = _changes(spec, name)
    optional = spec.may_lack
    default = spec.default if "default" in spec.model_fields_set else ABSENT

    def evaluate(scope: RowScope) -> Any:
        value = origin(scope)
        if value is ABSENT and not optional:
            raise _missing_column(name)
        for change in changes:
            if value is not ABSENT and not (value is None and optional):
                scope.budget.spend(len(value) if isinstance(value, str) else 1, name)
                value = change(value, scope.budget)
        if optional and (value is ABSENT or value is None or value == ""):
            return default
        if value is None:
            raise _missing_value(name)
        return value

    return evaluate


def _origin(spec: Spec) -> tuple[Evaluate, str]:
    """How the raw value is found, and what it is called in messages."""
    kind = next(name for name in ORIGINS if name in spec.model_fields_set)
    stated = getattr(spec, kind)
    name = (
        ".".join(map(str, stated)) if kind == "at" else kind if kind == "one_hot" else str(stated)
    )
    return _ORIGINS[kind](stated), name


def _column(name: str) -> Evaluate:
    return lambda scope: scope.find(name)


def _constant(value: Any) -> Evaluate:
    return lambda _: value


def _path(path: str) -> Evaluate:
    find = compile_path(path)

    def evaluate(scope: RowScope) -> Any:
        found = find({**scope.row, **scope.local}, scope.budget)
        if len(found) > 1:
            raise InputError(
                code="several-values",
                message=f"{path} gives {len(found)} values, one is asked for",
                where=path,
                hint="name one of them, or loop over the list with `for`",
            )
        return found[0] if found else ABSENT

    return evaluate


def _way(keys: tuple[str | int, ...]) -> Evaluate:
    first, *rest = [_template(str(key)) for key in keys]

    def evaluate(scope: RowScope) -> Any:
        value = scope.find(as_text(first(scope)))
        for key in rest:
            value = member(value, as_text(key(scope)))
        return value

    return evaluate


def _one_hot(table: Mapping[str, Any]) -> Evaluate:
    def evaluate(scope: RowScope) -> Any:
        chosen = [column for column in table if _is_hot(scope, column)]
        if len(chosen) > 1:
            raise InputError(
                code="not-one-hot",
                message=f"the columns {', '.join(chosen)} all hold 1, one of them may",
                where=chosen[0],
            )
        return table[chosen[0]] if chosen else ABSENT

    return evaluate


def _is_hot(scope: RowScope, column: str) -> bool:
    value = scope.find(column)
    if value is ABSENT:
        raise _missing_column(column)
    text = as_text(value)
    if text not in _TRUE | _FALSE:
        raise InputError(
            code="not-one-hot", message=f"{column} holds {text[:60]!r}, not 0 or 1", where=column
        )
    return text in _TRUE


def _columns(expression: str) -> Evaluate:
    pattern = Pattern(expression)

    def evaluate(scope: RowScope) -> Any:
        cells = {
            name: cell
            for name, cell in scope.row.items()
            if pattern.is_whole(name, scope.budget, expression)
        }
        if not cells:
            raise _missing_column(expression)
        return {name: cell for name, cell in cells.items() if cell not in (None, "")}

    return evaluate


_ORIGINS: Mapping[str, Callable[[Any], Evaluate]] = {
    "column": _column,
    "path": _path,
    "at": _way,
    "constant": _constant,
    "template": _template,
    "one_hot": _one_hot,
    "range": lambda count: _constant(list(range(count))),
    "columns": _columns,
}
"""How each origin is compiled."""

ORIGINS = tuple(_ORIGINS)
"""The fields of a `Spec` that say where the raw value comes from; exactly one is given."""


Change = Callable[[Any, WorkBudget], Any]
"""One step: gives the changed value, and takes what its work costs from the row's budget."""


def _changes(spec: Spec, name: str) -> list[Change]:
    changes: list[Change] = []
    if spec.json_cell:
        changes.append(lambda value, _: parse_json(value) if isinstance(value, str) else value)
    if spec.strip:
        changes.append(lambda value, _: _text(value, name).strip())
    if spec.remove:
        changes.append(lambda value, budget: _removed(_text(value, name), spec.remove, budget))
    if spec.find is not None:
        changes.append(_finder(Pattern(spec.find), name, optional=spec.may_lack))
    if spec.split is not None:
        changes.append(_splitter(spec.split, name))
    if spec.find_all is not None:
        every = Pattern(spec.find_all)
        changes.append(lambda value, budget: list(every.every(_text(value, name), budget, name)))
    if spec.keep is not None:
        changes.append(_sieve(Pattern(spec.keep), name, keep=True))
    if spec.drop is not None:
        changes.append(_sieve(Pattern(spec.drop), name, keep=False))
    if spec.values is not None:
        changes.append(_table(spec, spec.values, name))
    return changes


def _text(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    raise InputError(
        code="wrong-type",
        message=f"{name} is not text but {as_text(value)[:60]}",
        where=name,
    )


def _removed(text: str, parts: tuple[str, ...], budget: WorkBudget) -> str:
    for part in parts:
        budget.spend(len(text))
        text = text.replace(part, "")
    return text


def _splitter(separator: str, name: str) -> Change:
    def split(value: Any, budget: WorkBudget) -> list[str]:
        text = _text(value, name)
        budget.spend(MADE * text.count(separator), name)
        return text.split(separator)

    return split


def _sieve(pattern: Pattern, name: str, *, keep: bool) -> Change:
    def sift(value: Any, budget: WorkBudget) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise InputError(
                code="wrong-type",
                message=f"{name} is not a list but {as_text(value)[:60]}",
                where=name,
                hint="make a list of it first, by `split` or `find_all`",
            )
        return [item for item in value if pattern.is_in(as_text(item), budget, name) == keep]

    return sift


def _finder(pattern: Pattern, name: str, *, optional: bool) -> Change:
    def find(value: Any, budget: WorkBudget) -> Any:
        found = pattern.first(_text(value, name), budget, name)
        if found is not None:
            return found
        if optional:
            return ABSENT
        raise InputError(
            code="no-match",
            message=f"{pattern.text!r} is not found in {name}",
            where=name,
            hint="fix the row, or mark the value as optional",
        )

    return find


def _table(spec: Spec, table: Mapping[str, Any], name: str) -> Change:
    otherwise = spec.otherwise if "otherwise" in spec.model_fields_set else ABSENT

    def look_up(value: Any, _: WorkBudget) -> Any:
        found = table.get(as_text(value), otherwise)
        if found is not ABSENT:
            return ABSENT if found is None else found
        if spec.may_lack and value in (None, ""):
            return ABSENT
        raise InputError(
            code="unmapped-value",
            message=f"the table of {name} does not name the value {as_text(value)[:60]!r}",
            where=name,
            hint="add it to the mapping's table, or fix the row",
        )

    return look_up


def _missing_column(name: str) -> InputError:
    return InputError(
        code="missing-column",
        message=f"the row has no {name!r}",
        where=name,
        hint="check the name in the mapping, or mark the value as optional",
    )


def _missing_value(name: str) -> InputError:
    return InputError(
        code="missing-value",
        message=f"{name!r} is null",
        where=name,
        hint="mark the value as optional where it may be missing",
    )
