"""Mathematics: an answer is read in one process and compared in another.

Reading LaTeX and formulas may evaluate what an answer says, so the process that reads it is not
trusted: it passes on a tree of names and numbers, and the comparing process builds from this
expressions of known kinds and nothing else.
"""

import logging
from typing import Any

import sympy
from math_verify import parse, verify

MAX_LENGTH = 20_000
"""Characters of an answer that are examined, from its end."""

MAX_NODES = 2_000
"""Parts of one expression."""

MAX_PARTS = 50
"""Values of one list in which a value appears twice."""

_NUMBERS = ("pi", "E", "I", "oo", "zoo", "nan", "true", "false", "EulerGamma", "GoldenRatio")
_SETS = ("EmptySet", "Reals", "Integers", "Naturals", "Naturals0", "Rationals", "Complexes")
_CONSTANTS = (
    {repr(value): value for value in (getattr(sympy, name, None) for name in _NUMBERS)}
    | {repr(value): value for value in (getattr(sympy.S, name) for name in _SETS)}
    | {repr(sympy.S.NegativeInfinity): sympy.S.NegativeInfinity}
)
_KINDS = frozenset((
    "Add", "Mul", "Pow", "Mod", "Abs", "Max", "Min", "factorial", "binomial", "floor",
    "ceiling", "conjugate", "re", "im", "arg", "sign", "exp", "log", "sin", "cos", "tan",
    "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec", "acsc", "atan2", "sinh",
    "cosh", "tanh", "coth", "asinh", "acosh", "atanh", "root", "sqrt", "gamma", "Eq",
    "Equality", "Ne", "Unequality", "Lt", "StrictLessThan", "Le", "LessThan", "Gt",
    "StrictGreaterThan", "Ge", "GreaterThan", "And", "Or", "Not", "FiniteSet", "Interval",
    "Union", "Intersection", "Complement", "ProductSet", "Tuple", "Derivative", "Integral",
    "Limit", "Sum", "Product", "Piecewise", "ExprCondPair",
    "UnevaluatedExpr",  # how a percent sign is read: 7 % is 7 times one hundredth
))  # fmt: skip
logging.getLogger("math_verify").setLevel(logging.CRITICAL + 1)

Tree = list[Any]
"""A kind and its parts: `["Add", ["Rational", "1", "2"], ["Symbol", "x"]]`."""


class UnreadableError(ValueError):
    """The answer holds an expression of a kind that is not compared."""


def read(payload: dict[str, Any]) -> list[Any]:
    """The expressions that an answer states, as trees; texts where it is not a formula.

    Values between commas are a set, whatever their order; where one of them appears twice they are
    a list, each with its own trees, because `42, 42` is two answers and `42` is one.

    Args:
        payload: `text`, the answer; `formula`, whether all of it is one formula.
    """
    text = str(payload["text"])[-MAX_LENGTH:]
    plain = payload["formula"] and "$" not in text and "\\boxed" not in text
    expressions = parse(f"${text}$" if plain else text, parsing_timeout=None)
    if not expressions and plain:
        expressions = parse(text, parsing_timeout=None)
    written = next((expression for expression in expressions if isinstance(expression, str)), "")
    repeated = _repeated_values(expressions, written)
    if repeated:
        return [{"list": repeated}, written]
    return [
        expression if isinstance(expression, str) else {"tree": _tree(expression, [0])}
        for expression in expressions
    ]


def _repeated_values(expressions: list[Any], written: str) -> list[Any]:
    """The values of a list in which one appears twice, each as `read` gives it; else nothing."""
    if (
        not any(isinstance(expression, sympy.FiniteSet) for expression in expressions)
        or "{" in written[:2]
    ):
        return []
    parts = _parts(written)
    distinct = min(
        len(expression.args)
        for expression in expressions
        if isinstance(expression, sympy.FiniteSet)
    )
    if len(parts) <= distinct:
        return []
    if len(parts) > MAX_PARTS:
        raise UnreadableError(f"a list of more than {MAX_PARTS} values is not compared")
    return [read({"text": part, "formula": True}) for part in parts]


