"""Figures for the checklist, counted from the facts of a store in one pass over its cases."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from assay.contracts.contract import Welfare
from assay.core.tallies import from_rows, to_rows
from assay.quality.case import RecordCase
from assay.quality.case_fold import CaseFold
from assay.quality.disposition import Disposition, rests_on_all
from assay.records.candidate import MadeByModel
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Category, NotAsked, Prefers, Ranks, ScoreAbstained, Scored
from assay.review.adjudication import Adjudication
from assay.review.welfare import Consent, Exposure, caps_of, most_of_a_cap
from assay.verification.verification import Verification

_SEVERE = frozenset({"high", "critical"})


class JudgmentFigures(msgspec.Struct, kw_only=True):
    """Figures of people's judgments. Imported labels without an author and models do not count."""

    answered: Counter[str] = msgspec.field(default_factory=Counter)
    """Values given, by dimension."""
    declined: Counter[str] = msgspec.field(default_factory=Counter)
    """Abstentions by dimension, under any rubric."""
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
    harmful: int = 0
    """Judgments of records that are severe or show a harm; not those under a foreign guideline."""
    refused: int = 0
    """Of these, judgments by people who refused to read a harm of the record and never agreed."""
    unasked: int = 0
    """Of these, judgments without the person's statement on the harm, or where none is named."""


class ReadingFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is logged of people's reading of severe content."""

    logged: int = 0
    """Judgments of harmful records that have a logged view: of each person at most the views."""
    most_of_a_cap: float | None = None
    """The most that one person used of a cap, 1 where it was just reached; None: nothing is logged."""


class RecordFigures(msgspec.Struct, kw_only=True):
    """Figures of the records and their dispositions."""

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
    """Adjudications of disputes; each states its cause."""
    preserved: int = 0
    """Records whose disagreement is preserved."""
    independent: int = 0
    """Records that two or more people judged."""
    disputed: int = 0
    """Records whose disposition asks for an adjudication, and has read everything said of them."""
    first_disputed: str | None = None
    """The first of their ids, in the order of ids."""
    undisposed: int = 0
    """Records without a disposition under the documents in force."""


class ReserveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is under seal, and what was compared with it."""

    sealed: int = 0
    """Items that are under seal today."""
    declared: int | None = None
    """Items that the contract declares; None where it declares no reserve."""
    leakage: Literal["raised", "clear", "unknown"] = "unknown"
    """What the comparison of all records with the sealed items says."""
    compared: str = "nothing was compared with it"
    """The same in words, with its figures."""


class ReleaseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The newest release."""

    id: str
    version: str
    documents: Mapping[str, str]
    """Document ids that it pins."""
    gates: Mapping[str, tuple[bool, str]]
    """Gate -> whether something was compared and passed, and the reason."""


class ValidationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The newest validation of the newest release."""

    id: str
    passed: int
    """Acceptance tests that passed."""
    failed: int
    """Acceptance tests that failed."""
    undecided: int
    """Tests that the data could not decide."""


class EvaluationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The items that checkpoints were evaluated on."""

    items: int = 0
    """Different items over all evaluations."""
    trained_on: int = 0
    """Items that are records of the store, by id, or of the newest release, by a digest or their input."""
    on_reserve: int = 0
    """Items of the sealed reserve."""
    matchable: int = 0
    """Other items that could have been matched with a record of the newest release."""


class LedgerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence for one objective dimension that names a verifier."""

    dimension: str
    items: int
    """Items that it applies to."""
    verified: int
    """Items on which the verifier's verdict counts, passed or failed."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a store that the checklist's rules read."""

    judgments: JudgmentFigures = msgspec.field(default_factory=JudgmentFigures)
    """Figures of people's judgments."""
    records: RecordFigures = msgspec.field(default_factory=RecordFigures)
    """Figures of records and their dispositions."""
    reserve: ReserveFigures = ReserveFigures()
    """What is under seal, and what was compared with it."""
    release: ReleaseFigures | None = None
    """The newest release; None before the first."""
    validation: ValidationFigures | None = None
    """The newest validation of that release."""
    other_validations: int = 0
    """Validations of other releases, or of none."""
    evaluation: EvaluationFigures = EvaluationFigures()
    """Items that were evaluated."""
    ledger: tuple[LedgerFigures, ...] = ()
    """Objective dimensions that name a verifier."""
    passed_exams: Mapping[str, str] = {}
    """Id of each qualification that was passed -> the role that it is for."""
    failed_roles: Mapping[str, int] = {}
    """Role -> judgments by people whose standing exam for it failed or was revoked."""
    targets: tuple[str, ...] = ()
    """Checkpoints that were evaluated as the base: the model that is trained."""
    rounds: int = 0
    """Calibration rounds under the rubric in force, on outputs of these, that were discussed."""
    other_rounds: int = 0
    """Such rounds on outputs of other models."""
    reading: ReadingFigures = ReadingFigures()
    """People's reading of severe content."""
    open_gaps: int = 0
    """Gaps of the guideline that reviewers reported and nobody answered."""
    documents: Mapping[str, str] = {}
    """Document ids in force, by kind."""
    reused_versions: tuple[str, ...] = ()
    """Documents of which two contents have one version, as `kind version`."""


