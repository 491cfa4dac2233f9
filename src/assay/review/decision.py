"""The decision: a senior answer, checked against its record and against what is disputed.

An adjudicator answers as a reviewer does, in the order in which the record is shown; the result is
a `Decided` in the record's own order. It must fit the record by the rule that holds
for judgments; at the desk and over REST it must also decide what is disputed.
"""

from collections.abc import Iterable, Iterator

import msgspec

from assay.contracts.rubric import Rubric
from assay.core.errors import InputError
from assay.records.coherence import judgment_faults
from assay.records.judgment import Judgment, Reviewer
from assay.records.record import Record
from assay.records.verdict import Prefers, Ranks, Tie
from assay.review.adjudication import Decided
from assay.review.answer import Answer, answer_faults, answer_in_record_order
from assay.review.assignment import Assignment
from assay.review.completeness import AnswerShape, detail_gaps
from assay.review.disputes import Dispute, settled_by, undecided_disputes
from assay.review.form import Form
from assay.review.writing import written_record

POINTERS = {
    "verdict": "/verdict",
    "score": "/scores",
    "step": "/step_labels",
    "section": "/rulings",
    "errors": "/errors",
    "attack": "/attack",
    "edit": "/written",
}
"""Where in an answer each sort of dispute is decided."""


def decided_of(answer: Answer, record: Record, assignment: Assignment) -> Decided:
    """The decision that an answer makes, with candidates in the record's own order.

    Args:
        answer: the answer in presented order; what it wrote becomes a record by `with_revision`.
        record: the record that was shown.
        assignment: holds the order.

    Raises:
        InputError: if the answer names a candidate that is not there.
    """
    return as_decided(answer_in_record_order(answer, record, assignment))


def as_decided(answer: Answer | Judgment, *, wrote: str | None = None) -> Decided:
    """What an answer or a judgment says, as a decision with candidates in the same order.

    Args:
        answer: the answer; its reasons and skipped steps are no part of a decision.
        wrote: id of the record that holds what the adjudicator wrote.
    """
    return Decided(
        verdict=answer.verdict,
        scores=answer.scores,
        errors=answer.errors,
        step_labels=answer.step_labels,
        rulings=answer.rulings,
        attack=answer.attack,
        wrote=wrote,
        stands_as_is=answer.stands_as_is,
    )


def with_revision(
    decision: Decided, record: Record, text: str, *, adjudicator: str, source: str | None
) -> tuple[Decided, Record]:
    """The decision that names what the adjudicator wrote, and the record that holds it.

    Args:
        decision: the decision.
        record: the record that is decided.
        text: what the adjudicator wrote.
        adjudicator: pseudonym.
        source: source class of what people write in this program.

    Raises:
        InputError: if the program names no source class for it.
    """
    if source is None:
        raise InputError(
            code="not-asked",
            message="the program has no source class for what people write",
            where="written",
            hint="name one as `written_source` in assay.toml",
        )
    author = Reviewer(pseudonym=adjudicator, kind="human", role="adjudicator")
    written = written_record(record, text, author=author, source=source)
    return msgspec.structs.replace(decision, wrote=written.id), written


def decides_anything(decision: Decided) -> bool:
    """Whether a decision decides anything; an abstention, of the verdict or a score, does not."""
    return any(settled_by(decision))


def decision_faults(record: Record, decision: Decided, adjudicator: str) -> Iterator[str]:
    """Why this decision cannot be about this record: the rule that holds for judgments."""
    stated = Judgment(
        record=record.id,
        reviewer=Reviewer(pseudonym=adjudicator, kind="human", role="adjudicator"),
        **msgspec.structs.asdict(decision),
    )
    if len(record.candidates) < 2 and isinstance(decision.verdict, Prefers | Ranks | Tie):  # noqa: PLR2004
        yield "a verdict compares, and the record has fewer than two candidates: give scores instead"
    yield from judgment_faults(record, stated)


def senior_faults(
    answer: Answer,
    form: Form,
    rubric: Rubric,
    shape: AnswerShape,
    disputed: Iterable[Dispute],
) -> list[InputError]:
    """Everything that keeps a senior answer from being the decision.

    Args:
        answer: the answer in presented order.
        form: what was asked.
        rubric: the rubric.
        shape: how much there is to answer.
        disputed: what the judgments differ on, with candidates as presented.
    """
    faults = list(answer_faults(answer, form, rubric))
    faults += [gap.error() for gap in detail_gaps(answer, form, shape)]
    # In presented order; the text that is written stands for its record.
    decision = as_decided(answer, wrote=answer.written or None)
    if not decides_anything(decision):
        faults.append(_NOTHING)
    faults += map(_undecided_fault, undecided_disputes(decision, disputed))
    return faults


_NOTHING = InputError(
    code="no-decision",
    message="an adjudication decides",
    where="/verdict",
    hint="decide what is disputed, keep the distribution, or send the record back",
)


def _undecided_fault(dispute: Dispute) -> InputError:
    return InputError(
        code="undecided",
        message=f"people differ on {dispute.words()}, and it is not decided",
        where=POINTERS[dispute.what],
        hint="decide it, keep the distribution, or send the record back",
    )
