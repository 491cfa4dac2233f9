"""The syntax tree of tests: its nodes, the names in them, and what of it asserts."""

import _ast
from collections.abc import Iterator
from typing import Any

TESTS_FILE = "<tests>"
"""The file name of the tests' own code in traces and frames."""

ONLY_TREE = 0x400
"""`ast.PyCF_ONLY_AST`, the flag of `compile` for a syntax tree. The module `ast` is not loaded, because
every module that is makes every fork slower."""

FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
WITHS = (_ast.With, _ast.AsyncWith)
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_LEAVING = frozenset({"skipTest", "skip", "exit", "_exit", "quit"})
_ASSERTING = ("assert", "raises")
_UNTAKEN = (_ast.BoolOp, _ast.IfExp, _ast.comprehension, _ast.Lambda)


def walk(node: Any) -> Iterator[Any]:
    """A node of a syntax tree and all below it; of a list, all of its nodes."""
    waiting = list(node) if isinstance(node, list) else [node]
    while waiting:
        current = waiting.pop()
        yield current
        for name in current._fields:
            value = getattr(current, name, None)
            if isinstance(value, _ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [part for part in value if isinstance(part, _ast.AST)]


def names_of(node: Any) -> set[str]:
    """The names in a node or list of nodes; that of an attribute begins with a dot."""
    names = set()
    for part in walk(node):
        if isinstance(part, _ast.Name):
            names.add(part.id)
        elif isinstance(part, _ast.Attribute):
            names.add(f".{part.attr}")
    return names


def own_parts(statement: Any) -> list[Any]:
    """The expressions and other parts of a statement, without its blocks."""
    if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)):
        return list(statement.decorator_list)
    values = [
        getattr(statement, name, None)
        for name in statement._fields
        if name not in BLOCKS and name not in {"name", "type_comment"}
    ]
    flat = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return [part for part in flat if isinstance(part, _ast.AST)]


def blocks_of(statement: Any) -> Iterator[tuple[list[Any], list[Any], str]]:
    """The blocks of a statement that is no function: statements, what decides about them, side.

    Of the blocks with a side, one runs in place of the others; a block without a side has no other.
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
            yield body, [item.context_expr for item in statement.items], ""
        case _ast.Match():
            for number, case in enumerate(statement.cases):
                yield case.body, [statement.subject, case], f"case {number}"
        case _ast.ClassDef():
            yield body, [], ""
        case _ if hasattr(statement, "handlers"):
            yield body, [], "try"
            yield orelse, body, "try"
            for handler in statement.handlers:
                yield handler.body, body, "except"
            yield statement.finalbody, [], ""
        case _:
            return


def called_name(call: Any) -> str:
    """The name that a call calls, without what is before its last dot; an alias' own (see `name_calls`)."""
    alias = getattr(call, "called_as", None)
    return str(alias or getattr(call.func, "id", getattr(call.func, "attr", "")))


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
                alias.asname: alias.name for alias in node.names
                if alias.asname and alias.name.startswith(_ASSERTING)
            }  # fmt: skip
    for node in walk(tree):
        if isinstance(node, _ast.Call):
            named = _named_by_text(node.func) or aliases.get(called_name(node), "")
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
    if not isinstance(node, _ast.Call) or called_name(node) != "getattr" or len(node.args) < 2:  # noqa: PLR2004
        return ""
    name = node.args[1]
    return str(name.value) if isinstance(name, _ast.Constant) else ""


def is_asserting(node: Any) -> bool:
    """Whether a node is a call of something named as an assertion."""
    return isinstance(node, _ast.Call) and called_name(node).startswith(_ASSERTING)


def is_raising(node: Any) -> bool:
    """Whether a node asserts that something is raised."""
    return isinstance(node, _ast.Call) and called_name(node).startswith(("assertRaises", "raises"))


def constant(test: Any) -> bool | None:
    """The value of a condition that is a constant, as true or false; None where it is no constant."""
    if isinstance(test, _ast.Constant):
        return bool(test.value)
    if isinstance(test, _ast.Tuple) and not any(
        isinstance(element, _ast.Starred) for element in test.elts
    ):
        return bool(test.elts)
    if isinstance(test, _ast.UnaryOp) and isinstance(test.op, _ast.Not):
        inner = constant(test.operand)
        return None if inner is None else not inner
    return None


def refuses(statement: Any) -> bool:
    """Whether a statement has a branch that refuses."""
    if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)):
        return False
    inner = [part for block, _, _ in blocks_of(statement) for part in block]
    return any(refusal(part) or (isinstance(part, WITHS) and refuses(part)) for part in inner)


def refuses_by_assertion(statement: Any) -> bool:
    """Whether a branch of a statement refuses by an assertion: `raise AssertionError`, `fail()`."""
    if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)):
        return False
    inner = [part for block, _, _ in blocks_of(statement) for part in block]
    return any(refusal(part) == "assertion" or refuses_by_assertion(part) for part in inner)


def refusal(statement: Any) -> str:
    """How a statement refuses by itself; empty where it does not.

    `assertion`: it raises an `AssertionError` or fails; `error`: it raises another error; `leave`: it
    ends or skips the test.
    """
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
    if called_name(value) == "fail":
        return "assertion"
    return "leave" if called_name(value) in _LEAVING else ""


def leaves(statements: list[Any]) -> bool:
    """Whether statements can leave the block around them: return, break, continue."""
    for statement in statements:
        if isinstance(statement, _ast.Return | _ast.Break | _ast.Continue):
            return True
        inner = () if isinstance(statement, (*FUNCTIONS, _ast.ClassDef)) else blocks_of(statement)
        if any(leaves(block) for block, _, _ in inner):
            return True
    return False


def is_untaken(parts: list[Any]) -> bool:
    """Whether a part of an expression may not be evaluated though the expression is."""
    return any(isinstance(part, _UNTAKEN) for part in walk(parts))


def is_text(statement: Any) -> bool:
    """Whether a statement is a text, such as a docstring."""
    value = statement.value if isinstance(statement, _ast.Expr) else None
    return isinstance(value, _ast.Constant) and isinstance(value.value, str)


def call(name: str, arguments: list[Any], neighbour: Any) -> Any:
    """A call of a function by its name, on the line of another node."""
    at: Any = place_of(neighbour)
    nodes: list[Any] = [
        argument if isinstance(argument, _ast.AST) else _ast.Constant(value=argument, **at)
        for argument in arguments
    ]
    function = _ast.Name(id=name, ctx=_ast.Load(), **at)
    return _ast.Call(func=function, args=nodes, keywords=[], **at)


def statement_of(expression: Any, neighbour: Any) -> Any:
    """An expression as a statement, on the line of another node."""
    return _ast.Expr(value=expression, **place_of(neighbour))


def place_of(node: Any) -> dict[str, int]:
    """Where a node begins."""
    return {
        "lineno": node.lineno, "col_offset": node.col_offset,
        "end_lineno": node.lineno, "end_col_offset": node.col_offset,
    }  # fmt: skip
