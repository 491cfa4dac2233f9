"""The plan: what to do about the findings; data where data is the remedy."""

from typing import ClassVar, Literal

from assay.core.fact import Fact, Value
from assay.planning.root_cause import Cause
from assay.records.fields import Index, Name


class PlannedQuota(Value):
    """How many records the next batch must have in one slice."""

    slice: dict[Name, str]
    """The slice that the number is for: axis -> value."""
    minimum: Index
    """Least number of records."""
    findings: tuple[str, ...]
    """Ids of the findings that it answers."""


class Remedy(Value):
    """What is to be done about a finding where data is not the remedy."""

    finding: str
    """Id of the finding."""
    cause: Cause
    """What has to be fixed."""
    note: str
    """The note of the person who set the cause."""


class DataPlan(Fact):
    """What to do about the findings of a validation."""

    prefix: ClassVar[str] = "pln"

    contract: str
    """Document id of the contract that the plan starts from."""
    answer: Literal["data", "data_and_more", "not_data"]
    """Whether data is the remedy of all findings, of some, or of none."""
    findings: tuple[str, ...]
    """Ids of the findings that it answers."""
    root_causes: tuple[str, ...]
    """Ids of the root causes that it rests on."""
    total: Index = 0
    """Records of the next batch; 0 where data is not the remedy."""
    quotas: tuple[PlannedQuota, ...] = ()
    """Least numbers for single slices of the batch."""
    remedies: tuple[Remedy, ...] = ()
    """What is to be done besides data."""
    method: str = ""
    """How the records were allotted to slices, with its version; empty where there are none."""
