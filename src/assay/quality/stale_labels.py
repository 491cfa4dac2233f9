"""Stale labels: judgments made under a text that has changed its meaning since.

A label means what the guideline said when it was given. Where a later version of the rubric, the
policy or the contract changes that meaning (`contracts.diff` names what is touched), labels from
before decide nothing any more, unless the contract declares the older version compatible.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.diff import VERDICT, compare
from assay.contracts.document import Document, DocumentKind
from assay.records.judgment import Judgment
from assay.records.verdict import NotAsked
from assay.review.adjudication import Adjudication, Decided

DocumentIds = Mapping[str, str]
"""Document ids by kind: `contract`, `rubric`, `policy`."""

Changes = Mapping[str, frozenset[str]]
"""Older document id -> labels whose meaning has changed since; documents without any are left out."""

GUIDELINES: tuple[DocumentKind, ...] = ("contract", "rubric", "policy")
"""Documents that say what a label means."""


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """What of one judgment no longer holds."""

    judgment: str
    """Id of the judgment."""
    reviewer: str
    """Pseudonym of who gave it."""
    labels: tuple[str, ...]
    """Dimensions, `verdict`, `policy:` and `failure:` names; sorted."""
    documents: tuple[str, ...]
    """Ids of the older documents that it was given under; sorted."""


def changes_since(
    in_force: Mapping[DocumentKind, Document], stored: Iterable[Document], contract: Contract
) -> Changes:
    """The labels of older document versions whose meaning has changed since.

    Args:
        in_force: the documents in force, by kind.
        stored: every version that the store holds.
        contract: the contract in force; it may declare older versions compatible.
    """
    compatible = {(entry.document, entry.version) for entry in contract.compatible}
    changes: dict[str, frozenset[str]] = {}
    for document in stored:
        current = in_force.get(document.kind)
        if current is None or document.id == current.id or document.kind not in GUIDELINES:
            continue
        if (document.kind, document.version) in compatible:
            continue
        difference = compare({document.kind: document.read()}, {document.kind: current.read()})
        if difference.re_review:
            changes[document.id] = frozenset(difference.re_review)
    return changes


def changed_labels(
    judgment: Judgment, made_under: DocumentIds, changes: Changes
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The labels that have changed since a judgment was given, and the documents they were in.

    Args:
        judgment: the judgment; the rubric that it cites counts before the one in force at its entry.
        made_under: the documents in force when it was added to the store.
        changes: what has changed since each older document.
    """
    given_under = dict(made_under)
    if judgment.rubric is not None:
        given_under["rubric"] = judgment.rubric
    elif judgment.guideline is not None:
        # A foreign guideline is none of our documents: our changes say nothing about it.
        given_under.pop("rubric", None)
    older = {document for document in given_under.values() if document in changes}
    labels = frozenset(label for document in older for label in changes[document])
    return labels & frozenset(_labels(judgment)), tuple(sorted(older))


def stale_of(judgment: Judgment, made_under: DocumentIds, changes: Changes) -> Stale | None:
    """What of a judgment no longer holds; None where all of it does."""
    labels, documents = changed_labels(judgment, made_under, changes)
    if not labels:
        return None
    return Stale(
        judgment=judgment.id,
        reviewer=judgment.reviewer.pseudonym,
        labels=tuple(sorted(labels)),
        documents=documents,
    )


def without(judgment: Judgment, labels: Iterable[str]) -> Judgment:
    """The judgment without the labels that no longer hold."""
    gone = frozenset(labels)
    errors = judgment.errors
    if errors and any(f"failure:{error.category}" in gone for error in errors):
        errors = None
    return judgment.replace(
        verdict=NotAsked() if VERDICT in gone else judgment.verdict,
        scores=tuple(score for score in judgment.scores if score.dimension not in gone),
        rulings=tuple(
            ruling for ruling in judgment.rulings if f"policy:{ruling.section}" not in gone
        ),
        errors=errors,
    )


def adjudication_holds(
    adjudication: Adjudication,
    made_under: DocumentIds,
    changes: Changes,
    stale: Collection[str] = (),
) -> bool:
    """Whether a decision was given under a text that still means the same where it decides.

    Args:
        adjudication: the decision.
        made_under: the documents in force when it was added to the store.
        changes: what has changed since each older document.
        stale: ids of the record's judgments that no longer hold; a decision under the same older
            text that weighed one of them does not hold either.
    """
    decision = adjudication.decision
    older = [document for document in made_under.values() if document in changes]
    labels = frozenset(label for document in older for label in changes[document])
    if not labels:
        return True
    if set(stale) & set(adjudication.judgments) or not isinstance(decision, Decided):
        # What was kept as a distribution, or sent back, rested on judgments of the older text.
        return False
    decided = {score.dimension for score in decision.scores}
    decided |= {f"policy:{ruling.section}" for ruling in decision.rulings}
    decided |= {f"failure:{error.category}" for error in decision.errors or ()}
    if not isinstance(decision.verdict, NotAsked):
        decided.add(VERDICT)
    return not decided & labels


def _labels(judgment: Judgment) -> Iterable[str]:
    if not isinstance(judgment.verdict, NotAsked):
        yield VERDICT
    yield from (score.dimension for score in judgment.scores)
    yield from (f"policy:{ruling.section}" for ruling in judgment.rulings)
    yield from (f"failure:{error.category}" for error in judgment.errors or ())
