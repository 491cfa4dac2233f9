"""Renewal: people judge again what they judged under a text that has changed its meaning since.

It is each person's own work and nobody else's: the answer replaces the earlier judgment, so no
other pass is opened or closed. The person sees the record in a new order and not the old answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from assay.contracts.document import Document, DocumentKind, contract_of
from assay.core.ports import FactStore
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.assignment import Assignment, AssignmentWithdrawal
from assay.review.candidate_order import presented_order


class Renewals(msgspec.Struct, frozen=True, kw_only=True):
    """What asking people to judge again did: `judgments` is the sum of the other counts."""

    judgments: int
    """Judgments that are to be given again."""
    assigned: int
    """Number of assignments that were made."""
    already_asked: int
    """Judgments whose person was asked before and did not answer yet."""
    nobody_to_ask: int
    """Judgments whose author is not a known person: labels of a source, and models."""
    by_reviewer: dict[str, int]
    """New assignments by pseudonym."""


def renew(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    judgments: Sequence[str],
    *,
    key: bytes,
    actor: str,
) -> Renewals:
    """Ask people outside the desk to give judgments again, under the documents in force.

    It may be asked again at any time: who was asked and has not answered is not asked twice.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        judgments: whole ids of the judgments.
        key: secret that the presented orders depend on.
        actor: who does it.
    """
    old_judgments = list(store.scan(Judgment, id=sorted(set(judgments))))
    people = [judgment for judgment in old_judgments if judgment.reviewer.kind == "human"]
    waiting = _waiting(store, sorted({judgment.record for judgment in people}))
    to_ask = [judgment for judgment in people if judgment.id not in waiting]
    records = {
        record.id: record
        for record in store.scan(Record, id=sorted({judgment.record for judgment in to_ask}))
    }
    new = list(_assignments(store, to_ask, records, documents, key))
    if new:
        ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
        with store.write("review.renew", actor=actor, documents=ids) as writing:
            writing.add(new)
    return Renewals(
        judgments=len(old_judgments),
        assigned=len(new),
        already_asked=len(people) - len(to_ask),
        nobody_to_ask=len(old_judgments) - len(people),
        by_reviewer=dict(sorted(Counter(assignment.reviewer for assignment in new).items())),
    )


def _waiting(store: FactStore, records: Sequence[str]) -> frozenset[str]:
    """Judgments that somebody is asked to give again, and did not yet."""
    ended = {
        withdrawal.assignment for withdrawal in store.scan(AssignmentWithdrawal, record=records)
    }
    return frozenset(
        assignment.renews
        for assignment in store.scan(Assignment, record=records)
        if assignment.renews is not None and assignment.id not in ended
    )


def _assignments(
    store: FactStore,
    judgments: Iterable[Judgment],
    records: Mapping[str, Record],
    documents: Mapping[DocumentKind, Document],
    key: bytes,
) -> Iterable[Assignment]:
    contract = contract_of(documents)
    # Orders continue the balance of what each person has been shown before.
    shown = Counter(
        (assignment.reviewer, len(assignment.order)) for assignment in store.scan(Assignment)
    )
    for judgment in judgments:
        person, n_candidates = judgment.reviewer.pseudonym, len(records[judgment.record].candidates)
        order = tuple(range(n_candidates))
        if contract.review.blinded:
            order = presented_order(key, person, shown[person, n_candidates], n_candidates)
        shown[person, n_candidates] += 1
        yield Assignment(
            record=judgment.record,
            reviewer=person,
            # A renewal fills no pass, so that it has no number of its own.
            number=0,
            order=order,
            rubric=documents["rubric"].id,
            renews=judgment.id,
        )
