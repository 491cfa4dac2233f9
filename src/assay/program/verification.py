"""The `verification` interface of an open program."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from assay.context import Context, Interface
from assay.contracts.contract import IsolationLevel
from assay.core.data_frame import data_frame
from assay.core.options import options_of
from assay.core.progress import ProgressCallback
from assay.plugins import load, names
from assay.verification import service
from assay.verification.adequacy_run import AdequacyReport, measure_adequacy
from assay.verification.item_report import ItemReport
from assay.verification.ledger import CoverageReport
from assay.verification.ports import Sandbox
from assay.verification.proving import CasesProof, proofs_of
from assay.verification.verification import Verification

_load = partial(load, "verifiers")

if TYPE_CHECKING:
    from pandas import DataFrame


def _open_sandbox(isolation: IsolationLevel) -> AbstractContextManager[Sandbox]:
    """Open a sandbox of a level."""
    from assay.verification.sandbox import open_sandbox  # noqa: PLC0415  only where code is run

    return open_sandbox(isolation)


class ListedVerifier(msgspec.Struct, frozen=True, kw_only=True):
    """One installed verifier."""

    name: str
    """The name by which a rubric's dimension asks for it."""
    version: str
    """Version of the verifier; a verdict names it."""
    summary: str
    """What it tests, in one sentence."""
    covers: str
    """The kind of dimension that it can verify."""
    limits: tuple[str, ...]
    """What it does not measure."""
    options: dict[str, str]
    """Its options with their defaults."""
    dimensions: tuple[str, ...]
    """Dimensions of this rubric that name it."""
    proof: CasesProof
    """What its own gold and counter-gold cases came to."""


class VerificationService(Interface):
    """Run verifiers on records, and show what they cover."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def run(
        self,
        *,
        workers: int | None = None,
        isolation: IsolationLevel = "namespaces",
        verifiers: Collection[str] = (),
        records: Sequence[str] = (),
        fresh: bool = False,
        progress: ProgressCallback | None = None,
    ) -> service.VerificationRun:
        """Run every verifier that the rubric names over the candidates of every record.

        Args:
            workers: how many sandboxes work at once; as many as there are processors where absent.
            isolation: how firmly code is held; a weaker level is never taken in its place.
            verifiers: names of the verifiers to run; all that the rubric names where empty.
            records: ids of the records to look at; all where empty.
            fresh: whether to test again what nothing has changed of.
            progress: called after each record with the number of records done, and of all.

        Raises:
            UsageError: if the rubric's options do not fit, if no dimension names one of
                `verifiers`, or if the contract demands a firmer isolation.
        """
        return service.verify(
            self._context.store,
            self._context.facts,
            _load,
            actor=self._context.actor,
            open_sandbox=partial(_open_sandbox, isolation),
            workers=workers or os.cpu_count() or 1,
            verifiers=verifiers,
            records=records,
            fresh=fresh,
            progress=progress,
        )

    def adequacy(
        self,
        *,
        workers: int | None = None,
        isolation: IsolationLevel = "namespaces",
        verifiers: Collection[str] = (),
        records: Sequence[str] = (),
        fresh: bool = False,
        progress: ProgressCallback | None = None,
    ) -> AdequacyReport:
        """Test whether every verifier that the rubric names tells right from wrong, record by record.

        The arguments and errors are those of `run`.
        """
        return measure_adequacy(
            self._context.store,
            self._context.facts,
            _load,
            actor=self._context.actor,
            open_sandbox=partial(_open_sandbox, isolation),
            workers=workers or os.cpu_count() or 1,
            verifiers=verifiers,
            records=records,
            fresh=fresh,
            progress=progress,
        )

    def list(
        self, *, record: str | None = None, verifier: str | None = None
    ) -> Iterator[Verification]:
        """Verifications in their order of entry.

        Args:
            record: whole id of the one record; all records where absent.
            verifier: name of the one verifier; all where absent.
        """
        named = {"record": record, "verifier": verifier}
        where = {field: value for field, value in named.items() if value is not None}
        return self._context.store.scan(Verification, **where)

    def to_frame(self, *, record: str | None = None, verifier: str | None = None) -> "DataFrame":
        """The verifications of `list` as a pandas data frame; the arguments are those of `list`.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.list(record=record, verifier=verifier), Verification)

    def get(self, identity: str) -> Verification:
        """The verification with this id or unique prefix of an id.

        Raises:
            UsageError: if no verification, or more than one, has such an id.
        """
        return self._context.store.get(Verification, identity)

    def list_verifiers(
        self, *, prove: bool = True, isolation: IsolationLevel = "namespaces"
    ) -> tuple[ListedVerifier, ...]:
        """Every installed verifier, the dimensions that name it, and whether it is proven here.

        Args:
            prove: whether to run its gold and counter-gold cases; else they are only counted.
            isolation: how firmly code is held in cases that run some.
        """
        dimensions = self._context.documents.rubric.dimensions
        verifier_names = names("verifiers")
        opening = partial(_open_sandbox, isolation)
        proofs = proofs_of([_load(name) for name in verifier_names], opening, tried=prove)
        return tuple(
            listed_verifier(
                name,
                proof,
                tuple(dimension.id for dimension in dimensions if dimension.verifier == name),
            )
            for name, proof in zip(verifier_names, proofs, strict=True)
        )

    def report(self) -> CoverageReport:
        """For every dimension and slice: machine verified, expert judged, both, or uncertain."""
        return service.ledger(self._context.store, self._context.facts)

    def item(self, record: str) -> ItemReport:
        """Evidence for every dimension of one record's candidates, and by what.

        Args:
            record: the record's id, or a unique prefix of it.

        Raises:
            UsageError: if no record, or more than one, has such an id.
        """
        return service.report_item(self._context.store, self._context.facts, record)


def listed_verifier(
    name: str, proof: CasesProof, dimensions: tuple[str, ...] = ()
) -> ListedVerifier:
    """What a verifier says of itself.

    Args:
        name: its name.
        proof: what its own cases came to.
        dimensions: dimensions of a rubric that name it.

    Raises:
        UsageError: if there is no such verifier.
    """
    test = _load(name)()
    return ListedVerifier(
        name=test.name,
        version=test.version,
        summary=test.summary,
        covers=test.covers,
        limits=tuple(test.limits),
        options={key: str(value) for key, value in options_of(test).items()},
        dimensions=dimensions,
        proof=proof,
    )
