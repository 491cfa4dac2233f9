"""Evidence for one dimension of one item: a machine, people, both, or nobody."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.core.canonical import json_text
from assay.records.judgment import Judgment, standing
from assay.records.verdict import Category, Scored
from assay.verification.standing import (
    ADEQUACY,
    COULD_NOT_SAY,
    NOT_DELIVERED,
    Adequacies,
    AdequacyState,
    Weight,
    is_against,
    speaks,
    verdict_name,
    what_stands,
)
from assay.verification.verification import Pass, Verification


class By(NamedTuple):
    """The verifier's result that stands for a dimension of an item."""

    verifier: str
    """Name of the verifier that gave the result."""
    version: str
    """Version of the verifier that gave the result."""
    isolation: str
    """Isolation of the code under test; empty where it was not recorded."""
    verdict: str
    """The verdict in one word."""
    weight: Weight
    """Whether it counts, and if not, why."""
    adequacy: AdequacyState
    """Whether the verifier is known to tell right from wrong on the record."""


class DimensionCoverage(NamedTuple):
    """Evidence for one dimension of one item."""

    machine: bool | None
    """Whether it passed; None where nothing that counts is known about it."""
    expert: bool
    """Whether a person gave a value."""
    contradicted: bool
    """Whether the two cannot both be right."""
    by: By | None
    """The result that stands, whether it counts or not; None where none is there."""
    wrong_step: bool
    """Whether the item is right on this dimension and one of its steps is wrong."""

    @property
    def refuted(self) -> bool:
        """Whether the verifier says that the claim does not hold."""
        return self.machine is False and self.by is not None and self.by.verdict == "fail"

    @property
    def not_delivered(self) -> bool:
        """Whether the candidate gave nothing that could be judged, which is not passed either."""
        counts = self.by is not None and self.by.weight == "counts"
        return counts and self.by is not None and self.by.verdict in NOT_DELIVERED

    @property
    def lacking(self) -> Weight | None:
        """Why a verdict that could count does not; None where it counts, or is none."""
        if self.by is None or self.by.verdict in COULD_NOT_SAY:
            return None
        return None if self.by.weight == "counts" else self.by.weight


class WrongStep(NamedTuple):
    """A step that is wrong, and who found it."""

    step: int
    """The step, from 0."""
    by: str
    """The verifier's name, or `reviewers`."""


REVIEWERS = "reviewers"
"""Who found a step wrong where it was people."""


class Ground:
    """What the ledger reads of the documents in force, once for all records."""

    def __init__(self, contract: Contract, rubric: Rubric) -> None:
        """Collect it from the documents."""
        self.minimum = contract.verification.minimum_isolation
        """The weakest isolation that the contract takes; None where it takes any."""
        self.dimensions = rubric.dimensions
        """The rubric's dimensions."""
        self.tests = {dimension.id: test_of(dimension) for dimension in rubric.dimensions}
        """The verifier of each dimension with its options, where it names one."""
        self.ends = {dimension.id: _ends(dimension) for dimension in rubric.dimensions}
        """The best and the worst value of each dimension; None of categories."""


