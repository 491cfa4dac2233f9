"""Which names of tests may depend on what a candidate answers.

Values are followed through assignments, loops, calls, attributes and what is put into containers, and
through the branches in which something is assigned. Where in doubt a name depends: that an assertion
was passed by because of an answer must not go unseen.
"""

import _ast
from collections.abc import Iterable
from typing import Any

from assay.verification.sandbox.inside.syntax import (
    FUNCTIONS,
    blocks_of,
    called_name,
    names_of,
    own_parts,
    walk,
)

_WILD = frozenset({
    "globals", "locals", "vars", "setattr", "exec", "eval", "delattr", ".__dict__", ".modules"
})  # fmt: skip
"""Where one of these is used, names are bound that the source does not show, so every name depends."""
_AMBIENT = frozenset({
    "open", ".open", ".read", ".readline", ".readlines", ".read_text", ".getvalue", ".readouterr",
    "time", ".time", ".perf_counter", "perf_counter", ".monotonic", "monotonic", ".now",
})  # fmt: skip
"""Calls and attributes that read what an answer may have left elsewhere: a file, an output, the time
that passed."""
ANYTHING = "*"
"""Stands for a value that cannot be followed."""


class Flows:
    """The flow of values between the names of a program."""

    def __init__(self, tree: Any) -> None:
        self._flows: list[tuple[set[str], set[str]]] = []
        self._bound: dict[str, list[set[str]]] = {}
        self._imported: set[str] = set()
        self._calls: dict[str, list[Any]] = {}
        self._wild = bool(names_of(tree) & _WILD)
        called_at = set()
        for node in walk(tree):
            if isinstance(node, _ast.Call):
                self._calls.setdefault(called_name(node), []).append(node)
                called_at.add(id(node.func))
        self._values = {
            getattr(node, "id", getattr(node, "attr", "")) for node in walk(tree)
            if isinstance(node, _ast.Name | _ast.Attribute)
            and isinstance(node.ctx, _ast.Load) and id(node) not in called_at
        }  # fmt: skip
        self._block(tree.body, set())

    def depending(self, sources: Iterable[str]) -> "Depending":
        """What depends on these names."""
        starting = {ANYTHING, *sources, *_AMBIENT}
        reached, fixed = set(starting), self._imported - starting
        growing = True
        while growing:
            before = len(reached)
            for targets, values in self._flows:
                if values & reached:
                    reached |= targets - fixed
            growing = len(reached) > before
        return Depending(reached, self._bound, self._values, wild=self._wild)

    def _flow(self, targets: set[str], values: set[str]) -> None:
        if targets and values:
            self._flows.append((targets, values))

    def _bind(self, targets: set[str], values: set[str]) -> None:
        for target in targets:
            self._bound.setdefault(target, []).append(values)
        self._flow(targets, values)

    def _block(self, statements: list[Any], steering: set[str]) -> None:
        for statement in statements:
            self._statement(statement, steering)

    def _statement(self, node: Any, steering: set[str]) -> None:
        if isinstance(node, FUNCTIONS):
            self._function(node, steering)
            return
        for part in own_parts(node):
            self._expression(part, steering)
        self._binding(node, steering)
        inside = names_of(node.body) if _catches(node) else set()
        for handler in getattr(node, "handlers", []):
            self._flow({handler.name} if handler.name else set(), inside)
        for block, deciding, _ in blocks_of(node):
            self._block(block, steering | names_of(deciding) | inside)

    def _binding(self, node: Any, steering: set[str]) -> None:
        """What a statement itself binds names to."""
        if isinstance(node, _ast.ClassDef):
            self._bind({node.name}, steering | names_of(node.decorator_list))
        elif isinstance(node, _ast.Import | _ast.ImportFrom):
            self._imported |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, _ast.Assign):
            self._assign(node.targets, node.value, steering)
        elif isinstance(node, _ast.AnnAssign | _ast.AugAssign) and node.value:
            self._assign([node.target], node.value, steering)
        elif isinstance(node, _ast.Delete):
            self._bind(_target(node.targets), steering)
        elif isinstance(node, _ast.For | _ast.AsyncFor):
            self._bind(_target(node.target), names_of(node.iter) | steering)

        elif isinstance(node, _ast.Match):
            for case in node.cases:
                self._bind(_pattern_names(case.pattern), names_of(node.subject) | steering)
                self._expression([case.guard] if case.guard else [], steering)

    def _assign(self, targets: list[Any], value: Any, steering: set[str]) -> None:
        bound = _target(targets)
        self._bind(bound, names_of(value) | steering)
        if isinstance(value, _ast.Name | _ast.Attribute | _ast.Subscript):
            # Two names of one object: what is put into it by one name is seen by the other as well.
            self._flow(_target(value), bound)

    def _function(self, node: Any, steering: set[str]) -> None:
        names = {node.name, f".{node.name}"}
        self._bind(names, steering | names_of(node.decorator_list))
        self._flow(names, names_of(node.body))
        every = [*node.args.posonlyargs, *node.args.args]
        if every and every[0].arg in {"self", "cls"}:
            every = every[1:]
        parameters = [parameter.arg for parameter in every]
        more = {parameter.arg for parameter in node.args.kwonlyargs}
        spread = {parameter.arg for parameter in (node.args.vararg, node.args.kwarg) if parameter}
        self._flow(spread, {ANYTHING})
        if node.name == "check" or node.decorator_list or node.name in self._values:
            self._flow({*parameters, *more}, {ANYTHING})
        if node.name.startswith("test"):
            self._flow({"candidate"} & set(parameters), {ANYTHING})
        for call in self._calls.get(node.name, []):
            self._pass_arguments(call, parameters, more)
        for part in (*node.decorator_list, *node.args.defaults):
            self._expression(part, steering)
        self._block(node.body, set())

    def _pass_arguments(self, node: Any, parameters: list[str], more: set[str]) -> None:
        """What a call gives to the parameters of a function, and gets back in them."""
        if any(isinstance(argument, _ast.Starred) for argument in node.args):
            self._flow({*parameters, *more}, names_of(node.args))
        pairs = list(zip(parameters, node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg is None:
                self._flow({*parameters, *more}, names_of(keyword.value))
            else:
                pairs.append((keyword.arg, keyword.value))
        for name, value in pairs:
            self._flow({name}, names_of(value))
            if isinstance(value, _ast.Name | _ast.Attribute):
                self._flow(_target(value), {name})

    def _expression(self, expression: Any, steering: set[str]) -> None:
        for node in walk(expression):
            if isinstance(node, _ast.NamedExpr | _ast.comprehension):
                value = node.value if isinstance(node, _ast.NamedExpr) else node.iter
                self._bind(_target(node.target), names_of(value) | steering)
            elif isinstance(node, _ast.withitem) and node.optional_vars:
                self._bind(_target(node.optional_vars), names_of(node.context_expr) | steering)
            elif isinstance(node, _ast.Lambda):
                self._flow({parameter.arg for parameter in node.args.args}, {ANYTHING})
            elif isinstance(node, _ast.Call):
                self._put(node, steering)

    def _put(self, node: Any, steering: set[str]) -> None:
        """What a call of a method may leave in its object, or of a library in its arguments."""
        function = node.func
        argument_names = names_of([*node.args, *(keyword.value for keyword in node.keywords)])
        if not isinstance(function, _ast.Attribute) or function.attr.startswith("assert"):
            return
        targets = _target(function.value) - {"self", "cls"}
        self._flow(targets, argument_names | steering)
        if targets & self._imported:
            for argument in node.args:
                self._flow(_target(argument), argument_names)


class Depending:
    """The names of a program that may depend on a candidate's answers."""

    def __init__(
        self, names: set[str], bound: dict[str, list[set[str]]], values: set[str], *, wild: bool
    ) -> None:
        self._names = names
        self._bound = bound
        self._values = values
        self._wild = wild

    def holds(self, parts: Any) -> bool:
        """Whether a node or list of nodes may depend on an answer."""
        return self.any_of(names_of(parts))

    def any_of(self, names: set[str]) -> bool:
        """Whether one of these names may depend on an answer."""
        return self._wild or bool(names & self._names)

    def is_value(self, name: str) -> bool:
        """Whether a function is used other than by calling it by its name."""
        return name in self._values

    def binds(self, name: str) -> bool:
        """Whether an answer may decide what a name is bound to."""
        return self._wild or any(
            values & self._names
            for spelling in (name, f".{name}")
            for values in self._bound.get(spelling, [])
        )


def _catches(node: Any) -> bool:
    """Whether a statement may go on after an error in its body."""
    return bool(getattr(node, "handlers", ())) or isinstance(node, _ast.With | _ast.AsyncWith)


def _pattern_names(pattern: Any) -> set[str]:
    """The names that a pattern binds."""
    bound = [getattr(part, name, None) for part in walk(pattern) for name in ("name", "rest")]
    return {name for name in bound if name}


def _target(node: Any) -> set[str]:
    """The names that hold what is put into a target."""
    if isinstance(node, list):
        return {name for element in node for name in _target(element)}
    if isinstance(node, _ast.Attribute):
        return {f".{node.attr}"}
    if isinstance(node, _ast.Subscript | _ast.Starred):
        return _target(node.value)
    if isinstance(node, _ast.Tuple | _ast.List):
        return _target(node.elts)
    return {node.id} if isinstance(node, _ast.Name) else set()
