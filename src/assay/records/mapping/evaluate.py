"""Evaluating values: each `Value` of a mapping becomes one function of the names in scope.

A mapping is compiled once; for each row only these functions run. An error names the field of the
mapping that reads the value, and the column.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from assay.core.errors import InputError
from assay.core.patterns import Pattern
from assay.records.mapping.json_path import compile_path
from assay.records.mapping.scope import (
    ABSENT,
    RowScope,
    as_text,
    compile_name,
    member,
    missing_column,
)
from assay.records.mapping.steps import compile_steps
from assay.records.mapping.value import LIST_STEPS, ORIGINS, PLACEHOLDER, Spec, Value

MADE = 4
"""Units of work for each character of a text that is made: it takes memory as well."""

TRUE = frozenset({"1", "1.0", "true", "True", "TRUE"})
"""Texts that stand for yes."""
FALSE = frozenset({"0", "0.0", "false", "False", "FALSE", "", "null"})
"""Texts that stand for no."""

Evaluate = Callable[[RowScope], Any]
"""Gives the value in a scope, or `ABSENT`; raises InputError where the row does not give it."""


def compile_value(value: Value, field: str, *, as_list: bool = False) -> Evaluate:
    """The function that gives a value in a scope.

    Args:
        value: the value.
        field: the field of the mapping that it fills, such as `judgments[0].verdict`; errors
            name it.
        as_list: whether a list is asked for, so that a path with several matches gives it.
    """
    if isinstance(value, str):
        return _template(value, field)
    if not isinstance(value, Spec):
        return lambda _: value
    return _spec(value, field, as_list=as_list)


def compile_optional(value: Value | None, field: str) -> Evaluate:
    """As `compile_value`; where nothing is asked for, the value is absent."""
    return _nothing if value is None else compile_value(value, field)


def _nothing(_: RowScope) -> Any:
    return ABSENT


def _template(text: str, field: str) -> Evaluate:
    whole = PLACEHOLDER.fullmatch(text)
    if whole and whole[1] is not None:
        return _evaluate_required(whole[1], field)
    if not PLACEHOLDER.search(text):
        return lambda _: text
    pieces: list[str | Evaluate] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        pieces.append(text[end : match.start()])
        pieces.append(match[0][0] if match[1] is None else _evaluate_required(match[1], field))
        end = match.end()
    pieces.append(text[end:])
    return lambda scope: _fill_template(scope, pieces, text)


def _fill_template(scope: RowScope, pieces: list[str | Evaluate], template: str) -> str:
    """A template with its values; what it would grow to is counted before it grows."""
    parts: list[str] = []
    for piece in pieces:
        part = piece if isinstance(piece, str) else as_text(piece(scope))
        scope.budget.spend(MADE * len(part), f"the template {template[:40]!r}")
        parts.append(part)
    return "".join(parts)


def _evaluate_required(name: str, field: str) -> Evaluate:
    read = compile_name(name)

    def evaluate(scope: RowScope) -> Any:
        value = read(scope)
        if value is ABSENT:
            raise missing_column(name, scope).at(field)
        if value is None or value.__class__ is float:
            _refuse_no_value(value, name, field)
        return value

    def column(scope: RowScope) -> Any:
        # Where no loop or join is around the value, one look into the row is all.
        value = evaluate(scope) if scope.local else scope.row.get(name)
        return evaluate(scope) if value is None or value.__class__ is float else value

    return evaluate if "." in name else column


def _spec(spec: Spec, field: str, *, as_list: bool) -> Evaluate:
    origin_name = next(name for name in ORIGINS if name in spec.model_fields_set)
    works_on_list = as_list or any(getattr(spec, step) is not None for step in LIST_STEPS)
    origin = _origin(spec, origin_name, field, as_list=works_on_list)
    label = _label(spec, origin_name, field)
    run_steps = compile_steps(spec, _inside(spec.inside, field))
    optional = spec.may_lack
    default = spec.default if "default" in spec.model_fields_set else ABSENT
    # Only a column has a nearest one; for a path or a way its own text says where it fails.
    absent = missing_column if origin_name == "column" else _no_value

    def evaluate(scope: RowScope) -> Any:
        try:
            value = origin(scope)
            if value is ABSENT:
                if not optional:
                    raise absent(label(scope), scope)
                return default
            value = run_steps(value, scope, label)
        except InputError as error:
            raise error.at(field) from error
        if optional and _says_nothing(value):
            return default
        if value is None or value.__class__ is float:
            _refuse_no_value(value, label(scope), field)
        return value

    return evaluate


def _origin(spec: Spec, name: str, field: str, *, as_list: bool) -> Evaluate:
    """How the raw value is found."""
    if name == "path":
        return _path(str(spec.path), as_list=as_list)
    if name == "at":
        return _way(spec.at or (), field)
    if name == "template":
        return _template(str(spec.template), field)
    return _ORIGINS[name](getattr(spec, name))


def _label(spec: Spec, name: str, field: str) -> Callable[[RowScope], str]:
    """What the raw value is called in messages: for a way, with the names in it filled in."""
    if name == "at":
        keys = [_template(str(key), field) for key in spec.at or ()]
        return lambda scope: ".".join(as_text(key(scope)) for key in keys)
    text = name if name == "one_hot" else str(getattr(spec, name))
    return lambda _: text


def _constant(value: Any) -> Evaluate:
    return lambda _: value


def _path(text: str, *, as_list: bool) -> Evaluate:
    path = compile_path(text)

    def evaluate(scope: RowScope) -> Any:
        matches = path.find({**scope.row, **scope.local}, scope.budget)
        if path.is_single:
            return matches[0] if matches else ABSENT
        if as_list:
            return matches
        if len(matches) > 1:
            raise InputError(
                code="several-values",
                message=f"{text} gives {len(matches)} values, one is asked for",
                where=text,
                hint="name one of them, loop over them with `for`, or `join` them",
            )
        return matches[0] if matches else ABSENT

    return evaluate


def _way(keys: tuple[str | int, ...], field: str) -> Evaluate:
    first, *rest = [_template(str(key), field) for key in keys]

    def evaluate(scope: RowScope) -> Any:
        value = scope.find(as_text(first(scope)))
        for key in rest:
            value = member(value, as_text(key(scope)))
        return value

    return evaluate


def _inside(
    keys: tuple[str | int, ...] | None, field: str
) -> Callable[[Any, RowScope], Any] | None:
    """The function that goes into a parsed value; None where the spec does not ask for it."""
    if keys is None:
        return None
    compiled = [_template(str(key), field) for key in keys]

    def enter(value: Any, scope: RowScope) -> Any:
        for key in compiled:
            value = member(value, as_text(key(scope)), from_end=True)
        return value

    return enter


def _one_hot(table: Mapping[str, Any]) -> Evaluate:
    def evaluate(scope: RowScope) -> Any:
        hot = [column for column in table if _is_hot(scope, column)]
        if len(hot) > 1:
            raise InputError(
                code="not-one-hot",
                message=f"the columns {', '.join(hot)} all hold 1, one of them may",
                where=hot[0],
            )
        return table[hot[0]] if hot else ABSENT

    return evaluate


def _is_hot(scope: RowScope, column: str) -> bool:
    value = scope.find(column)
    if value is ABSENT:
        raise missing_column(column, scope)
    text = as_text(value)
    if text not in TRUE | FALSE:
        raise InputError(
            code="not-one-hot", message=f"{column} holds {text[:60]!r}, not 0 or 1", where=column
        )
    return text in TRUE


def _columns(expression: str) -> Evaluate:
    pattern = Pattern(expression)

    def evaluate(scope: RowScope) -> Any:
        cells = {
            name: cell
            for name, cell in scope.row.items()
            if pattern.is_whole(name, scope.budget, expression)
        }
        if not cells:
            raise _no_value(expression, scope)
        return {name: cell for name, cell in cells.items() if cell not in (None, "")}

    return evaluate


def _no_value(name: str, _: RowScope) -> InputError:
    return InputError(
        code="missing-column",
        message="the row has nothing there",
        where=name,
        hint="check the mapping, or mark the value as optional",
    )


def _says_nothing(value: Any) -> bool:
    if value is ABSENT or value is None or value == "":
        return True
    return value.__class__ is float and math.isnan(value)


def _refuse_no_value(value: float | None, name: str, field: str) -> None:
    """Refuse null, and what a column of numbers holds where it has none: NaN and infinity."""
    if value is not None and math.isfinite(value):
        return
    raise InputError(
        code="missing-value",
        message=f"{name!r} is {'null' if value is None else value}",
        where=name,
        hint="mark the value as optional where it may be missing",
    ).at(field)


_ORIGINS: Mapping[str, Callable[[Any], Evaluate]] = {
    "column": compile_name,
    "constant": _constant,
    "one_hot": _one_hot,
    "range": lambda count: _constant(list(range(count))),
    "columns": _columns,
}
"""How the origins are compiled that hold no template and no path."""
