"""The evaluation: one run of one checkpoint over an evaluation set, and its results by item."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from assay.core.fact import Fact, Value
from assay.records.fields import Index, Integer, Name

Arm = Literal["base", "candidate", "previous", "placebo", "repeat"]
"""What a checkpoint is in the comparison: before training; trained on the release; trained on the
release before; trained on shuffled labels; the candidate's twin with another seed."""

COMPARED: tuple[Arm, ...] = ("base", "candidate")
"""The arms that a comparison reads; results of another one are refused, as nothing would read them."""

Decimal = Annotated[str, Meta(pattern=r"^-?(0|[1-9]\d*)(\.\d+)?$", max_length=40)]
"""A number as text, such as `0.25`: facts hold no floats."""


class Evaluation(Fact):
    """One run of one checkpoint over an evaluation set."""

    prefix: ClassVar[str] = "evl"

    checkpoint: str
    """Name of the checkpoint, with its revision."""
    arm: Arm
    """Its arm in the comparison, such as `base` or `candidate`."""
    dataset: str
    """`reserve`, or the name of another evaluation set that is excluded from training."""
    file: str
    """`sha256:...` of the file that the results came from."""
    results: Index
    """How many results it holds."""
    scorer: str | None = None
    """Who or what scored the outputs, where the source says so."""
    release: str | None = None
    """Id of the release that the checkpoint was trained on."""
    seed: Integer | None = None
    """Seed of the training run."""


class ClaimCounts(Value):
    """Claims of one output by what the evidence says of them: four classes, never merged."""

    supported: Index = 0
    """Claims that the evidence supports."""
    unsupported: Index = 0
    """Claims that the evidence should hold and does not."""
    contradictory: Index = 0
    """Claims that the evidence contradicts."""
    unverifiable: Index = 0
    """Claims that nothing at hand can decide. Not the same as unsupported."""


class ItemResult(Fact):
    """What one checkpoint did on one item. It holds no text of the item and none of the output."""

    prefix: ClassVar[str] = "res"

    evaluation: str
    """Id of the evaluation."""
    item: str
    """Name of the item; the same in every evaluation of the set."""
    family: str | None = None
    """The prompt family: results of one family are not independent."""
    slice: dict[Name, str] = {}
    """The item's place on the contract's axes."""
    epoch: Index = 0
    """Number of the run over the item, from 0."""
    measures: dict[Name, Decimal] = {}
    """What was measured: name -> number; a measure from 0 to 1 such as `correct` is a rate."""
    expected: Literal["comply", "refuse", "partial", "escalate"] | None = None
    """What the policy asks for here."""
    response: Literal["complied", "partial", "refused", "escalated"] | None = None
    """What the model did; partial compliance is a category of its own."""
    claims: ClaimCounts | None = None
    """The output's claims, where they were judged against evidence."""
    failure: Name | None = None
    """The contract's failure class that the output shows, where it failed."""
    input: str | None = None
    """Keyed digest of the words that the item asks with; absent where the results brought none."""
