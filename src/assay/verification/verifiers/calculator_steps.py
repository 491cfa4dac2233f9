"""Calculator steps: every shown calculation is done again."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from assay.records.candidate import Candidate, Step
from assay.records.evidence import Evidence, TextSpan
from assay.records.record import Record
from assay.verification.arithmetic import UnreadableCalculationError, says, value_of
from assay.verification.cases import case
from assay.verification.verification import Fail, Pass, Uncarried
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase, texts_of
from assay.verification.written_calculation import calculations_in, fault_of, narrow

_MARKED = re.compile(r"<<([^<>\n]{1,400})>>")
_PLAIN = re.compile(
    r"(?<![A-Za-z0-9_.,/])[-(]*[$€£]?\d(?:[\d\s.$€£()%+\-*/x×·÷−–]|,(?=\d)){0,200}=\s*[-−]?[$€£]?\s*[\d.]"
    r"[\d,.]*%?(?:\s*=\s*[-−]?[$€£]?[\d.][\d,.]*%?)*"
)
_SIGN = re.compile(r"[-+*/x×·÷−–%(]")

MAX_STEPS = 2000
"""Calculations of one candidate that are examined; more are not read, never a silent pass."""


class Calculation(NamedTuple):
    """One calculation as it is in a text."""

    pointer: str
    """The text's place in the record."""
    step: int | None
    """The step of work that it is in; None in the response itself."""
    start: int
    """Place of its first character in the text, from 0."""
    text: str
    """The calculation with its result, such as `4*7=28`."""


