"""Leakage: what sharing text with the reserve means, as a comparison, an alarm, and in words."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from assay.contracts.contract import Contract
from assay.governance.failure_modes import Alarm
from assay.reserve.canonical_text import UNSEEN
from assay.reserve.overlap import Overlap

SHOWN = 3
"""Overlaps that an alarm names one by one."""

NOT_SOUGHT = f"shared words are compared: {UNSEEN}"
"""What a comparison by fingerprints cannot see."""


class ReserveComparison(msgspec.Struct, frozen=True, kw_only=True):
    """All records of the store against the fingerprints of the reserve."""

    reserve: str | None
    """Name of the reserve that the contract declares; None where it declares none."""
    items: int
    """Sealed items that were compared with."""
    wordless: int = 0
    """Sealed items without a word, which nothing could be compared with."""
    records: int
    """Records that were compared."""
    facts: int
    """All facts that were compared: these, what was judged of them, and documents."""
    overlaps: tuple[Overlap, ...]
    """What records and other texts share with sealed items, in the order of the facts."""
    short: str | None = None
    """How many items of the declared reserve are not sealed, in words; None where it is whole."""


def short_of(contract: Contract, sealed: Mapping[str, int]) -> str | None:
    """How far the declared reserve is from its size, in words; None where it is whole, or none.

    Args:
        contract: the contract.
        sealed: reserve -> its sealed items.
    """
    if contract.reserve is None:
        return None
    name, declared = contract.reserve.id, contract.reserve.declared_size(contract.sampling.total)
    held = sealed.get(name, 0)
    if held >= declared:
        return None
    return f"{held} of the {declared} items that the contract declares as {name!r} are sealed"


def leakage_alarm(compared: ReserveComparison) -> Alarm:
    """Whether training records hold text of the reserve.

    It is clear only where records were compared with the whole reserve that the contract declares.
    """
    holders = {overlap.holder for overlap in compared.overlaps}
    if holders:
        items = {overlap.item for overlap in compared.overlaps}
        return _alarm(
            "raised",
            f"{len(holders)} of {compared.records} records and other texts share text with "
            f"{len(items)} of {compared.items} sealed items: "
            + "; ".join(describe(overlap) for overlap in compared.overlaps[:SHOWN]),
            "withdraw these records, or build with --leave-out-overlaps; find out how the text "
            "crossed over",
            tuple(sorted(holders))[:SHOWN],
        )
    shared = f"0 of {compared.records} records share text with {compared.items} sealed items"
    if not compared.items:
        shared = "no record was compared"
    if compared.wordless:
        shared += f"; {describe_wordless(compared.wordless)}"
    # Part of the reserve can show an overlap and never its absence.
    if compared.short or not compared.items:
        undeclared = None if compared.reserve else "the contract declares no reserve"
        why = [reason for reason in (compared.short or undeclared, shared) if reason]
        return _alarm(
            "unknown", "; ".join(why), "seal the evaluation items: assay reserve seal FILE"
        )
    if not compared.records:
        return _alarm("unknown", f"there is no record to compare with {compared.items} items")
    return _alarm("clear", f"{shared}; {NOT_SOUGHT}")


def _alarm(
    state: Literal["raised", "clear", "unknown"],
    reason: str,
    remedy: str = "",
    evidence: tuple[str, ...] = (),
) -> Alarm:
    return Alarm(
        mode="training_eval_leakage",
        state=state,
        stage="reserve",
        reason=reason,
        remedy=remedy,
        evidence=evidence,
    )


def describe(overlap: Overlap) -> str:
    """One overlap in a line: what holds it, its own words that match, and by which rule."""
    if not overlap.spans:
        return f"{overlap.holder[:24]} ({overlap.rule})"
    span = max(overlap.spans, key=lambda span: span.end - span.start)
    quoted = f"{overlap.decoded[:100]!r}, encoded" if overlap.decoded else repr(span.quote[:100])
    return f"{overlap.holder[:24]} {span.pointer} {quoted} ({overlap.rule})"


def describe_wordless(items: int) -> str:
    """How many sealed items hold nothing to compare with, in words."""
    return f"nothing could be compared with {items} sealed items, which hold no word"
