"""Matches: the answer is the reference, to the letter or after normalisation."""

from assay.records.candidate import candidate_text
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.normalised_text import normalise
from assay.verification.verification import Fail, Pass
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase, reference_of

_SHOWN = 80


class ExactMatch(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer is the reference, letter by letter."""

    name = "exact-match"
    version = "1"
    summary = "The answer is the reference, letter by letter"
    covers = "whether an answer with one right spelling is that answer"
    limits = (
        "An answer that is right in other words fails.",
        "It does not see how the answer was reached.",
    )

    after: str = ""
    """The answer is what follows the last occurrence of this text; empty: the whole response."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Compare the candidate's answer with the record's reference."""
        reference = reference_of(record)
        if reference is None:
            return NothingToVerify(reason="the record names no reference answer")
        answer = answer_in(candidate_text(record.candidates[candidate]), self.after)
        expected = answer_in(reference, self.after) or reference
        if answer is None:
            return Found(verdict=Fail(reason=f"no answer after {self.after!r}"))
        return _compare(self._normal(answer), self._normal(expected))

    def _normal(self, text: str) -> str:
        return text

    def cases(self) -> tuple[VerifierCase, ...]:
        """The same letters pass; other letters, other capitals and a missing marker do not."""
        return (
            case("the same letters", "pass", "Turin", reference="Turin"),
            case("another word", "fail", "Milan", reference="Turin"),
            case("other capitals", "fail", "turin", reference="Turin"),
            case("the reference among other words", "fail", "Not Turin", reference="Turin"),
            case("a letter that only looks the same", "fail", "\u0422urin", reference="Turin"),
            case("after its marker", "pass", "I think. A: Turin", reference="Turin", after="A:"),
            case(
                "the last marker counts", "fail", "A: Turin A: Milan", reference="Turin", after="A:"
            ),
            case("no marker", "fail", "Turin", reference="Turin", after="A:"),
            case("no reference", "nothing", "Turin"),
        )


class NormalisedMatch(ExactMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer is the reference once letters of one meaning are made one."""

    name = "normalised-match"
    version = "2"
    summary = "The answer is the reference after Unicode, case, space and final punctuation"
    covers = "whether an answer with one right wording is that answer"
    limits = (
        "An answer that is right in other words fails.",
        "It does not see how the answer was reached.",
    )

    keep_case: bool = False
    """Whether capitals and small letters differ."""
    keep_punctuation: bool = False
    """Whether punctuation at either end counts."""

    def _normal(self, text: str) -> str:
        return normalise(text, keep_case=self.keep_case, keep_punctuation=self.keep_punctuation)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Another spelling of the same letters passes; other letters do not."""
        return (
            case("other capitals, spaces and stop", "pass", " TURIN. ", reference="Turin"),
            case("full-width letters", "pass", "Ｔｕｒｉｎ", reference="Turin"),
            case("another word", "fail", "Milan", reference="Turin"),
            case("the reference among other words", "fail", "Not Turin", reference="Turin"),
            case("a minus before a number", "fail", "−5", reference="5"),
            case("a percent sign after it", "fail", "5%", reference="5"),
            case("punctuation inside counts", "fail", "1.5", reference="15"),
            case("capitals count where asked", "fail", "TURIN", reference="Turin", keep_case=True),
            case("no reference", "nothing", "Turin"),
        )


def answer_in(text: str, after: str) -> str | None:
    """What follows the last occurrence of a marker; the whole text where no marker is asked for."""
    if not after:
        return text.strip()
    _, marker, answer = text.rpartition(after)
    return answer.strip() if marker else None


def _compare(answer: str, expected: str) -> Found:
    if answer == expected:
        return Found(verdict=Pass())
    return Found(verdict=Fail(reason=f"{answer[:_SHOWN]!r} is not {expected[:_SHOWN]!r}"))
