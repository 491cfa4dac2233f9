"""The numeric answer: the number that an answer ends on is the reference, within a tolerance."""

from collections import deque
from fractions import Fraction
from typing import Literal

from assay.core.errors import UsageError
from assay.records.candidate import candidate_text
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase, reference_of
from assay.verification.verifiers.matching import answer_in
from assay.verification.written_number import (
    DECIMAL_COMMA,
    FORMATS,
    LANGUAGES,
    NumberStyle,
    UnreadableNumberError,
    WrittenNumber,
    format_of,
    numbers_in,
    value_of_number,
)

NumberFormat = Literal["en", "de", "fr", "ch", "es", "it", "pt", "nl", "auto"]
"""The languages whose way of writing numbers can be asked for by name."""


class NumericAnswer(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number that the answer ends on is the reference's, within a tolerance."""

    name = "numeric-answer"
    version = "3"
    summary = "The number that an answer ends on is the reference, within a tolerance"
    covers = "whether a final numeric value is right"
    limits = (
        "A right value can come from wrong work.",
        "Units and words beside the number are not read, `million` among them.",
        "A number that the format does not write so, or that is a piece of a date or a ratio, is not passed (`uncarried`).",
        "Under `auto`, what two formats read as two values is `uncarried` unless the record's taxonomy names the language (axis `locale` or `language`).",
    )

    after: str = ""
    """The answer is what follows the last occurrence of this text; empty: the whole response."""
    which: Literal["last", "first"] = "last"
    """Which number of the answer counts."""
    tolerance: str = "0"
    """Largest accepted difference, as a decimal."""
    relative: str = "0"
    """Largest accepted difference, as a share of the reference."""
    number_format: NumberFormat = "en"
    """How numbers are written; `auto`: as the language of the record's taxonomy does."""
    reference_format: NumberFormat | Literal[""] = ""
    """How the reference is written; empty: as the answer is."""
    decimal_comma: bool = False
    """Whether numbers are written as `1.234,5` or `1 234,5`; then no format may be named."""
    fractions: bool = False
    """Whether `3/4`, `1 3/4` and `½` are numbers; an error where they are not."""
    percent: bool = False
    """Whether a percent sign divides by a hundred; where not, it is not read."""

    def __post_init__(self) -> None:
        """Refuse two answers to one question.

        Raises:
            UsageError: if a format is named beside `decimal_comma`.
        """
        if self.decimal_comma and self.number_format != "en":
            raise UsageError(
                code="bad-plugin-option",
                message="`decimal_comma` and `number_format` both say how numbers are written",
                where="verifier_options",
                hint="keep `number_format`",
            )

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Compare the candidate's number with the record's reference."""
        reference = reference_of(record)
        expected = None if reference is None else self.number_in(reference)
        if expected is None:
            return NothingToVerify(reason="the record names no reference number")
        answer = self.number_in(candidate_text(record.candidates[candidate]))
        if answer is None:
            return Found(verdict=Fail(reason="the answer holds no number where it is looked for"))
        taxonomy = record.task.taxonomy
        try:
            # The reference first: where it cannot be read, no candidate is at fault.
            exact = self._value(expected, self._format(self.reference_format, taxonomy))
        except UnreadableNumberError as error:
            return Found(verdict=VerifierError(reason=f"the reference: {error}"))
        try:
            value = self._value(answer, self._format("", taxonomy))
        except UnreadableNumberError as error:
            return Found(verdict=Uncarried(reason=str(error)))
        borne = max(_share(self.tolerance), _share(self.relative) * abs(exact))
        if abs(value - exact) <= borne:
            return Found(verdict=Pass(), note=f"{answer.text} is {expected.text}")
        return Found(verdict=Fail(reason=f"{answer.text} is not {expected.text}"))

    def number_in(self, text: str) -> WrittenNumber | None:
        """The number of a text that counts, as it is written; None where there is none."""
        answer = answer_in(text, self.after)
        if answer is None:
            return None
        numbers = numbers_in(answer)
        if self.which == "first":
            return next(numbers, None)
        last = deque(numbers, maxlen=1)
        return last[0] if last else None

    def _format(self, name: str, taxonomy: dict[str, str]) -> NumberStyle | None:
        if self.decimal_comma and not name:
            return DECIMAL_COMMA
        name = name or self.number_format
        return format_of(taxonomy) if name == "auto" else FORMATS[LANGUAGES[name]]

    def _value(self, number: WrittenNumber, written: NumberStyle | None) -> Fraction:
        return value_of_number(number, written, fractions=self.fractions, percent=self.percent)

    def cases(self) -> tuple[VerifierCase, ...]:
        """A right number passes as its language writes it; as another one does, it does not."""
        return (
            case("a number in a sentence", "pass", "It costs $1,200.50.", reference="1200.5"),
            case("the last number counts", "fail", "7, no, 9", reference="7"),
            case("a minus before it", "fail", "It is −4.", reference="4"),
            case("digits swapped", "fail", "It is 142.", reference="412"),
            case("a German number", "pass", "1.234,50 €", reference="1234,5", number_format="de"),
            case("read as German", "fail", "It is 1,234.", reference="1234", number_format="de"),
            case("not how it is written", "uncarried", "It is 1.234,5.", reference="5"),
            case("the language decides", "pass", "1 234", reference="1234", number_format="auto",
                 taxonomy={"language": "fr"}),
            case("no language decides", "uncarried", "1,234", reference="1234", number_format="auto"),
            case("no reference", "nothing", "It is 4."),
        )  # fmt: skip


def _share(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(
            code="bad-plugin-option",
            message=f"the tolerance {text!r} is not a number",
            where="verifier_options",
            hint='write it as a decimal in quotes, such as "0.01"',
        ) from error
