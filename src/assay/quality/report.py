"""The quality report: what is known about the judgments and records, with every denominator.

One typed structure, made in one pass over the cases. Agreement is among people and unnamed
labels; verdicts of models are counted apart. The same cases, documents and seed give the same
report to the byte.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from assay.governance.failure_modes import MODES, Alarm
from assay.quality.bootstrap import Resampling
from assay.quality.contradictions import Contradiction
from assay.quality.coverage import CrossTable, DistributionCoverage, coverage, cross_table
from assay.quality.disagreement import Disagreement
from assay.quality.disposition import RELEASABLE
from assay.quality.estimate import Rate, rate
from assay.quality.failure_modes import alarms, diagnose_questions
from assay.quality.failure_modes.forced_consensus import AdjudicatedSplits
from assay.quality.floors import FloorResult, floors_of
from assay.quality.gathering import ReportData
from assay.quality.limits import limits
from assay.quality.sections.defects import (
    CorrectiveAction,
    DefectCount,
    Refutation,
    corrective_actions_of,
    defects_of,
    refutations_of,
)
from assay.quality.sections.questions import ReportQuestion, Verdicts, questions_of, verdicts_of
from assay.quality.sections.reviewers import Repeats, ReviewerRates, repeats_of, reviewers_of
from assay.quality.shortcuts.alarm import surface_cue_alarm
from assay.quality.shortcuts.audit import ShortcutAudit, audit
from assay.verification.ledger import CoverageReport


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
    """Judged records by what their judgments come to under a strict majority of people."""
    alarms: tuple[Alarm, ...]
    """What the figures say of five failure modes."""
    disagreements: tuple[Disagreement, ...]
    """What the disagreement on each question points to, preferences first."""
    adjudicated_splits: tuple[AdjudicatedSplits, ...]
    """Decisions on what reviewers answered differently, by adjudicator and question."""
    shortcuts: tuple[ShortcutAudit, ...]
    """Whether surface cues win, by group of reviewers."""
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


def report_of(
    gathered: ReportData,
    resampling: Resampling | None = None,
    rubrics: Mapping[str, str] = MappingProxyType({}),
) -> QualityReport:
    """The report on what was gathered.

    Args:
        gathered: what the cases hold.
        resampling: how intervals are drawn; by default 2000 replicates from seed 0.
        rubrics: document id of each rubric that the program knows -> its name and version.
    """
    drawn = resampling or Resampling()
    level = drawn.level
    contract, rubric = gathered.documents.contract, gathered.documents.rubric
    records = sum(gathered.kinds.values())
    released = sum(n for (state, _), n in gathered.states.items() if state in RELEASABLE)
    covered = coverage(gathered.cells, contract.sampling)
    axes = list(contract.sampling.axes)[:2]
    disagreements = diagnose_questions(gathered.modes, seed=drawn.seed)
    audits = audit(gathered.shortcuts, seed=drawn.seed)
    raised = (*alarms(gathered.modes, covered, disagreements), surface_cue_alarm(audits))
    order = list(MODES)
    return QualityReport(
        contract=f"{contract.id} {contract.version}",
        rubric=f"{rubric.id} {rubric.version}",
        judged_under=tuple(_judged_under(gathered, rubrics)),
        documents={
            "contract": gathered.documents.contract_id,
            "rubric": gathered.documents.rubric_id,
        },
        resampling=drawn,
        records=records,
        kinds=dict(sorted(gathered.kinds.items())),
        judged=sum(gathered.outcomes.values()),
        judgments=dict(sorted(gathered.judgments.items())),
        outcomes=dict(sorted(gathered.outcomes.items())),
        alarms=tuple(sorted(raised, key=lambda alarm: order.index(alarm.mode))),
        disagreements=disagreements,
        adjudicated_splits=gathered.modes.consensus.adjudicated_splits(),
        shortcuts=audits,
        verdicts=verdicts_of(gathered, drawn),
        questions=tuple(questions_of(gathered, drawn)),
        floors=floors_of(gathered, drawn),
        reviewers=reviewers_of(gathered, level),
        repeats=repeats_of(gathered, level),
        dispositions=_dispositions(gathered),
        standings=tuple(
            StandingCount(standing=standing, rule=rule, candidates=count)
            for (standing, rule), count in sorted(gathered.candidates.items())
        ),
        located_errors=LocatedErrors(
            records=len(gathered.located),
            mean_f1=sum(gathered.located) / len(gathered.located) if gathered.located else None,
        ),
        accepted=rate(released, records, level=level),
        contradicted=rate(gathered.contradicting, gathered.checked_against_priority, level=level),
        contradictions=tuple(gathered.contradictions),
        error_search=rate(gathered.with_errors, gathered.errors_asked, level=level),
        defects=defects_of(gathered),
        refutations=refutations_of(gathered, level),
        adjudicated=_adjudication_rate(gathered, level),
        corrective_actions=corrective_actions_of(gathered, level),
        ledger=gathered.ledger.report(),
        coverage=covered,
        heat_map=cross_table(gathered.cells, contract.sampling, *axes) if len(axes) > 1 else None,
        limits=limits(gathered),
    )


def _judged_under(gathered: ReportData, rubrics: Mapping[str, str]) -> Iterator[JudgedUnder]:
    documents = gathered.documents
    in_force = {documents.rubric_id: f"{documents.rubric.id} {documents.rubric.version}"}
    names = {**rubrics, **in_force}
    for cited, count in sorted(gathered.guidelines.items()):
        named = f"rubric {names[cited]}" if cited in names else f"guideline {cited}"
        yield JudgedUnder(
            guideline=named if cited else "no stated guideline",
            judgments=count,
            in_force=cited in in_force,
            stated=bool(cited),
        )


def _dispositions(gathered: ReportData) -> tuple[DispositionCount, ...]:
    return tuple(
        DispositionCount(state=state, rule=rule, records=count)
        for (state, rule), count in sorted(gathered.states.items())
    )


def _adjudication_rate(gathered: ReportData, level: float) -> Rate:
    adjudicated = sum(gathered.causes.values())
    return rate(adjudicated, adjudicated + gathered.awaiting, level=level)
