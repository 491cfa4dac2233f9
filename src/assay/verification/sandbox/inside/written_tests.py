"""The structure of the tests: functions, blocks, statements and assertions, and which were reached.

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
        """Its side, as `syntax.blocks_of` names it; empty where no other block runs in its place."""
        self.entered = False
        self.places: list[Place] = []


class Place:
    """A statement of a block with assertions."""

    def __init__(self, node: Any, block: Block) -> None:
        self.node = node
        self.block = block
        self.reached = False
        self.opens: WrittenAssertion | None = None
        """The assertion that begins when it is reached."""
        self.blocks: list[Block] = []
        """The blocks in it."""
        self.assertions: list[WrittenAssertion] = []
        """The assertions of the statement itself."""


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
        """`hard`: an `assert` or a call of an assertion. `plain`: a statement with a branch that raises an
        `AssertionError` or fails. `soft`: one with a branch that refuses in another way.
        `idle`: it cannot fail. `assertion`, `error`, `leave`: a refusal, see `refusal`."""
        self.raising = False
        """Whether it asserts that an error is raised in it."""
        self.closes = True
        """Whether going on after it shows that it held: false where it can return or break."""
        self.reached = False
        """Whether it was reached."""
