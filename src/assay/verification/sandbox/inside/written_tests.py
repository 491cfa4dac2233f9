"""What is known of the tests' source: functions, blocks, statements and assertions, and what was reached.

Reading the source makes these (`marking.py`); while the tests run, what they reach is noted in them
(`assertions.py`); why something was not reached is found in them (`causes.py`).
"""

from typing import Any


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
