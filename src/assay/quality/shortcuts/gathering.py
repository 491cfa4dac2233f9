"""The gathering: rows of numbers for each preference and each score, never a text.

A preference between two candidates is one row, a ranking one for each pair that it orders. A score
on a single candidate and a ruling are rows of their own, where the judgment prefers nothing.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from assay.quality.shortcuts.cues import CUES, Cue
from assay.quality.shortcuts.features import (
    contrast,
    feature_names,
    features_of,
    level,
    prompt_groups,
)
from assay.quality.shortcuts.substance import (
    NAN,
    CandidateSubstance,
    Substance,
    difference,
    evidence_of,
    spread,
)
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers, Ranks, Scored
from assay.review.adjudication import Adjudication, Decided
from assay.verification.verification import Verification

UNPLACED = 0
"""Stands for an order that is not recorded."""

WHOLE_LISTS = 8
"""Candidates of a ranking up to which all its pairs are rows; of longer ones, the neighbours."""

PAIR = 2


@dataclass
class PreferenceColumns:
    """The preferences of one group of reviewers, as columns."""

    styles: "array[float]" = field(default_factory=lambda: array("f"))
    """Contrasts of the first candidate with the second, one for each feature."""
    scores: "array[float]" = field(default_factory=lambda: array("f"))
    """Differences of substance by other people's scores, one a row and dimension; NaN: none."""
    scorers: "array[float]" = field(default_factory=lambda: array("f"))
    """How many other people each of these rests on; infinite for an adjudicator's."""
    verified: "array[float]" = field(default_factory=lambda: array("f"))
    """Differences of verifiers' results, one a row and dimension; NaN: none."""
    wins: "array[int]" = field(default_factory=lambda: array("b"))
    """1 where the first candidate is preferred, else 0."""
    placed: "array[int]" = field(default_factory=lambda: array("b"))
    """1 where the first candidate was shown first, -1 where second, 0 where not recorded."""
    clusters: "array[int]" = field(default_factory=lambda: array("q"))
    """Number of the prompt family: rows of one family are not independent."""
    reviewers: "array[int]" = field(default_factory=lambda: array("i"))
    """Number of the reviewer, a place in the list of pseudonyms."""
    undecided: Counter[str] = field(default_factory=Counter)
    """Verdicts that prefer neither, by their tag."""
    first_shown: Counter[str] = field(default_factory=Counter)
    """Preferences with a known order: `first` or `second` shown."""


@dataclass
class ScoreColumns:
    """Scores or rulings on single candidates under one question, as columns."""

    styles: "array[float]" = field(default_factory=lambda: array("f"))
    """Levels of the candidate's features."""
    values: "array[float]" = field(default_factory=lambda: array("f"))
    """The score, or 1 for a ruling that the candidate complies and 0 that it violates."""
    independent: "array[float]" = field(default_factory=lambda: array("f"))
    """What a verifier or an adjudicator says under the same question; NaN: nothing."""
    clusters: "array[int]" = field(default_factory=lambda: array("q"))
    """Number of the prompt family: rows of one family are not independent."""


