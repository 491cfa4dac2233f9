"""Loops and conditions: how often, and whether, an entry of a mapping is read for a row."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assay.core.errors import InputError
from assay.records.mapping.pieces import Condition, Repeated
from assay.records.mapping.scope import ABSENT, RowScope, as_text
from assay.records.mapping.value import Evaluate, Value, compile_value

TURN = 1_000
"""Units of work for one turn of a loop, besides what is done in it."""

Repeat = Callable[[RowScope], Iterator[RowScope]]
"""Gives the scope of every reading of an entry; none where a condition fails."""


def compile_repeat(entry: Repeated) -> Repeat:
    """The function that gives the scopes in which an entry is read."""
    loop = compile_loops(entry.loops)
    holds = compile_condition(entry.when, entry.unless)
    return lambda scope: (inner for inner in loop(scope) if holds(inner))


def compile_loops(loops: Mapping[str, Value] | None) -> Repeat:
    """Loops inside each other, in the order in which they are written."""
    named = [(name, compile_value(value)) for name, value in (loops or {}).items()]
    return lambda scope: _looped(scope, named)


def compile_condition(
    when: Condition | None, unless: Condition | None
) -> Callable[[RowScope], bool]:
    """Whether all names of `when` have their values, and not all names of `unless` have theirs."""
    wanted, unwanted = _allowed(when), _allowed(unless)
    return lambda scope: _all(scope, wanted) and not (unwanted and _all(scope, unwanted))


def _looped(scope: RowScope, named: list[tuple[str, Evaluate]]) -> Iterator[RowScope]:
    if not named:
        yield scope
        return
    (name, evaluate), *rest = named
    for index, (key, item) in enumerate(_items(evaluate(scope), name)):
        scope.budget.spend(TURN, name)
        names = {name: item, f"{name}_index": index, f"{name}_key": key}
        yield from _looped(scope.inside(**names), rest)


def _items(value: Any, name: str) -> list[tuple[Any, Any]]:
    if value is ABSENT:
        return []
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    if isinstance(value, Mapping):
        return list(value.items())
    raise InputError(
        code="wrong-type",
        message=f"the loop {name!r} needs a list, this is {as_text(value)[:60]!r}",
        where=name,
    )


def _allowed(condition: Condition | None) -> list[tuple[str, frozenset[str]]]:
    return [
        (name, frozenset(map(as_text, values if isinstance(values, tuple) else (values,))))
        for name, values in (condition or {}).items()
    ]


def _all(scope: RowScope, allowed: list[tuple[str, frozenset[str]]]) -> bool:
    for name, values in allowed:
        found = scope.find(name)
        if found is ABSENT:
            raise InputError(
                code="missing-column", message=f"the row has no {name!r}", where=name,
                hint="check the name in the mapping's condition",
            )  # fmt: skip
        if as_text(found) not in values:
            return False
    return True
