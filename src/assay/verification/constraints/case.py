"""Constraints on capitals."""

from assay.verification.constraints.kind import ConstraintParameters, Count, Relation, count_fault
from assay.verification.constraints.language import other_than


class CapitalWordFrequency(
    ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Parameters of `change_case:capital_word_frequency`."""

    capital_frequency: Count
    """The number of words in capitals."""
    capital_relation: Relation
    """The relation of the text's words in capitals to it."""


def capital_word_frequency(text: str, parameters: CapitalWordFrequency) -> str | None:
    """The text has at least, or less than, so many words in capitals.

    A word is what is between white space; it counts where it has a letter and none of its
    letters is small, so that `I`, `A` and `COVID-19` count and `PDFs` does not.
    """
    count = sum(1 for word in text.split() if word.isupper())
    return count_fault(
        count, parameters.capital_relation, parameters.capital_frequency, "words in capitals"
    )


def english_capital(text: str, _: ConstraintParameters) -> str | None:
    """The text is English, with at least one letter and all its letters capitals."""
    if not text.isupper():
        return "it is not all in capitals"
    return other_than("en", text)


def english_lowercase(text: str, _: ConstraintParameters) -> str | None:
    """The text is English, with at least one letter and none of its letters a capital."""
    if not text.islower():
        return "it is not all in small letters"
    return other_than("en", text)
