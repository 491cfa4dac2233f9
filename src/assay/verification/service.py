"""What an interface can do with verifiers: run those that the rubric names, and show what they cover."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.contracts.rubric import Rubric
from assay.core.choices import nearest
from assay.core.errors import UsageError
from assay.core.ports import FactStore
from assay.core.progress import ProgressCallback
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.item_report import ItemReport, item_report
from assay.verification.ledger import CoverageReport, Ledger
from assay.verification.planned import Load, PlannedTest, applying, planned_tests
from assay.verification.running import OpenSandbox, PendingResult, WorkerPool, needs_sandbox
from assay.verification.standing import (
    COULD_NOT_SAY,
    NOT_DELIVERED,
    reaches,
    tries_again,
    weight_of,
)
from assay.verification.verification import Verification
from assay.verification.verifier import Found, NothingToVerify

JudgmentOrVerification = TypeVar("JudgmentOrVerification", Judgment, Verification)

BATCH = 100
"""Records of one transaction. One batch is tested ahead, so two are what an interruption can cost."""

LatestResults = dict[tuple[str, str | None, int | None], Verification]
"""Of one record, the latest verification by verifier, options and candidate."""


class VerifierRun(msgspec.Struct, frozen=True, kw_only=True):
    """The results of one verifier; all its numbers count candidates."""

    verifier: str
    """Name of the verifier, as the rubric gives it."""
    version: str
    """Its version; empty where there is no such verifier."""
    options: str | None
    """Its options as canonical JSON text."""
    dimensions: tuple[str, ...]
    """Dimensions that it covers."""
    verdicts: dict[str, int]
    """What this run found, by verdict."""
    counted: int
    """Of these, the denominator of a rate: all but those where the verifier could not say."""
    not_delivered: int
    """Of the counted, how many candidates gave nothing that could be judged; they are not passed."""
    same_subject: int
    """Of these, how many share all that the verifier may see with one that this run had tested."""
    already_there: int
    """Candidates that were tested before and of which nothing has changed since."""
    nothing_to_verify: dict[str, int]
    """Candidates that make no such claim, by reason; they are not passes."""
    missing: str
    """Why it did not run; empty where it ran."""


class VerificationRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of all verifiers did."""

    records: int
    """Records that were read, whether anything was tested or not."""
    written: int
    """Verifications that are new and were stored."""
    runs: tuple[VerifierRun, ...]
    """Each verifier, in the rubric's order."""
    no_sandbox: str
    """Why no sandbox could be had, with the remedy; empty where there was one, or no need of one."""


def verify(
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
) -> VerificationRun:
    """Run every verifier that the rubric names over the candidates of every record.

    Tested is what is new or has changed: another version, other options, dimensions or environment,
    or a verdict of weaker isolation than the contract now demands. What broke or could not
    run is tried again. The facts and their order are the same for any number of workers.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        load: gives the verifier class of a name.
        actor: who does it.
        open_sandbox: opens a sandbox for verifiers that execute code. Where none can be had, what
            they would have tested gets the verdict `unavailable`.
        workers: how many sandboxes work at once.
        verifiers: names of the verifiers to run; all that the rubric names where empty.
        records: ids of the records to look at; all where empty.
        fresh: whether to test again what nothing has changed of.
        progress: called after each record with the number of records done, and of all.

    Raises:
        UsageError: if a verifier does not take the options that the rubric gives it, if no
            dimension names one of `verifiers`, or if the sandbox's isolation is weaker than the
            contract demands.
    """
    contract, rubric = contract_and_rubric(documents)
    where = {"id": list(records)} if records else {}
    with WorkerPool(open_sandbox, max(1, workers)) as pool:
        runs = [
            _VerifierRun(test, pool, contract, fresh=fresh)
            for test in select_tests(planned_tests(rubric, load), verifiers)
        ]
        begin(pool, [run.planned for run in runs if run.able], contract)
        done = written = 0
        whole = store.count(Record, **where)
        for batch in _one_ahead(_ask_in_batches(store, where, runs, contract, rubric)):
            new: list[Verification] = []
            for asks in batch:
                new += [fact for ask in asks if (fact := ask.run.fact(ask)) is not None]
                done += 1
                if progress:
                    progress(done, whole)
            written += _commit(store, documents, new, actor)
        return VerificationRun(
            records=done,
            written=written,
            runs=tuple(run.report() for run in runs),
            no_sandbox=pool.sandboxes.missing,
        )


