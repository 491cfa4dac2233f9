"""Forced consensus: splits with reasons of their own that a release, or an adjudicator, erases."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from assay.core.identity import digest_of, make_id
from assay.governance.failure_modes import Alarm, FailureMode
from assay.quality.answer_table import AnswerColumns
from assay.quality.case import RecordCase
from assay.quality.disagreement import MIN_ITEMS, RISK, Disagreement, diagnose
from assay.quality.disposition import RELEASABLE
from assay.quality.failure_modes.consensus_series import (
    PREFERENCES,
    RANKINGS,
    ConsensusQuestions,
    ConsensusSeries,
    in_words,
)
from assay.quality.failure_modes.states import SHOWN, clear_alarm, raised_alarm, unknown_alarm
from assay.quality.in_force import DocumentsInForce
from assay.quality.patterns import Integers
from assay.quality.splits import MATTERS, POWER, GroupSplit
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Cause, Decided

MODE: FailureMode = "forced_consensus"

ONE_SIDED = 0.8
"""Share of an adjudicator's decisions on split records for one side, above which it is a series."""

LEAST_DECIDED = 10
"""Decisions below which nothing is concluded from their sides (a convention)."""

NOTED = 0.5
"""Share of the decisions with a note, from which a one-sided series explains itself."""


class AdjudicatedSplits(msgspec.Struct, frozen=True, kw_only=True):
    """What one adjudicator decided where reviewers gave different answers to one question."""

    adjudicator: str
    """Pseudonym of the person who decided."""
    question: str
    sides: dict[str, int]
    """Decisions by side, the most frequent first."""
    causes: dict[str, int]
    """Decisions by the cause that was given."""
    noted: int
    """Decisions with a note."""

    @property
    def n_decided(self) -> int:
        """All decisions."""
        return sum(self.sides.values())

    @property
    def is_one_sided(self) -> bool:
        """Whether most of them go one way, and most of them without a note."""
        most = max(self.sides.values(), default=0)
        return (
            self.n_decided >= LEAST_DECIDED
            and most > ONE_SIDED * self.n_decided
            and self.noted < NOTED * self.n_decided
        )


class ConsensusCounts:
    """Answers by question, which records were released as one answer, and who decided splits."""

    def __init__(self, documents: DocumentsInForce) -> None:
        """Start with nothing counted."""
        self.permits_ties = "tie" in documents.rubric.verdicts
        """Whether the rubric permits a tie."""
        self.one_answer = bytearray()
        """For each record, whether it was released as one answer of the reviewers."""
        self.settled = bytearray()
        """For each record, whether it was released at all: as one answer or as a distribution."""
        self._digests = bytearray()
        self.series: dict[str, ConsensusSeries] = {}
        """Question -> answers."""
        self._questions = ConsensusQuestions(documents.rubric)
        self._numbers: dict[str, int] = {}
        self._groups: dict[str, dict[int, str]] = {}
        self._sides: dict[tuple[str, str], Counter[str]] = {}
        self._causes: dict[tuple[str, str], Counter[Cause]] = {}
        self._noted: Counter[tuple[str, str]] = Counter()

    def add(self, case: RecordCase, people: Sequence[Judgment]) -> None:
        """Take in one case."""
        number = len(self.one_answer)
        state = case.disposition.state if case.disposition else None
        self.one_answer.append(state == "accepted" and not case.adjudications)
        self.settled.append(state in RELEASABLE)
        self._digests += digest_of(case.id)
        n_candidates = len(case.record.candidates)
        for judgment in people:
            rater = self._rater(judgment)
            for question, item, value, scale in self._questions.of_judgment(judgment, n_candidates):
                series = self.series.get(question)
                if series is None:
                    series = self.series[question] = ConsensusSeries(scale)
                series.add(number, item, rater, value)
        self._add_decision(case, people)

    def id_of(self, record: int) -> str:
        """The id of a record, by its number."""
        size = len(self._digests) // len(self.one_answer)
        return make_id(Record.prefix, bytes(self._digests[size * record : size * (record + 1)]))

    def answers(self) -> tuple[AnswerColumns, ...]:
        """Every question as columns, preferences first."""
        order = sorted(self.series, key=lambda name: (name != PREFERENCES, name != RANKINGS, name))
        names = tuple(self._numbers)
        return tuple(
            self.series[question].columns(question, names, self._groups) for question in order
        )

    def adjudicated_splits(self) -> tuple[AdjudicatedSplits, ...]:
        """Decisions on split records, by adjudicator and question."""
        return tuple(
            AdjudicatedSplits(
                adjudicator=adjudicator,
                question=question,
                sides=dict(sides.most_common()),
                causes=dict(sorted(self._causes[adjudicator, question].items())),
                noted=self._noted[adjudicator, question],
            )
            for (adjudicator, question), sides in sorted(self._sides.items())
        )

    def _rater(self, judgment: Judgment) -> int:
        reviewer = judgment.reviewer
        rater = self._numbers.setdefault(reviewer.pseudonym, len(self._numbers))
        for name, group in reviewer.groups.items():
            self._groups.setdefault(name, {})[rater] = group
        return rater

    def _add_decision(self, case: RecordCase, people: Sequence[Judgment]) -> None:
        """Count the sides of a decision on what reviewers answered differently."""
        latest = case.adjudications[-1] if case.adjudications else None
        if latest is None or not isinstance(latest.decision, Decided):
            return
        n_candidates = len(case.record.candidates)
        values_of: dict[tuple[str, Hashable], set[int]] = {}
        for judgment in people:
            for answer in self._questions.of_judgment(judgment, n_candidates):
                values_of.setdefault((answer.question, answer.item), set()).add(answer.value)
        for answer in self._questions.of_decision(latest.decision, n_candidates):
            values = values_of.get((answer.question, answer.item), set())
            # A decision shows a leaning only where reviewers differed; on agreed records it
            # follows them.
            if len(values) < 2:  # noqa: PLR2004  nobody differed
                continue
            key = latest.adjudicator, answer.question
            side = in_words(answer.question, answer.value)
            self._sides.setdefault(key, Counter())[side] += 1
            self._causes.setdefault(key, Counter())[latest.cause] += 1
            self._noted[key] += bool((latest.note or "").strip())