class CoverageEvidence:
    """The evidence on one record: what each dimension of each of its items rests on.

    A verification counts for the dimensions that name its verifier with its options, and for no
    other.
    """

    def __init__(
        self, ground: Ground, judgments: Sequence[Judgment], verifications: Iterable[Verification]
    ) -> None:
        """Sort the verifications by test.

        Args:
            ground: what the documents in force say.
            judgments: judgments of the record; those of models and superseded ones do not count.
            verifications: verifications of the record in their order of entry.
        """
        self._ground = ground
        self._judgments = judgments
        self._verifications: dict[tuple[str, str | None], list[Verification]] = {}
        every = list(verifications)
        self.adequacies = Adequacies(every)
        """What is known of the record's verifiers."""
        for verification in every:
            # A result about a verifier says nothing of an item.
            if verification.verifier == ADEQUACY:
                continue
            self._verifications.setdefault(
                (verification.verifier, verification.options), []
            ).append(verification)
        self._wrong: dict[int, list[WrongStep]] = {}

    @cached_property
    def people(self) -> list[Judgment]:
        """The people's judgments that stand."""
        return people_of(self._judgments)

    def cover(self, dimension: Dimension, item: int) -> DimensionCoverage:
        """Evidence for one dimension of one item."""
        result = self.result(dimension, item)
        machine = _says(result)
        values = self.values(dimension, item)
        best, worst = self._ground.ends[dimension.id]
        contradicted = False
        # A candidate that delivered nothing makes no statement on the claim, so there is nothing to contradict.
        if machine is not None and best != worst and result is not None and speaks(result[0]):
            contradicted = (worst if machine else best) in values
        # Where no verifier speaks, an objective claim is right if all people gave the best value.
        by_people = dimension.nature == "objective" and set(values) == {best}
        right = by_people if machine is None else machine
        return DimensionCoverage(
            machine=machine,
            expert=bool(values),
            contradicted=contradicted,
            by=_by(*result, self.adequacies.of(result[0])) if result else None,
            wrong_step=right and bool(self.wrong_steps(item)),
        )

    def result(self, dimension: Dimension, item: int) -> tuple[Verification, Weight] | None:
        """The verification that stands for a dimension of an item, and what it counts for."""
        test = self._ground.tests[dimension.id]
        if test is None or test not in self._verifications:
            return None
        return what_stands(
            (
                verification
                for verification in self._verifications[test]
                if dimension.id in verification.dimensions
                and verification.candidate in {None, item}
            ),
            self._ground.minimum,
            self.adequacies.inadequate,
        )

    def is_verified(self, dimension: Dimension, item: int) -> bool:
        """Whether a verifier's pass or fail counts for a dimension of an item."""
        return _says(self.result(dimension, item)) is not None

    def values(self, dimension: Dimension, item: int) -> list[int | str]:
        """The values that people gave an item on a dimension."""
        return [
            value
            for candidate, value in self._values.get(dimension.id, ())
            if candidate is None or candidate == item
        ]

    @cached_property
    def _values(self) -> Mapping[str, Sequence[tuple[int | None, int | str]]]:
        """Dimension -> the candidate and the value of each score of people, in one pass over them."""
        values: dict[str, list[tuple[int | None, int | str]]] = {}
        for judgment in self.people:
            for score in judgment.scores:
                if isinstance(score.score, Scored | Category):
                    values.setdefault(score.dimension, []).append(
                        (score.candidate, score.score.value)
                    )
        return values

    def wrong_steps(self, item: int) -> list[WrongStep]:
        """Steps of an item that a verifier refutes, or that more people call bad than not."""
        if item not in self._wrong:
            wrong = {WrongStep(step, REVIEWERS) for step in self._bad_steps.get(item, ())}
            for dimension in self._ground.dimensions if self._verifications else ():
                stands = self.result(dimension, item)
                if _says(stands) is False and stands and stands[0].step is not None:
                    wrong.add(WrongStep(stands[0].step, stands[0].verifier))
            self._wrong[item] = sorted(wrong)
        return self._wrong[item]

    @cached_property
    def _bad_steps(self) -> Mapping[int, list[int]]:
        bad: Counter[tuple[int, int]] = Counter()
        for judgment in self.people:
            own = {(label.candidate, label.step): label.label for label in judgment.step_labels}
            bad.update({place: 1 if label == "bad" else -1 for place, label in own.items()})
        steps: dict[int, list[int]] = {}
        for candidate, step in sorted(place for place, votes in bad.items() if votes > 0):
            steps.setdefault(candidate, []).append(step)
        return steps


def people_of(judgments: Iterable[Judgment]) -> list[Judgment]:
    """The people's judgments that stand."""
    return [own for own in standing(judgments) if not own.reviewer.automatic]


def judged_places(people: Iterable[Judgment]) -> set[tuple[str, int | None]]:
    """Dimensions with the items on which judgments give them a value; None: the whole record."""
    return {
        (score.dimension, score.candidate)
        for judgment in people
        for score in judgment.scores
        if isinstance(score.score, Scored | Category)
    }


def test_of(dimension: Dimension) -> tuple[str, str | None] | None:
    """The verifier that a dimension names, with its options as canonical JSON text."""
    if not dimension.verifier:
        return None
    options = dimension.verifier_options
    return dimension.verifier, json_text(dict(options)) if options else None


def items_of(candidates: Sequence[object]) -> Iterator[int]:
    """The items of a record: its candidates, or the record itself where it has none."""
    return iter(range(max(1, len(candidates))))


def _says(result: tuple[Verification, Weight] | None) -> bool | None:
    """Whether a result that counts passes or speaks against an item; None where nothing is known."""
    if result is None or result[1] != "counts":
        return None
    if isinstance(result[0].verdict, Pass):
        return True
    return False if is_against(result[0]) else None


def _by(verification: Verification, weight: Weight, adequacy: AdequacyState) -> By:
    isolation, verdict = verification.isolation or "", verdict_name(verification)
    return By(verification.verifier, verification.version, isolation, verdict, weight, adequacy)


def _ends(dimension: Dimension) -> tuple[int | None, int | None]:
    """The best and the worst value of a scale of numbers; None for categories."""
    if dimension.bounds is None:
        return None, None
    low, high = dimension.bounds
    return (low, high) if dimension.better == "lower" else (high, low)
