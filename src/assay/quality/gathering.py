"""The gathering: one pass over all cases, keeping counts and codes, never the cases themselves.

What grows with the records is a few whole numbers each: a record's place, and its answers.
Taxonomies are kept once each, however many records share them.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from assay.quality.answers import AnswerSeries
from assay.quality.case import RecordCase
from assay.quality.cells import Cells
from assay.quality.consensus import (
    STRICT_MAJORITY,
    Counting,
    consensus,
    effective,
)
from assay.quality.contradictions import Contradiction, against_rules, contradiction_of
from assay.quality.disposition import RELEASABLE
from assay.quality.duplicates import DuplicateGathering
from assay.quality.error_marks import error_marks
from assay.quality.failure_modes import ModeGathering
from assay.quality.in_force import DocumentsInForce
from assay.quality.integrity import IntegrityGathering
from assay.quality.places import Clusters, Places
from assay.quality.quota_coverage import place_of
from assay.quality.shortcuts.cues import CUES, Cue
from assay.quality.shortcuts.gathering import ShortcutGathering
from assay.records.judgment import Judgment
from assay.records.judgment import standing as unsuperseded
from assay.records.occasion import in_order, last_answer
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    DimensionScore,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    Tie,
    score_key,
    verdict_key,
)
from assay.review.layer import layer_of
from assay.verification.ledger import Ledger
from assay.verification.standing import Adequacies, about_claims, is_counted, is_not_delivered
from assay.verification.verification import Fail, Verification

UNSTATED = "(unstated)"
"""Stands for a severity or task family that the source does not name."""

UNDETERMINED = "(not determined)"
"""Stands for the cause of a defect in a record that no adjudication explains."""

SHOWN_CONTRADICTIONS = 100
"""Contradictions that are kept one by one; all of them are counted."""

REMEMBERED = 1 << 12
"""Sets of scores of which is remembered how they are read: equal ones are frequent."""

PAIR = 2
"""Candidates of a pairwise comparison."""

PAIR_VALUES = {"prefers:0": "prefers_a", "prefers:1": "prefers_b"}
"""Verdicts on a pair in the words of two-stage agreement; the others keep their own."""


@dataclass
class ReviewerTally:
    """One reviewer's answers, counted."""

    kind: str
    """Person, model or unknown."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Judgments by the verdict's tag."""
    placed: int = 0
    """Preferences whose presented order is known."""
    first_shown: int = 0
    """Of these, how many chose the candidate that was shown first."""


