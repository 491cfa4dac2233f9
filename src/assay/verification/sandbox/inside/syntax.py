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
_ASSERTING = ("assert", "raises")
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
    """The name that a call calls, without what is before its last dot; an alias' own (see `name_calls`)."""
    known = getattr(call, "called_as", None)
    return str(known or getattr(call.func, "id", getattr(call.func, "attr", "")))


def name_calls(tree: Any) -> None:
    """Note at each call of an assertion by another name what it calls.

    `check = self.assertEqual` and `partial(self.assertEqual, 2)` are assertions wherever `check` is
    called, and so is `getattr(self, "assertEqual")(...)`.
    """
    aliases: dict[str, str] = {}
    for node in walk(tree):
        if isinstance(node, _ast.Assign | _ast.AnnAssign | _ast.NamedExpr) and node.value:
            assertion = _assertion_in(node.value)
            targets = node.targets if isinstance(node, _ast.Assign) else [node.target]
            if assertion:
                aliases |= {name.lstrip("."): assertion for name in names_of(targets)}
        elif isinstance(node, _ast.ImportFrom):
            aliases |= {
                each.asname: each.name for each in node.names
                if each.asname and each.name.startswith(_ASSERTING)
            }  # fmt: skip
    for node in walk(tree):
        if isinstance(node, _ast.Call):
            named = _named_by_text(node.func) or aliases.get(called(node), "")
            if named.startswith(_ASSERTING):
                # A field of our own: a syntax tree's nodes take any.
                setattr(node, "called_as", named)  # noqa: B010


def _assertion_in(value: Any) -> str:
    """The assertion that an expression hands on without calling it; empty where it hands on none."""
    calling = {id(node.func) for node in walk(value) if isinstance(node, _ast.Call)}
    for node in walk(value):
        name = str(getattr(node, "id", getattr(node, "attr", ""))) or _named_by_text(node)
        if name.startswith(_ASSERTING) and id(node) not in calling:
            return name
    return ""


def _named_by_text(node: Any) -> str:
    """The name that `getattr(thing, "name")` gets; empty for any other expression."""
    if not isinstance(node, _ast.Call) or called(node) != "getattr" or len(node.args) < 2:  # noqa: PLR2004
        return ""
    name = node.args[1]
    return str(name.value) if isinstance(name, _ast.Constant) else ""


def is_asserting(node: Any) -> bool:
    """Whether a node is a call of something named as an assertion."""
    return isinstance(node, _ast.Call) and called(node).startswith(_ASSERTING)


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


def refuses_by_assertion(statement: Any) -> bool:
    """Whether a branch of a statement says no in so many words: `raise AssertionError`, `fail()`."""
    if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)):
        return False
    inner = [each for block, _, _ in blocks_of(statement) for each in block]
    return any(refusal(each) == "assertion" or refuses_by_assertion(each) for each in inner)


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