def diagnoses(counted: ConsensusCounts, *, seed: int) -> tuple[Disagreement, ...]:
    """What the disagreement on each question points to; the questions share one risk."""
    questions = counted.answers()
    risk = RISK / max(1, len(questions))
    return tuple(diagnose(columns, seed=seed, risk=risk) for columns in questions)


def forced_consensus_alarm(
    counted: ConsensusCounts, disagreements: Sequence[Disagreement]
) -> Alarm:
    """Whether plural views are erased.

    `raised`: a split with reasons of its own is in records released as one answer, or an
    adjudicator decides splits for one side without notes, or ties are forbidden where people
    differ. `clear`: on every question with enough answers a split would have shown, and none hides.
    """
    found_signs = [text for text in (_no_tie(counted, disagreements), _one_sided(counted)) if text]
    evidence: tuple[str, ...] = ()
    splits = [
        disagreement
        for disagreement in disagreements
        if disagreement.cause == "plural_viewpoints" and disagreement.split
    ]
    columns = {answers.question: answers for answers in counted.answers()} if splits else {}
    visible, unreleased = [], []
    for disagreement in splits:
        hidden = _hidden_records(counted, columns[disagreement.question], disagreement.split)
        text = f"{disagreement.question}: {disagreement.reason}"
        if hidden:
            ids = tuple(counted.id_of(record) for record in hidden[:SHOWN])
            evidence = (*evidence, *ids)
            found_signs.append(
                f"{text}; {len(hidden)} of {sum(counted.one_answer)} records were accepted with "
                "one answer although the two sides' answers differ"
            )
        elif any(
            counted.settled[record] for record in counted.series[disagreement.question].records
        ):
            visible.append(f"{text}; no accepted record hides it")
        else:
            unreleased.append(f"{text}; no record with answers to it is settled yet")
    if found_signs:
        return raised_alarm(
            MODE,
            "; ".join(found_signs),
            "keep the distribution of such records (on_disagreement: preserve), permit ties, and "
            "give the cause of each decision in a note",
            evidence[:SHOWN],
        )
    if unreleased:
        return unknown_alarm(
            MODE, "; ".join(unreleased), "dispose the records: assay quality dispose"
        )
    return _not_raised(disagreements, visible)


