"""Loops and conditions: how often, and whether, an entry of a mapping is read for a row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assay.core.budget import WorkBudget
from assay.core.errors import InputError
from assay.records.mapping.evaluate import Evaluate, compile_value
from assay.records.mapping.pieces import Condition, Conditional, Loops, Repeated, TreeLoop
from assay.records.mapping.scope import ABSENT, RowScope, as_text, compile_name, missing_column
from assay.records.mapping.value import Value

TURN = 1_000
"""Units of work for one turn of a loop, besides what is done in it."""

Repeat = Callable[[RowScope], Iterator[RowScope] | Sequence[RowScope]]
"""Gives the scope of every reading of an entry; none where a condition fails."""

Holds = Callable[[RowScope], bool]
"""Whether a condition holds in a scope."""

_Names = Callable[[RowScope], Iterator[dict[str, Any]]]
"""Gives the names of every turn of one loop."""


def compile_repeat(entry: Repeated, field: str) -> Repeat:
    """The function that gives the scopes in which an entry is read."""
    holds = compile_condition(entry, field)
    if not entry.loops:
        if holds is None:
            return lambda scope: (scope,)
        return lambda scope: (scope,) if holds(scope) else ()
    loop = compile_loops(entry.loops, field)
    if holds is None:
        return loop
    return lambda scope: (inner for inner in loop(scope) if holds(inner))


def compile_loops(loops: Loops | None, field: str) -> Repeat:
    """Loops inside each other, in the order in which they are written."""
    named = [_turns(name, value, f"{field}.for.{name}") for name, value in (loops or {}).items()]
    return lambda scope: _loop_scopes(scope, named)


def compile_condition(entry: Conditional, field: str) -> Holds | None:
    """Whether all names of `when` have their values, and not all names of `unless` have theirs.

    None where the entry has no condition.
    """
    included = _all_have(entry.when, f"{field}.when")
    excluded = _all_have(entry.unless, f"{field}.unless")
    if excluded is None:
        return included
    if included is None:
        return lambda scope: not excluded(scope)
    return lambda scope: included(scope) and not excluded(scope)


def _loop_scopes(scope: RowScope, named: Sequence[_Names]) -> Iterator[RowScope]:
    if not named:
        yield scope
        return
    turns, *rest = named
    for names in turns(scope):
        yield from _loop_scopes(scope.inside(**names), rest)


def _turns(name: str, value: Value | TreeLoop, field: str) -> _Names:
    if isinstance(value, TreeLoop):
        return _tree_turns(name, compile_value(value.tree, field, as_list=True), value.children)
    evaluate = compile_value(value, field, as_list=True)

    def turns(scope: RowScope) -> Iterator[dict[str, Any]]:
        for index, (key, item) in enumerate(_items(evaluate(scope), field)):
            scope.budget.spend(TURN, name)
            yield {name: item, f"{name}_index": index, f"{name}_key": key}

    return turns


def _tree_turns(name: str, evaluate: Evaluate, children: str) -> _Names:
    def turns(scope: RowScope) -> Iterator[dict[str, Any]]:
        root = evaluate(scope)
        if root is ABSENT:
            return
        roots = list(root) if isinstance(root, list | tuple) else [root]
        for index, (node, above) in enumerate(_nodes(roots, children, scope.budget)):
            below = _below(node, children)
            yield {
                name: node,
                f"{name}_index": index,
                f"{name}_key": index,
                f"{name}_above": above,
                f"{name}_children": len(below),
            }

    return turns


def _nodes(
    roots: Sequence[Any], children: str, budget: WorkBudget
) -> Iterator[tuple[Any, list[Any]]]:
    """Every node with those above it; not by recursion, since a tree may be one long thread."""
    waiting: list[tuple[Any, list[Any]]] = [(root, []) for root in reversed(roots)]
    while waiting:
        node, above = waiting.pop()
        # The nodes above are copied for every node: a thread costs the square of its length.
        budget.spend(TURN + len(above), "a tree")
        yield node, above
        path = [*above, node]
        waiting += [(child, path) for child in reversed(_below(node, children))]


def _below(node: Any, children: str) -> Sequence[Any]:
    below = node.get(children) if isinstance(node, Mapping) else None
    return below if isinstance(below, list | tuple) else ()


def _items(value: Any, field: str) -> Iterator[tuple[Any, Any]]:
    if value is ABSENT:
        return iter(())
    if isinstance(value, list | tuple):
        return iter(enumerate(value))
    if isinstance(value, Mapping):
        return iter(value.items())
    raise InputError(
        code="wrong-type",
        message=f"the loop needs a list, this is {as_text(value)[:60]!r}",
        where=field,
        hint="parse the text first, by `json: true` or `literal: python`",
    )


def _all_have(condition: Condition | None, field: str) -> Holds | None:
    if not condition:
        return None
    allowed = [
        (name, compile_name(name), frozenset(map(as_text, _alternatives(values))))
        for name, values in condition.items()
    ]

    def holds(scope: RowScope) -> bool:
        for name, read, texts in allowed:
            value = read(scope)
            if value is ABSENT:
                raise missing_column(name, scope).at(field)
            if as_text(value) not in texts:
                return False
        return True

    return holds


def _alternatives(values: Any) -> tuple[Any, ...]:
    return values if isinstance(values, tuple) else (values,)
