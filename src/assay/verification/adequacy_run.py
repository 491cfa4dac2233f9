"""Testing the adequacy of every verifier that the rubric names, record by record, and storing it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.core.ports import FactStore
from assay.core.progress import ProgressCallback
from assay.records.record import Record
from assay.verification.adequacy import VERSION, Adequacy, examine, options_text, references_of
from assay.verification.planned import Load, PlannedTest, applying, planned_tests
from assay.verification.running import OpenSandbox, WorkerPool, needs_sandbox
from assay.verification.service import batches_of, begin, contract_and_rubric, select_tests
from assay.verification.standing import ADEQUACY, tries_again
from assay.verification.verification import Fail, Pass, Verification
from assay.verification.verifier import Form

MOST_NAMED = 100
"""Records with an inadequate verifier that are named one by one; all of them are counted."""


class InadequateRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record on which a verifier does not tell right from wrong."""

    record: str
    """Id of the record."""
    reason: str
    """What it accepts, or refuses, in words."""


class VerifierAdequacy(msgspec.Struct, frozen=True, kw_only=True):
    """The adequacy of one verifier; all its numbers count records."""

    verifier: str
    """Name of the verifier, as the rubric gives it."""
    version: str
    """Its version; empty where there is no such verifier."""
    options: str | None
    """Its options as canonical JSON text."""
    dimensions: tuple[str, ...]
    """Dimensions that it covers."""
    adequate: int
    """The reference passes and no wrong answer does."""
    inadequate: int
    """A wrong answer passes, the reference does not, or the tests can be reached."""
    not_tested: dict[str, int]
    """Records on which it could not be tested, by reason."""
    already_there: int
    """Tested before, and nothing has changed since."""
    named: tuple[InadequateRecord, ...]
    """The first of the inadequate ones of this run."""


class AdequacyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run over all records did."""

    records: int
    """Records that were read, whether anything was tested or not."""
    written: int
    """Results that are new and were stored."""
    verifiers: tuple[VerifierAdequacy, ...]
    """Each verifier, in the rubric's order."""
    no_sandbox: str
    """Why no sandbox could be had, with the remedy; empty where there was one, or no need of one."""


def measure_adequacy(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    load: Load,
    *,
    actor: str,
    open_sandbox: OpenSandbox | None = None,
    workers: int = 1,
    verifiers: Collection[str] = (),
    records: Sequence[str] = (),
    fresh: bool = False,
    progress: ProgressCallback | None = None,
) -> AdequacyReport:
    """Try every verifier that the rubric names with right and wrong answers of every record.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        load: gives the verifier class of a name.
        actor: who does it.
        open_sandbox: opens a sandbox for verifiers that execute code.
        workers: how many sandboxes work at once.
        verifiers: names of the verifiers to try; all that the rubric names where empty.
        records: ids of the records to look at; all where empty.
        fresh: whether to test again what nothing has changed of.
        progress: called after each record with the number of records done, and of all.

    Raises:
        UsageError: as `service.verify` does.
    """
    contract, rubric = contract_and_rubric(documents)
    where = {"id": list(records)} if records else {}
    with WorkerPool(open_sandbox, max(1, workers)) as pool:
        planned = select_tests(planned_tests(rubric, load), verifiers)
        begin(pool, [test for test in planned if test.test is not None], contract)
        runs = [_AdequacyRun(test, pool, fresh=fresh) for test in planned]
        done = written = 0
        whole = store.count(Record, **where)
        for batch in batches_of(store.scan(Record, **where)):
            last_results = _last_results(store, [record.id for record in batch])
            new: list[Verification] = []
            for record in batch:
                applies = applying(record, contract, rubric)
                for run in runs:
                    if applies.intersection(run.planned.dimensions):
                        new += run.test(record, batch, last_results)
                done += 1
                if progress:
                    progress(done, whole)
            written += _commit(store, documents, new, actor)
        return AdequacyReport(
            records=done,
            written=written,
            verifiers=tuple(run.report() for run in runs),
            no_sandbox=pool.sandboxes.missing,
        )


