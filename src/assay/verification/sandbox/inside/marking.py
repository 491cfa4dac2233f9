"""Reading the tests: where their assertions are, and the marking calls that say what was reached.

Marking calls are put before every statement of a block with assertions, after every assertion, and at
the start of every function. An assertion is an `assert`, a call of something named `assert...`, or a
branch that refuses (`if ...: raise`, `else: assert False`). A constant cannot fail: `assert True` is
none, and `assert (x, "why")` is one that is never reached.
"""

import _ast
from typing import Any

from assay.verification.sandbox.inside.syntax import (
    FUNCTIONS,
    ONLY_TREE,
    TESTS_FILE,
    WITHS,
    blocks_of,
    call,
    constant,
    is_asserting,
    is_raising,
    is_text,
    leaves,
    name_calls,
    names_of,
    own_parts,
    refusal,
    refuses,
    refuses_by_assertion,
    statement_of,
    walk,
)
from assay.verification.sandbox.inside.written_tests import Block, Place, TestUnit, WrittenAssertion

AT, ENTER = "__assay_at__", "__assay_enter__"
SEEN, HELD = "__assay_seen__", "__assay_held__"
"""Names of the marking calls in the tests' namespace: a statement is reached, a function is entered,
an assertion is about to be called, an assertion held. Each is called with the number of its subject."""


class MarkedTests:
    """The tests with their marking calls, and what the numbers in these calls mean."""

    def __init__(self, source: str) -> None:
        """Read the tests.

        Raises:
            SyntaxError: if they are no Python.
        """
        self.tree: Any = compile(source, TESTS_FILE, "exec", ONLY_TREE)
        """Their syntax tree, with the marking calls."""
        self.units: list[TestUnit] = []
        """Their functions, by the number that `ENTER` is called with."""
        self.places: list[Place] = []
        """Their statements in blocks with assertions, by the number that `AT` is called with."""
        self.assertions: list[WrittenAssertion] = []
        """Their assertions, by the number that `SEEN` and `HELD` are called with."""
        # Names are noted first: the function of a marked call is a marking call, which hides its name.
        name_calls(self.tree)
        self._holding = _AssertingStatements(self.tree).ids
        self.tree.body = self._mark_block(
            self.tree.body, Block(None, None, [], ""), "", caught=False
        )

    def _mark_block(
        self, statements: list[Any], block: Block, path: str, *, caught: bool
    ) -> list[Any]:
        """Put the marking calls into a block.

        Args:
            statements: its statements.
            block: what is noted of it.
            path: names of the classes and functions around it, each with a dot after it.
            caught: whether the tests may go on after an error in it.

        Returns:
            The statements with the marking calls between them.
        """
        marked: list[Any] = []
        tracked = any(id(statement) in self._holding for statement in statements)
        for statement in statements:
            # Nothing may stand before an import of a future feature or a docstring: neither would be one.
            future = isinstance(statement, _ast.ImportFrom) and statement.module == "__future__"
            if not tracked or future or is_text(statement):
                self._mark_inside(statement, Place(statement, block), path, caught=caught)
                marked.append(statement)
                continue
            place = Place(statement, block)
            block.places.append(place)
            self.places.append(place)
            marked.append(statement_of(call(AT, [len(self.places) - 1], statement), statement))
            after = self._mark_statement(statement, place, caught=caught)
            self._mark_inside(statement, place, path, caught=caught)
            marked += [statement, *after]
        return marked

    def _mark_statement(self, node: Any, place: Place, *, caught: bool) -> list[Any]:
        """Find the assertions of a statement itself; what has to follow the statement."""
        says_no = refusal(node)
        if says_no and (says_no != "error" or caught):
            place.opens = WrittenAssertion(node.lineno, place, place.block.unit, says_no)
            return []
        if isinstance(node, _ast.Assert):
            value = constant(node.test)
            if value is not None and not isinstance(node.test, _ast.Tuple):
                return []
            # A tuple that is not empty is true whatever is in it. Its author meant an assertion, so it
            # is listed as one that is never reached.
            return self._open_assertion(node, place, "hard" if value is None else "idle")
        if isinstance(node, WITHS) and any(is_asserting(e.context_expr) for e in node.items):
            return self._open_assertion(node, place, "hard")
        self._mark_calls(node, place)
        if not place.assertions and refuses(node):
            return self._open_assertion(
                node, place, "plain" if refuses_by_assertion(node) else "soft"
            )
        return []

    def _open_assertion(self, node: Any, place: Place, kind: str) -> list[Any]:
        """An assertion that is a whole statement."""
        assertion = WrittenAssertion(node.lineno, place, place.block.unit, kind)
        self.assertions.append(assertion)
        place.assertions.append(assertion)
        if kind == "idle":
            return []
        place.opens = assertion
        # A statement that can return or break holds without reaching the marking call after it.
        assertion.closes = not leaves([node])
        if isinstance(node, WITHS):
            assertion.raising = any(is_raising(item.context_expr) for item in node.items)
        elif getattr(node, "handlers", None):
            assertion.raising = any(refusal(statement) for statement in node.orelse)
        return [statement_of(call(HELD, [len(self.assertions) - 1], node), node)]

    def _mark_calls(self, node: Any, place: Place) -> None:
        """Put the marking calls around the calls that assert in a statement's own expressions."""
        if isinstance(node, (*FUNCTIONS, _ast.ClassDef)):
            return
        for part in own_parts(node):
            self._mark_expression(part, place, place.block.unit)
        for name in node._fields:
            value = getattr(node, name, None)
            if is_asserting(value):
                setattr(node, name, self._mark_call(value, place, place.block.unit))

    def _mark_expression(self, node: Any, place: Place, unit: TestUnit | None) -> None:
        if isinstance(node, _ast.Lambda) and any(is_asserting(part) for part in walk(node)):
            unit = TestUnit(f"{unit.path}.<lambda>" if unit else "<lambda>", node, place)
            self.units.append(unit)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, _ast.AST):
                self._mark_expression(value, place, unit)
                if is_asserting(value):
                    setattr(node, name, self._mark_call(value, place, unit))
            elif isinstance(value, list):
                for number, item in enumerate(value):
                    if isinstance(item, _ast.AST):
                        self._mark_expression(item, place, unit)
                        if is_asserting(item):
                            value[number] = self._mark_call(item, place, unit)

    def _mark_call(self, node: Any, place: Place, unit: TestUnit | None) -> Any:
        assertion = WrittenAssertion(node.lineno, place, unit, "hard")
        assertion.raising = is_raising(node)
        number = len(self.assertions)
        self.assertions.append(assertion)
        place.assertions.append(assertion)
        node.func = call(SEEN, [number, node.func], node)
        return call(HELD, [number, node], node)

    def _mark_inside(self, node: Any, place: Place, path: str, *, caught: bool) -> None:
        """Put the marking calls into what a statement holds."""
        if isinstance(node, FUNCTIONS):
            unit = TestUnit(f"{path}{node.name}", node, place)
            self.units.append(unit)
            entering = statement_of(call(ENTER, [len(self.units) - 1], node.body[0]), node.body[0])
            # The docstring stays first, or the function would have none.
            before = 1 if is_text(node.body[0]) else 0
            block = Block(place, unit, [], "")
            place.blocks.append(block)
            inner = self._mark_block(node.body, block, f"{unit.path}.", caught=False)
            node.body = [*inner[:before], entering, *inner[before:]]
            return
        if isinstance(node, _ast.ClassDef):
            path = f"{path}{node.name}."
        for statements, deciding, side in blocks_of(node):
            block = Block(place, place.block.unit, deciding, side)
            place.blocks.append(block)
            catching = caught or (side == "try" and statements is node.body) or (
                isinstance(node, WITHS) and not any(is_asserting(e.context_expr) for e in node.items)
            )  # fmt: skip
            # The list is filled in place: what decides about other blocks refers to the same list.
            statements[:] = self._mark_block(list(statements), block, path, caught=catching)


