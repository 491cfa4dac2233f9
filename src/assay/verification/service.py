"""What a door can do with verifiers: run those that the rubric names over all records."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.contracts.rubric import Rubric
from assay.core.ports import FactStore
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.ledger import Ledger, LedgerRow
from assay.verification.planned import Load, PlannedTest, applying, planned_tests
from assay.verification.verification import Error, Verification
from assay.verification.verifier import Found, NothingToVerify

F = TypeVar("F", Judgment, Verification)

BATCH = 500
"""Records at once: they bound the memory and make one transaction."""

Known = dict[tuple[str, str, str | None, int | None], Verification]
"""Verifications of one record by verifier, version, options and candidate."""


class VerifierRun(msgspec.Struct, frozen=True, kw_only=True):
    """What one verifier came to: all its numbers count candidates."""

    verifier: str
    """Its name."""
    version: str
    """Its version; empty where there is no such verifier."""
    options: str | None
    """Its options as canonical JSON text."""
    dimensions: tuple[str, ...]
    """Dimensions that it speaks for."""
    verdicts: dict[str, int]
    """New verifications by verdict."""
    already_there: int
    """Candidates that the same version had tested before under the same options."""
    nothing_to_verify: dict[str, int]
    """Candidates that make no such claim, by reason; they are no passes."""
    missing: str
    """Why it did not run; empty where it ran."""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of all verifiers did."""

    records: int
    """Records looked at."""
    written: int
    """New verifications."""
    runs: tuple[VerifierRun, ...]
    """Each verifier, in the rubric's order."""


def verify(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    load: Load,
    *,
    actor: str,
    on_progress: Callable[[int], None] | None = None,
) -> Verified:
    """Run every verifier that the rubric names over the candidates of every record.

    What the same version has tested under the same options is not tested again. A verifier that
    breaks on a candidate leaves the verdict `error` there, and the run goes on.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        load: gives the verifier class of a name.
        actor: who does it.
        on_progress: called after each batch with the number of records done.

    Raises:
        UsageError: if a verifier does not take the options that the rubric gives it.
    """
    contract, rubric = _typed(documents)
    runs = [_Run(each) for each in planned_tests(rubric, load)]
    able = [run for run in runs if run.planned.test is not None]
    done = written = 0
    for records in _batches(store):
        known = _known(store, [record.id for record in records])
        new = [
            fact
            for record in records
            for run in able
            if set(run.planned.dimensions) & applying(record, contract, rubric)
            for fact in run.over(record, known.get(record.id, {}))
        ]
        if new:
            with store.write(
                "record.verify",
                actor=actor,
                documents={kind: document.id for kind, document in documents.items()},
            ) as writing:
                writing.add(new)
        written += len(new)
        done += len(records)
        if on_progress:
            on_progress(done)
    return Verified(records=done, written=written, runs=tuple(run.report() for run in runs))


def ledger(store: FactStore, documents: Mapping[DocumentKind, Document]) -> tuple[LedgerRow, ...]:
    """For every dimension and slice: machine verified, expert judged, both, or uncertain."""
    contract, rubric = _typed(documents)
    found = Ledger(contract, rubric)
    for records in _batches(store):
        ids = [record.id for record in records]
        judgments = _by_record(store.scan(Judgment, record=ids))
        verifications = _by_record(store.scan(Verification, record=ids))
        for record, identity in zip(records, ids, strict=True):
            found.add(record, judgments.get(identity, ()), verifications.get(identity, ()))
    return found.rows()


class _Run:
    """One verifier on its way over the records."""

    def __init__(self, planned: PlannedTest) -> None:
        self.planned = planned
        self._verdicts: Counter[str] = Counter()
        self._nothing: Counter[str] = Counter()
        self._there = 0

    def over(self, record: Record, known: Known) -> Iterator[Verification]:
        planned = self.planned
        if not record.candidates:
            self._nothing["the record has no candidate"] += 1
        for place in range(len(record.candidates)):
            key = (planned.verifier, planned.test.version, planned.options, place)
            earlier = known.get(key)
            if earlier is not None and earlier.dimensions == planned.dimensions:
                self._there += 1
                continue
            found = _tested(planned, record, place)
            if isinstance(found, NothingToVerify):
                self._nothing[found.reason] += 1
                continue
            self._verdicts[str(found.verdict.__struct_config__.tag)] += 1
            yield _fact(planned, record, place, found)

    def report(self) -> VerifierRun:
        planned = self.planned
        return VerifierRun(
            verifier=planned.verifier,
            version=planned.test.version if planned.test else "",
            options=planned.options,
            dimensions=planned.dimensions,
            verdicts=dict(sorted(self._verdicts.items())),
            already_there=self._there,
            nothing_to_verify=dict(sorted(self._nothing.items())),
            missing=planned.missing,
        )


def _tested(planned: PlannedTest, record: Record, place: int) -> Found | NothingToVerify:
    try:
        found: Found | NothingToVerify = planned.test.verify(record, place)
    except Exception as error:  # noqa: BLE001  a plug-in's fault must not stop the others
        return Found(verdict=Error(reason=f"{type(error).__name__}: {error}"))
    return found


def _fact(planned: PlannedTest, record: Record, place: int, found: Found) -> Verification:
    return Verification(
        record=record.id,
        verifier=planned.verifier,
        version=planned.test.version,
        verdict=found.verdict,
        dimensions=planned.dimensions,
        candidate=place,
        step=found.step,
        isolation=found.isolation,
        usage=found.usage,
        options=planned.options,
        span=found.span,
        evidence=found.evidence,
        note=found.note,
    )


def _known(store: FactStore, ids: Sequence[str]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for each in store.scan(Verification, record=ids):
        key = (each.verifier, each.version, each.options, each.candidate)
        found.setdefault(each.record, {})[key] = each
    return found


def _typed(documents: Mapping[DocumentKind, Document]) -> tuple[Contract, Rubric]:
    contract, rubric = documents["contract"].read(), documents["rubric"].read()
    if not isinstance(contract, Contract) or not isinstance(rubric, Rubric):
        raise TypeError("the facts given as contract and rubric are other documents")
    return contract, rubric


def _batches(store: FactStore) -> Iterator[list[Record]]:
    records = store.scan(Record)
    while batch := list(islice(records, BATCH)):
        yield batch


def _by_record(facts: Iterator[F]) -> dict[str, list[F]]:
    found: dict[str, list[F]] = {}
    for fact in facts:
        found.setdefault(fact.record, []).append(fact)
    return found
