"""The finding: one group of failures, by slice and failure class."""

from typing import ClassVar

from assay.core.fact import Fact
from assay.records.fields import Index, Name, Severity


class FailureFinding(Fact):
    """Failures of one class in one slice, counted; no text of any item."""

    prefix: ClassVar[str] = "fnd"

    validation: str
    """Id of the validation whose results show it."""
    contract: str
    """Document id of the contract in force."""
    failure: Name
    """Failure class of the contract, or `unclassified`."""
    failures: Index
    """Items of the slice on which the candidate failed in this class."""
    items: Index
    """Items of the slice that the candidate was evaluated on: the denominator."""
    slice: dict[Name, str] = {}
    """The slice; empty: everywhere."""
    before: Index | None = None
    """Items of the slice on which the base failed in this class; absent where it was not evaluated."""
    severity: Severity | None = None
    """Severity of the failure class, by the contract."""
    tests: tuple[str, ...] = ()
    """Acceptance tests that compare the slice and did not pass."""
