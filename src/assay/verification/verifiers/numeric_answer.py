"""The numeric answer: the number that an answer ends on is the reference, within a tolerance."""

import re
from fractions import Fraction
from typing import Literal

from assay.core.errors import UsageError
from assay.records.candidate import candidate_text
from assay.records.record import Record
from assay.verification.verification import Error, Fail, Pass
from assay.verification.verifier import Found, NothingToVerify, Test, reference_of
from assay.verification.verifiers.matching import answer_in

_POINT = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|[-−]?\.\d+")
_COMMA = re.compile(r"[-−]?(?:\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?!\d)|\d+)(?:,\d+)?")

MAX_DIGITS = 60
"""Digits of one number; longer ones are an error."""


class NumericAnswer(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number that the answer ends on is the reference's, within a tolerance."""

    name = "numeric-answer"
    version = "1"
    summary = "The number that an answer ends on is the reference, within a tolerance"
    covers = "whether a final numeric value is right"
    limits = (
        "A right value can come from wrong work.",
        "Units and words beside the number are not read.",
    )

    after: str = ""
    """The answer is what follows the last occurrence of this text; empty: the whole response."""
    which: Literal["last", "first"] = "last"
    """Which number of the answer counts."""
    tolerance: str = "0"
    """Largest difference that is borne, as a decimal."""
    relative: str = "0"
    """Largest difference that is borne, as a share of the reference."""
    decimal_comma: bool = False
    """Whether numbers are written as `1.234,5`."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Compare the candidate's number with the record's reference."""
        reference = reference_of(record)
        wanted = None if reference is None else self.number_in(reference)
        if wanted is None:
            return NothingToVerify(reason="the record names no reference number")
        given = self.number_in(candidate_text(record.candidates[candidate]))
        if given is None:
            return Found(verdict=Fail(reason="the answer holds no number where it is looked for"))
        if len(given) > MAX_DIGITS or len(wanted) > MAX_DIGITS:
            return Found(verdict=Error(reason=f"a number of more than {MAX_DIGITS} digits"))
        difference = abs(self._value(given) - self._value(wanted))
        if difference <= max(
            _share(self.tolerance), _share(self.relative) * abs(self._value(wanted))
        ):
            return Found(verdict=Pass(), note=f"{given} is {wanted}")
        return Found(verdict=Fail(reason=f"{given} is not {wanted}"))

    def number_in(self, text: str) -> str | None:
        """The number of a text that counts, as it is written; None where there is none."""
        answer = answer_in(text, self.after)
        if answer is None:
            return None
        found: list[str] = (_COMMA if self.decimal_comma else _POINT).findall(answer)
        if not found:
            return None
        return found[-1] if self.which == "last" else found[0]

    def _value(self, text: str) -> Fraction:
        plain = text.replace("−", "-")
        if self.decimal_comma:
            plain = re.sub(r"[. \u00a0\u202f]", "", plain).replace(",", ".")
        return Fraction(plain.replace(",", ""))


def _share(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(
            code="bad-plugin-option",
            message=f"the tolerance {text!r} is no number",
            where="verifier_options",
            hint='write it as a decimal in quotes, such as "0.01"',
        ) from error
