"""The overlap: what a record shares with an item under seal, shown by the record's own words."""

import msgspec

from assay.records.evidence import TextSpan


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """One record that shares text with one sealed item."""

    record: str
    """Id of the record."""
    item: str
    """Keyed name of the sealed item; its text stays in the vault."""
    containment: float
    """Share of the item's word groups that the record holds, from 0 to 1; rare groups weigh more
    than those that many items of the reserve have in common."""
    longest_run: int
    """Most words in a row that the two share."""
    rule: str
    """The rule that makes it an overlap, with its threshold."""
    spans: tuple[TextSpan, ...]
    """The words of the record that match, in their order."""
