"""The `quality` interface of an open program."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assay.context import Context
from assay.core.data_frame import data_frame
from assay.core.progress import ProgressCallback
from assay.plugins import load, names
from assay.quality import service
from assay.quality.bootstrap import Resampling
from assay.quality.control_tokens import ControlTokens, read_special_tokens
from assay.quality.disposition import RELEASABLE, Disposition, State
from assay.quality.duplicates import Duplicates, find_duplicates
from assay.quality.explanation import Explanation, StaleRecord
from assay.quality.integrity import Integrity
from assay.quality.quota_coverage import (
    Cells,
    CrossTable,
    DistributionCoverage,
    count_cells,
    coverage,
    cross_table,
)
from assay.quality.sections.reviewers import ReviewerRates
from assay.records.record import Record
from assay.releases.release import versions_of_records

if TYPE_CHECKING:
    from pandas import DataFrame

    from assay.quality.report import QualityReport
    from assay.quality.shortcuts.audit import ShortcutAudit
    from assay.quality.shortcuts.cues import Cue


class QualityService:
    """Dispositions, agreement, coverage and the quality report."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def dispose(self, *, progress: ProgressCallback | None = None) -> service.Disposed:
        """Give every record the disposition that the contract's rules make of it."""
        return service.dispose(
            self._context.store,
            self._context.facts,
            actor=self._context.actor,
            progress=progress,
        )

    def list(self, state: State | None = None) -> Iterator[Disposition]:
        """The disposition of each record under the documents in force, in the records' order.

        Args:
            state: the one state that is wanted; all where absent.
        """
        for case in service.each_case(self._context.store, self._context.facts):
            if case.disposition is not None and state in {None, case.disposition.state}:
                yield case.disposition

    def to_frame(self, state: State | None = None) -> "DataFrame":
        """The dispositions of `list` as a pandas data frame; the argument is that of `list`.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.list(state), Disposition)

    def get(self, identity: str) -> Disposition:
        """The disposition with this id or unique prefix of an id; `why` explains a record's.

        Raises:
            UsageError: if no disposition, or more than one, has such an id.
        """
        return self._context.store.get(Disposition, identity)

    def why(self, record: str) -> Explanation:
        """Why a record has its state, rule by rule, and what would change it.

        Args:
            record: the record's id, or a unique prefix of it.

        Raises:
            UsageError: if no record, or more than one, has an id that begins so.
        """
        return service.why(self._context.store, self._context.facts, record)

    def stale(self) -> tuple[StaleRecord, ...]:
        """The records with judgments made under a text that has changed its meaning since."""
        return tuple(service.stale(self._context.store, self._context.facts))

    def report(
        self,
        resampling: Resampling | None = None,
        *,
        progress: ProgressCallback | None = None,
    ) -> "QualityReport":
        """The quality report over everything in the store, under the documents in force."""
        return service.report(
            self._context.store,
            self._context.facts,
            resampling=resampling,
            cues=_cues(),
            progress=progress,
        )

    def write_report(
        self,
        folder: str | Path,
        report: "QualityReport | None" = None,
        *,
        progress: ProgressCallback | None = None,
    ) -> tuple[Path, ...]:
        """Write the report as JSON, Markdown and one page of HTML, with each picture's data.

        Args:
            folder: where to.
            report: the report, where it was made already.
            progress: called with the number of records read.

        Returns:
            Paths of the files, the page first.

        Raises:
            CheckError: if a sentence of the report makes a forbidden claim; nothing is written.
        """
        from assay.quality.report_files import report_files  # noqa: PLC0415  draws pictures

        files = report_files(report or self.report(progress=progress))
        target = Path(folder)
        (target / "pictures").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            named = self._context.with_handles(text, ("lead",))
            (target / name).write_text(named, encoding="utf-8", newline="\n")
        written = [target / name for name in files]
        return tuple(sorted(written, key=lambda path: (path.suffix != ".html", path)))

    def shortcuts(self, *, progress: ProgressCallback | None = None) -> "tuple[ShortcutAudit, ...]":
        """Whether surface cues win, by group of reviewers."""
        return service.shortcuts(
            self._context.store, self._context.facts, cues=_cues(), progress=progress
        )

    def integrity(
        self,
        *,
        tokenizer: str | Path | None = None,
        progress: ProgressCallback | None = None,
    ) -> Integrity:
        """Copies with other labels, groups that a split cuts, answers in prompts, control tokens.

        Args:
            tokenizer: a tokenizer's folder or file, whose special tokens are looked for as well.
            progress: called with the number of records read.

        Raises:
            UsageError: if there is no tokenizer at this place.
            InputError: if it names no special token.
        """
        special = read_special_tokens(Path(tokenizer)) if tokenizer else ()
        return service.integrity(
            self._context.store,
            self._context.facts,
            tokens=ControlTokens(special),
            progress=progress,
        )

    def duplicates(self, *, accepted: bool = False) -> Duplicates:
        """Records that are near copies of each other, across sources, splits and releases.

        Args:
            accepted: whether only records that can be released are compared.
        """
        store = self._context.store
        if not accepted:
            return find_duplicates(store.scan(Record), versions_of_records(store))
        cases = service.each_case(store, self._context.facts)
        releasable = (
            case.record
            for case in cases
            if case.disposition is not None and case.disposition.state in RELEASABLE
        )
        return find_duplicates(releasable, versions_of_records(store))

    def reviewers(self, *, progress: ProgressCallback | None = None) -> tuple[ReviewerRates, ...]:
        """How often each reviewer abstains, ties, and chooses what was shown first."""
        return service.reviewers(self._context.store, self._context.facts, progress=progress)

    def agreement(
        self,
        resampling: Resampling | None = None,
        *,
        progress: ProgressCallback | None = None,
    ) -> service.AgreementReport:
        """How far reviewers agree, by question and slice, with intervals and denominators."""
        return service.agreement(
            self._context.store,
            self._context.facts,
            resampling=resampling,
            progress=progress,
        )

    def coverage(self, cells: Cells | None = None) -> DistributionCoverage:
        """The contract's sampling distribution against what is there.

        Args:
            cells: the records as `cells` counted them; they are counted where absent.
        """
        return coverage(cells or self.cells(), self._context.documents.contract.sampling)

    def heat_map(self, rows: str, columns: str, cells: Cells | None = None) -> CrossTable:
        """Records by the values of two axes.

        Args:
            rows: the axis that goes down.
            columns: the axis that goes across.
            cells: the records as `cells` counted them; they are counted where absent.
        """
        sampling = self._context.documents.contract.sampling
        return cross_table(cells or self.cells(), sampling, rows, columns)

    def cells(self) -> Cells:
        """The place of every record on the axes, counted in one pass over the store."""
        cases = service.each_case(self._context.store, self._context.facts)
        return count_cells(
            self._context.documents.contract.sampling,
            (
                (
                    case.record,
                    case.disposition is not None and case.disposition.state in RELEASABLE,
                )
                for case in cases
            ),
        )


def _cues() -> "tuple[Cue, ...]":
    """The surface cues of every installed package, ours first."""
    return tuple(load("cues", name) for name in names("cues"))
