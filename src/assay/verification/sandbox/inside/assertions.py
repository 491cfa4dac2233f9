"""The assertions of tests: where they are in the source, and which of them were reached.

A marking call is put before every assertion and at the start of every function. An assertion is an
`assert`, a call of something named `assert...`, or a branch that refuses (`if ...: raise`, `else:
assert False`). A constant cannot fail, so `assert True` is none.
"""

import _ast
from collections.abc import Iterator
from typing import Any

ONLY_TREE = 0x400
"""Flag of `compile` for a syntax tree; the module `ast` would make every fork dearer."""

MARK, ENTER = "__assay_mark__", "__assay_enter__"
"""Names of the marking calls in the tests' namespace."""

SHOWN = 120
"""Characters of an assertion that are shown."""
MOST_MISSED = 20
"""Assertions that were not reached and are listed; all of them are counted."""

_FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_REFUSING = frozenset({"fail", "exit", "_exit", "quit"})


class TestUnit:
    """A function of the tests."""

    def __init__(self, path: str) -> None:
        self.path = path
        """Names of the classes and functions around it and its own, joined by dots."""
        self.entered = False
        """Whether it has begun to run."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition(".")[2]

    @property
    def is_test(self) -> bool:
        """Whether it is a test by its name, so that it has to run."""
        return self.path == "check" or self.name.startswith("test")


class WrittenAssertion:
    """One assertion of the tests."""

    def __init__(self, line: int, unit: TestUnit | None, *, hard: bool) -> None:
        self.line = line
        """Its line, from 1."""
        self.unit = unit
        """The function that holds it; None where loading the tests runs it."""
        self.hard = hard
        """Whether it is an assertion in so many words, not a branch that refuses."""
        self.reached = False
        """Whether it was reached."""


class Assertions:
    """What tests assert, and what of it was reached."""

    def __init__(self, source: str) -> None:
        """Read the tests.

        Raises:
            SyntaxError: if they are no Python.
        """
        self.tree: Any = compile(source, "<tests>", "exec", ONLY_TREE)
        """The tests with the marking calls."""
        self.units: list[TestUnit] = []
        """Their functions."""
        self.all: list[WrittenAssertion] = []
        """Their assertions."""
        self._lines = source.splitlines()
        self._depends = _Depends(self.tree)
        self._used = {
            getattr(node, "id", getattr(node, "attr", "")) for node in walk(self.tree)
            if isinstance(node, _ast.Name | _ast.Attribute)
        }  # fmt: skip
        self.tree.body = self._block(self.tree.body, None, "")

    @property
    def names(self) -> dict[str, Any]:
        """The marking calls by the names under which the tests know them."""
        return {MARK: self._mark, ENTER: self._enter}

    def _mark(self, number: int) -> None:
        self.all[number].reached = True

    def _enter(self, number: int) -> None:
        self.units[number].entered = True

    @property
    def counted(self) -> list[WrittenAssertion]:
        """Those that are counted: a branch that refuses only where its function ran, or had to."""
        return [
            each for each in self.all
            if each.hard or each.unit is None or each.unit.entered or each.unit.is_test
        ]  # fmt: skip

    @property
    def reached(self) -> int:
        """How many were reached."""
        return sum(each.reached for each in self.all)

    def dead(self) -> WrittenAssertion | None:
        """An assertion whose function had to run and never did, or that nothing ever calls."""
        return next(
            (
                each for each in self.counted
                if each.unit and not each.unit.entered
                and (each.unit.is_test or each.unit.name not in self._used)
            ),
            None,
        )  # fmt: skip

    def missed(self) -> list[str]:
        """The first of those that were not reached, in words."""
        return [self.shown(each) for each in self.counted if not each.reached][:MOST_MISSED]

    def shown(self, assertion: WrittenAssertion) -> str:
        """An assertion with its line."""
        return f"line {assertion.line}: {self._lines[assertion.line - 1].strip()[:SHOWN]}"

    def steered(self, names: set[str]) -> bool:
        """Whether a branch or loop of the tests depends on what these names give.

        Args:
            names: names of the candidate's.
        """
        return self._depends.on(names)

    def unit(self, path: str) -> TestUnit | None:
        """The last function of this path; None where there is none."""
        return next((each for each in reversed(self.units) if each.path == path), None)

    def _block(self, statements: list[Any], unit: TestUnit | None, path: str) -> list[Any]:
        found: list[Any] = []
        for each in statements:
            found += self._before(each, unit)
            self._within(each, unit, path)
            found.append(each)
        return found

    def _before(self, statement: Any, unit: TestUnit | None) -> Iterator[Any]:
        """The marking calls that belong before a statement."""
        hard = _asserts(statement)
        if hard or _refuses(statement):
            self.all.append(WrittenAssertion(statement.lineno, unit, hard=hard))
            yield _call(MARK, len(self.all) - 1, statement)

    def _within(self, node: Any, unit: TestUnit | None, path: str) -> None:
        """Put the marking calls into what a statement holds."""
        if isinstance(node, _ast.ClassDef):
            path = f"{path}{node.name}."
        if isinstance(node, _FUNCTIONS):
            unit = TestUnit(f"{path}{node.name}")
            self.units.append(unit)
            entering = _call(ENTER, len(self.units) - 1, node.body[0])
            kept = 1 if _is_text(node.body[0]) else 0
            inner = self._block(node.body, unit, f"{unit.path}.")
            node.body = [*inner[:kept], entering, *inner[kept:]]
            return
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            if name in {"handlers", "cases"}:
                for each in block:
                    each.body = self._block(each.body, unit, path)
            else:
                setattr(node, name, self._block(block, unit, path))


class _Depends:
    """Which names steer the branches and loops of a program, through its assignments."""

    def __init__(self, tree: Any) -> None:
        self._steering: set[str] = set()
        self._flows: list[tuple[set[str], set[str]]] = []
        self._parameters: set[str] = set()
        for node in walk(tree):
            for part in _headers(node):
                self._steering |= _names(part)
            for target, value in _flows(node):
                self._flows.append((_names(target), _names(value)))
            if isinstance(node, _FUNCTIONS):
                self._parameters |= {each.arg for each in (*node.args.posonlyargs, *node.args.args)}

    def on(self, names: set[str]) -> bool:
        reached = names | (self._parameters - {"self"})
        growing = True
        while growing:
            before = len(reached)
            for targets, values in self._flows:
                if values & reached:
                    reached |= targets
            growing = len(reached) > before
        return bool(self._steering & reached)


def _headers(node: Any) -> Iterator[Any]:
    """What decides whether, or how often, a statement's blocks run."""
    if isinstance(node, _ast.If | _ast.While | _ast.IfExp):
        yield node.test
    elif isinstance(node, _ast.For | _ast.AsyncFor):
        yield node.iter
    elif isinstance(node, _ast.Match):
        yield node.subject
    elif isinstance(node, _ast.Try):
        yield from node.body


