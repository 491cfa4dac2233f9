"""What drift is watched on: each person's answers in order, as errors and as differences.

A series holds one value for each judgment, in the order of entry; what has no value (nobody else
judged, an abstention, a category) is counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

import msgspec

from assay.quality.control_charts import Observation
from assay.records.judgment import Judgment, standing
from assay.records.verdict import Scored
from assay.review.sentinel import SentinelAnswer, Watched


class ReviewerSeries(msgspec.Struct, frozen=True, kw_only=True):
    """One person's values in order, and how many answers had none."""

    observations: tuple[Observation, ...]
    """The values, in the order in which the judgments were given."""
    without: int
    """Judgments that were asked and have no value."""


def error_series(answers: Iterable[SentinelAnswer]) -> dict[Watched, ReviewerSeries]:
    """Right (0) and wrong (1) answers to sentinels, by person, dimension and task family; sorted.

    Abstentions and missing answers are neither.
    """
    values: dict[Watched, list[Observation]] = defaultdict(list)
    without: dict[Watched, int] = defaultdict(int)
    for answer in answers:
        if answer.outcome in {"right", "wrong"}:
            wrong = float(answer.outcome == "wrong")
            values[answer.watched].append(Observation(judgment=answer.judgment, value=wrong))
        else:
            without[answer.watched] += 1
    return {
        watched: ReviewerSeries(observations=tuple(values[watched]), without=without[watched])
        for watched in sorted({*values, *without})
    }


def difference_series(judgments: Iterable[Judgment], dimension: str) -> dict[str, ReviewerSeries]:
    """Each person's score minus the mean of the others' on the same candidate; sorted by pseudonym.

    A judgment that scores several candidates gives the mean of its differences, so that no value
    depends on another of the same moment. Only standing judgments of people count, and only the
    scores of people whom the source names; the others' mean may rest on later judgments.

    Args:
        judgments: judgments in their order of entry.
        dimension: a dimension with a scale of numbers.
    """
    by_people = [judgment for judgment in standing(judgments) if judgment.reviewer.kind == "human"]
    scores: dict[tuple[str, int | None], dict[str, Fraction]] = defaultdict(dict)
    for judgment in by_people:
        for candidate, score in _scores(judgment, dimension):
            scores[judgment.record, candidate][judgment.reviewer.pseudonym] = score
    values: dict[str, list[Observation]] = defaultdict(list)
    without: dict[str, int] = defaultdict(int)
    for judgment in by_people:
        person = judgment.reviewer.pseudonym
        if not any(score.dimension == dimension for score in judgment.scores):
            continue
        differences = [
            score - sum(others) / len(others)
            for candidate, score in _scores(judgment, dimension)
            if (others := _of_others(scores[judgment.record, candidate], person))
        ]
        if not differences:
            without[person] += 1
            continue
        mean = float(sum(differences, Fraction(0)) / len(differences))
        values[person].append(Observation(judgment=judgment.id, value=mean))
    return {
        person: ReviewerSeries(observations=tuple(values[person]), without=without[person])
        for person in sorted({*values, *without})
    }


def _scores(judgment: Judgment, dimension: str) -> Iterable[tuple[int | None, Fraction]]:
    for score in judgment.scores:
        if score.dimension == dimension and isinstance(score.score, Scored):
            yield score.candidate, Fraction(score.score.value, score.score.denominator or 1)


def _of_others(scores: dict[str, Fraction], person: str) -> list[Fraction]:
    return [score for name, score in scores.items() if name != person]