class ChecklistData:
    """Counts judgments and records, case by case."""

    def __init__(self, rubric: str, consents: Iterable[Consent] = ()) -> None:
        """Start with nothing.

        Args:
            rubric: document id of the rubric in force.
            consents: every statement of people on the harms that they agree to read.
        """
        self._rubric = rubric
        statements = list(consents)
        self._agreed = {
            (consent.reviewer, consent.category) for consent in statements if consent.given
        }
        # Who agreed once has agreed, whenever a refusal came: it is the reading without any
        # consent that counts here.
        self._refused = {
            (consent.reviewer, consent.category) for consent in statements
        } - self._agreed
        self.judgments = JudgmentFigures()
        """Figures of people's judgments so far."""
        self.by_person: Counter[tuple[str, str]] = Counter()
        """Judgments by pseudonym and role."""
        self.harmful_by_person: Counter[str] = Counter()
        """Judgments of records that are severe or show a harm, by pseudonym."""
        self._records = RecordFigures()
        self._disputed: set[str] = set()

    @property
    def records(self) -> RecordFigures:
        """Figures of the records so far."""
        first = min(self._disputed, default=None)
        return msgspec.structs.replace(
            self._records, disputed=len(self._disputed), first_disputed=first
        )

    def add(self, case: RecordCase) -> None:
        """Count one record with all that was judged and decided about it."""
        self._count(case, 1)

    def remove(self, case: RecordCase) -> None:
        """Take one record out, as it was when it was counted."""
        self._count(case, -1)

    def encoded(self) -> bytes:
        """The figures as bytes."""
        return msgspec.json.encode(
            {
                "judgments": _plain(self.judgments),
                "records": _plain(self._records),
                "by_person": to_rows(self.by_person),
                "harmful_by_person": to_rows(self.harmful_by_person),
                "disputed": sorted(self._disputed),
            }
        )

    def take_up(self, body: bytes) -> None:
        """Go on from figures that were encoded."""
        read = msgspec.json.decode(body)
        self.judgments = JudgmentFigures(**_read(read["judgments"]))
        self._records = RecordFigures(**_read(read["records"]))
        self.by_person = from_rows(read["by_person"])
        self.harmful_by_person = from_rows(read["harmful_by_person"])
        self._disputed = set(read["disputed"])

    def _count(self, case: RecordCase, times: int) -> None:
        counted = self._records
        severity = case.record.sensitivity.severity if case.record.sensitivity else None
        severe = severity in _SEVERE
        counted.records += times
        counted.rated += times * (severity is not None)
        counted.severe += times * severe
        counted.adjudicated += times * len(case.adjudications)
        people = {judgment.reviewer.pseudonym for judgment in case.judgments
                  if judgment.reviewer.kind == "human"}  # fmt: skip
        counted.independent += times * (len(people) > 1)
        counted.undisposed += times * (case.disposition is None)
        if _waits_for_adjudicator(case):
            change = self._disputed.add if times > 0 else self._disputed.discard
            change(case.id)
        self._count_disposition(case, times)
        harms = case.record.sensitivity.categories if case.record.sensitivity else ()
        for judgment in case.judgments:
            if judgment.reviewer.kind == "human":
                compared = len(case.record.candidates) > 1
                self._count_judgment(judgment, times, compared=compared, severe=severe)
                if judgment.rubric is not None and (severe or harms):
                    self._count_harmful(judgment.reviewer.pseudonym, harms, times)

    def _count_disposition(self, case: RecordCase, times: int) -> None:
        """Count what the rules made of a record that somebody judged or decided."""
        weighed = (*case.judgments, *case.adjudications)
        if not weighed:
            return
        self._records.judged += times
        if case.disposition is not None:
            whole = rests_on_all(case.disposition, weighed, case.verifications)
            preserved = case.disposition.state == "disagreement_preserved"
            self._records.disposed += times
            self._records.stale += times * (not whole)
            self._records.preserved += times * preserved

    def _count_judgment(
        self, judgment: Judgment, times: int, *, compared: bool, severe: bool
    ) -> None:
        counted, reviewer = self.judgments, judgment.reviewer
        current = times * (judgment.rubric == self._rubric)
        counted.roles[reviewer.role] += times
        counted.by_qualification[reviewer.role, reviewer.qualification or ""] += times
        self.by_person[reviewer.pseudonym, reviewer.role] += times
        for score in judgment.scores:
            if isinstance(score.score, Scored | Category):
                counted.answered[score.dimension] += times
                counted.current[score.dimension] += current
            elif isinstance(score.score, ScoreAbstained):
                counted.declined[score.dimension] += times
                counted.declined_current[score.dimension] += current
        if compared and not isinstance(judgment.verdict, NotAsked):
            is_open = not isinstance(judgment.verdict, Prefers | Ranks)
            counted.comparisons += times
            counted.open_answers += times * is_open
            counted.ordered += times * (judgment.order is not None)
            counted.first_listed_first += times * ((judgment.order or (None,))[0] == 0)
        if severe and judgment.rubric is not None:
            counted.severe[reviewer.role] += times

    def _count_harmful(self, person: str, harms: Iterable[str], times: int) -> None:
        shown = {(person, harm) for harm in harms}
        self.judgments.harmful += times
        self.harmful_by_person[person] += times
        if shown & self._refused:
            self.judgments.refused += times
        elif not shown or shown - self._agreed:
            self.judgments.unasked += times