def _not_raised(disagreements: Sequence[Disagreement], visible: Sequence[str]) -> Alarm:
    large_enough = [
        disagreement for disagreement in disagreements if disagreement.items >= MIN_ITEMS
    ]
    small = [
        f"{disagreement.question} ({disagreement.items} items)"
        for disagreement in disagreements
        if disagreement.items < MIN_ITEMS
    ]
    if not large_enough:
        seen = ", ".join(small) or "no question has two people's answers"
        return unknown_alarm(
            MODE, f"too few items with two answers: {seen}, {MIN_ITEMS} are needed"
        )
    blind = [
        f"{disagreement.question}: a split over {MATTERS:.0%} of the items would have shown in "
        f"{disagreement.power:.0%} of cases at {disagreement.items} items and {disagreement.raters} reviewers ({disagreement.reason})"
        for disagreement in large_enough
        if disagreement.cause != "plural_viewpoints" and disagreement.power < POWER
    ]
    if blind:
        return unknown_alarm(
            MODE, "; ".join(blind), "have more people answer the same items, and give their groups"
        )
    powers = ", ".join(
        f"{disagreement.question} ({disagreement.power:.0%} at {disagreement.items} items, {disagreement.raters} reviewers)"
        for disagreement in large_enough
        if disagreement.cause != "plural_viewpoints"
    )
    parts = [*visible]
    if powers:
        parts.append(
            f"no split of reviewers; one over {MATTERS:.0%} of the items would have shown: {powers}"
        )
    if small:
        parts.append(f"too few to tell: {', '.join(small)}")
    return clear_alarm(MODE, "; ".join(parts))


def _no_tie(counted: ConsensusCounts, disagreements: Sequence[Disagreement]) -> str:
    for disagreement in disagreements:
        compared = disagreement.question in {PREFERENCES, RANKINGS}
        if (
            compared
            and not counted.permits_ties
            and disagreement.cause not in {"unknown", "agreement"}
        ):
            return f"the rubric permits no tie, and reviewers disagree (alpha {disagreement.alpha:.2f})"
    return ""


def _one_sided(counted: ConsensusCounts) -> str:
    """Adjudicators whose decisions on split records surely go one way, without notes."""
    decided = [
        splits for splits in counted.adjudicated_splits() if splits.n_decided >= LEAST_DECIDED
    ]
    texts = []
    for splits in decided:
        most = max(splits.sides.values())
        if splits.is_one_sided and _chance(most, splits.n_decided) <= RISK / len(decided):
            side = max(splits.sides, key=lambda name: splits.sides[name])
            causes = ", ".join(
                f"{cause.replace('_', ' ')} {n}" for cause, n in splits.causes.items()
            )
            texts.append(
                f"{splits.adjudicator} decided {most} of {splits.n_decided} split records on "
                f"{splits.question} for {side} (cause: {causes}), {splits.noted} with a note"
            )
    return "; ".join(texts)


def _chance(most: int, decided: int) -> float:
    """How often a fair coin goes as far to either side (the exact two-sided binomial test)."""
    # Whole numbers until the end: with a thousand decisions single terms leave the range of a
    # float.
    tail = sum(math.comb(decided, count) for count in range(most, decided + 1))
    return float(min(1.0, 2 * tail / 2**decided))


def _hidden_records(
    counted: ConsensusCounts, answers: AnswerColumns, split: GroupSplit | None
) -> list[int]:
    """Records released as one answer on which the two sides of a split answer differently."""
    if split is None:
        return []
    side_of = {name: side for side, names in enumerate(split.sides) for name in names}
    sides = np.array([side_of.get(answers.name(rater), -1) for rater in range(len(answers.names))])
    n_items = int(answers.items.max()) + 1
    n_values = int(answers.values.max()) + 1
    first, second = (
        np.bincount(
            answers.items[keep] * n_values + answers.values[keep], minlength=n_items * n_values
        ).reshape(n_items, n_values)
        for keep in (sides[answers.raters] == side for side in (0, 1))
    )
    differ = _means_oppose if answers.scale == "ordinal" else _modes_differ
    records = counted.series[answers.question].records
    differing = np.flatnonzero(differ(first, second))
    hidden = {records[item] for item in differing.tolist()}
    return sorted(record for record in hidden if counted.one_answer[record])


def _means_oppose(first: Integers, second: Integers) -> npt.NDArray[np.bool_]:
    """Items on whose scale the means of two sides are on opposite sides of the middle.

    Args:
        first: items x values, answers of one side.
        second: the same of the other side.
    """
    from_middle = np.arange(first.shape[1]) - (first.shape[1] - 1) / 2
    opposed: npt.NDArray[np.bool_] = (first @ from_middle) * (second @ from_middle) < 0
    return opposed


def _modes_differ(first: Integers, second: Integers) -> npt.NDArray[np.bool_]:
    """Items on which two sides each have one most frequent answer, and not the same."""
    clear_modes = [
        (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) == 1 for counts in (first, second)
    ]
    differing: npt.NDArray[np.bool_] = (
        (first.argmax(axis=1) != second.argmax(axis=1)) & clear_modes[0] & clear_modes[1]
    )
    return differing