class CalculatorSteps(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Does every calculation again that a candidate shows, in its response and its work."""

    name = "calculator-steps"
    version = "3"
    summary = "Every shown calculation, such as <<4*7=28>>, is recomputed"
    covers = "the arithmetic of shown calculations"
    limits = (
        "It does not see whether a calculation was the right one to do, or its numbers the right ones.",
        "A result counts as right when it is the exact value, or that value rounded or cut to the decimals shown.",
        "Results of nine and more decimals are compared to nine digits: machines print binary fractions.",
        "A result after ≈ counts as right within half a unit of its last digit that is not 0.",
        "Units are compared as symbols and never converted. If they do not match those of the result and the numbers differ, the verdict is `uncarried`, not a failure.",
        "Of words only sums are read (`Adding 20 ml and 30 ml gives 50 ml`), and only in English.",
        "Powers and roots are not read; what cannot be read is not passed.",
    )

    plain: bool = False
    """Whether plain lines such as `4 + 7 = 11` are done again as well as `<<4+7=11>>`; with units,
    percentages, full-width digits, an approximate result, or as a sum in words."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Do every calculation of the candidate again."""
        calculations = list(self.calculations(record.candidates[candidate], candidate))
        if not calculations:
            return NothingToVerify(reason="no calculation is shown")
        if len(calculations) > MAX_STEPS:
            return Found(verdict=Uncarried(reason=f"more than {MAX_STEPS} calculations"))
        unread = []
        for calculation in calculations:
            wrong = _check(calculation.text)
            if isinstance(wrong, Unread):
                unread.append((calculation, wrong))
            elif wrong is not None:
                return _fault(calculation, candidate, Fail(reason=wrong))
        if unread:
            calculation, why = unread[0]
            return _fault(
                calculation,
                candidate,
                Uncarried(reason=f"{calculation.text!r} cannot be read: {why.why}"),
            )
        return Found(verdict=Pass(), note=f"{len(calculations)} calculations recomputed")

    def calculations(self, candidate: Candidate, place: int) -> Iterator[Calculation]:
        """Every calculation that a candidate shows, in the response first, then step by step."""
        for step, pointer, text in texts_of(candidate, place):
            for start, written in self.written_in(text):
                yield Calculation(pointer, step, start, written)

    def written_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Every calculation of a text with its first character."""
        for match in _MARKED.finditer(text):
            yield match.start(1), match[1]
        if not self.plain:
            return
        # Blanked, so that no marked calculation is found twice, and places stay those of the text.
        bare = _MARKED.sub(lambda match: " " * len(match[0]), text)
        shown_calculations = []
        for match in _PLAIN.finditer(narrow(bare)):
            written = text[match.start() : match.end()].rstrip("., ")
            if _SIGN.search(narrow(written).partition("=")[0].lstrip("-−")):
                shown_calculations.append((match.start(), written))
        shown_calculations += calculations_in(bare)
        end = 0
        # Of two that begin at one place, the longer comes first and hides the other.
        for start, written in sorted(
            shown_calculations,
            key=lambda place_and_text: (place_and_text[0], -len(place_and_text[1])),
        ):
            if start >= end:
                end = start + len(written)
                yield start, written

    def cases(self) -> tuple[VerifierCase, ...]:
        """Right calculations pass; one wrong among them fails, and an unread one never passes."""
        wrong = (Step(text="<<4+7=11>>"), Step(text="<<11*2=21>>"))
        return (
            case("a right calculation", "pass", "<<4*7=28>>"),
            case("a result that is rounded", "pass", "<<10/3=3.33>>"),
            case("a wrong result", "fail", "<<4*7=27>>"),
            case("a wrong step behind a right end", "fail", "<<11*2=22>>", work=wrong),
            case("a wrong link of a chain", "fail", "<<2*3=6=7>>"),
            case("rounded to the wrong side", "fail", "<<10/3=3.34>>"),
            case("a plain line", "fail", "so 4 + 7 = 12.", plain=True),
            case("units that come out", "pass", "5 mg/kg * 12 kg = 60 mg", plain=True),
            case("a wrong dose", "fail", "5 mg/kg * 12 kg = 67 mg", plain=True),
            case("a percentage of a number", "fail", "25% of 400 = 109", plain=True),
            case("full-width characters", "fail", "５×１２＝６７", plain=True),
            case("a near result", "pass", "10 / 3 ≈ 3.3", plain=True),
            case("a result that is not near", "fail", "10 / 3 ≈ 3.6", plain=True),
            case("a sum in words", "fail", "Adding 20 ml and 30 ml gives 53 ml.", plain=True),
            case("a conversion", "uncarried", "30 min * 60 km/h = 30 km", plain=True),
            case("a wrong one beside an unread one", "fail", "<<x=1>> <<1+1=3>>"),
            case("nothing that can be read", "uncarried", "<<4+x=11>>"),
            case("no calculation", "nothing", "It is 28."),
        )


class Unread(NamedTuple):
    """A calculation that the grammar does not read."""

    why: str
    """What the grammar could not read, in words."""


def _check(text: str) -> str | Unread | None:
    """What is wrong with a calculation; None where it is right."""
    first, *results = re.split("[=≈≒]", narrow(text))
    if not (results or _reads_in_words(text)) or not all(
        side.strip() for side in (first, *results)
    ):
        return Unread(why="it has no result")
    try:
        return _check_numbers(first, results, narrow(text))
    except UnreadableCalculationError as error:
        why = error
    except ZeroDivisionError:
        return f"{text.strip()} divides by zero"
    try:
        return fault_of(text)
    except UnreadableCalculationError as error:
        in_words = calculations_in(text)
        return Unread(why=str(error if any(in_words) else why))
    except ZeroDivisionError:
        return f"{text.strip()} divides by zero"


def _reads_in_words(text: str) -> bool:
    return any(calculations_in(text))


def _check_numbers(first: str, results: Sequence[str], text: str) -> str | None:
    """A calculation of bare numbers, exact or rounded."""
    if not results or "=" not in text or len(results) != text.count("="):
        raise UnreadableCalculationError("it is not a calculation of bare numbers")
    exact = value_of(first)
    for stated in results:
        if not says(stated, exact):
            return f"{first.strip()} is {_show(exact)}, not {stated.strip()}"
    return None


def _show(exact: object) -> str:
    text = str(exact)
    if "/" not in text:
        return text
    above, below = (Decimal(part) for part in text.split("/"))
    return f"{text} ({above / below:.6g})"


def _fault(calculation: Calculation, candidate: int, verdict: Fail | Uncarried) -> Found:
    span = TextSpan(
        pointer=calculation.pointer,
        start=calculation.start,
        end=calculation.start + len(calculation.text),
        quote=calculation.text,
    )
    piece = Evidence(
        kind="calculation", text=verdict.reason, candidate=candidate, step=calculation.step
    )
    return Found(verdict=verdict, step=calculation.step, span=span, evidence=(piece,))
