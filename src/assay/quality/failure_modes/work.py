"""Work that an answer shows, and which candidate of a record a trainer would imitate."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from assay.quality.case import Case
from assay.records.candidate import candidate_text
from assay.records.judgment import Judgment
from assay.records.kinds import Critique, Demonstration, Preference, Trajectory
from assay.records.record import Record
from assay.records.verdict import Prefers, Ranks
from assay.verification.verification import Fail, Pass, Verification

_CALCULATION = re.compile(
    r"\d[\d.,]*\s?%?(?:\s?[^\W\d_]{1,12}(?:/[^\W\d_]{1,12})?)?\s*[-+*/x\u00d7\u00b7\u00f7\u2212\u2013]\s*[$€£¥]?\d[^=≈\n]{0,60}[=≈]"
    r"\s*[-\u2212$€£¥]?\s?\d"
)
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.):、]|[①-⑳])\s*\S", re.MULTILINE)
_NAMED_STEP = re.compile(
    r"^\W*(?:step|schritt|étape|paso|手順|ステップ|步骤|步驟|단계|चरण|خطوة)\s*\d"
    r"|^\W*第[一二三四五六七八九十\d]+步",
    re.MULTILINE | re.IGNORECASE,
)

NUMBERED_STEPS = 3
"""Numbered lines from which a text counts as worked."""

NAMED_STEPS = 2
"""Lines that begin with a word for step and a number, from which it does."""


def shows_work(record: Record, candidate: int) -> bool:
    """Whether a candidate shows work: steps, a calculation as evidence, or work in its text.

    In a text, work is a calculation such as `4 * 7 = 28`, three numbered lines, or two lines that
    begin with a word for step and a number.
    """
    if record.candidates[candidate].work:
        return True
    if any(
        each.kind == "calculation" and each.candidate in {None, candidate}
        for each in record.evidence
    ):
        return True
    text = unicodedata.normalize("NFKC", candidate_text(record.candidates[candidate]))
    return (
        _CALCULATION.search(text) is not None
        or len(_NUMBERED.findall(text)) >= NUMBERED_STEPS
        or len(_NAMED_STEP.findall(text)) >= NAMED_STEPS
    )


def taught_candidate(record: Record, people: Iterable[Judgment]) -> int | None:
    """The candidate that a trainer would take as right; None where none is held up as such."""
    match record.part:
        case Demonstration():
            return 0
        case Critique(revision=revision):
            return revision
        case Trajectory():
            return 0 if len(record.candidates) == 1 else None
        case Preference():
            won = Counter(best for each in people if (best := _best(each)) is not None)
            return max(sorted(won), key=lambda place: won[place]) if won else None
        case _:
            return None


def is_refuted(case: Case, place: int) -> bool:
    """Whether the latest result of some verifier on a candidate is that it fails."""
    return any(isinstance(each.verdict, Fail) for each in results_on(case, place))


def results_on(case: Case, place: int) -> list[Verification]:
    """The latest verification of each test of a candidate that passed or failed."""
    latest = {
        (each.verifier, each.options): each
        for each in case.verifications
        if each.candidate in {None, place}
    }
    return [each for each in latest.values() if isinstance(each.verdict, Pass | Fail)]


def _best(judgment: Judgment) -> int | None:
    match judgment.verdict:
        case Prefers(candidate=candidate):
            return candidate
        case Ranks(order=((candidate,), *_)):
            return candidate
        case _:
            return None