def _parts(written: str) -> list[str]:
    """What stands between the commas and semicolons that are in no brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(written):
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ",;" and depth == 0:
            parts.append(written[start:place])
            start = place + 1
    return [part.strip() for part in (*parts, written[start:]) if part.strip()]


def same(payload: dict[str, Any]) -> bool:
    """Whether an answer is the reference.

    Args:
        payload: `reference` and `answer` as `read` gave them; `precision`, decimals that count;
            `strict`, whether names of variables and kinds of brackets count.
    """
    return _same(payload["reference"], payload["answer"], payload)


def _same(reference: list[Any], answer: list[Any], options: dict[str, Any]) -> bool:
    reference_list, answer_list = _list_of(reference), _list_of(answer)
    if reference_list or answer_list:
        return _same_lists(reference_list, answer_list, options)
    return bool(
        verify(
            [_expression(expression) for expression in reference],
            [_expression(expression) for expression in answer],
            float_rounding=int(options["precision"]),
            strict=bool(options["strict"]),
            timeout_seconds=None,
            raise_on_error=True,
        )
    )


def _same_lists(reference: list[Any], answer: list[Any], options: dict[str, Any]) -> bool:
    """Whether two lists hold the same values equally often, in any order."""
    left = list(answer)
    for value in reference:
        match = next((candidate for candidate in left if _same(value, candidate, options)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _list_of(read_as: list[Any]) -> list[Any]:
    lists = (
        expression["list"]
        for expression in read_as
        if isinstance(expression, dict) and "list" in expression
    )
    return next(lists, [])


def _tree(expression: Any, count: list[int]) -> Tree:
    count[0] += 1
    if count[0] > MAX_NODES:
        raise UnreadableError(f"an expression of more than {MAX_NODES} parts")
    if isinstance(expression, sympy.MatrixBase):
        return ["Matrix", [[_tree(entry, count) for entry in row] for row in expression.tolist()]]
    leaf = _leaf(expression)
    if leaf:
        return leaf
    kind = type(expression).__name__
    if kind not in _KINDS:
        raise UnreadableError(f"an expression with {kind[:60]} is not compared")
    return [kind, *(_tree(part, count) for part in expression.args)]


def _leaf(expression: Any) -> Tree | None:
    """An expression that has no parts; None for others."""
    if isinstance(expression, sympy.Rational):
        return ["Rational", str(expression.p), str(expression.q)]
    if isinstance(expression, sympy.Float):
        return ["Float", str(expression)]
    if isinstance(expression, sympy.Symbol):
        return ["Symbol", expression.name]
    name = repr(expression)
    return ["Constant", name] if name in _CONSTANTS and not expression.args else None


def _expression(data: Any) -> Any:
    return data if isinstance(data, str) else _build(data["tree"])


def _build(tree: Tree) -> Any:
    kind, *parts = tree
    if kind == "Matrix":
        return sympy.Matrix([[_build(entry) for entry in row] for row in parts[0]])
    if kind == "Rational":
        return sympy.Rational(*(int(part) for part in parts))
    if kind == "Float":
        return sympy.Float(str(parts[0]))
    if kind == "Symbol":
        return sympy.Symbol(str(parts[0]), real=True)
    if kind == "Constant":
        return _CONSTANTS[parts[0]]
    if kind not in _KINDS:
        raise UnreadableError(f"an expression with {str(kind)[:60]} is not compared")
    return getattr(sympy, kind)(*(_build(part) for part in parts))


# The grammar's tables fill as they are used; filled before the first fork, they serve every run.
for _text in (
    r"$\frac{1}{2}+x^{2}\sqrt{3}$",
    r"\boxed{[1,2)}",
    r"$\{1,2\}$",
    r"$x=(1,-2)$",
    "is 1/2",
):
    parse(_text, parsing_timeout=None)
