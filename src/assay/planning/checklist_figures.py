"""Figures for the checklist: what the facts of a store come to, counted in one pass over its cases."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

import msgspec

from assay.quality.case import Case
from assay.quality.disposition import rests_on_all
from assay.records.judgment import Judgment
from assay.records.verdict import Category, NotAsked, Prefers, Ranks, ScoreAbstained, Scored

_SEVERE = frozenset({"high", "critical"})


class JudgmentFigures(msgspec.Struct, kw_only=True):
    """What people's judgments come to. Imported labels without an author and models do not count."""

    answered: Counter[str] = msgspec.field(default_factory=Counter)
    """Values given, by dimension."""
    declined: Counter[str] = msgspec.field(default_factory=Counter)
    """Abstentions, by dimension."""
    current: Counter[str] = msgspec.field(default_factory=Counter)
    """Values given under the rubric in force, by dimension."""
    declined_current: Counter[str] = msgspec.field(default_factory=Counter)
    """Abstentions under the rubric in force, by dimension."""
    roles: Counter[str] = msgspec.field(default_factory=Counter)
    """Judgments by the role in which they were given."""
    by_qualification: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    """Judgments by role and id of the qualification that was held; the id is empty where none was."""
    comparisons: int = 0
    """Judgments with an overall answer about two candidates or more."""
    open_answers: int = 0
    """Of these, answers without a winner: ties, both unacceptable, insufficient context, abstained."""
    ordered: int = 0
    """Of these, judgments whose presented order is stored."""
    first_listed_first: int = 0
    """Of these, judgments in which the record's first candidate was shown first."""
    severe: Counter[str] = msgspec.field(default_factory=Counter)
    """Judgments of severe records, by role; judgments under a foreign guideline do not count."""


class RecordFigures(msgspec.Struct, kw_only=True):
    """What the records and their dispositions come to."""

    records: int = 0
    """Records in the store."""
    rated: int = 0
    """Records that say how severe their content is."""
    severe: int = 0
    """Of these, records of high or critical severity."""
    judged: int = 0
    """Records about which somebody judged or decided."""
    disposed: int = 0
    """Of these, records with a disposition under the documents in force."""
    stale: int = 0
    """Of these, records about which something was judged or decided since."""
    adjudicated: int = 0
    """Adjudications; each names its cause."""
    preserved: int = 0
    """Records whose disagreement is preserved."""


class ReserveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is under seal, and what was compared with it."""

    sealed: int = 0
    """Sealed items."""
    declared: int | None = None
    """Items that the contract declares; None where it declares no reserve."""
    leakage: Literal["raised", "clear", "unknown"] = "unknown"
    """What the comparison of all records with the sealed items says."""
    compared: str = "nothing was compared with it"
    """The same in words, with its figures."""


class ReleaseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The newest release."""

    id: str
    """Its id."""
    version: str
    """Its version."""
    documents: Mapping[str, str]
    """Document ids that it pins."""
    gates: Mapping[str, tuple[bool, str]]
    """Gate -> whether something was compared and passed, and the reason."""


class ValidationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The newest validation of the newest release."""

    id: str
    """Its id."""
    passed: int
    """Acceptance tests that passed."""
    failed: int
    """Tests that failed."""
    undecided: int
    """Tests that the data could not decide."""


class EvaluationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The items that checkpoints were evaluated on."""

    items: int = 0
    """Different items."""
    trained_on: int = 0
    """Items that are records of the store, by id, or of the newest release, by a digest of their text."""
    on_reserve: int = 0
    """Items of the sealed reserve."""


class LedgerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence for one objective dimension that names a verifier."""

    dimension: str
    """The dimension."""
    items: int
    """Items that it applies to."""
    verified: int
    """Items on which the verifier's verdict counts, passed or failed."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All that the facts of a store say about the checklist."""

    judgments: JudgmentFigures = msgspec.field(default_factory=JudgmentFigures)
    """People's judgments."""
    records: RecordFigures = msgspec.field(default_factory=RecordFigures)
    """Records and dispositions."""
    reserve: ReserveFigures = ReserveFigures()
    """The reserve."""
    release: ReleaseFigures | None = None
    """The newest release."""
    validation: ValidationFigures | None = None
    """The newest validation of that release."""
    other_validations: int = 0
    """Validations of other releases, or of none."""
    evaluation: EvaluationFigures = EvaluationFigures()
    """Items that were evaluated."""
    ledger: tuple[LedgerFigures, ...] = ()
    """Objective dimensions that name a verifier."""
    exams: Mapping[str, str] = {}
    """Id of each qualification that stands -> `passed`, `failed` or `revoked`."""
    failed_roles: Mapping[str, int] = {}
    """Role -> judgments by people whose standing exam for it failed or was revoked."""
    rounds: int = 0
    """Calibration rounds under the rubric in force, on outputs of a model, that were discussed."""
    open_gaps: int = 0
    """Gaps of the guideline that reviewers reported and nobody answered."""
    documents: Mapping[str, str] = {}
    """Document ids in force, by kind."""
    reused_versions: tuple[str, ...] = ()
    """Documents of which two contents bear one version, as `kind version`."""


class Gathering:
    """Counts judgments and records, case by case."""

    def __init__(self, rubric: str) -> None:
        """Start with nothing; `rubric` is the document id of the rubric in force."""
        self._rubric = rubric
        self.judgments = JudgmentFigures()
        """What people's judgments come to so far."""
        self.records = RecordFigures()
        """What the records come to so far."""
        self.by_person: Counter[tuple[str, str]] = Counter()
        """Judgments by pseudonym and role."""

    def add(self, case: Case) -> None:
        """Count one record with all that was judged and decided about it."""
        counted = self.records
        severity = case.record.sensitivity.severity if case.record.sensitivity else None
        severe = severity in _SEVERE
        counted.records += 1
        counted.rated += severity is not None
        counted.severe += severe
        counted.adjudicated += len(case.adjudications)
        weighed = (*case.judgments, *case.adjudications)
        if weighed:
            counted.judged += 1
        if weighed and case.disposition is not None:
            counted.disposed += 1
            counted.stale += not rests_on_all(case.disposition, weighed, case.verifications)
            counted.preserved += case.disposition.state == "disagreement_preserved"
        for judgment in case.judgments:
            if judgment.reviewer.kind == "human":
                self._add(judgment, compared=len(case.record.candidates) > 1, severe=severe)

    def _add(self, judgment: Judgment, *, compared: bool, severe: bool) -> None:
        counted, reviewer = self.judgments, judgment.reviewer
        counted.roles[reviewer.role] += 1
        counted.by_qualification[reviewer.role, reviewer.qualification or ""] += 1
        self.by_person[reviewer.pseudonym, reviewer.role] += 1
        for score in judgment.scores:
            if isinstance(score.score, Scored | Category):
                counted.answered[score.dimension] += 1
                counted.current[score.dimension] += judgment.rubric == self._rubric
            elif isinstance(score.score, ScoreAbstained):
                counted.declined[score.dimension] += 1
                counted.declined_current[score.dimension] += judgment.rubric == self._rubric
        if compared and not isinstance(judgment.verdict, NotAsked):
            counted.comparisons += 1
            counted.open_answers += not isinstance(judgment.verdict, Prefers | Ranks)
            counted.ordered += judgment.order is not None
            counted.first_listed_first += (judgment.order or (None,))[0] == 0
        if severe and judgment.rubric is not None:
            counted.severe[reviewer.role] += 1