_LastResults = Mapping[tuple[str, str | None], Verification]


class _AdequacyRun:
    """One verifier in one run."""

    def __init__(self, planned: PlannedTest, pool: WorkerPool, *, fresh: bool) -> None:
        self.planned = planned
        self._pool = pool
        self._fresh = fresh
        self._form: Form = getattr(planned.test, "reads", "text")
        self._counts: Counter[str] = Counter()
        self._untested: Counter[str] = Counter()
        self._named: list[InadequateRecord] = []
        version = planned.test.version if planned.test else ""
        self._options = options_text(planned.verifier, version, planned.options)

    def test(
        self, record: Record, batch: Sequence[Record], last_results: _LastResults
    ) -> list[Verification]:
        """The new result about a record; none where nothing was tested, or nothing has changed."""
        planned, identity = self.planned, record.id
        if planned.test is None:
            self._untested[planned.missing] += 1
            return []
        earlier = last_results.get((identity, self._options))
        if earlier is not None and not self._fresh and self._still_holds(earlier):
            self._counts["already_there"] += 1
            return []
        others = [
            reference
            for other in batch
            if other is not record
            for reference in self._references(other)
        ]
        entry = str(getattr(planned.test, "entry", ""))
        adequacy = examine(
            record, self._form, others, lambda probe: self._pool.ask(planned, probe, 0)[0], entry
        )
        return self._count(adequacy, identity)

    def _references(self, record: Record) -> list[str]:
        return references_of(record, self._form)

    def _still_holds(self, earlier: Verification) -> bool:
        if earlier.version != VERSION or tries_again(earlier):
            return False
        # A test without a sandbox would only replace what is known by `unavailable`.
        if needs_sandbox(self.planned) and self._pool.sandboxes.first is None:
            return True
        return (
            earlier.environment == self._pool.environment(self.planned)
            and earlier.dimensions == self.planned.dimensions
        )

    def _count(self, adequacy: Adequacy, identity: str) -> list[Verification]:
        if adequacy.verdict is None:
            self._untested[adequacy.note] += 1
            return []
        if isinstance(adequacy.verdict, Pass):
            self._counts["adequate"] += 1
        elif isinstance(adequacy.verdict, Fail):
            self._counts["inadequate"] += 1
            if len(self._named) < MOST_NAMED:
                named = InadequateRecord(record=identity, reason=adequacy.verdict.reason)
                self._named.append(named)
        else:
            self._untested[str(getattr(adequacy.verdict, "reason", adequacy.note))] += 1
        fact = Verification(
            record=identity,
            verifier=ADEQUACY,
            version=VERSION,
            verdict=adequacy.verdict,
            dimensions=self.planned.dimensions,
            environment=self._pool.environment(self.planned),
            isolation=adequacy.isolation,
            options=self._options,
            note=adequacy.note,
        )
        return [fact]

    def report(self) -> VerifierAdequacy:
        """The counts so far."""
        planned = self.planned
        return VerifierAdequacy(
            verifier=planned.verifier,
            version=planned.test.version if planned.test else "",
            options=planned.options,
            dimensions=planned.dimensions,
            adequate=self._counts["adequate"],
            inadequate=self._counts["inadequate"],
            not_tested=dict(sorted(self._untested.items())),
            already_there=self._counts["already_there"],
            named=tuple(self._named),
        )


def _last_results(
    store: FactStore, ids: Sequence[str]
) -> dict[tuple[str, str | None], Verification]:
    """The last results about these records, by record and test."""
    results = store.scan(Verification, record=list(ids), verifier=ADEQUACY)
    return {(result.record, result.options): result for result in results}


def _commit(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    new: Sequence[Verification],
    actor: str,
) -> int:
    if not new:
        return 0
    cited: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write("record.adequacy", actor=actor, documents=cited) as writing:
        return writing.add(new).stored
