"""The assertions of tests: where they are in the source, which were reached, and which held.

Marking calls are put before every statement of a block with assertions, after every assertion, and at
the start of every function. An assertion is an `assert`, a call of something named `assert...`, or a
branch that refuses (`if ...: raise`, `else: assert False`). A constant cannot fail: `assert True` is
none, and `assert (x, "why")` is one that is never reached.
"""

import _ast
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from assay.verification.sandbox.inside.steering import Depending, Flows
from assay.verification.sandbox.inside.syntax import (
    FUNCTIONS,
    ONLY_TREE,
    WITHS,
    blocks_of,
    call,
    constant,
    is_asserting,
    is_raising,
    is_text,
    is_untaken,
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

AT, ENTER = "__assay_at__", "__assay_enter__"
SEEN, HELD = "__assay_seen__", "__assay_held__"
"""Names of the marking calls in the tests' namespace."""

SHOWN = 120
"""Characters of an assertion that are shown."""
MOST_MISSED = 20
"""Assertions that were not reached and are listed; all of them are counted."""

Cause = Literal["answer", "branch", "fault"]
"""Why an assertion was not reached: the candidate's answers decided it; a branch or loop of the tests
that no answer decides; nothing that the tests do reaches it."""

_SET_UP = ("setUp", "setUpClass", "asyncSetUp", "setUpModule")


class TestUnit:
    """A function of the tests, or a lambda that asserts."""

    def __init__(self, path: str, node: Any, place: "Place | None") -> None:
        self.path = path
        """Names of the classes and functions around it and its own, joined by dots."""
        self.node = node
        """It in the syntax tree."""
        self.place = place
        """The statement that defines it."""
        self.entered = False
        """Whether it has begun to run."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition(".")[2]

    @property
    def line(self) -> int:
        """Its first line, from 1, as its code has it: that of its first decorator."""
        decorators = getattr(self.node, "decorator_list", ())
        return int((decorators[0] if decorators else self.node).lineno)

    @property
    def is_test(self) -> bool:
        """Whether it is a test by its name, so that it has to run."""
        return self.path == "check" or self.name.startswith("test")


class Block:
    """Statements that run one after the other."""

    def __init__(
        self, place: "Place | None", unit: TestUnit | None, deciding: list[Any], side: str
    ) -> None:
        self.place = place
        """The statement that holds it; None for the tests as a whole."""
        self.unit = unit
        """The function whose body it is or is in."""
        self.deciding = deciding
        """What decides whether it is entered."""
        self.side = side
        """Which of the blocks that take each other's place it is; empty where none does."""
        self.entered = False
        self.places: list[Place] = []


class Place:
    """A statement of a block with assertions."""

    def __init__(self, node: Any, block: Block) -> None:
        self.node = node
        self.block = block
        self.reached = False
        self.opens: WrittenAssertion | None = None
        """What begins with it."""
        self.blocks: list[Block] = []
        """The blocks in it."""
        self.assertions: list[WrittenAssertion] = []
        """Those of the statement itself."""


class WrittenAssertion:
    """One assertion of the tests, or one refusal in a branch."""

    def __init__(self, line: int, place: Place, unit: TestUnit | None, kind: str) -> None:
        self.line = line
        """Its line, from 1."""
        self.place = place
        """Its statement."""
        self.unit = unit
        """The function that holds it; None where loading the tests runs it."""
        self.kind = kind
        """`hard`: an assertion in so many words. `plain`: a statement with a branch that raises an
        `AssertionError` or fails. `soft`: one with a branch that refuses in another way.
        `idle`: it cannot fail. `assertion`, `error`, `leave`: a refusal, see `refusal`."""
        self.raising = False
        """Whether it asserts that something within it does not hold."""
        self.closes = True
        """Whether it was seen to hold where the tests go on after it."""
        self.reached = False
        """Whether it was reached."""


class Assertions:
    """What tests assert, and what of it was reached and held."""

    def __init__(self, source: str) -> None:
        """Read the tests.

        Raises:
            SyntaxError: if they are no Python.
        """
        self.tree: Any = compile(source, "<tests>", "exec", ONLY_TREE)
        name_calls(self.tree)
        """The tests with the marking calls."""
        self.units: list[TestUnit] = []
        """Their functions."""
        self.all: list[WrittenAssertion] = []
        """Their assertions."""
        self._refusals: list[WrittenAssertion] = []
        self._source = source
        self._lines = source.splitlines()
        self._places: list[Place] = []
        self._open: list[WrittenAssertion] = []
        self._caught: list[WrittenAssertion] = []
        self._holding = _Holding(self.tree).found
        self._main = Block(None, None, [], "")
        self.tree.body = self._block(self.tree.body, self._main, "", caught=False)

    @property
    def names(self) -> dict[str, Any]:
        """The marking calls by the names under which the tests know them."""
        return {
            AT: self._mark_reached,
            ENTER: self._mark_entered,
            SEEN: self._mark_called,
            HELD: self._mark_held,
        }

    def _mark_reached(self, number: int) -> None:
        place = self._places[number]
        place.reached = place.block.entered = True
        if place.opens:
            place.opens.reached = True
            self._open.append(place.opens)

    def _mark_entered(self, number: int) -> None:
        self.units[number].entered = True

    def _mark_called(self, number: int, function: Any) -> Any:
        """An assertion is about to be called; its function is given back."""
        assertion = self.all[number]
        assertion.reached = True
        if assertion.unit:
            assertion.unit.entered = True
        self._open.append(assertion)
        return function

    def _mark_held(self, number: int, value: Any = None) -> Any:
        """An assertion held; what it gave is given back."""
        held = self.all[number]
        if held not in self._open:
            # It was passed by where tests take turns, and holds all the same.
            if held in self._caught:
                self._caught.remove(held)
            return value
        while self._open:
            last = self._open.pop()
            if last is held:
                break
            if not held.raising:
                self._caught.append(last)
        return value

    @property
    def depth(self) -> int:
        """How many assertions have begun and not held."""
        return len(self._open)

    def forgive(self, depth: int) -> None:
        """Forget those that began since and did not hold: the tests expect it of them."""
        del self._open[depth:]

    @property
    def counted_assertions(self) -> list[WrittenAssertion]:
        """Those that are counted: a branch that refuses only where its function ran, or had to."""
        return [
            assertion for assertion in self.all
            if assertion.kind != "soft" or assertion.unit is None or assertion.unit.entered or assertion.unit.is_test
        ]  # fmt: skip

    @property
    def reached_count(self) -> int:
        """How many were reached."""
        return sum(assertion.reached for assertion in self.counted_assertions)

    @property
    def all_held(self) -> bool:
        """Whether there are assertions, all were reached, and each that began held."""
        counted_assertions = self.counted_assertions
        whole = (
            all(assertion.reached for assertion in counted_assertions)
            and not self._open
            and not self._caught
        )
        return whole and bool(counted_assertions)

    def missed_lines(self) -> list[str]:
        """The first of those that were not reached, in words."""
        return [
            self.describe(assertion)
            for assertion in self.counted_assertions
            if not assertion.reached
        ][:MOST_MISSED]

    def describe(self, assertion: WrittenAssertion) -> str:
        """An assertion with its line."""
        return f"line {assertion.line}: {self._lines[assertion.line - 1].strip()[:SHOWN]}"

    def depending(self, names: Iterable[str]) -> Depending:
        """What of the tests depends on what these names of the candidate's give."""
        return Flows(compile(self._source, "<tests>", "exec", ONLY_TREE)).depending(names)

    def find_caught(self, depending: Depending) -> tuple[WrittenAssertion, Cause] | None:
        """An assertion that did not hold, whose error the tests caught; None where there is none.

        One that no answer decides is a `fault`; where such a refusal is an error or an exit of the
        tests' own, it is their way to go on.
        """
        for assertion in [*self._caught, *self._open]:
            if not assertion.closes or self._is_handed_to_a_context(assertion):
                continue
            # What stands before it in its block had to go well for it to be reached.
            before = [place.node for place in assertion.place.block.places if place.reached]
            upto = before[: before.index(assertion.place.node) + 1]
            if assertion.kind == "leave":
                upto = []  # it ends tests or skips one, which may follow what held
            if depending.holds(upto) or self._is_decided(assertion.place, depending):
                return assertion, "answer"
            if assertion.kind in {"hard", "assertion"}:
                return assertion, "fault"
        return None

    @staticmethod
    def _is_handed_to_a_context(refusal: WrittenAssertion) -> bool:
        """Whether an error is always raised in the body of a `with`: its manager is what is tested."""
        around = refusal.place.block.place
        return refusal.kind == "error" and around is not None and isinstance(around.node, WITHS)

    @staticmethod
    def _is_decided(place: Place, depending: Depending) -> bool:
        """Whether an answer decides about the branches around a statement, in its function."""
        block = place.block
        while block.place and not isinstance(block.place.node, FUNCTIONS):
            if depending.holds(block.deciding):
                return True
            block = block.place.block
        return False

    def is_decided(self, lines: Iterable[int], depending: Depending) -> bool:
        """Whether an answer decides about a branch in which one of these lines of the tests is."""
        return any(
            depending.holds(part) for line in lines for part in _deciding(self.tree.body, line)
        )

    def unreached_with_causes(
        self, depending: Depending
    ) -> Iterator[tuple[WrittenAssertion, Cause]]:
        """The counted assertions that were not reached, with the cause."""
        causes = _Causes(self.units, self._places, depending)
        for assertion in self.counted_assertions:
            if not assertion.reached and assertion.kind != "idle":
                yield assertion, causes.of_assertion(assertion)

    def unit_of(self, code: Any) -> TestUnit | None:
        """The function that a code object is the code of; None where it is none of the tests."""
        return next(
            (
                unit for unit in self.units
                if unit.name == code.co_name and unit.line == code.co_firstlineno
            ),
            None,
        )  # fmt: skip

    def _block(self, statements: list[Any], block: Block, path: str, *, caught: bool) -> list[Any]:
        marked: list[Any] = []
        tracked = any(id(statement) in self._holding for statement in statements)
        for statement in statements:
            future = isinstance(statement, _ast.ImportFrom) and statement.module == "__future__"
            if not tracked or future or is_text(statement):
                self._within(statement, Place(statement, block), path, caught=caught)
                marked.append(statement)
                continue
            place = Place(statement, block)
            block.places.append(place)
            self._places.append(place)
            marked.append(statement_of(call(AT, [len(self._places) - 1], statement), statement))
            after = self._mark(statement, place, caught=caught)
            self._within(statement, place, path, caught=caught)
            marked += [statement, *after]
        return marked

    def _mark(self, node: Any, place: Place, *, caught: bool) -> list[Any]:
        """Find the assertions of a statement itself; what has to follow the statement."""
        says_no = refusal(node)
        if says_no and (says_no != "error" or caught):
            place.opens = WrittenAssertion(node.lineno, place, place.block.unit, says_no)
            return []
        if isinstance(node, _ast.Assert):
            value = constant(node.test)
            if value is not None and not isinstance(node.test, _ast.Tuple):
                return []
            return self._opening(node, place, "hard" if value is None else "idle")
        if isinstance(node, WITHS) and any(is_asserting(e.context_expr) for e in node.items):
            return self._opening(node, place, "hard")
        self._mark_calls(node, place)
        if not place.assertions and refuses(node):
            return self._opening(node, place, "plain" if refuses_by_assertion(node) else "soft")
        return []

    def _opening(self, node: Any, place: Place, kind: str) -> list[Any]:
        """An assertion that is a whole statement."""
        assertion = WrittenAssertion(node.lineno, place, place.block.unit, kind)
        self.all.append(assertion)
        place.assertions.append(assertion)
        if kind == "idle":
            return []
        place.opens = assertion
        assertion.closes = not leaves([node])
        if isinstance(node, WITHS):
            assertion.raising = any(is_raising(item.context_expr) for item in node.items)
        elif getattr(node, "handlers", None):
            assertion.raising = any(refusal(statement) for statement in node.orelse)
        return [statement_of(call(HELD, [len(self.all) - 1], node), node)]

    def _mark_calls(self, node: Any, place: Place) -> None:
        """Put the marking calls around the calls that assert in a statement's own expressions."""
        if isinstance(node, (*FUNCTIONS, _ast.ClassDef)):
            return
        for part in own_parts(node):
            self._mark_in(part, place, place.block.unit)
        for name in node._fields:
            value = getattr(node, name, None)
            if is_asserting(value):
                setattr(node, name, self._marked_call(value, place, place.block.unit))

    def _mark_in(self, node: Any, place: Place, unit: TestUnit | None) -> None:
        if isinstance(node, _ast.Lambda) and any(is_asserting(part) for part in walk(node)):
            unit = TestUnit(f"{unit.path}.<lambda>" if unit else "<lambda>", node, place)
            self.units.append(unit)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, _ast.AST):
                self._mark_in(value, place, unit)
                if is_asserting(value):
                    setattr(node, name, self._marked_call(value, place, unit))
            elif isinstance(value, list):
                for number, item in enumerate(value):
                    if isinstance(item, _ast.AST):
                        self._mark_in(item, place, unit)
                        if is_asserting(item):
                            value[number] = self._marked_call(item, place, unit)

    def _marked_call(self, node: Any, place: Place, unit: TestUnit | None) -> Any:
        assertion = WrittenAssertion(node.lineno, place, unit, "hard")
        assertion.raising = is_raising(node)
        number = len(self.all)
        self.all.append(assertion)
        place.assertions.append(assertion)
        node.func = call(SEEN, [number, node.func], node)
        return call(HELD, [number, node], node)

    def _within(self, node: Any, place: Place, path: str, *, caught: bool) -> None:
        """Put the marking calls into what a statement holds."""
        if isinstance(node, FUNCTIONS):
            unit = TestUnit(f"{path}{node.name}", node, place)
            self.units.append(unit)
            entering = statement_of(call(ENTER, [len(self.units) - 1], node.body[0]), node.body[0])
            before = 1 if is_text(node.body[0]) else 0
            block = Block(place, unit, [], "")
            place.blocks.append(block)
            inner = self._block(node.body, block, f"{unit.path}.", caught=False)
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
            # The very list stays, as what decides about other blocks refers to it.
            statements[:] = self._block(list(statements), block, path, caught=catching)


