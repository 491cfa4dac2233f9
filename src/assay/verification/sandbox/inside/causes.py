"""Why an assertion of the tests was not reached: an answer, a branch of the tests' own, or a fault."""

import _ast
from typing import Any, Literal

from assay.verification.sandbox.inside.steering import Depending
from assay.verification.sandbox.inside.syntax import (
    FUNCTIONS,
    is_untaken,
    names_of,
    own_parts,
    walk,
)
from assay.verification.sandbox.inside.written_tests import Block, Place, TestUnit, WrittenAssertion

Cause = Literal["answer", "branch", "fault"]
"""Why an assertion was not reached: the candidate's answers decided it; a branch or loop of the tests
that no answer decides; nothing that the tests do reaches it."""

_SET_UP = ("setUp", "setUpClass", "asyncSetUp", "setUpModule")


class Causes:
    """Why assertions were not reached."""

    def __init__(self, units: list[TestUnit], places: list[Place], depending: Depending) -> None:
        self._units = units
        self._places = places
        self._depending = depending
        self._causes_of_units: dict[int, Cause] = {}

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
            if block.unit is None or block.unit.entered:
                return "fault"
            return self._of_unit(block.unit)
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
            other.side
            and other.side != block.side
            and other.entered
            and self._has_reached_assertion(other, set())
            for other in others
        )

    def _has_reached_assertion(self, block: Block, seen: set[int]) -> bool:
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
        return any(self._has_reached_assertion(inner_block, seen) for inner_block in inner)

    def _of_lambda(self, unit: TestUnit, parts: list[Any]) -> Cause:
        """Why a lambda was not called: what is around it was reached."""
        node = unit.place.node if unit.place else None
        if isinstance(node, _ast.Assign) and node.value is unit.node:
            names = {target.id for target in node.targets if isinstance(target, _ast.Name)}
            return self._of_uses(names, unit)
        inside = names_of(unit.node)
        around = [name_node for part in parts for name_node in walk(part)
                  if isinstance(name_node, _ast.Name) and name_node.id not in inside]  # fmt: skip
        return "answer" if self._depending.holds(around) else "fault"

    def _of_unit(self, unit: TestUnit) -> Cause:
        """Why a function whose definition was reached never began."""
        cause = self._causes_of_units.get(id(unit))
        if cause:
            return cause
        self._causes_of_units[id(unit)] = "fault"  # where functions call one another in a circle
        cause = self._of_uses({unit.name}, unit)
        if self._is_withheld(unit):
            cause = "answer"
        elif unit.is_test:
            cause = "fault" if cause != "answer" else cause
        self._causes_of_units[id(unit)] = cause
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
            cause = self._of_place(place) or self._of_use(parts, names)
            if cause:
                causes.append(cause)
        if "answer" in causes:
            return "answer"
        return "branch" if causes and "fault" not in causes else "fault"

    def _of_use(self, parts: list[Any], names: set[str]) -> Cause | None:
        """Why a statement that uses a function's name and was reached did not call the function."""
        uses = names | {f".{name}" for name in names}
        if self._depending.any_of(_names_read(parts) - uses):
            return "answer"
        if is_untaken(parts):
            return "branch"
        if any(self._depending.is_value(name) for name in names) and self._is_steered():
            # It is handed on, which cannot be followed, and an answer may decide whether it is called.
            return "answer"
        return None

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
