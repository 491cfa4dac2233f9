"""Use cases of quality: explain dispositions, and report."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.core.data_frame import data_frame
from assay.core.ports import FactStore
from assay.core.progress import ProgressCallback
from assay.quality.bootstrap import Resampling
from assay.quality.case import RecordCase, cases
from assay.quality.case_context import CaseContext
from assay.quality.consensus import STRICT_MAJORITY, Counting, consensus, effective
from assay.quality.control_tokens import ControlTokens
from assay.quality.disposition import RELEASABLE
from assay.quality.explanation import Explanation, StaleRecord, explain, stale_in
from assay.quality.failure_modes import is_refuted, taught_candidate
from assay.quality.gathering import ReportData, gather
from assay.quality.in_force import DocumentsInForce
from assay.quality.integrity import Integrity, IntegrityGathering
from assay.quality.sections.questions import (
    AgreementRow,
    ReportQuestion,
    Verdicts,
    agreement_rows,
    questions_of,
    verdicts_of,
)
from assay.quality.sections.reviewers import ReviewerRates, reviewers_of
from assay.quality.shortcuts.cues import CUES, Cue
from assay.records.record import Record
from assay.review.disputes import Dispute
from assay.review.layer import layer_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from assay.quality.report import QualityReport
    from assay.quality.shortcuts.audit import ShortcutAudit


class AgreementReport(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement part of the quality report."""

    verdicts: Verdicts | None
    """Verdicts on two candidates; None where there are none."""
    questions: tuple[ReportQuestion, ...]
    """Every other question that was answered."""

    def to_frame(self) -> "DataFrame":
        """One row a question, and one a slice of it that has enough items.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(agreement_rows(self.verdicts, self.questions), AgreementRow)


def disputes_of(
    store: FactStore, documents: Mapping[DocumentKind, Document], record: str
) -> tuple[Dispute, ...] | None:
    """The questions on which a record's judgments do not agree, before anybody decided them.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        record: the record's whole id.

    Returns:
        The questions; None where nothing was compared: no layer fits the record, or no question
        has two answers that its layer counts.
    """
    case, in_force = _case_of(store, documents, record)
    layer = layer_of(case.record, in_force.contract)
    if layer is None:
        return None
    undecided_case = msgspec.structs.replace(case, adjudications=())
    context = CaseContext(undecided_case, in_force, layer)
    return context.disputes if context.disputes or context.comparable_questions else None


def why(store: FactStore, documents: Mapping[DocumentKind, Document], record: str) -> Explanation:
    """Why a record has its state, rule by rule, and what would change it.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        record: the record's id, or a unique prefix of it.

    Raises:
        UsageError: if no record, or more than one, has an id that begins so.
    """
    case, in_force = _case_of(store, documents, store.get(Record, record).id)
    return explain(case, in_force)


def _case_of(
    store: FactStore, documents: Mapping[DocumentKind, Document], record: str
) -> tuple[RecordCase, DocumentsInForce]:
    """One record's case under the documents in force."""
    in_force = DocumentsInForce.of(documents, store.scan(Document))
    batches = cases(
        store,
        contract=in_force.contract_id,
        rubric=in_force.rubric_id,
        records=[record],
        dated=bool(in_force.changes),
    )
    return next(case for batch in batches for case in batch), in_force


