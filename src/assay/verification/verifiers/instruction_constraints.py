"""Instruction constraints: the response keeps what a program can test of its instructions."""

from collections.abc import Iterable
from importlib.metadata import version
from unicodedata import unidata_version

from assay.core.canonical import json_text
from assay.core.digest import labelled_digest
from assay.records.candidate import Candidate, MadeByUnknown, candidate_text
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome as OutcomeRecord
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.constraints import KINDS
from assay.verification.constraints.constraint import (
    BadConstraintError,
    Constraint,
    ConstraintOutcome,
    constraints_in,
    outcome_of,
)
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import CaseOutcome, Found, NothingToVerify, Test, VerifierCase

MAX_TEXT = 500_000
"""Characters of a response; of a longer one the verdict is `uncarried`."""

_ENVIRONMENT = labelled_digest(
    f"py3langid {version('py3langid')} unicode {unidata_version}".encode()
)
_MAX_REASON = 2000


class InstructionConstraints(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The response keeps every constraint that the record or the rubric sets."""

    name = "instruction-constraints"
    version = "2"
    summary = "The response keeps constraints on length, format, words, case, language (IFEval's)"
    covers = "whether instructions that a program can test were followed"
    limits = (
        "Keeping the form of an instruction says nothing about the content's worth.",
        "Keywords count inside longer words too, and quotation marks need only be at both ends.",
        "Words, sentences and paragraphs are counted by fixed rules, which each constraint states.",
        "The language of a few words, or of two mixed in one writing, is a guess; close languages are taken for each other.",
        "What the loose reading cuts off (first line, last line, asterisks) is not judged.",
    )
    environment = _ENVIRONMENT

    loose: bool = False
    """Whether a constraint also holds without the first line, the last, or asterisks."""
    of: str = ""
    """The one constraint to look at, such as `punctuation:no_comma`; empty: all of them."""
    constraints: str = ""
    """Constraints for every record, besides its own, as JSON text: `[{"id":..., "parameters":{...}}]`."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Check the candidate against every constraint."""
        try:
            constraints = self._constraints_for(record, candidate)
        except BadConstraintError as error:
            return Found(verdict=VerifierError(reason=str(error)[:_MAX_REASON]))
        if not constraints:
            return NothingToVerify(reason=f"no constraint {self.of}".rstrip() + " is set")
        text = candidate_text(record.candidates[candidate])
        if len(text) > MAX_TEXT:
            return Found(
                verdict=Uncarried(reason=f"the response has more than {MAX_TEXT} characters")
            )
        return _conclude(
            [outcome_of(constraint, text, loose=self.loose) for constraint in constraints],
            candidate,
        )

    def _constraints_for(self, record: Record, candidate: int) -> list[Constraint]:
        if self.of and self.of not in KINDS:
            raise BadConstraintError(
                f"the option `of` names no constraint: {self.of!r}; there are: {', '.join(KINDS)}"
            )
        texts = [self.constraints] if self.constraints else []
        texts += [
            piece.text
            for piece in record.evidence
            if piece.text and _sets_constraints(piece) and piece.candidate in {None, candidate}
        ]
        constraints = [constraint for text in texts for constraint in constraints_in(text)]
        return [constraint for constraint in constraints if self.of in {"", constraint.id}]

    def cases(self) -> tuple[VerifierCase, ...]:
        """What keeps each constraint passes; what only looks as if it did does not."""
        return tuple(_case(*row) for row in _CASES)


def _sets_constraints(piece: Evidence) -> bool:
    """Whether a piece of evidence is a test of this verifier, not one of another's."""
    text = (piece.text or "").lstrip()
    return piece.kind == "test" and text.startswith("{") and '"constraints"' in text


def _conclude(outcomes: list[ConstraintOutcome], candidate: int) -> Found:
    held = sum(outcome.holds is True for outcome in outcomes)
    broken = [outcome for outcome in outcomes if outcome.holds is False]
    untold = [outcome for outcome in outcomes if outcome.holds is None]
    verdict: Pass | Fail | Uncarried = Pass()
    # A broken constraint decides, whatever else cannot be determined.
    if broken:
        verdict = Fail(reason=_describe(broken[0]))
    elif untold:
        verdict = Uncarried(reason=_describe(untold[0]))
    return Found(
        verdict=verdict,
        note=f"{held} of {len(outcomes)} hold",
        evidence=tuple(_evidence(outcomes, candidate)),
    )


def _describe(outcome: ConstraintOutcome) -> str:
    return f"{outcome.id}: {outcome.how}"


def _evidence(outcomes: Iterable[ConstraintOutcome], candidate: int) -> Iterable[Evidence]:
    """Each constraint with its result; `holds` is null where that cannot be determined."""
    for outcome in outcomes:
        yield Evidence(kind="test", text=json_text(outcome._asdict()), candidate=candidate)


_COMMA = '{"constraints":[{"id":"punctuation:no_comma","parameters":{}}]}'
_SEVERAL = (
    '{"constraints":[{"id":"length_constraints:number_words","parameters":{"num_words":6,'
    '"relation":"at least"}},{"id":"startend:quotation","parameters":{}}]}'
)
_PLACES = (
    '{"constraints":[{"id":"detectable_content:number_placeholders",'
    '"parameters":{"num_placeholders":2}}]}'
)
_RUSSIAN = '{"constraints":[{"id":"language:response_language","parameters":{"language":"ru"}}]}'

_CASES: tuple[tuple[str, CaseOutcome, str, str, bool], ...] = (
    ("both of two constraints", "pass", _SEVERAL, '"The ferry leaves at six today."', False),
    ("one of two constraints", "fail", _SEVERAL, '"The ferry leaves."', False),
    ("an empty response", "fail", _COMMA, "  \n", False),
    ("a comma of another script", "fail", _COMMA, "先去码头，再买票", False),
    ("a line before the answer, read loosely", "pass", _COMMA, "Sure, here:\nNo ferry.", True),
    ("the same, read strictly", "fail", _COMMA, "Sure, here:\nNo ferry.", False),
    ("brackets without words", "fail", _PLACES, "Dear [], meet me at [ ].", False),
    ("the language asked for", "pass", _RUSSIAN, "Паром отходит от пристани в шесть утра.", False),
    ("a few words of it", "fail", _RUSSIAN, "The ferry (паром) leaves the pier at six.", False),
    ("an unknown constraint", "error", _COMMA.replace("comma", "commas"), "No ferry.", False),
)  # fmt: skip


def _case(
    title: str, expected: CaseOutcome, constraints: str, response: str, loose: bool
) -> VerifierCase:
    record = Record(
        schema_version=1,
        part=OutcomeRecord(criterion="instructions followed"),
        task=Task(messages=(Message(role="user", content="When does it leave?"),)),
        sources=(Source(source_class="own"),),
        candidates=(Candidate(content=response, provenance=MadeByUnknown(reason="a case")),),
        evidence=(Evidence(kind="test", text=constraints),),
    )
    return VerifierCase(title=title, record=record, expected=expected, options={"loose": loose})
