"""The supervision mix: which of its entries are about a record, by kind and slice."""

from collections.abc import Mapping

from assay.contracts.contract import Contract, Supervision


def entries_for(
    signal: str, taxonomy: Mapping[str, str], contract: Contract
) -> tuple[Supervision, ...]:
    """The entries of the supervision mix that are about a record.

    Args:
        signal: the record's kind.
        taxonomy: the record's place (axis -> value).
        contract: the contract in force.
    """
    return tuple(
        entry
        for entry in contract.supervision
        if entry.signal == signal and entry.slice.items() <= taxonomy.items()
    )
