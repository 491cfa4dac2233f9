"""The quality report: what is known about the judgments and records, with every denominator.

One typed structure, made in one pass over the cases. Agreement is among people and unnamed
labels; verdicts of models are counted apart. The same cases, documents and seed give the same
report to the byte.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

from assay.core.data_frame import data_frame
from assay.core.errors import UsageError
from assay.governance.failure_modes import MODES, Alarm
from assay.quality.bootstrap import Resampling
from assay.quality.contradictions import Contradiction
from assay.quality.disagreement import Disagreement
from assay.quality.disposition import RELEASABLE
from assay.quality.duplicates import Duplicates
from assay.quality.estimate import Rate, rate
from assay.quality.failure_modes import alarms, diagnose_questions
from assay.quality.failure_modes.forced_consensus import AdjudicatedSplits
from assay.quality.floors import FloorResult, floors_of
from assay.quality.gathering import ReportData
from assay.quality.integrity import SHOWN, Integrity
from assay.quality.limits import limits
from assay.quality.quota_coverage import CrossTable, DistributionCoverage, coverage, cross_table
from assay.quality.sections.defects import (
    CorrectiveAction,
    DefectCount,
    Refutation,
    corrective_actions_of,
    defects_of,
    refutations_of,
)
from assay.quality.sections.questions import (
    AgreementRow,
    ReportQuestion,
    Verdicts,
    agreement_rows,
    questions_of,
    verdicts_of,
)
from assay.quality.sections.reviewers import Repeats, ReviewerRates, repeats_of, reviewers_of
from assay.quality.shortcuts.alarm import surface_cue_alarm
from assay.quality.shortcuts.audit import ShortcutAudit, audit
from assay.verification.ledger import CoverageReport

if TYPE_CHECKING:
    from pandas import DataFrame

ReportTable = Literal[
    "agreement", "judged_under", "alarms", "disagreements", "adjudicated_splits", "shortcuts",
    "questions", "floors", "reviewers", "dispositions", "standings", "contradictions", "defects",
    "refutations", "corrective_actions",
]  # fmt: skip
"""The tables of the quality report that can be had as data frames."""


class DispositionCount(msgspec.Struct, frozen=True, kw_only=True):
    """Records with one state by one rule."""

    state: str
    """The state; `undisposed` where no rule has been applied under the documents in force."""
    rule: str
    """The layer and rule that gave the state; empty without a disposition."""
    records: int


class StandingCount(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates with one standing by one rule."""

    standing: str
    """The standing: endorsed, rejected, mixed or unjudged."""
    rule: str
    """The rule that gave it."""
    candidates: int


class LocatedErrors(msgspec.Struct, frozen=True, kw_only=True):
    """How far reviewers located the same errors."""

    records: int
    """Records where two reviewers or more looked for errors."""
    mean_f1: float | None
    """Mean of the records' F1, over pairs of reviewers, matched by overlap; None without any."""


