"""The assertions of tests: how many there are, which were reached, and which held."""

from collections.abc import Iterable, Iterator
from typing import Any

from assay.verification.sandbox.inside.causes import Cause, Causes
from assay.verification.sandbox.inside.marking import AT, ENTER, HELD, SEEN, MarkedTests
from assay.verification.sandbox.inside.steering import Depending, Flows
from assay.verification.sandbox.inside.syntax import (
    FUNCTIONS,
    ONLY_TREE,
    TESTS_FILE,
    WITHS,
    blocks_of,
)
from assay.verification.sandbox.inside.written_tests import Place, TestUnit, WrittenAssertion

SHOWN = 120
"""Characters of an assertion that are shown."""
MOST_MISSED = 20
"""Assertions that were not reached and are listed; all of them are counted."""


class Assertions:
    """What tests assert, and what of it was reached and held."""

    def __init__(self, source: str) -> None:
        """Read the tests.

        Raises:
            SyntaxError: if they are no Python.
        """
        self._tests = MarkedTests(source)
        self._source = source
        self._lines = source.splitlines()
        self._open: list[WrittenAssertion] = []
        self._caught: list[WrittenAssertion] = []

    @property
    def tree(self) -> Any:
        """The syntax tree of the tests with their marking calls."""
        return self._tests.tree

    @property
    def names(self) -> dict[str, Any]:
        """The marking calls by the names under which the tests know them."""
        return {
            AT: self._note_statement,
            ENTER: self._note_entry,
            SEEN: self._note_call,
            HELD: self._note_held,
        }

    def _note_statement(self, number: int) -> None:
        place = self._tests.places[number]
        place.reached = place.block.entered = True
        if place.opens:
            place.opens.reached = True
            self._open.append(place.opens)

    def _note_entry(self, number: int) -> None:
        self._tests.units[number].entered = True

    def _note_call(self, number: int, function: Any) -> Any:
        """An assertion is about to be called; its function is given back."""
        assertion = self._tests.assertions[number]
        assertion.reached = True
        if assertion.unit:
            assertion.unit.entered = True
        self._open.append(assertion)
        return function

    def _note_held(self, number: int, value: Any = None) -> Any:
        """An assertion held; what it gave is given back."""
        held = self._tests.assertions[number]
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
            assertion for assertion in self._tests.assertions
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
        return Flows(compile(self._source, TESTS_FILE, "exec", ONLY_TREE)).depending(names)

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
            depending.holds(part)
            for line in lines
            for part in _deciding(self._tests.tree.body, line)
        )

    def unreached_with_causes(
        self, depending: Depending
    ) -> Iterator[tuple[WrittenAssertion, Cause]]:
        """The counted assertions that were not reached, with the cause."""
        causes = Causes(self._tests.units, self._tests.places, depending)
        for assertion in self.counted_assertions:
            if not assertion.reached and assertion.kind != "idle":
                yield assertion, causes.of_assertion(assertion)

    def unit_of(self, code: Any) -> TestUnit | None:
        """The function that a code object is the code of; None where it is none of the tests."""
        return next(
            (
                unit for unit in self._tests.units
                if unit.name == code.co_name and unit.line == code.co_firstlineno
            ),
            None,
        )  # fmt: skip


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
