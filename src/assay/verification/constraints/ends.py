"""Constraints on how the text begins and ends."""

from assay.verification.constraints.kind import ConstraintParameters, Passage, shown

_PAIRS = (('"', '"'), ("“", "”"))


class EndChecker(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `startend:end_checker`."""

    end_phrase: Passage
    """The words that the text ends with, in any case."""


def end_checker(text: str, asked: EndChecker) -> str | None:
    """The text ends with a phrase, in any case; quotation marks at its ends do not count."""
    whole = text.strip()
    phrase = asked.end_phrase.strip().lower()
    if any(each.lower().endswith(phrase) for each in (whole, whole.strip('"”').rstrip())):
        return None
    return f"it ends with {shown(whole[-60:])}"


def quotation(text: str, _: ConstraintParameters) -> str | None:
    """The whole text, not an empty one, is in double quotation marks, straight or curly."""
    bare = text.strip()
    for opening, closing in _PAIRS:
        if bare[1:-1].strip() and bare.startswith(opening) and bare.endswith(closing):
            return None
    return "it is not in double quotation marks"