def stale(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Iterator[StaleRecord]:
    """The records with judgments that no longer hold, in their order of entry.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
    """
    in_force = DocumentsInForce.of(documents, store.scan(Document))
    if not in_force.changes:
        return
    for batch in cases(store, contract=in_force.contract_id, rubric=in_force.rubric_id, dated=True):
        for case in batch:
            stale_record = stale_in(case, in_force)
            if stale_record is not None:
                yield stale_record


def stale_that_decide(
    store: FactStore, documents: Mapping[DocumentKind, Document]
) -> dict[str, int]:
    """Stale judgments on which a releasable disposition still rests, counted by label.

    There are none after `dispose`; a policy or contract that changed since leaves them behind.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
    """
    in_force = DocumentsInForce.of(documents, store.scan(Document))
    counts: Counter[str] = Counter()
    if not in_force.changes:
        return {}
    for batch in cases(store, contract=in_force.contract_id, rubric=in_force.rubric_id, dated=True):
        for case in batch:
            stale_record = stale_in(case, in_force)
            disposed = case.disposition is not None and case.disposition.state in RELEASABLE
            if disposed and stale_record is not None and stale_record.decides:
                counts.update(
                    label for judgment in stale_record.judgments for label in judgment.labels
                )
    return dict(sorted(counts.items()))


def report(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    resampling: Resampling | None = None,
    cues: Sequence[Cue] = CUES,
    progress: ProgressCallback | None = None,
) -> "QualityReport":
    """The quality report over everything in the store, under the documents in force.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        resampling: how intervals are drawn.
        cues: what the shortcut audit counts in a text.
        progress: called after each batch with the number of records read.
    """
    from assay.quality.report import report_of  # noqa: PLC0415  seconds of statistics to load

    data = _gather(store, documents, progress, cues)
    return report_of(data, resampling, rubrics(store))


def rubrics(store: FactStore) -> dict[str, str]:
    """Document id of every rubric that the store holds -> its name and version."""
    return {
        document.id: f"{document.name} {document.version}"
        for document in store.scan(Document)
        if document.kind == "rubric"
    }


def shortcuts(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    seed: int = 0,
    cues: Sequence[Cue] = CUES,
    progress: ProgressCallback | None = None,
) -> "tuple[ShortcutAudit, ...]":
    """Whether surface cues win, by group of reviewers; the report says the same under its seed."""
    from assay.quality.shortcuts.audit import audit  # noqa: PLC0415  seconds of statistics to load

    return audit(_gather(store, documents, progress, cues).shortcuts, seed=seed)


def agreement(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    resampling: Resampling | None = None,
    progress: ProgressCallback | None = None,
) -> AgreementReport:
    """How far reviewers agree, by question and slice."""
    draws = resampling or Resampling()
    data = _gather(store, documents, progress)
    return AgreementReport(
        verdicts=verdicts_of(data, draws), questions=tuple(questions_of(data, draws))
    )


def reviewers(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    level: float = 0.95,
    progress: ProgressCallback | None = None,
) -> tuple[ReviewerRates, ...]:
    """Ties, both unacceptable, insufficient context, abstentions and place by reviewer.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        level: nominal coverage of the intervals.
        progress: called after each batch with the number of records read.
    """
    return reviewers_of(_gather(store, documents, progress), level)


def integrity(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    tokens: ControlTokens | None = None,
    progress: ProgressCallback | None = None,
) -> Integrity:
    """Contradictions between records, and what gives an answer away; the report says the same.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        tokens: the control tokens to look for; the known ones where absent.
        progress: called after each batch with the number of records read.
    """
    in_force = DocumentsInForce.of(documents)
    gathering = IntegrityGathering(tokens)
    for case in _each_case(store, in_force, progress):
        layer = layer_of(case.record, in_force.contract)
        counting = Counting(roles=layer.roles) if layer else STRICT_MAJORITY
        standing = effective(case.judgments, in_force.rubric_id)
        judged = consensus(case.record, standing, case.adjudications, counting=counting)
        gathering.add(case.id, case.record, judged if case.judgments else None)
    return gathering.result()


def refuted_records(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Iterator[str]:
    """Ids of accepted records whose taught candidate a verifier refuted, streamed."""
    in_force = DocumentsInForce.of(documents)
    for case in _each_case(store, in_force):
        if case.disposition and case.disposition.state == "accepted":
            place = taught_candidate(case, in_force)
            if place is not None and is_refuted(case, place, in_force):
                yield case.id


def each_case(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Iterator[RecordCase]:
    """Every record's case with its latest disposition under the documents in force, streamed."""
    return _each_case(store, DocumentsInForce.of(documents))


def _gather(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    progress: ProgressCallback | None,
    cues: Sequence[Cue] = CUES,
) -> ReportData:
    in_force = DocumentsInForce.of(documents)
    return gather(_each_case(store, in_force, progress), in_force, cues)


def _each_case(
    store: FactStore, in_force: DocumentsInForce, progress: ProgressCallback | None = None
) -> Iterator[RecordCase]:
    done = 0
    for batch in cases(store, contract=in_force.contract_id, rubric=in_force.rubric_id):
        yield from batch
        done += len(batch)
        if progress:
            progress(done, None)
