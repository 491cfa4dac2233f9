"""The layer: which of the contract's layers of review a record belongs to."""

from assay.contracts.contract import Contract, ReviewLayer
from assay.records.record import Record


def layer_of(record: Record, contract: Contract) -> ReviewLayer | None:
    """The first layer that fits the record, or None where no layer does."""
    return next((layer for layer in contract.review.layers if fits(record, layer)), None)


def fits(record: Record, layer: ReviewLayer) -> bool:
    """Whether the record is in the layer's slice and has one of its severities."""
    taxonomy = record.task.taxonomy
    if any(taxonomy.get(axis) != value for axis, value in layer.slice.items()):
        return False
    severity = record.sensitivity.severity if record.sensitivity else None
    return not layer.severities or severity in layer.severities
