"""Constraints on punctuation."""

from assay.verification.constraints.kind import ConstraintParameters

COMMAS = ",،，、﹐﹑"
"""The commas of Latin, Arabic, Chinese and Japanese writing."""


def no_comma(text: str, _: ConstraintParameters) -> str | None:
    """The text has no comma of any script."""
    count = sum(text.count(comma) for comma in COMMAS)
    return f"{count} commas" if count else None
