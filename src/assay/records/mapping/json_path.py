"""JSONPath (RFC 9535), by python-jsonpath in its strict mode.

Each node that a path visits, and each pattern that it searches with, is taken from the row's
budget: a path such as `$..*..*` visits a number of nodes that grows with a power of the row.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.metadata import distribution
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any, NamedTuple

from assay.core.budget import WorkBudget
from assay.core.errors import InputError, MachineError
from assay.core.patterns import Pattern

NODE = 1_000
"""Units of work for one node."""

MEMBER = 50
"""Units of work for each member of a node: a filter looks at all of them."""


class RowPath(NamedTuple):
    """A compiled path."""

    find: Callable[[Mapping[str, Any], WorkBudget], list[Any]]
    """Gives all values of the path in an object. Raises BudgetError where the budget ends, and
    InputError where a pattern in the path is not one or the object is nested too deeply."""
    is_single: bool
    """Whether names and positions alone lead to one value at most (a singular query, RFC 9535)."""


def compile_path(path: str) -> RowPath:
    """The path over a row, within a budget.

    Raises:
        ValueError: if the text is not a path.
    """
    library = _library()
    budgets: list[WorkBudget] = []
    environment = library.JSONPathEnvironment(strict=True, filter_caching=False)
    functions = environment.function_extensions
    functions["match"] = _pattern_function(functions["match"], budgets, path, whole=True)
    functions["search"] = _pattern_function(functions["search"], budgets, path, whole=False)
    try:
        compiled = environment.compile(path)
        is_single = compiled.singular_query()
        query = _counting_path(compiled)
    except (library.JSONPathError, RecursionError) as error:
        msg = f"{path!r} is not a JSONPath: {error}"
        raise ValueError(msg) from error

    def find(row: Mapping[str, Any], budget: WorkBudget) -> list[Any]:
        budgets[:] = [budget]
        try:
            return [node.obj for node in query.finditer(row, filter_context=budget)]
        except (library.JSONPathError, RecursionError) as error:
            raise InputError(
                code="path-failed", message=f"the path cannot be followed: {error}", where=path
            ) from error

    return RowPath(find, is_single)


class _Node:
    """One place in the row, with what the library's selectors ask of it."""

    __slots__ = ("_budget", "obj", "root")

    def __init__(self, obj: Any, root: Any, budget: WorkBudget) -> None:
        members = len(obj) if isinstance(obj, Mapping | list | tuple) else 0
        budget.spend(NODE + MEMBER * members, "a path")
        self.obj = obj
        self.root = root
        self._budget = budget

    def filter_context(self) -> WorkBudget:
        return self._budget

    def new_child(self, obj: Any, _key: int | str) -> "_Node":
        return _Node(obj, self.root, self._budget)

    def add_child(self, _child: "_Node") -> None:
        """Keep nothing: where a value was found is not asked for."""


class _CountedPath:
    """A path, or a path inside a filter, whose nodes are counted."""

    def __init__(self, compiled: Any) -> None:
        self.segments = compiled.segments
        self.empty = compiled.empty

    def finditer(self, data: Any, *, filter_context: WorkBudget) -> Iterable[_Node]:
        """The nodes that it leads to."""
        nodes: Iterable[_Node] = iter([_Node(data, data, filter_context)])
        for segment in self.segments:
            nodes = segment.resolve(nodes)
        return nodes


def _counting_path(compiled: Any) -> _CountedPath:
    """A compiled path with each path inside its filters replaced by one that counts."""
    for segment in compiled.segments:
        for selector in segment.selectors:
            for expression in _expressions(getattr(selector, "expression", None)):
                if hasattr(expression, "path"):
                    expression.path = _counting_path(expression.path)
    return _CountedPath(compiled)


def _expressions(expression: Any) -> Iterator[Any]:
    """An expression of a filter and all inside it, but not what is inside its paths."""
    if expression is None:
        return
    yield expression
    if not hasattr(expression, "path"):
        for child in expression.children():
            yield from _expressions(child)


def _pattern_function(
    standard: Any, budgets: list[WorkBudget], path: str, *, whole: bool
) -> Callable[[object, object], bool]:
    """`match` or `search` of the RFC, in linear time."""

    class PatternFunction(type(standard)):  # type: ignore[misc]  # the types of its arguments
        def __call__(self, value: object, pattern: object) -> bool:
            if not isinstance(value, str) or not isinstance(pattern, str):
                return False
            try:
                compiled = _pattern(pattern)
            except ValueError as error:
                raise InputError(code="bad-pattern", message=str(error), where=path) from error
            match = compiled.is_whole if whole else compiled.is_in
            return match(value, budgets[0], path)

    return PatternFunction()


@lru_cache(maxsize=256)
def _pattern(text: str) -> Pattern:
    return Pattern(text)


@cache
def _library() -> ModuleType:
    """The package, found where it is installed.

    A console script has its own folder first on the path, and jsonpath-rw puts a script called
    `jsonpath.py` there, which a plain import would take.
    """
    loaded = sys.modules.get("jsonpath")
    if loaded is not None and hasattr(loaded, "JSONPathError"):
        return loaded
    spec = PathFinder.find_spec("jsonpath", [str(distribution("python-jsonpath").locate_file(""))])
    if spec is None or spec.loader is None:
        raise MachineError(
            code="broken-install",
            message="the package python-jsonpath is installed without its module",
            hint="install it again",
        )
    module = module_from_spec(spec)
    sys.modules["jsonpath"] = module
    spec.loader.exec_module(module)
    return module