def _flows(node: Any) -> Iterator[tuple[Any, Any]]:
    """Where a value goes: target, value."""
    if isinstance(node, _ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, _ast.AnnAssign | _ast.AugAssign | _ast.NamedExpr) and node.value:
        yield node.target, node.value
    elif isinstance(node, _ast.For | _ast.AsyncFor | _ast.comprehension):
        yield node.target, node.iter
    elif isinstance(node, _ast.withitem) and node.optional_vars:
        yield node.optional_vars, node.context_expr


def walk(node: Any) -> Iterator[Any]:
    """A node of a syntax tree and all below it."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        for name in each._fields:
            value = getattr(each, name, None)
            if isinstance(value, _ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [part for part in value if isinstance(part, _ast.AST)]


def _names(node: Any) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, _ast.Name)}


def _asserts(statement: Any) -> bool:
    """Whether a statement itself, without the blocks in it, asserts something that can fail."""
    if isinstance(statement, _ast.Assert):
        return _constant(statement.test) is None
    if isinstance(statement, (*_FUNCTIONS, _ast.ClassDef)):
        return False
    parts = [
        value for name in statement._fields
        if name not in _BLOCKS and (value := getattr(statement, name, None)) is not None
    ]  # fmt: skip
    flat = [each for part in parts for each in (part if isinstance(part, list) else [part])]
    return any(
        isinstance(node, _ast.Call) and _called(node).startswith(("assert", "raises"))
        for part in flat if isinstance(part, _ast.AST) for node in walk(part)
    )  # fmt: skip


def _refuses(statement: Any) -> bool:
    """Whether a statement has a branch that says no by itself."""
    if isinstance(statement, (*_FUNCTIONS, _ast.ClassDef)):
        return False
    blocks = [getattr(statement, name, None) for name in _BLOCKS]
    parts = [part for block in blocks if isinstance(block, list) for part in block]
    inner = [each for part in parts for each in _statements(part)]
    return any(
        _is_refusal(each) or (isinstance(each, _ast.With | _ast.AsyncWith) and _refuses(each))
        for each in inner
    )


def _statements(part: Any) -> list[Any]:
    """A statement, or those of a handler or case."""
    return part.body if isinstance(part, _ast.ExceptHandler | _ast.match_case) else [part]


def _is_refusal(statement: Any) -> bool:
    if isinstance(statement, _ast.Raise):
        return statement.exc is not None
    if isinstance(statement, _ast.Assert):
        return _constant(statement.test) is False
    called = statement.value if isinstance(statement, _ast.Expr) else None
    return isinstance(called, _ast.Call) and _called(called) in _REFUSING


def _constant(test: Any) -> bool | None:
    """What a test always comes to; None where it is no constant."""
    if isinstance(test, _ast.Constant):
        return bool(test.value)
    if isinstance(test, _ast.UnaryOp) and isinstance(test.op, _ast.Not):
        inner = _constant(test.operand)
        return None if inner is None else not inner
    return None


def _called(call: Any) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _is_text(statement: Any) -> bool:
    value = statement.value if isinstance(statement, _ast.Expr) else None
    return isinstance(value, _ast.Constant) and isinstance(value.value, str)


def _call(name: str, number: int, beside: Any) -> Any:
    """A statement that calls a marking function, on the line of another statement."""
    at = {
        "lineno": beside.lineno, "col_offset": beside.col_offset,
        "end_lineno": beside.lineno, "end_col_offset": beside.col_offset,
    }  # fmt: skip
    called = _ast.Name(id=name, ctx=_ast.Load(), **at)
    given: list[Any] = [_ast.Constant(value=number, **at)]
    return _ast.Expr(value=_ast.Call(func=called, args=given, keywords=[], **at), **at)
