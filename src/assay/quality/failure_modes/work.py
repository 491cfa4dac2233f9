"""Work that an answer shows, and which candidate of a record a trainer would imitate."""

import re
import unicodedata
from collections import defaultdict

from assay.quality.case import RecordCase
from assay.quality.case_context import CaseContext
from assay.quality.consensus import Consensus
from assay.quality.in_force import DocumentsInForce
from assay.records.candidate import candidate_text
from assay.records.kinds import Critique, Demonstration, Preference, Trajectory
from assay.records.record import Record
from assay.review.layer import layer_of
from assay.verification.standing import (
    Adequacies,
    about_claims,
    is_against,
    is_counted,
    what_stands,
)
from assay.verification.verification import Verification

_CALCULATION = re.compile(
    r"\d[\d.,]*\s?%?(?:\s?[^\W\d_]{1,12}(?:/[^\W\d_]{1,12})?)?\s*[-+*/x\u00d7\u00b7\u00f7\u2212\u2013]\s*[$€£¥]?\d[^=≈\n]{0,60}[=≈]"
    r"\s*[-\u2212$€£¥]?\s?\d"
)
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.):、]|[①-⑳])\s*\S", re.MULTILINE)
_NAMED_STEP = re.compile(
    r"^\W*(?:step|schritt|étape|paso|passo|stap|ad\u0131m|шаг|bước|手順|ステップ|步骤|步驟|단계|चरण|(?:ال)?خطوة)"
    r"\s*\d"
    r"|^\W*(?:第[一二三四五六七八九十\d]+步|\d{1,2}\s?단계|الخطوة\s+ال\w+)",
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
        evidence.kind == "calculation" and evidence.candidate in {None, candidate}
        for evidence in record.evidence
    ):
        return True
    text = unicodedata.normalize("NFKC", candidate_text(record.candidates[candidate]))
    return (
        _CALCULATION.search(text) is not None
        or len(_NUMBERED.findall(text)) >= NUMBERED_STEPS
        or len(_NAMED_STEP.findall(text)) >= NAMED_STEPS
    )


def taught_candidate(case: RecordCase, documents: DocumentsInForce) -> int | None:
    """The candidate that a trainer would take as right; None where none is.

    Of a comparison it is the winner that the record's layer of review and its adjudications give.
    """
    match case.record.part:
        case Demonstration():
            return 0
        case Critique(revision=revision):
            return revision
        case Trajectory():
            return 0 if len(case.record.candidates) == 1 else None
        case Preference():
            layer = layer_of(case.record, documents.contract)
            return None if layer is None else _winner(CaseContext(case, documents, layer).consensus)
        case _:
            return None


def _winner(consensus: Consensus) -> int | None:
    if consensus.outcome == "prefers":
        return consensus.candidate
    match consensus.ranking:
        case ((candidate,), *_):
            return candidate
        case _:
            return None


def is_refuted(case: RecordCase, place: int, documents: DocumentsInForce) -> bool:
    """Whether the standing result of some verifier on a candidate is against it."""
    return any(is_against(result) for result in results_on(case, place, documents))


def results_on(case: RecordCase, place: int, documents: DocumentsInForce) -> list[Verification]:
    """The result of each test of a candidate that stands and counts, but those that could not say."""
    tests: dict[tuple[str, str | None], list[Verification]] = defaultdict(list)
    for verification in about_claims(case.verifications):
        if verification.candidate in {None, place} and is_counted(verification):
            tests[verification.verifier, verification.options].append(verification)
    minimum = documents.contract.verification.minimum_isolation
    inadequate = Adequacies(case.verifications).inadequate
    stand = (what_stands(results, minimum, inadequate) for results in tests.values())
    return [pair[0] for pair in stand if pair is not None and pair[1] == "counts"]
