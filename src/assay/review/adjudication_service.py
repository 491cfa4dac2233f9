"""Use cases of adjudication: weigh judgments and write the senior decision on a record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

import msgspec

from assay.contracts.document import Document, DocumentKind, rubric_of
from assay.core.choices import refuse_unknown
from assay.core.errors import InputError, UsageError
from assay.core.ports import FactStore
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.answer import score_faults, together
from assay.review.assign import authors
from assay.review.assignment import Assignment
from assay.review.decision import decides_anything, decision_faults


class JudgedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record with all that a senior decision on it is weighed by."""

    record: Record
    """The record to decide on."""
    judgments: tuple[Judgment, ...]
    """Its judgments in their order of entry, those of models included."""
    assignees: frozenset[str]
    """Pseudonyms of those who were asked to judge it."""


def adjudicate(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    record: str,
    decision: Decided | Preserved | Returned,
    *,
    cause: Cause,
    adjudicator: str,
    judgments: Sequence[str] = (),
    note: str | None = None,
    revision: Record | None = None,
    actor: str,
) -> Adjudication:
    """Write a senior decision over judgments; the judgments stay as they are.

    Args:
        store: the store.
        documents: the documents in force by kind.
        record: id of the record, or a unique prefix of it.
        decision: what is decided.
        cause: why the judgments disagreed.
        adjudicator: pseudonym of the adjudicator.
        judgments: ids of the judgments weighed; all that people gave on the record where empty.
        note: the adjudicator's words.
        revision: the record that holds what the adjudicator wrote; the decision names it.
        actor: who does it.

    Raises:
        UsageError, InputError: as `weigh` says.
    """
    if isinstance(decision, Decided):
        faults = list(score_faults(decision.scores, rubric_of(documents)))
        if faults:
            raise together(faults)
    adjudication = weigh(
        store,
        record,
        decision,
        cause=cause,
        adjudicator=adjudicator,
        judgments=judgments,
        note=note,
    )
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write(
        "review.adjudicate", actor=actor, subject=adjudication.record, documents=ids
    ) as writing:
        # The revision goes in first: the decision names it.
        if revision is not None:
            writing.add([revision])
        writing.add([adjudication])
    return adjudication


def weigh(
    store: FactStore,
    record: str,
    decision: Decided | Preserved | Returned,
    *,
    cause: Cause,
    adjudicator: str,
    judgments: Sequence[str] = (),
    note: str | None = None,
) -> Adjudication:
    """The senior decision that may be written over judgments; nothing is stored.

    Args:
        store: the store.
        record: id of the record, or a unique prefix of it.
        decision: what is decided.
        cause: why the judgments disagreed.
        adjudicator: pseudonym of the adjudicator.
        judgments: ids of the judgments weighed; all that people gave on the record where empty.
        note: the adjudicator's words.

    Raises:
        UsageError: for an unknown id or cause, no person's judgment to weigh, a decision that decides
            nothing, or an adjudicator who judged or wrote it or is asked to judge it.
        RefusedAnswerError: for a decision that does not fit the record; it names every fault.
    """
    stored = store.get(Record, record)
    return weigh_on(
        judged_records(store, [stored])[stored.id],
        decision,
        cause=cause,
        adjudicator=adjudicator,
        judgments=judgments,
        note=note,
    )


def judged_records(store: FactStore, records: Iterable[Record]) -> dict[str, JudgedRecord]:
    """By id: records with their judgments, read at once."""
    by_id = {record.id: record for record in records}
    judgments: dict[str, list[Judgment]] = {identity: [] for identity in by_id}
    assignees: dict[str, set[str]] = {identity: set() for identity in by_id}
    for judgment in store.scan(Judgment, record=sorted(by_id)):
        judgments[judgment.record].append(judgment)
    for assignment in store.scan(Assignment, record=sorted(by_id)):
        assignees[assignment.record].add(assignment.reviewer)
    return {
        identity: JudgedRecord(
            record=record,
            judgments=tuple(judgments[identity]),
            assignees=frozenset(assignees[identity]),
        )
        for identity, record in by_id.items()
    }


def weigh_on(
    judged: JudgedRecord,
    decision: Decided | Preserved | Returned,
    *,
    cause: Cause,
    adjudicator: str,
    judgments: Sequence[str] = (),
    note: str | None = None,
) -> Adjudication:
    """As `weigh`, on a record whose judgments are read already."""
    record, all_judgments = judged.record, judged.judgments
    # Judgments of models are weighed only where they are named.
    people = [judgment for judgment in all_judgments if not judgment.reviewer.automatic]
    weighed = [_judgment_by_prefix(all_judgments, identity) for identity in judgments] or people
    _check_decision(record, decision, cause, weighed, adjudicator)
    if adjudicator in judged.assignees | authors(record) | {
        judgment.reviewer.pseudonym for judgment in all_judgments
    }:
        raise _refusal(
            "not-independent",
            "the adjudicator judged this record, is asked to judge it, or wrote a candidate of it",
            "let somebody else decide",
        )
    return Adjudication(
        record=record.id,
        judgments=tuple(judgment.id for judgment in weighed),
        decision=decision,
        cause=cause,
        adjudicator=adjudicator,
        note=note,
    )


def _judgment_by_prefix(judgments: Iterable[Judgment], identity: str) -> Judgment:
    matching = [judgment for judgment in judgments if judgment.id.startswith(identity)]
    if len(matching) != 1:
        raise _refusal(
            "unknown-judgment",
            f"{len(matching)} judgments of this record have an id that begins with {identity!r}",
            "name judgments of this record",
        )
    return matching[0]


def _check_decision(
    record: Record,
    decision: Decided | Preserved | Returned,
    cause: str,
    weighed: Sequence[Judgment],
    adjudicator: str,
) -> None:
    refuse_unknown("cause", cause, get_args(Cause), where="cause")
    # True of an empty list as well: a decision weighs at least one judgment of a person.
    if all(judgment.reviewer.automatic for judgment in weighed):
        raise _refusal(
            "nothing-to-weigh",
            "no judgment of a person is weighed",
            "have the record judged by people first",
        )
    if isinstance(decision, Returned) and not decision.reason.strip():
        raise _refusal(
            "no-reason",
            "it is sent back without a word",
            "say what must be fixed before it returns",
        )
    if not isinstance(decision, Decided):
        return
    if not decides_anything(decision):
        raise _refusal(
            "no-decision",
            "an adjudication decides",
            "give a verdict, scores, rulings, labels, errors or an outcome; or keep the distribution",
        )
    faults = [
        InputError(
            code="misfit", message=fault, hint="`assay record show` lists what the record has"
        )
        for fault in decision_faults(record, decision, adjudicator)
    ]
    if faults:
        raise together(faults)


def _refusal(code: str, message: str, hint: str) -> UsageError:
    return UsageError(code=code, message=message, hint=hint)
