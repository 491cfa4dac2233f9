"""The series of answers in which a split could be: one a question, on every kind of record."""

from array import array
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, product
from typing import NamedTuple

import numpy as np

from assay.contracts.rubric import Rubric
from assay.quality.answer_table import MOST_LEVELS, AnswerColumns, Scale
from assay.records.judgment import Attack, Judgment, SectionRuling, StepLabel
from assay.records.verdict import (
    Category,
    DimensionScore,
    Prefers,
    Ranks,
    Scored,
    Tie,
    Verdict,
)
from assay.review.adjudication import Decided

REMEMBERED = 1 << 12
"""Verdicts, and sets of scores, whose answers are remembered: equal ones are frequent."""

PAIR = 2
PREFERENCES = "preferences"
"""The question of verdicts on two candidates."""

RANKINGS = "rankings"
"""The question of verdicts on more candidates, pair by pair."""

STEPS = "step labels"
ATTACKS = "attack outcomes"

_SIGNS = {"complies": 0, "unclear": 1, "violates": 2}
_LABELS = {"bad": 0, "neutral": 1, "good": 2}
_OUTCOMES = {"held": 0, "partial": 1, "broken": 2}


class ConsensusAnswer(NamedTuple):
    """One answer to one item of one question."""

    question: str
    """Name of the question; a split is searched for within one question alone."""
    item: Hashable
    """The item within its record."""
    value: int
    """Code of the answer, in the order of its scale."""
    scale: Scale
    """What the value is."""


class ConsensusSeries:
    """The answers to one question, as codes."""

    def __init__(self, scale: Scale) -> None:
        """Start without answers."""
        self.scale: Scale = scale
        """What the values are."""
        self.records: array[int] = array("q")
        """The record of each item."""
        self._record = -1
        self._numbers: dict[Hashable, int] = {}
        self._items: array[int] = array("q")
        self._raters: array[int] = array("i")
        self._values: array[int] = array("i")

    def add(self, record: int, item: Hashable, rater: int, value: int) -> None:
        """Take in one answer; all answers about one record come before those about the next."""
        if record != self._record:
            self._record, self._numbers = record, {}
        number = self._numbers.get(item)
        if number is None:
            number = self._numbers[item] = len(self.records)
            self.records.append(record)
        self._items.append(number)
        self._raters.append(rater)
        self._values.append(value)

    def columns(
        self, question: str, names: Sequence[str], groups: dict[str, dict[int, str]]
    ) -> AnswerColumns:
        """The series as columns; values count from 0, long scales are cut into equal parts."""
        values = np.array(self._values, dtype=np.int64)
        if self.scale == "ordinal" and len(values):
            values -= values.min()
            if values.max() >= MOST_LEVELS:
                values = values * MOST_LEVELS // (values.max() + 1)
        items = np.array(self._items, dtype=np.int64)
        return AnswerColumns(
            items=items,
            records=np.array(self.records, dtype=np.int64)[items],
            raters=np.array(self._raters, dtype=np.int64),
            values=values,
            groups=groups,
            names=tuple(names),
            question=question,
            scale=self.scale,
        )


class ConsensusQuestions:
    """Extracts answers from judgments and decisions, on the rubric's scales."""

    def __init__(self, rubric: Rubric) -> None:
        """Learn which dimensions may split: those without one right answer."""
        self._open = {
            dimension.id for dimension in rubric.dimensions if dimension.nature != "objective"
        }
        self._codes = {
            dimension.id: {value: place for place, value in enumerate(dimension.values)}
            for dimension in rubric.dimensions
            if dimension.scale_kind == "categorical"
        }
        self._scores = lru_cache(maxsize=REMEMBERED)(
            lambda scores: tuple(self._read_scores(scores))
        )

    def of_judgment(self, judgment: Judgment, n_candidates: int) -> tuple[ConsensusAnswer, ...]:
        """Every answer of a judgment to a question that may split."""
        answers = _verdict(judgment.verdict, n_candidates) + self._scores(judgment.scores)
        if judgment.rulings or judgment.step_labels or judgment.attack is not None:
            answers += tuple(_parts(judgment.rulings, judgment.step_labels, judgment.attack))
        return answers

    def of_decision(self, decision: Decided, n_candidates: int) -> Iterator[ConsensusAnswer]:
        """Every answer of an adjudicator to such a question."""
        yield from _verdict(decision.verdict, n_candidates)
        yield from self._scores(decision.scores)
        yield from _parts(decision.rulings, decision.step_labels, decision.attack)

    def _read_scores(self, scores: tuple[DimensionScore, ...]) -> Iterator[ConsensusAnswer]:
        for score in scores:
            if score.dimension not in self._open:
                continue
            match score.score:
                case Scored(value=value, denominator=None):
                    yield ConsensusAnswer(score.dimension, score.candidate, value, "ordinal")
                case Category(value=name) if name in self._codes.get(score.dimension, {}):
                    code = self._codes[score.dimension][name]
                    yield ConsensusAnswer(score.dimension, score.candidate, code, "nominal")
                case _:
                    continue


@lru_cache(maxsize=REMEMBERED)
def _verdict(verdict: Verdict, n_candidates: int) -> tuple[ConsensusAnswer, ...]:
    """The answers of a verdict, from `_pair_codes`."""
    return tuple(_pair_codes(verdict, n_candidates))


def _pair_codes(verdict: Verdict, n_candidates: int) -> Iterator[ConsensusAnswer]:
    """A verdict as codes on pairs: 0 for the first candidate, 1 for a tie, 2 for the second."""
    if n_candidates < PAIR:
        return
    question = PREFERENCES if n_candidates == PAIR else RANKINGS
    groups = _groups(verdict, n_candidates)
    for place, group in enumerate(groups):
        for first, second in combinations(sorted(group), 2):
            if not isinstance(verdict, Prefers):
                yield ConsensusAnswer(question, (first, second), 1, "signed")
        for better, worse in product(group, chain(*groups[place + 1 :])):
            pair = min(better, worse), max(better, worse)
            yield ConsensusAnswer(question, pair, 2 * (better > worse), "signed")


def _groups(verdict: Verdict, n_candidates: int) -> Sequence[Sequence[int]]:
    """The candidates that a verdict orders, best group first; nothing where it orders none."""
    everyone = range(n_candidates)
    match verdict:
        case Prefers(candidate=chosen):
            return ((chosen,), [other for other in everyone if other != chosen])
        case Tie():
            return (everyone,)
        case Ranks(order=groups):
            return groups
        case _:
            return ()


def _parts(
    rulings: Sequence[SectionRuling], labels: Sequence[StepLabel], attack: Attack | None
) -> Iterator[ConsensusAnswer]:
    for ruling in rulings:
        question = f"rulings on {ruling.section}"
        yield ConsensusAnswer(question, ruling.candidate, _SIGNS[ruling.ruling], "signed")
    for label in labels:
        yield ConsensusAnswer(STEPS, (label.candidate, label.step), _LABELS[label.label], "signed")
    if attack is not None and attack.outcome is not None:
        yield ConsensusAnswer(ATTACKS, None, _OUTCOMES[attack.outcome], "signed")


def in_words(question: str, value: int) -> str:
    """A decision's side in words."""
    if question in {PREFERENCES, RANKINGS}:
        return ("the first candidate", "a tie", "the second candidate")[value]
    if question.startswith("rulings on "):
        return ("complies", "unclear", "violates")[value]
    if question == STEPS:
        return ("bad", "neutral", "good")[value]
    if question == ATTACKS:
        return ("held", "partial", "broken")[value]
    return str(value)
