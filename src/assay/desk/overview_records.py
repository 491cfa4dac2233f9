"""The records behind a number of the overview."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, get_args

import msgspec

from assay.context import Context
from assay.core.choices import refuse_unknown
from assay.core.errors import UsageError
from assay.quality.case import RecordCase, cases
from assay.quality.consensus import STRICT_MAJORITY, effective
from assay.quality.disposition import State
from assay.quality.overturns import is_overturned
from assay.quality.quota_coverage import MISSING
from assay.records.judgment import Judgment
from assay.records.kinds import KINDS
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    InsufficientContext,
    NotAsked,
    Prefers,
    Verdict,
    score_key,
    verdict_key,
)
from assay.review.adjudication import Cause
from assay.review.queue.lease import LeaseState
from assay.store.queue import SqlQueue
from assay.store.queue_overview import QueueOverview

UNDISPOSED = "undisposed"
"""Stands for the state of a record to which no rule was applied under the documents in force."""

ANY_CAUSE = "any"
"""Stands for every cause that an adjudication can name."""

PAIR = 2
"""Candidates of a pairwise comparison."""

PassState = Literal[
    "free", "held", "handed_out", "stored", "elsewhere", "late", "surplus", "expired", "released"
]
"""State of the passes of a queue's record."""

Where = Mapping[str, str]
"""A slice: axis -> value."""


class RecordSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Which records to list; every field that is set narrows the list."""

    ids: tuple[str, ...] = ()
    """Ids of the records."""
    states: tuple[str, ...] = ()
    """States of their dispositions, or `undisposed`."""
    kind: str | None = None
    """Kind of the records."""
    candidates: int | None = None
    """How many candidates they have."""
    inside: Where = {}
    """The slice that they are in; the value `(missing)` asks for records that name none."""
    queue: str | None = None
    """Handle of the queue that they wait in."""
    passes: PassState | None = None
    """State of one of their passes in that queue."""
    judged: bool = False
    """Only records with a judgment."""
    reviewer: str | None = None
    """Pseudonym of a reviewer whose judgment of them counts."""
    verdict: str | None = None
    """The sort of verdict that this reviewer gave, or any reviewer where none is named."""
    first_shown: bool = False
    """Only records of which the reviewer chose the candidate that was shown first."""
    differ: str | None = None
    """The question that people answer differently: a dimension, `verdict` and `comparable` for
    pairs, `choice_of_several`, `step_labels`, `rulings`."""
    cause: str | None = None
    """The cause that their last adjudication names; `any` for every cause."""
    overturned: bool = False
    """Only records of which an adjudication overturned a judgment."""


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a list."""

    id: str
    """Its id; its keyed handle where the viewer may not read it."""
    kind: str
    """Kind of the record, such as `preference`."""
    taxonomy: dict[str, str]
    """Its place on the axes."""
    state: str
    """Its disposition's state, or `undisposed`."""
    rule: str
    """The rule that gave the state; empty where none was applied."""
    judgments: int
    """People's judgments that stand."""
    answers: dict[str, int]
    """These by verdict, such as `{"prefers:0": 2, "tie": 1}`."""


class RecordList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the records behind a number."""

    total: int
    """Records that the selection gives."""
    first: int
    """Place of the first row shown, from 0."""
    rows: tuple[RecordRow, ...]
    """The rows of this page, in the records' order of entry."""


def list_records(
    context: Context, selection: RecordSelection, *, roles: Sequence[str], first: int, most: int
) -> RecordList:
    """The records of a selection, counted in one pass and shown page by page.

    Args:
        context: the open program.
        selection: the selection.
        roles: the viewer's roles.
        first: place of the first row, from 0.
        most: rows of one page.

    Raises:
        UsageError: for a queue that is not there, passes without a queue, or a state, kind, axis,
            verdict, question or cause that there is none of.
    """
    _refuse_unknown(selection, context)
    rubric = context.ids["rubric"]
    fits, rights = _fits(selection, rubric), context.exit_rights()
    rows: list[RecordRow] = []
    total = 0
    for case in _cases(context, selection):
        standing = effective(case.judgments, rubric)
        people = [judgment for judgment in standing if STRICT_MAJORITY.counts(judgment)]
        if not fits(case, people):
            continue
        if first <= total < first + most:
            row = _row(case, people)
            if not rights.may_leave(case.id, case.record, roles=tuple(roles)):
                row = msgspec.structs.replace(row, id=context.record_handle(case.id))
            rows.append(row)
        total += 1
    return RecordList(total=total, first=first, rows=tuple(rows))