def ledger(store: FactStore, documents: Mapping[DocumentKind, Document]) -> CoverageReport:
    """For every dimension and slice: machine verified, expert judged, both, or uncertain."""
    contract, rubric = contract_and_rubric(documents)
    coverage_ledger = Ledger(contract, rubric)
    for records in batches_of(store.scan(Record)):
        ids = [record.id for record in records]
        judgments = _by_record(store.scan(Judgment, record=ids))
        verifications = _by_record(store.scan(Verification, record=ids))
        for record, identity in zip(records, ids, strict=True):
            coverage_ledger.add(
                record, judgments.get(identity, ()), verifications.get(identity, ())
            )
    return coverage_ledger.report()


def report_item(
    store: FactStore, documents: Mapping[DocumentKind, Document], record: str
) -> ItemReport:
    """Evidence for every dimension of one record's candidates.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        record: the record's id, or a unique prefix of it.

    Raises:
        UsageError: if no record, or more than one, has such an id.
    """
    contract, rubric = contract_and_rubric(documents)
    stored = store.get(Record, record)
    judgments = tuple(store.scan(Judgment, record=stored.id))
    return item_report(
        stored, judgments, tuple(store.scan(Verification, record=stored.id)), contract, rubric
    )


class _Ask(NamedTuple):
    """One candidate that one verifier was asked about."""

    run: "_VerifierRun"
    record: str
    place: int
    answer: PendingResult
    same_subject: bool


class _VerifierRun:
    """One verifier on its way over the records."""

    def __init__(
        self, planned: PlannedTest, pool: WorkerPool, contract: Contract, *, fresh: bool
    ) -> None:
        self.planned = planned
        self._pool = pool
        self._minimum = contract.verification.minimum_isolation
        self._fresh = fresh
        self._missing = planned.missing
        self._verdicts: Counter[str] = Counter()
        self._nothing: Counter[str] = Counter()
        self._same = self._there = 0

    @property
    def able(self) -> bool:
        """Whether it may run, as far as is known."""
        return not self._missing

    def asks(self, record: Record, identity: str, latest: LatestResults) -> Iterator[_Ask]:
        """Ask about every candidate of a record of which there is no current answer."""
        planned = self.planned
        if not record.candidates:
            self._nothing["the record has no candidate"] += 1
        for place in range(len(record.candidates)):
            earlier = latest.get((planned.verifier, planned.options, place))
            if earlier is not None and not self._fresh and self._still_holds(earlier):
                self._there += 1
                continue
            # Here and not at the start: its cases need not run where nothing has to be tested.
            if not self._proven():
                return
            answer, same = self._pool.ask(planned, record, place)
            yield _Ask(self, identity, place, answer, same)

    def _still_holds(self, earlier: Verification) -> bool:
        planned = self.planned
        if (earlier.version, earlier.dimensions) != (planned.test.version, planned.dimensions):
            return False
        if tries_again(earlier):
            return False
        # A test without a sandbox would only replace what is known by `unavailable`.
        if self._has_no_sandbox():
            return True
        if weight_of(earlier.isolation, self._minimum) == "below_minimum":
            return False
        return earlier.environment == self._pool.environment(planned)

    def _has_no_sandbox(self) -> bool:
        return needs_sandbox(self.planned) and self._pool.sandboxes.first is None

    def _proven(self) -> bool:
        """Whether it answers its own cases; without a sandbox nothing runs, so nothing is proven."""
        if not self._missing and not self._has_no_sandbox():
            faults = self._pool.faults(self.planned)
            self._missing = f"it fails its own cases: {'; '.join(faults)}" if faults else ""
        return not self._missing

    def fact(self, ask: _Ask) -> Verification | None:
        """The result of a question as a fact; None where there was nothing to verify."""
        result = ask.answer.result()
        if isinstance(result, NothingToVerify):
            self._nothing[result.reason] += 1
            return None
        self._verdicts[str(result.verdict.__struct_config__.tag)] += 1
        self._same += ask.same_subject
        environment = self._pool.environment(self.planned)
        return _fact(self.planned, ask, result, environment)

    def _without(self, names: Collection[str]) -> int:
        return sum(count for name, count in self._verdicts.items() if name not in names)

    def report(self) -> VerifierRun:
        """The counts so far."""
        planned = self.planned
        return VerifierRun(
            verifier=planned.verifier,
            version=planned.test.version if planned.test else "",
            options=planned.options,
            dimensions=planned.dimensions,
            verdicts=dict(sorted(self._verdicts.items())),
            counted=self._without(COULD_NOT_SAY),
            not_delivered=self._verdicts.total() - self._without(NOT_DELIVERED),
            same_subject=self._same,
            already_there=self._there,
            nothing_to_verify=dict(sorted(self._nothing.items())),
            missing=self._missing,
        )


