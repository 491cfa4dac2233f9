"""The `quality` interface of an open program."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import msgspec

from assay.context import Context, Interface
from assay.core.choices import refuse_unknown
from assay.core.data_frame import data_frame
from assay.core.progress import ProgressCallback
from assay.governance.failure_modes import Alarm
from assay.plugins import load, names
from assay.program.derived import DerivedFigures, dispose_new, documents_digest
from assay.quality.control_tokens import ControlTokens, read_special_tokens
from assay.quality.coverage_fold import coverage_fold
from assay.quality.disposition import RELEASABLE, Disposition, State
from assay.quality.disposition_tally import Disposed
from assay.quality.in_force import DocumentsInForce
from assay.quality.quota_coverage import (
    CellCounts,
    CrossTable,
    DistributionCoverage,
    coverage,
    cross_table,
)
from assay.records.record import Record
from assay.releases.release import versions_of_records
from assay.store.derived import DerivedResult, DerivedResults
from assay.store.noted_reads import NotedReads

if TYPE_CHECKING:
    from pandas import DataFrame

    from assay.core.ports import FactStore
    from assay.quality.bootstrap import Resampling
    from assay.quality.duplicates import Duplicates
    from assay.quality.explanation import Explanation, StaleRecord
    from assay.quality.integrity import Integrity
    from assay.quality.report import QualityReport
    from assay.quality.sections.reviewers import ReviewerRates
    from assay.quality.service import AgreementReport
    from assay.quality.shortcuts.audit import ShortcutAudit
    from assay.quality.shortcuts.cues import Cue


_ALARMS = "quality-alarms"


class LastAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """The alarms of the last quality report."""

    entry: int
    """The last audit entry that it counts."""
    alarms: tuple[Alarm, ...]
    """What it says of the failure modes."""


class QualityService(Interface):
    """Dispositions, agreement, coverage and the quality report."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._made: tuple[NotedReads, QualityReport] | None = None

    def dispose(self, *, progress: ProgressCallback | None = None) -> Disposed:
        """Give every record the disposition that the contract's rules make of it.

        Records about which nothing came since the last run are not evaluated again.

        Args:
            progress: called with the number of records that were evaluated.
        """
        return dispose_new(
            self._context.store,
            self._context.facts,
            actor=self._context.actor,
            progress=progress,
        )

    def list(self, state: State | None = None) -> Iterator[Disposition]:
        """The disposition of each record under the documents in force, in the records' order.

        Args:
            state: the one state that is wanted; all where absent.

        Raises:
            UsageError: for a state that there is none of.
        """
        if state is not None:
            refuse_unknown("state", state, get_args(State), where="state")
        return self._dispositions(state)

    def _dispositions(self, state: State | None) -> Iterator[Disposition]:
        from assay.quality import service  # noqa: PLC0415  statistics to load

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

    def why(self, record: str) -> "Explanation":
        """Why a record has its state, rule by rule, and what would change it.

        Args:
            record: the record's id, or a unique prefix of it.

        Raises:
            UsageError: if no record, or more than one, has an id that begins so.
        """
        from assay.quality import service  # noqa: PLC0415  statistics to load

        return service.why(self._context.store, self._context.facts, record)

    def stale(self) -> "tuple[StaleRecord, ...]":
        """The records with judgments made under a text that has changed its meaning since."""
        from assay.quality import service  # noqa: PLC0415  statistics to load

        return tuple(service.stale(self._context.store, self._context.facts))

    def report(
        self,
        resampling: "Resampling | None" = None,
        *,
        progress: ProgressCallback | None = None,
    ) -> "QualityReport":
        """The quality report over everything in the store, under the documents in force.

        With the usual resampling it is made once for what the store holds: a release, the alarms and
        the pages that follow each other ask for the same one.

        Args:
            resampling: how intervals are drawn; as `Resampling` has it where absent.
            progress: called with the number of records read, where they are read.
        """
        if resampling is None and self._made is not None and self._made[0].still_hold():
            return self._made[1]
        from assay.quality import service  # noqa: PLC0415  statistics to load

        # What others add while it is made comes after this entry: the alarms are then made again.
        head = self._context.store.head()
        reads = NotedReads(self._context.store)
        made = service.report(
            cast("FactStore", reads),
            self._context.facts,
            resampling=resampling,
            cues=_cues(),
            progress=progress,
        )
        if resampling is None:
            self._made = reads, made
        DerivedResults(self._context.store).keep(
            DerivedResult(
                name=_ALARMS,
                version=1,
                documents=self._alarm_basis,
                head=head,
                body=msgspec.json.encode(made.alarms),
            )
        )
        return made

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
        from assay.quality import service  # noqa: PLC0415  statistics to load

        return service.shortcuts(
            self._context.store, self._context.facts, cues=_cues(), progress=progress
        )

    def integrity(
        self,
        *,
        tokenizer: str | Path | None = None,
        progress: ProgressCallback | None = None,
    ) -> "Integrity":
        """Copies with other labels, groups that a split cuts, answers in prompts, control tokens.

        Args:
            tokenizer: a tokenizer's folder or file, whose special tokens are looked for as well.
            progress: called with the number of records read.

        Raises:
            UsageError: if there is no tokenizer at this place.
            InputError: if it names no special token.
        """
        from assay.quality import service  # noqa: PLC0415  statistics to load

        special = read_special_tokens(Path(tokenizer)) if tokenizer else ()
        return service.integrity(
            self._context.store,
            self._context.facts,
            tokens=ControlTokens(special),
            progress=progress,
        )

    def duplicates(self, *, accepted: bool = False) -> "Duplicates":
        """Records that are near copies of each other, across sources, splits and releases.

        Args:
            accepted: whether only records that can be released are compared.
        """
        from assay.quality import service  # noqa: PLC0415  statistics to load
        from assay.quality.duplicates import find_duplicates  # noqa: PLC0415  numpy to load

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

    def reviewers(self, *, progress: ProgressCallback | None = None) -> "tuple[ReviewerRates, ...]":
        """How often each reviewer abstains, ties, and chooses what was shown first."""
        from assay.quality import service  # noqa: PLC0415  statistics to load

        return service.reviewers(self._context.store, self._context.facts, progress=progress)

    def agreement(
        self,
        resampling: "Resampling | None" = None,
        *,
        progress: ProgressCallback | None = None,
    ) -> "AgreementReport":
        """How far reviewers agree, by question and slice, with intervals and denominators."""
        from assay.quality import service  # noqa: PLC0415  statistics to load

        return service.agreement(
            self._context.store,
            self._context.facts,
            resampling=resampling,
            progress=progress,
        )

    def coverage(self, cells: CellCounts | None = None) -> DistributionCoverage:
        """The contract's sampling distribution against what is there.

        Args:
            cells: the records as `cells` counted them; they are counted where absent.
        """
        return coverage(cells or self.cells(), self._context.documents.contract.sampling)

    def heat_map(self, rows: str, columns: str, cells: CellCounts | None = None) -> CrossTable:
        """Records by the values of two axes.

        Args:
            rows: the axis that goes down.
            columns: the axis that goes across.
            cells: the records as `cells` counted them; they are counted where absent.
        """
        sampling = self._context.documents.contract.sampling
        return cross_table(cells or self.cells(), sampling, rows, columns)

    def cells(self, derived: DerivedFigures | None = None) -> CellCounts:
        """The place of every record on the axes; what was counted before is continued.

        Args:
            derived: the figures as of one entry; of the newest where absent.
        """
        documents = DocumentsInForce.of(self._context.facts)
        return self._derived(derived).of(coverage_fold(documents))

    def alarms(self, report: "QualityReport | None" = None) -> tuple[Alarm, ...]:
        """The quality report's alarms of the failure modes; a report is made where facts are new.

        Args:
            report: the report, where it was made already.
        """
        if report is not None:
            return report.alarms
        last = self.last_alarms()
        if last is not None and not self._context.store.touched_since(last.entry).families:
            return last.alarms
        return self.report().alarms

    def last_alarms(self) -> LastAlarms | None:
        """The alarms of the last report under the documents in force; None where there was none."""
        stored = DerivedResults(self._context.store).read(_ALARMS)
        if stored is None or (stored.version, stored.documents) != (1, self._alarm_basis):
            return None
        alarms = msgspec.json.decode(stored.body, type=tuple[Alarm, ...])
        return LastAlarms(entry=stored.head.number, alarms=alarms)

    def _derived(self, derived: DerivedFigures | None) -> DerivedFigures:
        return derived or DerivedFigures(self._context.store, self._context.ids)

    @property
    def _alarm_basis(self) -> str:
        """A digest of what the alarms depend on beside the facts."""
        return documents_digest({**self._context.ids, "cues": ",".join(sorted(names("cues")))})


def _cues() -> "tuple[Cue, ...]":
    """The surface cues of every installed package, ours first."""
    return tuple(load("cues", name) for name in names("cues"))
