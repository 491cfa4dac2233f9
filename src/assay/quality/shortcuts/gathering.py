"""The gathering: one row of numbers for each preference between two candidates, never a text."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from assay.quality.shortcuts.features import contrast, features_of, prompt_groups
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers, Scored

PAIR = 2
"""Candidates of a comparison."""

UNPLACED = 0
"""Stands for an order that is not recorded."""


@dataclass
class Rows:
    """The preferences of one group of reviewers, as columns."""

    styles: "array[float]" = field(default_factory=lambda: array("f"))
    """Contrasts of the first candidate with the second, `len(FEATURES)` a row."""
    scores: "array[float]" = field(default_factory=lambda: array("f"))
    """Differences of the judgment's own scores, one a row for each dimension; NaN: not scored."""
    wins: "array[int]" = field(default_factory=lambda: array("b"))
    """1 where the first candidate is preferred, else 0."""
    placed: "array[int]" = field(default_factory=lambda: array("b"))
    """1 where the first candidate was shown first, -1 where second, 0 where not recorded."""
    clusters: "array[int]" = field(default_factory=lambda: array("q"))
    """The prompt."""
    reviewers: "array[int]" = field(default_factory=lambda: array("i"))
    """The reviewer."""
    undecided: Counter[str] = field(default_factory=Counter)
    """Verdicts that prefer neither, by their tag."""
    first_shown: Counter[str] = field(default_factory=Counter)
    """Preferences with a known order: `first` or `second` shown."""


class ShortcutGathering:
    """Rows by group of reviewers: people together, each model alone, unnamed labels together."""

    def __init__(self, dimensions: Iterable[str]) -> None:
        """Start without rows.

        Args:
            dimensions: the rubric's dimensions, in their order.
        """
        self.dimensions = tuple(dimensions)
        """Columns of `Rows.scores`."""
        self.groups: dict[str, Rows] = {}
        """Group -> rows."""
        self.names: list[str] = []
        """Pseudonyms of the reviewers by number."""
        self._numbers: dict[str, int] = {}

    def add(self, record: Record, judgments: Iterable[Judgment], cluster: int) -> None:
        """Take in the standing judgments of one record; one without two candidates is passed over.

        Args:
            record: the record.
            judgments: its standing judgments, of people and models alike.
            cluster: number of its prompt family, or of the record.
        """
        if len(record.candidates) != PAIR:
            return
        style: list[float] | None = None
        for judgment in judgments:
            rows = self.groups.setdefault(_group(judgment), Rows())
            if not isinstance(judgment.verdict, Prefers):
                rows.undecided[str(judgment.verdict.__struct_config__.tag)] += 1
                continue
            style = style or _style(record)
            self._add(rows, judgment, judgment.verdict.candidate, style, cluster)

    def _add(
        self, rows: Rows, judgment: Judgment, preferred: int, style: list[float], cluster: int
    ) -> None:
        rows.styles.extend(style)
        rows.scores.extend(self._scores(judgment))
        rows.wins.append(int(preferred == 0))
        order = judgment.order
        rows.placed.append(UNPLACED if not order else 1 if order[0] == 0 else -1)
        if order:
            rows.first_shown["first" if order[0] == preferred else "second"] += 1
        rows.clusters.append(cluster)
        rows.reviewers.append(self._number(judgment.reviewer.pseudonym))

    def _number(self, pseudonym: str) -> int:
        if pseudonym not in self._numbers:
            self._numbers[pseudonym] = len(self.names)
            self.names.append(pseudonym)
        return self._numbers[pseudonym]

    def _scores(self, judgment: Judgment) -> list[float]:
        given: dict[tuple[str, int | None], int] = {
            (each.dimension, each.candidate): each.score.value
            for each in judgment.scores
            if isinstance(each.score, Scored) and each.score.denominator is None
        }
        return [
            float(given[name, 0] - given[name, 1])
            if (name, 0) in given and (name, 1) in given
            else float("nan")
            for name in self.dimensions
        ]


def _style(record: Record) -> list[float]:
    prompt = prompt_groups(record.task)
    first, second = (features_of(candidate, prompt) for candidate in record.candidates)
    return contrast(first, second)


def _group(judgment: Judgment) -> str:
    kind = judgment.reviewer.kind
    if kind == "human":
        return "people"
    return f"model {judgment.reviewer.pseudonym}" if kind == "model" else "unnamed labels"