class ShortcutGathering:
    """Rows by group of reviewers: people together, each model alone, unnamed labels together."""

    def __init__(self, dimensions: Iterable[str], cues: Sequence[Cue] = CUES) -> None:
        """Start without rows.

        Args:
            dimensions: the rubric's dimensions, in their order.
            cues: what is counted in a text.
        """
        self.dimensions = tuple(dimensions)
        """Columns of `PreferenceColumns.scores`."""
        self.features = feature_names(cues)
        """Columns of `PreferenceColumns.styles`."""
        self.groups: dict[str, PreferenceColumns] = {}
        """Group -> rows."""
        self.marks: dict[str, ScoreColumns] = {}
        """Question -> scores or rulings of people and unnamed labels."""
        self.names: list[str] = []
        """Pseudonyms of the reviewers by number."""
        self.squares = [0.0] * len(self.dimensions)
        """By dimension: sum of squares of reviewers' differences about each pair's mean."""
        self.freedom = [0] * len(self.dimensions)
        """Its degrees of freedom."""
        self._cues = cues
        self._numbers: dict[str, int] = {}

    def add(
        self,
        record: Record,
        judgments: Iterable[Judgment],
        cluster: int,
        *,
        adjudications: Sequence[Adjudication] = (),
        verifications: Iterable[Verification] = (),
    ) -> None:
        """Take in the standing judgments of one record.

        Args:
            record: the record.
            judgments: its standing judgments, of people and models alike.
            cluster: number of its prompt family, or of the record.
            adjudications: its adjudications, in their order.
            verifications: its verifications, in their order.
        """
        standing = list(judgments)
        if not record.candidates or not standing:
            return
        counted = _Counted(record, self._cues)
        evidence = evidence_of(standing, adjudications, verifications)
        pairs_seen: set[tuple[int, int]] = set()
        for judgment in standing:
            pairs = list(_ordered_pairs(judgment, len(record.candidates)))
            if pairs:
                pairs_seen.update((min(pair), max(pair)) for pair in pairs)
                self._add_preferences(judgment, pairs, counted, evidence, cluster)
            elif len(record.candidates) >= PAIR and judgment.verdict.__struct_config__.tag != (
                "not_asked"
            ):
                rows = self.groups.setdefault(_group(judgment), PreferenceColumns())
                rows.undecided[str(judgment.verdict.__struct_config__.tag)] += 1
            if not pairs and not judgment.reviewer.automatic:
                self._add_marks(judgment, counted, evidence, adjudications, cluster)
        for first, second in pairs_seen:
            for place, dimension in enumerate(self.dimensions):
                squares, freedom = spread(evidence, dimension, first, second)
                self.squares[place] += squares
                self.freedom[place] += freedom

    def _add_preferences(
        self,
        judgment: Judgment,
        pairs: Sequence[tuple[int, int]],
        counted: "_Counted",
        evidence: CandidateSubstance,
        cluster: int,
    ) -> None:
        rows = self.groups.setdefault(_group(judgment), PreferenceColumns())
        reviewer = "" if judgment.reviewer.automatic else judgment.reviewer.pseudonym
        order = judgment.order or ()
        for preferred, other in pairs:
            # In the record's order and not the winner first: with the winner always first the
            # outcome would have no variation to fit.
            first, second = min(preferred, other), max(preferred, other)
            substance = difference(evidence, reviewer, self.dimensions, first, second)
            _extend(rows, counted.contrast(first, second), substance)
            rows.wins.append(int(preferred == first))
            placed = UNPLACED
            if first in order and second in order:
                placed = 1 if order.index(first) < order.index(second) else -1
                rows.first_shown[
                    "first" if (placed == 1) == (preferred == first) else "second"
                ] += 1
            rows.placed.append(placed)
            rows.clusters.append(cluster)
            rows.reviewers.append(self._number(judgment.reviewer.pseudonym))

    def _add_marks(
        self,
        judgment: Judgment,
        counted: "_Counted",
        evidence: CandidateSubstance,
        adjudications: Sequence[Adjudication],
        cluster: int,
    ) -> None:
        for score in judgment.scores:
            if not isinstance(score.score, Scored) or score.score.denominator is not None:
                continue
            if (candidate := counted.place(score.candidate)) is not None:
                place = score.dimension, candidate
                independent = evidence.decided.get(place, evidence.verified.get(place, NAN))
                self._mark(
                    score.dimension, score.score.value, independent,
                    style=counted.level(candidate), cluster=cluster,
                )  # fmt: skip
        decided = _decided_rulings(adjudications)
        for ruling in judgment.rulings:
            candidate = counted.place(ruling.candidate)
            if candidate is not None and ruling.ruling != "unclear":
                independent = decided.get((ruling.section, ruling.candidate), float("nan"))
                value = float(ruling.ruling == "complies")
                self._mark(
                    ruling.section, value, independent,
                    style=counted.level(candidate), cluster=cluster,
                )  # fmt: skip

    def _mark(
        self,
        question: str,
        value: float,
        independent: float,
        *,
        style: "array[float]",
        cluster: int,
    ) -> None:
        marks = self.marks.setdefault(question, ScoreColumns())
        marks.styles.extend(style)
        marks.values.append(value)
        marks.independent.append(independent)
        marks.clusters.append(cluster)

    def _number(self, pseudonym: str) -> int:
        if pseudonym not in self._numbers:
            self._numbers[pseudonym] = len(self.names)
            self.names.append(pseudonym)
        return self._numbers[pseudonym]


class _Counted:
    """The features of one record's candidates, counted on first use."""

    def __init__(self, record: Record, cues: Sequence[Cue]) -> None:
        self._record = record
        self._cues = cues
        self._features: dict[int, list[float]] = {}
        self._contrasts: dict[tuple[int, int], array[float]] = {}
        self._levels: dict[int, array[float]] = {}
        self._prompt: frozenset[tuple[str, ...]] | None = None

    def place(self, candidate: int | None) -> int | None:
        """The candidate meant; the only one where the record as a whole is meant."""
        if candidate is None:
            return 0 if len(self._record.candidates) == 1 else None
        return candidate if candidate < len(self._record.candidates) else None

    def features(self, candidate: int) -> list[float]:
        if candidate not in self._features:
            if self._prompt is None:
                self._prompt = prompt_groups(self._record.task)
            text = self._record.candidates[candidate]
            self._features[candidate] = features_of(text, self._prompt, self._cues)
        return self._features[candidate]

    def contrast(self, first: int, second: int) -> "array[float]":
        if (first, second) not in self._contrasts:
            features = self.features(first), self.features(second)
            self._contrasts[first, second] = array("f", contrast(*features))
        return self._contrasts[first, second]

    def level(self, candidate: int) -> "array[float]":
        if candidate not in self._levels:
            self._levels[candidate] = array("f", level(self.features(candidate)))
        return self._levels[candidate]


def _extend(rows: PreferenceColumns, style: "array[float]", substance: Substance) -> None:
    rows.styles.extend(style)
    rows.scores.extend(substance.scores)
    rows.scorers.extend(substance.scorers)
    rows.verified.extend(substance.verified)


def _ordered_pairs(judgment: Judgment, n_candidates: int) -> Iterator[tuple[int, int]]:
    """Every pair that a verdict orders, the preferred candidate first."""
    match judgment.verdict:
        case Prefers(candidate=chosen) if chosen < n_candidates:
            yield from ((chosen, other) for other in range(n_candidates) if other != chosen)
        case Ranks(order=groups):
            whole = sum(map(len, groups)) <= WHOLE_LISTS
            for better, worse in combinations(groups, 2) if whole else pairwise(groups):
                yield from ((first, second) for first in better for second in worse)
        case _:
            return


def _decided_rulings(
    adjudications: Sequence[Adjudication],
) -> dict[tuple[str, int | None], float]:
    decision = adjudications[-1].decision if adjudications else None
    if not isinstance(decision, Decided):
        return {}
    return {
        (ruling.section, ruling.candidate): float(ruling.ruling == "complies")
        for ruling in decision.rulings
        if ruling.ruling != "unclear"
    }


def _group(judgment: Judgment) -> str:
    kind = judgment.reviewer.kind
    if kind == "human":
        return "people"
    return f"{kind} {judgment.reviewer.pseudonym}" if kind != "unknown" else "unnamed labels"