@dataclass
class ReportData:
    """What the quality report needs of all cases."""

    documents: DocumentsInForce
    """The documents in force."""
    cues: Sequence[Cue] = CUES
    """What the shortcut audit counts in a text."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Records by kind, judged or not."""
    places: Places = field(default_factory=Places)
    """The place of each record."""
    cells: Cells = field(init=False)
    """Records counted by place, for coverage."""
    judgments: Counter[str] = field(default_factory=Counter)
    """Judgments given, superseded, repeated, and standing by kind of reviewer."""
    guidelines: Counter[str] = field(default_factory=Counter)
    """Judgments given, by the rubric (document id) or foreign guideline that they cite."""
    reviewers: dict[str, ReviewerTally] = field(default_factory=dict)
    """Answers by reviewer's pseudonym."""
    pairs: AnswerSeries = field(default_factory=AnswerSeries)
    """Verdicts on two candidates."""
    lists: AnswerSeries = field(default_factory=AnswerSeries)
    """Verdicts on three or more candidates."""
    dimensions: dict[str, AnswerSeries] = field(default_factory=dict)
    """Scores by dimension, one series each."""
    steps: AnswerSeries = field(default_factory=AnswerSeries)
    """Labels on steps; an item is one step of one candidate."""
    rulings: AnswerSeries = field(default_factory=AnswerSeries)
    """Rulings on sections of the policy."""
    attacks: AnswerSeries = field(default_factory=AnswerSeries)
    """Outcomes of red-team transcripts."""
    marks: AnswerSeries = field(default_factory=AnswerSeries)
    """Whether a word was marked as wrong, in texts in which somebody marked one."""
    located: list[float] = field(default_factory=list)
    """Mean F1 of located errors of each record where two reviewers or more looked for them."""
    candidates: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Candidates by standing and the rule that gave it, by the record's disposition."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Records with judgments by outcome of their consensus."""
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Records by state and rule of their disposition."""
    contradictions: list[Contradiction] = field(default_factory=list)
    """The first verdicts that contradict the priority rules."""
    contradicting: int = 0
    """Verdicts that contradict them, all of them."""
    checked_against_priority: int = 0
    """Judgments whose verdict and scores could be compared with the priority rules."""
    errors_asked: int = 0
    """Judgments that looked for errors."""
    with_errors: int = 0
    """Of these, how many found one."""
    defects: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """Localized errors by category, severity, task family and cause."""
    verified: Counter[tuple[str, tuple[str, ...], str]] = field(default_factory=Counter)
    """Verifications, but those that could not say, by verifier, dimensions and task family."""
    refuted: Counter[tuple[str, tuple[str, ...], str]] = field(default_factory=Counter)
    """Of these, the ones that failed."""
    not_delivered: Counter[tuple[str, tuple[str, ...], str]] = field(default_factory=Counter)
    """Of these, the ones to which the candidate gave nothing that could be judged."""
    causes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Adjudicated records by cause, decision and task family, by their latest adjudication."""
    awaiting: int = 0
    """Records without an adjudication that the rules send to one."""
    repeated_verdicts: Counter[bool] = field(default_factory=Counter)
    """Second answers of one reviewer on one record: whether the verdict was the same."""
    repeated_scores: Counter[bool] = field(default_factory=Counter)
    """Second scores of one reviewer on one dimension of one candidate: whether the same."""
    ledger: Ledger = field(init=False)
    """Evidence for each dimension of each item."""
    integrity: IntegrityGathering = field(default_factory=IntegrityGathering)
    """Contradictions between records, and what gives an answer away."""
    duplicates: DuplicateGathering = field(default_factory=DuplicateGathering)
    """Near copies among the records that can be released."""
    modes: ModeGathering = field(init=False)
    """What the alarms need."""
    shortcuts: ShortcutGathering = field(init=False)
    """One row of numbers for each preference on a pair, of people and models."""
    _clusters: Clusters = field(default_factory=Clusters)

    def __post_init__(self) -> None:
        """Start what depends on the documents in force."""
        copies = self.duplicates.near_copies
        self.cells = Cells(self.documents.contract.sampling, copies)
        self.ledger = Ledger(self.documents.contract, self.documents.rubric)
        self.modes = ModeGathering(self.documents)
        dimensions = (dimension.id for dimension in self.documents.rubric.dimensions)
        self.shortcuts = ShortcutGathering(dimensions, self.cues)

    def add(self, case: RecordCase) -> None:
        """Take in one case."""
        record = case.record
        state = case.disposition.state if case.disposition else "undisposed"
        rule = case.disposition.rule if case.disposition else ""
        self.kinds[record.kind] += 1
        number = self.places.add(record.task.taxonomy)
        if state in RELEASABLE:
            self.cells.add_row(place_of(record), self.duplicates.add(case.id, record))
        else:
            self.cells.add(record, accepted=False)
        self.states[state, rule] += 1
        if case.disposition:
            standings = case.disposition.standings
            self.candidates.update((standing.standing, standing.rule) for standing in standings)
        self._add_decisions(case)
        layer = layer_of(record, self.documents.contract)
        standing = effective(case.judgments, self.documents.rubric_id)
        counting = Counting(roles=layer.roles) if layer else STRICT_MAJORITY
        people = [judgment for judgment in standing if counting.counts(judgment)]
        self.ledger.add(record, people, case.verifications)
        self.modes.add(case, people)
        if case.judgments:
            place = _Place(number, self._clusters.of(record.task.family))
            models = [judgment for judgment in standing if judgment.reviewer.kind == "model"]
            self.shortcuts.add(
                record,
                [*people, *models],
                place.cluster,
                adjudications=case.adjudications,
                verifications=case.verifications,
            )
            self._add_judgments(case, standing, people, counting, place)
        else:
            self.integrity.add(case.id, record, None)

    def _add_judgments(
        self,
        case: RecordCase,
        standing: Sequence[Judgment],
        people: Sequence[Judgment],
        counting: Counting,
        place: "_Place",
    ) -> None:
        """Take in what was said; only the people of the record's layer are raters."""
        self._count_judgments(case, standing)
        summary = consensus(case.record, standing, case.adjudications, counting=counting)
        self.outcomes[summary.outcome] += 1
        self.integrity.add(case.id, case.record, summary)
        self._check_priority(case.record, people)
        cause = case.adjudications[-1].cause if case.adjudications else UNDETERMINED
        for judgment in people:
            self._add_verdict(case.record, judgment, place)
            self._add_parts(judgment, place)
            self._add_errors(case.record, judgment, cause)
        if summary.spans is not None:
            self.located.append(summary.spans.f1)
            looked = [judgment for judgment in people if judgment.errors is not None]
            for word, judgment, mark in error_marks(case.record, looked):
                place.put(self.marks, word, rater(judgment), mark)

    def _add_decisions(self, case: RecordCase) -> None:
        """Count the latest adjudication, and the latest verification of each test."""
        family = family_of(case.record)
        if case.adjudications:
            latest = case.adjudications[-1]
            decision = str(latest.decision.__struct_config__.tag)
            self.causes[latest.cause, decision, family] += 1
        elif case.disposition and case.disposition.state == "needs_adjudication":
            self.awaiting += 1
        for verification in latest_verifications(case.verifications):
            key = (verification.verifier, verification.dimensions, family)
            self.verified[key] += is_counted(verification)
            self.refuted[key] += isinstance(verification.verdict, Fail)
            self.not_delivered[key] += is_not_delivered(verification)

    def _count_judgments(self, case: RecordCase, standing: Sequence[Judgment]) -> None:
        unreplaced = unsuperseded(case.judgments)
        counts = self.judgments
        counts["given"] += len(case.judgments)
        self.guidelines.update(
            judgment.rubric or judgment.guideline or "" for judgment in case.judgments
        )
        counts["superseded"] += len(case.judgments) - len(unreplaced)
        for judgment in standing:
            counts[judgment.reviewer.kind] += 1
            self._count_reviewer(judgment)
        if len(unreplaced) > len(standing):
            self._compare_repeats(unreplaced, len(case.record.candidates))

    def _count_reviewer(self, judgment: Judgment) -> None:
        reviewer = judgment.reviewer
        tally = self.reviewers.setdefault(rater(judgment), ReviewerTally(reviewer.kind))
        tally.verdicts[str(judgment.verdict.__struct_config__.tag)] += 1
        if isinstance(judgment.verdict, Prefers) and judgment.order:
            tally.placed += 1
            tally.first_shown += judgment.order[0] == judgment.verdict.candidate

    def _compare_repeats(self, judgments: Iterable[Judgment], n_candidates: int) -> None:
        by_rater: dict[str, list[Judgment]] = {}
        for judgment in judgments:
            by_rater.setdefault(rater(judgment), []).append(judgment)
        for occasions in by_rater.values():
            # Nothing says which of these came first, so the pair shows neither a repeat nor a
            # change of mind.
            if last_answer(occasions) is None:
                self.judgments["unordered"] += len(occasions)
                continue
            if len(occasions) > 1:
                self.judgments["repeated"] += len(occasions) - 1
            for before, after in pairwise(in_order(occasions)):
                verdicts = {
                    verdict_key(judgment.verdict, n_candidates) for judgment in (before, after)
                }
                if verdicts != {"not_asked"}:
                    self.repeated_verdicts[len(verdicts) == 1] += 1
                earlier = dict(_scores(before))
                for key, value in _scores(after):
                    if key in earlier:
                        self.repeated_scores[value == earlier[key]] += 1

    def _check_priority(self, record: Record, people: Sequence[Judgment]) -> None:
        if not self.documents.rubric.priority or len(record.candidates) < PAIR:
            return
        self.checked_against_priority += sum(
            isinstance(judgment.verdict, Prefers | Ranks | Tie) and bool(judgment.scores)
            for judgment in people
        )
        for judgment in people:
            against = against_rules(record, judgment, self.documents)
            if against is None:
                continue
            self.contradicting += 1
            # The id of a judgment is a digest of all that it says: only those that are shown need it.
            if len(self.contradictions) < SHOWN_CONTRADICTIONS:
                shown = contradiction_of(judgment, len(record.candidates), against)
                self.contradictions.append(shown)

    def _add_verdict(self, record: Record, judgment: Judgment, place: "_Place") -> None:
        n_candidates = len(record.candidates)
        if isinstance(judgment.verdict, NotAsked) or n_candidates < PAIR:
            return
        declined = isinstance(judgment.verdict, Abstained)
        key = None if declined else verdict_key(judgment.verdict, n_candidates)
        if n_candidates == PAIR:
            value = PAIR_VALUES.get(key, key) if key else None
            place.put(self.pairs, None, rater(judgment), value)
        else:
            place.put(self.lists, None, rater(judgment), key)

    def _add_parts(self, judgment: Judgment, place: "_Place") -> None:
        name = rater(judgment)
        for dimension, candidate, applies, value in _last_scores(judgment.scores):
            answers = self.dimensions.get(dimension)
            if answers is None:
                answers = self.dimensions[dimension] = AnswerSeries()
            if not applies:
                answers.not_applicable += 1
                continue
            place.put(answers, candidate, name, value)
        for label in {
            (label.candidate, label.step): label for label in judgment.step_labels
        }.values():
            place.put(self.steps, (label.candidate, label.step), name, label.label)
        for ruling in {
            (ruling.section, ruling.candidate): ruling for ruling in judgment.rulings
        }.values():
            place.put(self.rulings, (ruling.section, ruling.candidate), name, ruling.ruling)
        if judgment.attack is not None and judgment.attack.outcome is not None:
            place.put(self.attacks, None, name, judgment.attack.outcome)

    def _add_errors(self, record: Record, judgment: Judgment, cause: str) -> None:
        if judgment.errors is None:
            return
        self.errors_asked += 1
        self.with_errors += bool(judgment.errors)
        family = family_of(record)
        for error in judgment.errors:
            severity = error.severity or error.source_severity or UNSTATED
            self.defects[error.category, severity, family, cause] += 1


