"""The noun `quality` of an open program."""

from collections.abc import Callable
from pathlib import Path

from assay.bootstrap.session import Session
from assay.quality import service
from assay.quality.bootstrap import Resampling
from assay.quality.coverage import Cells, Coverage, CrossTable, count_cells, coverage, cross_table
from assay.quality.disposition import RELEASABLE
from assay.quality.report import QualityReport
from assay.quality.report_text import to_json, to_markdown


class QualityNoun:
    """Dispositions, agreement, coverage and the quality report."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def dispose(self, on_progress: Callable[[int], None] | None = None) -> service.Disposed:
        """Give every record the disposition that the contract's rules make of it."""
        return service.dispose(
            self._session.store,
            self._session.facts,
            actor=self._session.actor,
            on_progress=on_progress,
        )

    def report(self, resampling: Resampling | None = None) -> QualityReport:
        """The quality report over everything in the store, under the documents in force."""
        return service.report(self._session.store, self._session.facts, resampling=resampling)

    def write_report(self, folder: str | Path) -> tuple[Path, Path]:
        """Write `quality.json` and `quality.md`; returns where they lie."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        report = self.report()
        machines, people = target / "quality.json", target / "quality.md"
        machines.write_text(to_json(report), encoding="utf-8")
        people.write_text(to_markdown(report), encoding="utf-8")
        return machines, people

    def agreement(self, resampling: Resampling | None = None) -> service.AgreementReport:
        """How far reviewers agree, by question and slice, with intervals and denominators."""
        return service.agreement(self._session.store, self._session.facts, resampling=resampling)

    def coverage(self, cells: Cells | None = None) -> Coverage:
        """The contract's sampling distribution against what is there.

        Args:
            cells: the records as `cells` counted them; they are counted where absent.
        """
        return coverage(cells or self.cells(), self._session.documents.contract.sampling)

    def heat_map(self, rows: str, columns: str, cells: Cells | None = None) -> CrossTable:
        """Records by the values of two axes.

        Args:
            rows: the axis that goes down.
            columns: the axis that goes across.
            cells: the records as `cells` counted them; they are counted where absent.
        """
        sampling = self._session.documents.contract.sampling
        return cross_table(cells or self.cells(), sampling, rows, columns)

    def cells(self) -> Cells:
        """Where every record lies on the axes, counted in one pass over the store."""
        cases = service.each_case(self._session.store, self._session.facts)
        return count_cells(
            (
                case.record.task.taxonomy,
                case.disposition is not None and case.disposition.state in RELEASABLE,
            )
            for case in cases
        )