class JudgedUnder(msgspec.Struct, frozen=True, kw_only=True):
    """Judgments that cite one guideline."""

    guideline: str
    """The rubric with its version, a foreign guideline, or that none is stated."""
    judgments: int
    """How many judgments cite it."""
    in_force: bool
    """Whether it is the rubric in force."""
    stated: bool
    """Whether the judgments state a guideline at all."""


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about the judgments and records of a program."""

    contract: str
    """Name and version of the contract."""
    rubric: str
    """Name and version of the rubric in force."""
    judged_under: tuple[JudgedUnder, ...]
    """The judgments given, by the guideline that they cite themselves."""
    documents: dict[str, str]
    """Document ids of the contract and the rubric."""
    resampling: Resampling
    """How intervals were drawn."""
    records: int
    """All records in the store, judged or not."""
    kinds: dict[str, int]
    """Records by kind; they add up to `records`."""
    judged: int
    """Records with a judgment."""
    judgments: dict[str, int]
    """Judgments given, superseded, repeated, and those that stand by kind of reviewer."""
    outcomes: dict[str, int]
    """Judged records by the outcome of their judgments under a strict majority of people."""
    alarms: tuple[Alarm, ...]
    """What the figures say of five failure modes."""
    disagreements: tuple[Disagreement, ...]
    """What the disagreement on each question points to, preferences first."""
    adjudicated_splits: tuple[AdjudicatedSplits, ...]
    """Decisions on what reviewers answered differently, by adjudicator and question."""
    shortcuts: tuple[ShortcutAudit, ...]
    """Whether surface cues win, by group of reviewers."""
    integrity: Integrity
    """Contradictions between records, and what gives an answer away."""
    duplicates: Duplicates
    """Near copies among the records that can be released."""
    verdicts: Verdicts | None
    """Verdicts on two candidates; None where there are none."""
    questions: tuple[ReportQuestion, ...]
    """Every other question that was answered, in the rubric's order."""
    floors: tuple[FloorResult, ...]
    """The contract's agreement floors against what people answered."""
    reviewers: tuple[ReviewerRates, ...]
    """Answers by reviewer, the most active first."""
    repeats: Repeats
    """Agreement of reviewers with themselves."""
    dispositions: tuple[DispositionCount, ...]
    """Records by state and rule."""
    standings: tuple[StandingCount, ...]
    """Candidates by standing and rule, as the dispositions have them."""
    located_errors: LocatedErrors
    """How far reviewers located the same errors."""
    accepted: Rate
    """Records that may be released, among all records."""
    contradicted: Rate
    """Verdicts that contradict the priority rules, among those that could be compared with them."""
    contradictions: tuple[Contradiction, ...]
    """The first of them, one by one."""
    error_search: Rate
    """Judgments that found an error, among those that looked for one."""
    defects: tuple[DefectCount, ...]
    """Errors that reviewers found, the most frequent first."""
    refutations: tuple[Refutation, ...]
    """What verifiers tested and refuted, the most failures first; counted apart from errors."""
    adjudicated: Rate
    """Records with an adjudication, among records that have one or wait for one."""
    corrective_actions: tuple[CorrectiveAction, ...]
    """What the causes of disagreement ask for, the most frequent first."""
    ledger: CoverageReport
    """Evidence for each dimension of each item, and by what it was machine verified."""
    coverage: DistributionCoverage
    """The sampling distribution against what is there."""
    heat_map: CrossTable | None
    """The first two axes of the contract against each other; None with fewer than two axes."""
    limits: tuple[str, ...]
    """What these numbers do not show."""

    def to_frame(self, table: ReportTable) -> "DataFrame":
        """One table of the report, one row an entry.

        Args:
            table: the field that holds it, such as `dispositions` or `reviewers`; `agreement` gives
                one row a question and slice.

        Raises:
            UsageError: if the report has no such table.
            MachineError: if pandas is not installed.
        """
        if table == "agreement":
            return data_frame(agreement_rows(self.verdicts, self.questions), AgreementRow)
        if table not in _TABLES:
            raise UsageError(
                code="unknown-table",
                message=f"the quality report has no table {table!r}",
                hint=f"there are: agreement, {', '.join(_TABLES)}",
            )
        return data_frame(getattr(self, table), _TABLES[table])


_TABLES: Mapping[str, type[msgspec.Struct]] = {
    "judged_under": JudgedUnder,
    "alarms": Alarm,
    "disagreements": Disagreement,
    "adjudicated_splits": AdjudicatedSplits,
    "shortcuts": ShortcutAudit,
    "questions": ReportQuestion,
    "floors": FloorResult,
    "reviewers": ReviewerRates,
    "dispositions": DispositionCount,
    "standings": StandingCount,
    "contradictions": Contradiction,
    "defects": DefectCount,
    "refutations": Refutation,
    "corrective_actions": CorrectiveAction,
}
"""The tables of the report that are fields of it: name -> type of an entry."""