@dataclass(frozen=True)
class _Place:
    """The place of an answer's item."""

    record: int
    cluster: int

    def put(self, answers: AnswerSeries, item: Hashable, name: str, value: str | None) -> None:
        answers.add(item, name, value, record=self.record, cluster=self.cluster)


def gather(
    cases: Iterable[RecordCase], documents: DocumentsInForce, cues: Sequence[Cue] = CUES
) -> ReportData:
    """Take in every case, in one pass."""
    data = ReportData(documents, cues)
    for case in cases:
        data.add(case)
    return data


def family_of(record: Record) -> str:
    """The task family: the capability, or else the prompt family."""
    return record.task.capability or record.task.family or UNSTATED


def latest_verifications(verifications: Iterable[Verification]) -> Iterable[Verification]:
    """The results that stand: the last of each verifier and options on each candidate.

    Results of a verifier that does not tell right from wrong on the record are not among them.
    """
    results = list(verifications)
    inadequate = Adequacies(results).inadequate
    return {
        (result.verifier, result.options, result.candidate): result
        for result in about_claims(results)
        if (result.verifier, result.options) not in inadequate
    }.values()


def rater(judgment: Judgment) -> str:
    """The reviewer as a rater: the pseudonym, with the kind where it is not a person."""
    reviewer = judgment.reviewer
    if reviewer.kind == "human":
        return reviewer.pseudonym
    return f"{reviewer.pseudonym} ({reviewer.kind})"


@lru_cache(maxsize=REMEMBERED)
def _last_scores(
    scores: tuple[DimensionScore, ...],
) -> tuple[tuple[str, int | None, bool, str | None], ...]:
    """Dimension, candidate, whether it applies and value of the last score on each of them."""
    last = {(score.dimension, score.candidate): score.score for score in scores}
    return tuple(
        (dimension, candidate, not isinstance(score, NotApplicable), score_key(score))
        for (dimension, candidate), score in last.items()
    )


def _scores(judgment: Judgment) -> Iterator[tuple[tuple[str, int | None], str | None]]:
    for score in judgment.scores:
        yield (score.dimension, score.candidate), score_key(score.score)