def _plain(figures: JudgmentFigures | RecordFigures) -> dict[str, Any]:
    return {
        name: to_rows(value) if isinstance(value, Counter) else value
        for name, value in msgspec.structs.asdict(figures).items()
    }


def _read(plain: dict[str, Any]) -> dict[str, Any]:
    return {
        name: from_rows(value) if isinstance(value, list) else value
        for name, value in plain.items()
    }


def checklist_fold(rubric: str, consents: Iterable[Consent]) -> CaseFold[ChecklistData]:
    """The fold of the checklist's figures.

    Args:
        rubric: document id of the rubric in force.
        consents: every statement of people on the harms that they agree to read.
    """
    statements = list(consents)

    def decode(body: bytes) -> ChecklistData:
        figures = ChecklistData(rubric, statements)
        figures.take_up(body)
        return figures

    return CaseFold(
        name="checklist",
        version=1,
        reads=(Record, Judgment, Adjudication, Verification, Disposition),
        begins_again=(Consent,),
        start=lambda: ChecklistData(rubric, statements),
        decode=decode,
    )


def reading_figures(
    judged: Mapping[str, int], exposures: Mapping[str, Sequence[Exposure]], welfare: Welfare | None
) -> ReadingFigures:
    """Figures from the log of views, of people who judged harmful records.

    Args:
        judged: pseudonym -> judgments of records that are severe or show a harm.
        exposures: pseudonym -> what the person looked at.
        welfare: the contract's controls; None where it has none.
    """
    if welfare is None:
        return ReadingFigures()
    caps = caps_of(welfare)
    used = [most_of_a_cap(seen, caps) for seen in exposures.values()]
    views = {
        person: sum(bool(exposure.categories) for exposure in seen)
        for person, seen in exposures.items()
    }
    return ReadingFigures(
        logged=sum(min(count, views.get(person, 0)) for person, count in judged.items()),
        most_of_a_cap=max((share for share in used if share is not None), default=None),
    )


def count_rounds(rounds: Iterable[Sequence[Record]], targets: Collection[str]) -> tuple[int, int]:
    """Calibration rounds on outputs of the model that is trained, and on those of other models.

    Args:
        rounds: the records of each round; each must hold such an output for the round to count.
        targets: checkpoints of that model, as evaluations name them: the model, with or without `@`
            and its revision.
    """
    on_target = on_others = 0
    for records in rounds:
        models = [_models(record) for record in records]
        if models and all(names & set(targets) for names in models):
            on_target += 1
        elif models and all(models):
            on_others += 1
    return on_target, on_others


def _models(record: Record) -> set[str]:
    """The models whose outputs a record holds, by every name that they go by."""
    names: set[str] = set()
    for candidate in record.candidates:
        made = candidate.provenance
        if isinstance(made, MadeByModel):
            names.add(made.model)
            if made.revision:
                names.add(f"{made.model}@{made.revision}")
    return names


def _waits_for_adjudicator(case: RecordCase) -> bool:
    """Whether a record needs a decision that nobody has made since its disposition."""
    disposition = case.disposition
    if disposition is None or disposition.state != "needs_adjudication":
        return False
    return rests_on_all(disposition, (*case.judgments, *case.adjudications), case.verifications)
