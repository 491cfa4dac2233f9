"""Derived figures of an open program: continued from the audit entry up to which they were kept.

What a stage derives is pure (`quality.case_fold`); here it is given what later entries touched.
Figures are made again from all facts where they cannot be continued: none were kept, or under other
documents or by another release of Assay; the chain no longer holds their entry; a fact came on which
every record depends; or most records were touched.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from assay.context import Context
from assay.contracts.document import Document
from assay.core.digest import sha256_hex
from assay.core.ports import FactStore
from assay.core.version import __version__
from assay.quality.case import RecordCase, cases
from assay.quality.case_fold import CaseFigures, CaseFold, fold
from assay.records.record import Record
from assay.store.derived import DerivedResult, DerivedResults
from assay.store.versions import REVISIONS

S = TypeVar("S", bound=CaseFigures)

KEPT_BEHIND = 1000
"""Entries behind the newest after which figures that did not change are kept again: looking past
entries costs little, and keeping costs a write."""


class DerivedFigures:
    """Figures over all cases, as of the newest audit entry."""

    def __init__(self, context: Context) -> None:
        self._store = context.store
        self._results = DerivedResults(context.store)
        self._contract = context.ids["contract"]
        self._rubric = context.ids["rubric"]
        self._documents = documents_digest(context.ids)
        self.head = context.store.head()
        """The newest entry when this was made: the figures count what came up to it."""
        self._now = context.store.as_of(self.head.number)

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
        kept = self._results.read(figure_fold.name)
        if kept is None or not self._is_current(figure_fold, kept):
            return None
        touched = self._now.touched_since(kept.head.number)
        if touched.families & {Document, *figure_fold.begins_again}:
            return None
        records = touched.about(figure_fold.reads)
        if 2 * len(records) > self._now.count(Record):
            return None
        figures = figure_fold.decode(kept.body)
        if records:
            before = self._store.as_of(kept.head.number)
            fold(figures, self._cases(before, records), self._cases(self._now, records))
        if records or self.head.number - kept.head.number >= KEPT_BEHIND:
            self._keep(figure_fold, figures)
        return figures

    def _is_current(self, figure_fold: CaseFold[S], kept: DerivedResult) -> bool:
        return (kept.version, kept.documents) == (figure_fold.version, self._documents)

    def _keep(self, figure_fold: CaseFold[S], figures: S) -> None:
        if figure_fold.settle:
            figure_fold.settle(figures, self._now)
        self._results.keep(
            DerivedResult(
                name=figure_fold.name,
                version=figure_fold.version,
                documents=self._documents,
                head=self.head,
                body=figures.encoded(),
            )
        )

    def _cases(
        self, store: FactStore, records: Sequence[str] | None = None
    ) -> Iterator[RecordCase]:
        batches = cases(store, contract=self._contract, rubric=self._rubric, records=records)
        return (case for batch in batches for case in batch)


def documents_digest(ids: Mapping[str, str]) -> str:
    """A digest of all that figures depend on beside the facts: documents in force, release, tables."""
    basis = {"documents": ids, "release": __version__, "tables": REVISIONS[-1]}
    return sha256_hex(msgspec.json.encode(basis, order="deterministic"))
