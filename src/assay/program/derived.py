"""Derived figures of an open program: continued from the audit entry up to which they were kept.

What a stage derives is pure (`quality.case_fold`); here it is given what later entries touched.
Figures are made again from all facts where they cannot be continued: none were kept, or under other
documents or by another release of Assay; the chain no longer holds their entry; a fact came on which
every record depends; or most records were touched.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.core.digest import sha256_hex
from assay.core.fact import Fact
from assay.core.ports import Checkpoint, FactStore
from assay.core.progress import ProgressCallback
from assay.core.version import __version__
from assay.quality.case import RecordCase, cases
from assay.quality.case_fold import CaseFigures, CaseFold, fold
from assay.quality.disposing import evaluate
from assay.quality.disposition import Disposition
from assay.quality.disposition_tally import Disposed, DispositionTally, disposition_fold
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication
from assay.store.derived import DerivedResult, DerivedResults
from assay.store.store import Store
from assay.store.versions import REVISIONS
from assay.verification.verification import Verification

S = TypeVar("S", bound=CaseFigures)

READ_BY_RULES: tuple[type[Fact], ...] = (Record, Judgment, Adjudication, Verification)
"""Families of the facts that the rules of dispositions read."""

_EVALUATED = "evaluated"
"""Name of the empty result whose entry says up to where the rules have read."""

KEPT_BEHIND = 1000
"""Entries, or records that later facts name, after which figures that did not change are kept again:
looking past a few costs little, and keeping costs a write."""


class DerivedFigures:
    """Figures over all cases, as of the newest audit entry."""

    def __init__(self, store: Store, documents: Mapping[str, str]) -> None:
        """Figures of a store.

        Args:
            store: the store.
            documents: ids of the documents in force, by kind.
        """
        self._store = store
        self._results = DerivedResults(store)
        self._contract, self._rubric = documents["contract"], documents["rubric"]
        self._documents = documents_digest(documents)
        self.head = store.head()
        """The newest entry when this was made: the figures count what came up to it."""
        self._now = store.as_of(self.head.number)

    def of(self, figure_fold: CaseFold[S]) -> S:
        """The figures of one fold, as of the newest entry."""
        figures: S
        [figures] = self.of_all([figure_fold])
        return figures

    def of_all(self, folds: Sequence[CaseFold[Any]]) -> list[Any]:
        """The figures of several folds; those that are made anew share one pass over the cases."""
        figures = {figure_fold.name: self._continue(figure_fold) for figure_fold in folds}
        anew = {
            figure_fold.name: figure_fold.start()
            for figure_fold in folds
            if figures[figure_fold.name] is None
        }
        if anew:
            for case in self._cases(self._now):
                for started in anew.values():
                    started.add(case)
            for figure_fold in folds:
                if figure_fold.name in anew:
                    self._keep(figure_fold, anew[figure_fold.name])
        return [
            anew[figure_fold.name] if figure_fold.name in anew else figures[figure_fold.name]
            for figure_fold in folds
        ]

    def _continue(self, figure_fold: CaseFold[S]) -> S | None:
        """The figures as they were kept, with what was touched since; None to make them anew."""
        stored = self._results.read(figure_fold.name)
        if stored is None or not self._is_current(figure_fold, stored):
            return None
        touched = self._now.touched_since(stored.head.number)
        if touched.families & {Document, *figure_fold.begins_again}:
            return None
        records = touched.about(figure_fold.reads)
        if 2 * len(records) > self._now.count(Record):
            return None
        figures = figure_fold.decode(stored.body)
        if records:
            before = self._store.as_of(stored.head.number)
            fold(figures, self._cases(before, records), self._cases(self._now, records))
        passed = sum(len(names) for names in touched.records.values())
        if records or max(passed, self.head.number - stored.head.number) >= KEPT_BEHIND:
            self._keep(figure_fold, figures)
        return figures

    def unevaluated(self) -> list[str] | None:
        """Records with facts that no rule has read under the documents in force; None: any may have.

        A disposition is no such fact: rules read what was judged, and not what they made of it.
        """
        stored = self._results.read(_EVALUATED)
        if stored is None or (stored.version, stored.documents) != (1, self._documents):
            return None
        touched = self._now.touched_since(stored.head.number)
        return None if Document in touched.families else touched.about(READ_BY_RULES)

    def note_evaluated(self) -> None:
        """Note that the rules have read every fact up to the newest entry."""
        self._results.keep(self._result(_EVALUATED, 1, b""))

    def note_tally(self, tally: DispositionTally, before: Checkpoint, written: int) -> None:
        """Keep a tally of all dispositions, unless others wrote while it was made.

        Args:
            tally: the dispositions of every record.
            before: the newest entry before they were written.
            written: how many were.
        """
        touched = self._now.touched_since(before.number).families
        new = sum(1 for _ in self._now.new_since(Disposition, before.number)) if touched else 0
        if touched <= {Disposition} and new == written:
            self._keep(disposition_fold(), tally)

    def _is_current(self, figure_fold: CaseFold[S], stored: DerivedResult) -> bool:
        return (stored.version, stored.documents) == (figure_fold.version, self._documents)

    def _keep(self, figure_fold: CaseFold[S], figures: S) -> None:
        if figure_fold.settle:
            figure_fold.settle(figures, self._now)
        self._results.keep(self._result(figure_fold.name, figure_fold.version, figures.encoded()))

    def _result(self, name: str, version: int, body: bytes) -> DerivedResult:
        return DerivedResult(
            name=name, version=version, documents=self._documents, head=self.head, body=body
        )

    def _cases(
        self, store: FactStore, records: Sequence[str] | None = None
    ) -> Iterator[RecordCase]:
        batches = cases(store, contract=self._contract, rubric=self._rubric, records=records)
        return (case for batch in batches for case in batch)


def dispose_new(
    store: Store,
    documents: Mapping[DocumentKind, Document],
    *,
    actor: str,
    progress: ProgressCallback | None = None,
) -> Disposed:
    """Give every record its disposition; records that nothing came about are not evaluated again.

    Args:
        store: the store.
        documents: the documents in force by kind.
        actor: who does it.
        progress: called with the number of records that were evaluated.
    """
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    before = DerivedFigures(store, ids)
    records = before.unevaluated()
    evaluated = evaluate(store, documents, actor=actor, records=records, progress=progress)
    before.note_evaluated()
    after = DerivedFigures(store, ids)
    if records is None:
        after.note_tally(evaluated.tally, before.head, evaluated.written)
        return evaluated.tally.disposed(evaluated.written)
    return after.of(disposition_fold()).disposed(evaluated.written)


def documents_digest(ids: Mapping[str, str]) -> str:
    """A digest of all that figures depend on beside the facts: documents in force, release, tables."""
    basis = {"documents": ids, "release": __version__, "tables": REVISIONS[-1]}
    return sha256_hex(msgspec.json.encode(basis, order="deterministic"))