def _refuse_unknown(selection: RecordSelection, context: Context) -> None:
    """Refuse a condition that no record can meet: an empty list would look like an answer."""
    dimensions = [dimension.id for dimension in context.documents.rubric.dimensions]
    conditions: list[tuple[str, Iterable[str | None], Iterable[str]]] = [
        ("state", selection.states, (*get_args(State), UNDISPOSED)),
        ("kind", [selection.kind], KINDS),
        ("axis", selection.inside, context.documents.contract.sampling.axes),
        ("verdict", [selection.verdict], map(_verdict_name, get_args(Verdict))),
        ("question", [selection.differ], (*dimensions, *_OVERALL, *_MARKS)),
        ("cause", [selection.cause], (*get_args(Cause), ANY_CAUSE)),
    ]
    for what, named, choices in conditions:
        for name in filter(None, named):
            refuse_unknown(what, name, choices, where=_PARAMETERS.get(what, what))


_PARAMETERS = {"axis": "slice", "question": "differ"}
"""The parameter of an address where it has another name than what it holds."""


def _cases(context: Context, selection: RecordSelection) -> Iterator[RecordCase]:
    ids = {context.record_identity(record) for record in selection.ids} if selection.ids else None
    if selection.queue is not None:
        queued = _records_in_queue(context, selection.queue, selection.passes)
        ids = queued if ids is None else ids & queued
    elif selection.passes is not None:
        raise UsageError(
            code="passes-without-queue",
            message="passes belong to a queue",
            where="passes",
            hint="name the queue too",
        )
    # No ids at all means no record; None means every record.
    records = None if ids is None else sorted(ids)
    if records == []:
        return
    contract, rubric = context.ids["contract"], context.ids["rubric"]
    for batch in cases(context.store, contract=contract, rubric=rubric, records=records):
        yield from batch


def _records_in_queue(context: Context, handle: str, passes: PassState | None) -> set[str]:
    number = next((r.id for r in SqlQueue(context.store).queues() if r.handle == handle), None)
    if number is None:
        raise UsageError(
            code="no-such-queue",
            message="there is no such queue",
            where="queue",
            hint="take it from the list of queues",
        )
    overview = QueueOverview(context.store)
    match passes:
        case None:
            return overview.records_of(number)
        case "free":
            return overview.open_records(number)
        case "late":
            return overview.records_of(number, [LeaseState.stored, LeaseState.surplus], late=True)
        case "handed_out":
            return overview.records_of(number, [LeaseState.elsewhere])
        case "elsewhere":
            return overview.records_of(number, [LeaseState.judged])
        case _:
            return overview.records_of(number, [LeaseState[passes]])


Fits = Callable[[RecordCase, Sequence[Judgment]], bool]


def _fits(selection: RecordSelection, rubric: str) -> Fits:
    """Every condition of a selection as one."""
    conditions: list[Fits] = [lambda case, _: _is_inside(case, selection.inside)]
    if selection.states:
        conditions.append(lambda case, _: _state(case) in selection.states)
    if selection.kind:
        conditions.append(lambda case, _: case.record.kind == selection.kind)
    if selection.candidates is not None:
        conditions.append(lambda case, _: len(case.record.candidates) == selection.candidates)
    if selection.judged:
        conditions.append(lambda case, _: bool(case.judgments))
    if selection.reviewer or selection.verdict or selection.first_shown:
        conditions.append(lambda case, _: _was_answered(case, selection, rubric))
    if selection.differ:
        conditions.append(lambda case, people: _differ(case, people, str(selection.differ)))
    if selection.cause:
        conditions.append(lambda case, _: _has_cause(case, str(selection.cause)))
    if selection.overturned:
        conditions.append(lambda case, _: _is_overturned(case))
    return lambda case, people: all(condition(case, people) for condition in conditions)


