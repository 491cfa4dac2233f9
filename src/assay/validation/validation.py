"""The validation: the results of the contract's acceptance tests, as a fact."""

from typing import TYPE_CHECKING, ClassVar, Literal

from assay.core.data_frame import data_frame
from assay.core.fact import Fact, Value
from assay.records.fields import Index, Name
from assay.validation.evaluation import Decimal

if TYPE_CHECKING:
    from pandas import DataFrame

TestState = Literal["passed", "failed", "undecided"]
"""`undecided`: the data cannot tell; that is neither a pass nor a failure."""


class TestResult(Value):
    """The result of one acceptance test."""

    __test__ = False  # pytest would collect it by its name

    test: str
    """Id of the acceptance test."""
    metric: str
    """Name of the metric that it measures."""
    direction: Literal["increase", "decrease", "hold"]
    """Direction in which the metric had to change."""
    state: TestState
    """Passed, failed or undecided."""
    reason: str
    """Why, with its figures."""
    items: Index
    """Items that both checkpoints have a result for, in the test's slice."""
    clusters: Index
    """Independent groups that these items form."""
    slice: dict[Name, str] = {}
    """The part of the data that it compares; empty: all of it."""
    difference: Decimal | None = None
    """Candidate minus base, in the metric's unit; absent where nothing is measured."""
    low: Decimal | None = None
    """Lower end of the interval."""
    high: Decimal | None = None
    """Upper end of the interval."""
    detectable: Decimal | None = None
    """The smallest difference that this much data shows four times in five."""


class Validation(Fact):
    """What a comparison of checkpoints says about the contract's acceptance tests."""

    prefix: ClassVar[str] = "val"

    contract: str
    """Document id of the contract whose tests were run."""
    base: tuple[str, ...]
    """Ids of the evaluations of the checkpoint before."""
    candidate: tuple[str, ...]
    """Ids of the evaluations of the checkpoint after."""
    tests: tuple[TestResult, ...]
    """The result of each acceptance test, in the contract's order."""
    method: str
    """How differences and intervals were computed, with its version."""
    release: str | None = None
    """Id of the release whose effect was tested."""

    def to_frame(self) -> "DataFrame":
        """The acceptance tests, one row each.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.tests, TestResult)

    @property
    def all_passed(self) -> bool:
        """Whether there are tests and every one of them passed."""
        return bool(self.tests) and all(test.state == "passed" for test in self.tests)