class _Causes:
    """Why assertions were not reached."""

    def __init__(self, units: list[TestUnit], places: list[Place], depending: Depending) -> None:
        self._units = units
        self._places = places
        self._depending = depending
        self._known: dict[int, Cause] = {}

    def of_assertion(self, assertion: WrittenAssertion) -> Cause:
        """Why it was not reached."""
        cause = self._of_place(assertion.place)
        if cause:
            return cause
        parts = own_parts(assertion.place.node)
        if assertion.unit and assertion.unit.name == "<lambda>":
            return self._of_lambda(assertion.unit, parts)
        return "answer" if self._depending.holds(parts) else "branch"

    def _of_place(self, place: Place) -> Cause | None:
        """Why a statement was not reached; None where it was."""
        if place.reached:
            return None
        block = place.block
        cause = self._of_place(block.place) if block.place else None
        if cause:
            return cause
        return self._of_last(place) if block.entered or not block.place else self._of_block(block)

    def _of_block(self, block: Block) -> Cause:
        """Why a block was not entered whose statement was reached."""
        if block.place and isinstance(block.place.node, FUNCTIONS):
            entered = block.unit is None or block.unit.entered
            return "fault" if entered or block.unit is None else self._of_unit(block.unit)
        if not self._is_replaced(block) and self._depending.holds(block.deciding):
            return "answer"
        return "branch" if block.deciding else "fault"

    def _of_last(self, place: Place) -> Cause:
        """Why a block was left before a statement: its last statement that was reached did it."""
        reached = [earlier for earlier in place.block.places if earlier.reached]
        if not reached:
            return "fault"
        if self._is_caught_elsewhere(place.block):
            return "branch"
        if self._depending.holds(reached[-1].node):
            return "answer"
        return "branch" if reached[-1].blocks else "fault"

    def _is_caught_elsewhere(self, block: Block) -> bool:
        """Whether an error is asserted around a block, or a handler around it asserts in its place."""
        while block.place and not isinstance(block.place.node, FUNCTIONS):
            if any(assertion.raising for assertion in block.place.assertions) or (
                block.side == "try" and self._is_replaced(block)
            ):
                return True
            block = block.place.block
        return False

    def _is_replaced(self, block: Block) -> bool:
        """Whether an assertion was reached in a block that takes the place of this one."""
        others = block.place.blocks if block.place and block.side else ()
        return any(
            other.side and other.side != block.side and other.entered and self._speaks(other, set())
            for other in others
        )

    def _speaks(self, block: Block, seen: set[int]) -> bool:
        """Whether an assertion was reached in a block, or in a function that it calls."""
        if id(block) in seen:
            return False
        seen.add(id(block))
        inner: list[Block] = []
        for place in block.places:
            if any(assertion.reached for assertion in place.assertions):
                return True
            inner += place.blocks
            names = names_of(own_parts(place.node)) if place.reached else set()
            inner += [
                unit.place.blocks[0]
                for unit in self._units
                if unit.entered and {unit.name, f".{unit.name}"} & names
                and unit.place and unit.place.blocks
            ]  # fmt: skip
        return any(self._speaks(inner_block, seen) for inner_block in inner)

    def _of_lambda(self, unit: TestUnit, parts: list[Any]) -> Cause:
        """Why a lambda was not called: what is around it was reached."""
        node = unit.place.node if unit.place else None
        if isinstance(node, _ast.Assign) and node.value is unit.node:
            names = {target.id for target in node.targets if isinstance(target, _ast.Name)}
            return self._of_uses(names, unit)
        inside = names_of(unit.node)
        around = [node_around for part in parts for node_around in walk(part)
                  if isinstance(node_around, _ast.Name) and node_around.id not in inside]  # fmt: skip
        return "answer" if self._depending.holds(around) else "fault"

    def _of_unit(self, unit: TestUnit) -> Cause:
        """Why a function whose definition was reached never began."""
        cause = self._known.get(id(unit))
        if cause:
            return cause
        self._known[id(unit)] = "fault"  # where functions call one another in a circle
        cause = self._of_uses({unit.name}, unit)
        if self._is_withheld(unit):
            cause = "answer"
        elif unit.is_test:
            cause = "fault" if cause != "answer" else cause
        self._known[id(unit)] = cause
        return cause

    def _is_withheld(self, unit: TestUnit) -> bool:
        """Whether an answer decides what its name stands for, or whether it is skipped."""
        around = unit.place.block.place if unit.place else None
        if isinstance(around and around.node, _ast.ClassDef) and around is not None:
            parts = [*around.node.decorator_list, *around.node.bases]
            if self._depending.holds(parts) or self._depending.binds(around.node.name):
                return True
        set_up = [other.node for other in self._units if other.name in _SET_UP]
        bodies = [part for unit in set_up for part in unit.body]
        return self._depending.binds(unit.name) or (
            unit.is_test and self._depending.holds(bodies)
        )  # fmt: skip

    def _of_uses(self, names: set[str], unit: TestUnit) -> Cause:
        """Why a function was not called, by the statements that use its name."""
        uses = names | {f".{name}" for name in names}
        causes: list[Cause] = []
        for place in self._places:
            parts = own_parts(place.node)
            if place is unit.place or not names_of(parts) & uses:
                continue
            cause = self._of_place(place)
            if cause:
                causes.append(cause)
            elif self._depending.any_of(_names_read(parts) - uses):
                causes.append("answer")
            elif is_untaken(parts):
                causes.append("branch")
            elif any(self._depending.is_value(name) for name in names) and self._is_steered():
                # It goes where nobody can follow, and an answer may decide whether it is called.
                causes.append("answer")
        if "answer" in causes:
            return "answer"
        return "branch" if causes and "fault" not in causes else "fault"

    def _is_steered(self) -> bool:
        """Whether an answer decides about any block of the tests, or a part of any expression."""
        return any(
            self._depending.holds(block.deciding)
            for place in self._places
            for block in place.blocks
        ) or any(
            is_untaken(parts) and self._depending.holds(parts)
            for parts in (own_parts(place.node) for place in self._places)
        )