def _is_inside(case: RecordCase, inside: Where) -> bool:
    taxonomy = case.record.task.taxonomy
    return all(taxonomy.get(axis, MISSING) == value for axis, value in inside.items())


def _state(case: RecordCase) -> str:
    return case.disposition.state if case.disposition else UNDISPOSED


def _was_answered(case: RecordCase, selection: RecordSelection, rubric: str) -> bool:
    return any(
        (selection.reviewer is None or judgment.reviewer.pseudonym == selection.reviewer)
        and (
            selection.verdict is None or _verdict_name(type(judgment.verdict)) == selection.verdict
        )
        and (not selection.first_shown or _chose_first(judgment))
        for judgment in effective(case.judgments, rubric)
    )


def _chose_first(judgment: Judgment) -> bool:
    verdict = judgment.verdict
    return (
        isinstance(verdict, Prefers)
        and judgment.order is not None
        and judgment.order[:1] == (verdict.candidate,)
    )


def _verdict_name(kind: type[Verdict]) -> str:
    return str(kind.__struct_config__.tag)


def _differ(case: RecordCase, people: Sequence[Judgment], question: str) -> bool:
    answers_by_place: dict[Hashable, set[str]] = {}
    for judgment in people:
        for place, answer in _answers(judgment, question, len(case.record.candidates)):
            answers_by_place.setdefault(place, set()).add(answer)
    return any(len(answers) > 1 for answers in answers_by_place.values())


def _answers(
    judgment: Judgment, question: str, n_candidates: int
) -> Iterator[tuple[Hashable, str]]:
    """What a judgment answers to a question, by the place that the answer is about."""
    if question in _OVERALL:
        answer = _overall(judgment, question, n_candidates)
        if answer is not None:
            yield None, answer
    elif question == "step_labels":
        for label in judgment.step_labels:
            yield (label.candidate, label.step), str(label.label)
    elif question == "rulings":
        for ruling in judgment.rulings:
            yield (ruling.section, ruling.candidate), str(ruling.ruling)
    else:
        for score in judgment.scores:
            key = score_key(score.score)
            if score.dimension == question and key is not None:
                yield score.candidate, key


_OVERALL = ("comparable", "verdict", "choice_of_several")

_MARKS = ("step_labels", "rulings")


def _overall(judgment: Judgment, question: str, n_candidates: int) -> str | None:
    """The overall answer, in the stages in which agreement on it is measured."""
    verdict = judgment.verdict
    if isinstance(verdict, Abstained | NotAsked):
        return None
    if (n_candidates > PAIR) != (question == "choice_of_several"):
        return None
    compared = not isinstance(verdict, BothUnacceptable | InsufficientContext)
    if question == "comparable":
        return "compared" if compared else verdict_key(verdict, n_candidates)
    if question == "verdict" and not compared:
        return None
    return verdict_key(verdict, n_candidates)


def _has_cause(case: RecordCase, cause: str) -> bool:
    return bool(case.adjudications) and cause in {ANY_CAUSE, case.adjudications[-1].cause}


def _is_overturned(case: RecordCase) -> bool:
    if not case.adjudications:
        return False
    last, n_candidates = case.adjudications[-1], len(case.record.candidates)
    weighed = [judgment for judgment in case.judgments if judgment.id in last.judgments]
    return any(is_overturned(judgment, last, n_candidates) for judgment in weighed)


def _row(case: RecordCase, people: Sequence[Judgment]) -> RecordRow:
    n_candidates = len(case.record.candidates)
    answers = Counter(verdict_key(judgment.verdict, n_candidates) for judgment in people)
    return RecordRow(
        id=case.id,
        kind=case.record.kind,
        taxonomy=dict(case.record.task.taxonomy),
        state=_state(case),
        rule=case.disposition.rule if case.disposition else "",
        judgments=len(people),
        answers=dict(sorted(answers.items())),
    )
