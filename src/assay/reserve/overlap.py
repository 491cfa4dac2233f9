"""The overlap: what a text shares with an item under seal, shown by the text's own words."""

import msgspec

from assay.records.evidence import TextSpan


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """One record, document or file that shares text with one sealed item."""

    holder: str
    """Id of the record that holds the text, itself or in what was judged of it; or the name of a
    document or file."""
    item: str
    """Keyed name of the sealed item; its text stays in the vault."""
    containment: float
    """Share of the item's word groups that the text holds, from 0 to 1; groups that are rare in
    the reserve weigh more."""
    longest_run: int
    """Most words in a row that the two share."""
    rule: str
    """The rule that makes it an overlap, with its threshold."""
    spans: tuple[TextSpan, ...]
    """The stretches of the text that match, in their order."""
    decoded: str = ""
    """Where a matching stretch is encoded: the words that it encodes and that match."""