def _names_read(parts: list[Any]) -> set[str]:
    """The names that an expression reads."""
    bound = {
        node.id for node in walk(parts)
        if isinstance(node, _ast.Name) and not isinstance(node.ctx, _ast.Load)
    }  # fmt: skip
    return names_of(parts) - bound


def _deciding(statements: list[Any], line: int) -> Iterator[Any]:
    """What decides about the blocks in which a line is."""
    for statement in statements:
        if not statement.lineno <= line <= statement.end_lineno:
            continue
        if isinstance(statement, FUNCTIONS):
            yield from _deciding(statement.body, line)
            continue
        for block, deciding, _ in blocks_of(statement):
            if any(inner.lineno <= line <= inner.end_lineno for inner in block):
                yield from deciding
                yield from _deciding(block, line)


class _Holding:
    """The statements that hold an assertion, a function, or a use of a function that asserts."""

    def __init__(self, tree: Any) -> None:
        self.found: set[int] = set()
        """Their ids."""
        self._asserting: set[str] = set()
        self._own: dict[int, tuple[bool, set[str]]] = {}
        before = -1
        while len(self.found) + len(self._asserting) > before:
            before = len(self.found) + len(self._asserting)
            self._any(tree.body)

    def _any(self, statements: list[Any]) -> bool:
        return any([self._find(statement) for statement in statements])  # noqa: C419  each is looked at

    def _find(self, node: Any) -> bool:
        """Whether a statement is one of those; it and all in it are put among them where they are."""
        if isinstance(node, FUNCTIONS):
            if self._any(node.body):
                self._asserting |= {node.name, f".{node.name}"}
            self.found.add(id(node))
            return True
        inner = [self._any(block) for block, _, _ in blocks_of(node)]
        asserts, names = self._own_of(node)
        if not (asserts or any(inner) or names & self._asserting):
            return False
        if isinstance(node, _ast.Assign):
            self._asserting |= names_of(node.targets)
        self.found.add(id(node))
        return True

    def _own_of(self, node: Any) -> tuple[bool, set[str]]:
        """Whether a statement asserts by itself, and its own names."""
        facts = self._own.get(id(node))
        if facts is None:
            asserts = isinstance(node, _ast.Assert) or bool(refusal(node))
            parts = [] if asserts else own_parts(node)
            asserts = asserts or any(is_asserting(part) for part in walk(parts))
            facts = self._own[id(node)] = (asserts, set() if asserts else names_of(parts))
        return facts
