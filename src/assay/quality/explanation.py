"""Explanation: why a record has its state, rule by rule, and which of its labels are stale."""

from collections.abc import Iterator

import msgspec

from assay.quality.case import RecordCase
from assay.quality.case_context import CaseContext
from assay.quality.disposition import ExplainedStanding, State
from assay.quality.in_force import DocumentsInForce
from assay.quality.rules import judge_case, rule_results
from assay.quality.stale_labels import Stale
from assay.review.layer import layer_of


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why one record has its state, and what would change it."""

    record: str
    """Id of the record."""
    kind: str
    """Kind of the record, such as `preference`."""
    state: State
    """The state that the rules give it now."""
    rule: str
    """The layer and rule that gave it."""
    reason: str
    """Why the rule gave the state, in one sentence."""
    changes: str
    """What would change the state."""
    standings: tuple[ExplainedStanding, ...]
    """The standing of each candidate, with its reason."""
    disputes: tuple[str, ...]
    """Every question on which the judgments do not agree."""
    stale: tuple[str, ...]
    """Labels that no longer hold, because their meaning changed after they were given."""
    rules: tuple[str, ...]
    """Each rule that was asked, in its order, with what it says of the record; the last one decides."""
    stored: State | None
    """The state of the latest stored disposition; None where there is none."""


class StaleRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record with judgments that no longer hold."""

    record: str
    """Id of the record."""
    judgments: tuple[Stale, ...]
    """What of them no longer holds."""
    decides: bool
    """Whether the record waits for re-review, by the rules in force."""


def explain(case: RecordCase, documents: DocumentsInForce) -> Explanation:
    """Why a record has its state, from its case alone."""
    judged = judge_case(case, documents)
    layer = layer_of(case.record, documents.contract)
    context = CaseContext(case, documents, layer) if layer else None
    disposition = judged.disposition
    return Explanation(
        record=case.id,
        kind=case.record.kind,
        state=disposition.state,
        rule=disposition.rule,
        reason=disposition.reason,
        changes=judged.changes,
        standings=disposition.standings,
        disputes=tuple(dispute.reason for dispute in context.disputes) if context else (),
        stale=tuple(sorted({label for stale in context.stale for label in stale.labels}))
        if context
        else (),
        rules=tuple(_rules(context)) if context else ("review: no layer fits the record",),
        stored=case.disposition.state if case.disposition else None,
    )


def _rules(context: CaseContext) -> Iterator[str]:
    for name, result in rule_results(context):
        if result is None:
            yield f"{name}: nothing to say"
        else:
            yield f"{name}: {result.state.replace('_', ' ')}: {result.reason}"


def stale_in(case: RecordCase, documents: DocumentsInForce) -> StaleRecord | None:
    """What of a record's judgments no longer holds; None where all of it does."""
    layer = layer_of(case.record, documents.contract)
    if layer is None:
        return None
    context = CaseContext(case, documents, layer)
    if not context.stale:
        return None
    return StaleRecord(
        record=case.id,
        judgments=context.stale,
        decides=judge_case(case, documents).disposition.state == "needs_rereview",
    )
