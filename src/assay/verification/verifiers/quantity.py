"""The quantity: a number with its unit is the reference, in whatever unit it is given."""

import re
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from assay.core.errors import UsageError, missing_extra
from assay.records.candidate import candidate_text
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.evaluated import broken, unread
from assay.verification.ports import Limits, Sandbox, TrustedEvaluation
from assay.verification.verification import Fail, Pass, Unavailable
from assay.verification.verifier import (
    CaseOutcome,
    Found,
    NothingToVerify,
    Test,
    VerifierCase,
    reference_of,
)
from assay.verification.verifiers.matching import answer_in

_NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = r"[A-Za-zµμΩ°%][\wµμΩ°²³^-]*"
_UNIT = re.compile(rf"\s*({_WORD}(?:\s*(?:[*/·]|\bper\b)\s*{_WORD})*)")
_SHOWN = 80


class Quantity(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer's last number with its unit is the reference's quantity."""

    name = "quantity"
    version = "2"
    summary = "The number with its unit that an answer ends on is the reference, in any unit"
    covers = "whether a final quantity is right in number and unit"
    limits = (
        "A right quantity can come from wrong work.",
        "A number without a unit fails where the reference has one.",
        "Units are those of the library pint; an unknown one is not a quantity.",
    )

    after: str = ""
    """The answer is what follows the last occurrence of this text; empty: the whole response."""
    relative: str = "0.000001"
    """Largest accepted difference, as a share of the reference."""
    seconds: int = 5
    """Seconds for reading each quantity."""

    def verify_in(
        self, sandbox: Sandbox, record: Record, candidate: int
    ) -> Found | NothingToVerify:
        """Read both quantities apart, and compare them in base units."""
        reference = reference_of(record)
        if reference is None:
            return NothingToVerify(reason="the record names no reference answer")
        if find_spec("pint") is None:
            return Found(verdict=Unavailable(reason=str(missing_extra("math", self.name))))
        expected = self._read_quantity(sandbox, reference)
        if not isinstance(expected.verdict, Pass) or "value" not in expected.value:
            return unread(expected, f"the reference {reference[:_SHOWN]!r} cannot be read")
        answer = answer_in(candidate_text(record.candidates[candidate]), self.after)
        texts = list(quantities_in(answer or ""))
        if not texts:
            return Found(verdict=Fail(reason="no quantity is stated"), isolation=expected.isolation)
        # The word behind a number need not be a unit: then the bare number is read.
        for text in texts:
            answered = self._read_quantity(sandbox, text)
            if not isinstance(answered.verdict, Pass):
                return broken(answered, f"{text[:_SHOWN]!r} cannot be read")
            if "value" in answered.value:
                break
        return Found(
            verdict=self._compare(answered.value, expected.value, text, reference),
            isolation=answered.isolation,
            usage=answered.usage,
        )

    def _read_quantity(self, sandbox: Sandbox, text: str) -> TrustedEvaluation:
        limits = Limits(seconds=float(self.seconds), memory_mb=512)
        return sandbox.evaluate("quantities:read", {"text": text}, limits=limits)

    def _compare(self, answered: Any, expected: Any, text: str, reference: str) -> Pass | Fail:
        shown = f"{text[:_SHOWN]!r} is not {reference[:_SHOWN]!r}"
        if "value" not in answered:
            return Fail(reason=f"{shown}: {answered['unreadable']}")
        if answered["dimensions"] != expected["dimensions"]:
            return Fail(reason=f"{shown}: it measures something else")
        value, exact = Fraction(answered["value"]), Fraction(expected["value"])
        if abs(value - exact) <= abs(exact) * self._share():
            return Pass()
        return Fail(reason=shown)

    def _share(self) -> Fraction:
        try:
            return Fraction(self.relative)
        except (ValueError, ZeroDivisionError) as error:
            raise UsageError(
                code="bad-plugin-option",
                message=f"the option `relative` of quantity is not a number: {self.relative!r}",
                where="verifier_options",
                hint="write it as 0.001",
            ) from error

    def cases(self) -> tuple[VerifierCase, ...]:
        """The same quantity in another unit passes; another number, unit or kind does not."""
        return tuple(
            case(title, expected, answer, reference=reference)
            for title, expected, reference, answer in _CASES
        )


def quantities_in(text: str) -> list[str]:
    """The last number of a text, with the word or product of words behind it, then without."""
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return []
    number = numbers[-1][0].replace("−", "-")
    unit = _UNIT.match(text, numbers[-1].end())
    return [f"{number} {unit[1]}", number] if unit else [number]


_CASES: tuple[tuple[str, CaseOutcome, str, str], ...] = (
    ("the same unit", "pass", "5 km", "It is 5 km."),
    ("another unit of the same kind", "pass", "5 km/h", "That makes 5000 m/hour"),
    ("a grouped number", "pass", "1200 kg", "So 1,200 kg in all."),
    ("another number", "fail", "5 km", "It is 6 km."),
    ("another unit", "fail", "5 km", "It is 5 miles."),
    ("another kind of quantity", "fail", "5 km", "It is 5 kg."),
    ("no unit", "fail", "5 km", "It is 5."),
    ("no number", "fail", "5 km", "It is far."),
)  # fmt: skip
