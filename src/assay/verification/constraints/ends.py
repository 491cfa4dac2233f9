"""Constraints on how the text begins and ends."""

from assay.verification.constraints.kind import ConstraintParameters, Passage, quoted_start

_PAIRS = (('"', '"'), ("“", "”"))


class EndChecker(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `startend:end_checker`."""

    end_phrase: Passage
    """The words that the text ends with, in any case."""


def end_checker(text: str, parameters: EndChecker) -> str | None:
    """The text ends with a phrase, in any case; quotation marks at its ends do not count."""
    whole = text.strip()
    phrase = parameters.end_phrase.strip().lower()
    if any(
        text_or_inside.lower().endswith(phrase)
        for text_or_inside in (whole, whole.strip('"”').rstrip())
    ):
        return None
    return f"it ends with {quoted_start(whole[-60:])}"


def quotation(text: str, _: ConstraintParameters) -> str | None:
    """The whole text, not an empty one, is in double quotation marks, straight or curly."""
    bare = text.strip()
    for opening, closing in _PAIRS:
        if bare[1:-1].strip() and bare.startswith(opening) and bare.endswith(closing):
            return None
    return "it is not in double quotation marks"