def _fact(planned: PlannedTest, ask: _Ask, result: Found, environment: str | None) -> Verification:
    return Verification(
        record=ask.record,
        verifier=planned.verifier,
        version=planned.test.version,
        verdict=result.verdict,
        dimensions=planned.dimensions,
        candidate=ask.place,
        step=result.step,
        environment=environment,
        isolation=result.isolation,
        usage=result.usage,
        options=planned.options,
        span=result.span,
        evidence=result.evidence,
        note=result.note,
    )


def select_tests(
    planned: tuple[PlannedTest, ...], names: Collection[str]
) -> tuple[PlannedTest, ...]:
    """The planned tests of these verifiers; all where none is named.

    Raises:
        UsageError: if no dimension names one of them.
    """
    named = {test.verifier for test in planned}
    unknown = sorted(set(names) - named)
    if unknown:
        right = nearest(unknown[0], sorted(named))
        listing = f"it names: {', '.join(sorted(named)) or 'none'}"
        raise UsageError(
            code="verifier-not-named",
            message=f"no dimension of the rubric names {unknown[0]!r}",
            hint=f"did you mean {right!r}? {listing}" if right else listing,
        )
    return tuple(test for test in planned if not names or test.verifier in names)


def begin(pool: WorkerPool, planned: Sequence[PlannedTest], contract: Contract) -> None:
    """Open the first sandbox where one is needed, and check it against the contract.

    Raises:
        UsageError: if its isolation is weaker than the contract demands.
    """
    if not any(needs_sandbox(test) for test in planned):
        return
    pool.sandboxes.begin()
    first, minimum = pool.sandboxes.first, contract.verification.minimum_isolation
    if first is not None and minimum is not None and not reaches(first.isolation, minimum):
        raise UsageError(
            code="isolation-too-weak",
            message=f"the contract demands isolation by {minimum}, and the sandbox has "
            f"{first.isolation}; nothing was run",
            hint=f"run with --isolation {minimum}, or change the contract",
        )


def _ask_in_batches(
    store: FactStore,
    where: Mapping[str, list[str]],
    runs: Sequence[_VerifierRun],
    contract: Contract,
    rubric: Rubric,
) -> Iterator[list[list[_Ask]]]:
    """What is asked about each record, batch by batch."""
    for records in batches_of(store.scan(Record, **where)):
        ids = [record.id for record in records]
        latest_by_record = _latest_by_record(store.scan(Verification, record=ids))
        yield [
            [
                ask
                for run in _applying(runs, record, contract, rubric)
                for ask in run.asks(record, identity, latest_by_record.get(identity, {}))
            ]
            for record, identity in zip(records, ids, strict=True)
        ]


def _applying(
    runs: Sequence[_VerifierRun], record: Record, contract: Contract, rubric: Rubric
) -> Iterator[_VerifierRun]:
    applies = applying(record, contract, rubric)
    return (run for run in runs if run.able and applies.intersection(run.planned.dimensions))


def _one_ahead(batches: Iterator[list[list[_Ask]]]) -> Iterator[list[list[_Ask]]]:
    """The same batches, each given only when the next one is asked for: no worker waits between."""
    previous = next(batches, None)
    for batch in batches:
        if previous is not None:
            yield previous
        previous = batch
    if previous is not None:
        yield previous


def _commit(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    new: Sequence[Verification],
    actor: str,
) -> int:
    if not new:
        return 0
    cited: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write("record.verify", actor=actor, documents=cited) as writing:
        return writing.add(new).stored


def _latest_by_record(verifications: Iterable[Verification]) -> dict[str, LatestResults]:
    latest: dict[str, LatestResults] = {}
    for verification in verifications:
        latest.setdefault(verification.record, {})[
            verification.verifier, verification.options, verification.candidate
        ] = verification
    return latest


def contract_and_rubric(documents: Mapping[DocumentKind, Document]) -> tuple[Contract, Rubric]:
    """The contract and the rubric of the documents in force."""
    contract, rubric = documents["contract"].read(), documents["rubric"].read()
    if not isinstance(contract, Contract) or not isinstance(rubric, Rubric):
        raise TypeError("the facts given as contract and rubric are other documents")
    return contract, rubric


def batches_of(records: Iterator[Record]) -> Iterator[list[Record]]:
    """Records in batches of one transaction."""
    while batch := list(islice(records, BATCH)):
        yield batch


def _by_record(facts: Iterator[JudgmentOrVerification]) -> dict[str, list[JudgmentOrVerification]]:
    by_record: dict[str, list[JudgmentOrVerification]] = {}
    for fact in facts:
        by_record.setdefault(fact.record, []).append(fact)
    return by_record