class _AssertingStatements:
    """The statements that hold an assertion, a function, or a use of a function that asserts."""

    def __init__(self, tree: Any) -> None:
        self.ids: set[int] = set()
        """The `id` of each of their nodes."""
        self._asserting: set[str] = set()
        self._facts: dict[int, tuple[bool, set[str]]] = {}
        # Repeated until nothing is added: a function may be used above the one that makes it assert.
        before = -1
        while len(self.ids) + len(self._asserting) > before:
            before = len(self.ids) + len(self._asserting)
            self._add_block(tree.body)

    def _add_block(self, statements: list[Any]) -> bool:
        return any([self._add_statement(statement) for statement in statements])  # noqa: C419  each is looked at

    def _add_statement(self, node: Any) -> bool:
        """Whether a statement is one of those; it and all in it are put among them where they are."""
        if isinstance(node, FUNCTIONS):
            if self._add_block(node.body):
                self._asserting |= {node.name, f".{node.name}"}
            self.ids.add(id(node))
            return True
        inner = [self._add_block(block) for block, _, _ in blocks_of(node)]
        asserts, names = self._facts_of(node)
        if not (asserts or any(inner) or names & self._asserting):
            return False
        if isinstance(node, _ast.Assign):
            self._asserting |= names_of(node.targets)
        self.ids.add(id(node))
        return True

    def _facts_of(self, node: Any) -> tuple[bool, set[str]]:
        """Whether a statement asserts by itself, and its own names."""
        facts = self._facts.get(id(node))
        if facts is None:
            asserts = isinstance(node, _ast.Assert) or bool(refusal(node))
            parts = [] if asserts else own_parts(node)
            asserts = asserts or any(is_asserting(part) for part in walk(parts))
            facts = self._facts[id(node)] = (asserts, set() if asserts else names_of(parts))
        return facts
