"""The syntax tree of tests: its nodes, the names in them, and what of it asserts."""

import _ast
from collections.abc import Iterator
from typing import Any

ONLY_TREE = 0x400
"""Flag of `compile` for a syntax tree; the module `ast` would make every fork dearer."""

FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
LOOPS = (_ast.For, _ast.AsyncFor)
WITHS = (_ast.With, _ast.AsyncWith)
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_LEAVING = frozenset({"skipTest", "skip", "exit", "_exit", "quit"})
_UNTAKEN = (_ast.BoolOp, _ast.IfExp, _ast.comprehension, _ast.Lambda)


def walk(node: Any) -> Iterator[Any]:
    """A node of a syntax tree and all below it; of a list, all of its nodes."""
    waiting = list(node) if isinstance(node, list) else [node]
    while waiting:
        each = waiting.pop()
        yield each
        for name in each._fields:
            value = getattr(each, name, None)
            if isinstance(value, _ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [part for part in value if isinstance(part, _ast.AST)]


def names_of(node: Any) -> set[str]:
    """The names in a node or list of nodes; that of an attribute begins with a dot."""
    found = set()
    for each in walk(node):
        if isinstance(each, _ast.Name):
            found.add(each.id)
        elif isinstance(each, _ast.Attribute):
            found.add(f".{each.attr}")
    return found


def own_parts(statement: Any) -> list[Any]:
    """What a statement holds besides the blocks in it."""
    if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)):
        return list(statement.decorator_list)
    values = [
        getattr(statement, name, None)
        for name in statement._fields
        if name not in BLOCKS and name not in {"name", "type_comment"}
    ]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [each for each in flat if isinstance(each, _ast.AST)]


def blocks_of(statement: Any) -> Iterator[tuple[list[Any], list[Any], str]]:
    """The blocks of a statement that is no function: statements, what decides about them, side.

    Blocks of different sides take each other's place; those without a side have none.
    """
    body, orelse = getattr(statement, "body", []), getattr(statement, "orelse", [])
    match statement:
        case _ast.If():
            yield body, [statement.test], "if"
            yield orelse, [statement.test], "else"
        case _ast.While():
            yield body, [statement.test], ""
            yield orelse, [statement.test, *body], ""
        case _ast.For() | _ast.AsyncFor():
            yield body, [statement.iter], ""
            yield orelse, [statement.iter, *body], ""
        case _ast.With() | _ast.AsyncWith():
            yield body, [each.context_expr for each in statement.items], ""
        case _ast.Match():
            for number, each in enumerate(statement.cases):
                yield each.body, [statement.subject, each], f"case {number}"
        case _ast.ClassDef():
            yield body, [], ""
        case _ if hasattr(statement, "handlers"):
            yield body, [], "try"
            yield orelse, body, "try"
            for each in statement.handlers:
                yield each.body, body, "except"
            yield statement.finalbody, [], ""
        case _:
            return


def called(call: Any) -> str:
    """The name that a call calls, without what is before its last dot."""
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def is_asserting(node: Any) -> bool:
    """Whether a node is a call of something named as an assertion."""
    return isinstance(node, _ast.Call) and called(node).startswith(("assert", "raises"))


def is_raising(node: Any) -> bool:
    """Whether a node asserts that something is raised."""
    return isinstance(node, _ast.Call) and called(node).startswith(("assertRaises", "raises"))


def constant(test: Any) -> bool | None:
    """What a test always comes to; None where it is no constant."""
    if isinstance(test, _ast.Constant):
        return bool(test.value)
    if isinstance(test, _ast.Tuple) and not any(
        isinstance(each, _ast.Starred) for each in test.elts
    ):
        return bool(test.elts)
    if isinstance(test, _ast.UnaryOp) and isinstance(test.op, _ast.Not):
        inner = constant(test.operand)
        return None if inner is None else not inner
    return None


def refuses(statement: Any) -> bool:
    """Whether a statement has a branch that says no by itself."""
    if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)):
        return False
    inner = [each for block, _, _ in blocks_of(statement) for each in block]
    return any(refusal(each) or (isinstance(each, WITHS) and refuses(each)) for each in inner)


def refusal(statement: Any) -> str:
    """How a statement says no by itself: `assertion`, `error`, `leave`; empty where it does not."""
    if isinstance(statement, _ast.Raise) and statement.exc is not None:
        names = names_of(statement.exc)
        if "AssertionError" in names:
            return "assertion"
        return "leave" if {"SkipTest", ".SkipTest", "SystemExit"} & names else "error"
    if isinstance(statement, _ast.Assert):
        return "assertion" if constant(statement.test) is False else ""
    value = statement.value if isinstance(statement, _ast.Expr) else None
    if not isinstance(value, _ast.Call):
        return ""
    if called(value) == "fail":
        return "assertion"
    return "leave" if called(value) in _LEAVING else ""


def leaves(statements: list[Any]) -> bool:
    """Whether statements can leave the block around them: return, break, continue."""
    for each in statements:
        if isinstance(each, _ast.Return | _ast.Break | _ast.Continue):
            return True
        inner = () if isinstance(each, (*FUNCTIONS, _ast.ClassDef)) else blocks_of(each)
        if any(leaves(block) for block, _, _ in inner):
            return True
    return False


def is_untaken(parts: list[Any]) -> bool:
    """Whether a part of an expression may not be evaluated though the expression is."""
    return any(isinstance(each, _UNTAKEN) for each in walk(parts))


def is_text(statement: Any) -> bool:
    """Whether a statement is a text, such as a docstring."""
    value = statement.value if isinstance(statement, _ast.Expr) else None
    return isinstance(value, _ast.Constant) and isinstance(value.value, str)


def call(name: str, arguments: list[Any], beside: Any) -> Any:
    """A call of a function by its name, on the line of another node."""
    at: Any = place_of(beside)
    given: list[Any] = [
        each if isinstance(each, _ast.AST) else _ast.Constant(value=each, **at)
        for each in arguments
    ]
    function = _ast.Name(id=name, ctx=_ast.Load(), **at)
    return _ast.Call(func=function, args=given, keywords=[], **at)


def statement_of(expression: Any, beside: Any) -> Any:
    """An expression as a statement, on the line of another node."""
    return _ast.Expr(value=expression, **place_of(beside))


def place_of(node: Any) -> dict[str, int]:
    """Where a node begins."""
    return {
        "lineno": node.lineno, "col_offset": node.col_offset,
        "end_lineno": node.lineno, "end_col_offset": node.col_offset,
    }  # fmt: skip