def report_of(
    data: ReportData,
    resampling: Resampling | None = None,
    rubrics: Mapping[str, str] = MappingProxyType({}),
) -> QualityReport:
    """The report on what was gathered.

    Args:
        data: what the cases hold.
        resampling: how intervals are drawn; by default 2000 replicates from seed 0.
        rubrics: document id of each rubric that the program knows -> its name and version.
    """
    draws = resampling or Resampling()
    level = draws.level
    contract, rubric = data.documents.contract, data.documents.rubric
    records = sum(data.kinds.values())
    released = sum(n for (state, _), n in data.states.items() if state in RELEASABLE)
    covered = coverage(data.cells, contract.sampling)
    axes = list(contract.sampling.axes)[:2]
    disagreements = diagnose_questions(data.modes, seed=draws.seed)
    audits = audit(data.shortcuts, seed=draws.seed)
    quality_alarms = (*alarms(data.modes, covered, disagreements), surface_cue_alarm(audits))
    order = list(MODES)
    return QualityReport(
        contract=f"{contract.id} {contract.version}",
        rubric=f"{rubric.id} {rubric.version}",
        judged_under=tuple(_judged_under(data, rubrics)),
        documents={
            "contract": data.documents.contract_id,
            "rubric": data.documents.rubric_id,
        },
        resampling=draws,
        records=records,
        kinds=dict(sorted(data.kinds.items())),
        judged=sum(data.outcomes.values()),
        judgments=dict(sorted(data.judgments.items())),
        outcomes=dict(sorted(data.outcomes.items())),
        alarms=tuple(sorted(quality_alarms, key=lambda alarm: order.index(alarm.mode))),
        disagreements=disagreements,
        adjudicated_splits=data.modes.consensus.adjudicated_splits(),
        shortcuts=audits,
        integrity=data.integrity.result(),
        duplicates=data.duplicates.result(shown=SHOWN),
        verdicts=verdicts_of(data, draws),
        questions=tuple(questions_of(data, draws)),
        floors=floors_of(data, draws),
        reviewers=reviewers_of(data, level),
        repeats=repeats_of(data, level),
        dispositions=_dispositions(data),
        standings=tuple(
            StandingCount(standing=standing, rule=rule, candidates=count)
            for (standing, rule), count in sorted(data.candidates.items())
        ),
        located_errors=LocatedErrors(
            records=len(data.located),
            mean_f1=sum(data.located) / len(data.located) if data.located else None,
        ),
        accepted=rate(released, records, level=level),
        contradicted=rate(data.contradicting, data.checked_against_priority, level=level),
        contradictions=tuple(data.contradictions),
        error_search=rate(data.with_errors, data.errors_asked, level=level),
        defects=defects_of(data),
        refutations=refutations_of(data, level),
        adjudicated=_adjudication_rate(data, level),
        corrective_actions=corrective_actions_of(data, level),
        ledger=data.ledger.report(),
        coverage=covered,
        heat_map=cross_table(data.cells, contract.sampling, *axes) if len(axes) > 1 else None,
        limits=limits(data),
    )


def _judged_under(data: ReportData, rubrics: Mapping[str, str]) -> Iterator[JudgedUnder]:
    documents = data.documents
    in_force = {documents.rubric_id: f"{documents.rubric.id} {documents.rubric.version}"}
    names = {**rubrics, **in_force}
    for cited, count in sorted(data.guidelines.items()):
        named = f"rubric {names[cited]}" if cited in names else f"guideline {cited}"
        yield JudgedUnder(
            guideline=named if cited else "no stated guideline",
            judgments=count,
            in_force=cited in in_force,
            stated=bool(cited),
        )


def _dispositions(data: ReportData) -> tuple[DispositionCount, ...]:
    return tuple(
        DispositionCount(state=state, rule=rule, records=count)
        for (state, rule), count in sorted(data.states.items())
    )


def _adjudication_rate(data: ReportData, level: float) -> Rate:
    adjudicated = sum(data.causes.values())
    return rate(adjudicated, adjudicated + data.awaiting, level=level)
