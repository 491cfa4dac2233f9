"""Use cases of quality: dispose records by the contract's rules, and report."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.core.ports import FactStore
from assay.quality.bootstrap import Resampling
from assay.quality.case import Case, cases
from assay.quality.consensus import STRICT_MAJORITY, effective
from assay.quality.failure_modes import is_refuted, taught_candidate
from assay.quality.gathering import Gathering, gather
from assay.quality.rules import InForce, dispose_case
from assay.quality.sections.questions import Question, Verdicts, questions_of, verdicts_of
from assay.quality.sections.reviewers import ReviewerRates, reviewers_of

if TYPE_CHECKING:
    from assay.quality.report import QualityReport
    from assay.quality.shortcuts.audit import ShortcutAudit


class Disposed(msgspec.Struct, frozen=True, kw_only=True):
    """What a run over all records did: `written + unchanged` is how many records there are."""

    written: int
    """Records whose disposition is new."""
    unchanged: int
    """Records whose disposition is what it was."""
    states: dict[str, int]
    """Records by state, new and unchanged."""


class AgreementReport(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement part of the quality report."""

    verdicts: Verdicts | None
    """Verdicts on two candidates; None where there are none."""
    questions: tuple[Question, ...]
    """Every other question that was answered."""


def dispose(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    actor: str,
    records: Sequence[str] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Disposed:
    """Give every record the disposition that the rules in force make of it.

    A record whose facts and documents are what they were gets no new disposition. A run that is
    broken off leaves whole batches behind; the next one goes on from there.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        actor: who does it.
        records: ids of the records to dispose of; all where absent.
        on_progress: called after each batch with the number of records done.
    """
    in_force = InForce.of(documents)
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    states: Counter[str] = Counter()
    written = done = 0
    for batch in cases(
        store, contract=in_force.contract_id, rubric=in_force.rubric_id, records=records
    ):
        found = [(case, dispose_case(case, in_force)) for case in batch]
        states.update(disposition.state for _, disposition in found)
        new = [disposition for case, disposition in found if disposition != case.disposition]
        if new:
            with store.write("record.dispose", actor=actor, documents=ids) as writing:
                writing.add(new)
        written += len(new)
        done += len(batch)
        if on_progress:
            on_progress(done)
    return Disposed(written=written, unchanged=done - written, states=dict(sorted(states.items())))


def report(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    resampling: Resampling | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> "QualityReport":
    """The quality report over everything in the store, under the documents in force.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        resampling: how intervals are drawn.
        on_progress: called after each batch with the number of records read.
    """
    from assay.quality.report import report_of  # noqa: PLC0415  seconds of statistics to load

    return report_of(_gathered(store, documents, on_progress), resampling, rubrics(store))


def rubrics(store: FactStore) -> dict[str, str]:
    """Document id of every rubric that the store holds -> its name and version."""
    return {
        each.id: f"{each.name} {each.version}"
        for each in store.scan(Document)
        if each.kind == "rubric"
    }


def shortcuts(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> "tuple[ShortcutAudit, ...]":
    """Whether surface cues win, by group of reviewers; the report says the same under its seed."""
    from assay.quality.shortcuts.audit import audit  # noqa: PLC0415  seconds of statistics to load

    return audit(_gathered(store, documents, on_progress).shortcuts, seed=seed)


def agreement(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    resampling: Resampling | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> AgreementReport:
    """How far reviewers agree, by question and slice."""
    drawn = resampling or Resampling()
    gathered = _gathered(store, documents, on_progress)
    return AgreementReport(
        verdicts=verdicts_of(gathered, drawn), questions=tuple(questions_of(gathered, drawn))
    )


def reviewers(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    level: float = 0.95,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[ReviewerRates, ...]:
    """Ties, both unacceptable, insufficient context, abstentions and place by reviewer.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        level: nominal coverage of the intervals.
        on_progress: called after each batch with the number of records read.
    """
    return reviewers_of(_gathered(store, documents, on_progress), level)


def refuted(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Iterator[str]:
    """Ids of accepted records whose taught candidate a verifier refuted, streamed."""
    for case in each_case(store, documents):
        if case.disposition and case.disposition.state == "accepted":
            people = [each for each in effective(case.judgments) if STRICT_MAJORITY.counts(each)]
            place = taught_candidate(case.record, people)
            if place is not None and is_refuted(case, place):
                yield case.id


def each_case(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Iterator[Case]:
    """Every record's case with its latest disposition under the documents in force, streamed."""
    return _each_case(store, InForce.of(documents))


def _gathered(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    on_progress: Callable[[int], None] | None,
) -> Gathering:
    in_force = InForce.of(documents)
    return gather(_each_case(store, in_force, on_progress), in_force)


def _each_case(
    store: FactStore, in_force: InForce, on_progress: Callable[[int], None] | None = None
) -> Iterator[Case]:
    done = 0
    for batch in cases(store, contract=in_force.contract_id, rubric=in_force.rubric_id):
        yield from batch
        done += len(batch)
        if on_progress:
            on_progress(done)
