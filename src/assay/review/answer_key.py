"""The answer key: what a right answer about one known record is, and which answers meet it.

Exams and sentinels rest on keys. A key comes from people (an adjudication or an expert), holds
under one version of the rubric, and may accept several answers where several are right.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal

from assay.contracts.diff import VERDICT
from assay.core.errors import UsageError
from assay.core.fact import Value
from assay.records.fields import Index, Integer, Name
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    Category,
    NotAsked,
    Prefers,
    Ranks,
    ScoreAbstained,
    Scored,
    Verdict,
    verdict_key,
)

Outcome = Literal["right", "wrong", "abstained", "unanswered"]
"""What an answer is by its key; only `right` is right, and no two of the others are the same."""


class Within(Value, tag_field="accepts", tag="within"):
    """Any number from `low` to `high`, both included: the key's tolerance."""

    low: Integer
    """Least accepted score, itself accepted."""
    high: Integer
    """Greatest accepted score, itself accepted."""


class OneOf(Value, tag_field="accepts", tag="one_of"):
    """Any of these categories."""

    values: tuple[str, ...]
    """The accepted categories, as the rubric spells them."""


class AcceptedScore(Value):
    """Which scores are right on one dimension."""

    dimension: Name
    """Id of the dimension in the key's rubric."""
    accepts: Within | OneOf
    """The scores that count as right."""
    candidate: Index | None = None
    """The candidate scored; absent where the record as a whole is meant."""


class Key(Value):
    """What a right answer about one record is."""

    record: str
    """Id of the record."""
    rubric: str
    """Document id of the rubric under which the answer is right."""
    source: Literal["adjudication", "expert"]
    """The source of the key: an adjudication that is in the store, or an expert for this purpose."""
    verdicts: tuple[Verdict, ...] = ()
    """The right verdicts; empty where no verdict is asked. A preference without a strength accepts any."""
    scores: tuple[AcceptedScore, ...] = ()
    """The right scores, one entry a dimension and candidate; empty where none is asked."""

    @property
    def asks(self) -> tuple[str, ...]:
        """What the key can tell right from wrong: `verdict` and dimensions, in order."""
        dimensions = dict.fromkeys(score.dimension for score in self.scores)
        return (*([VERDICT] if self.verdicts else []), *dimensions)

    def faults(self, record: Record) -> Iterator[str]:
        """Why this key makes no sense for its record; nothing for a sound one."""
        if record.id != self.record:
            yield "the key is for another record"
        if not self.asks:
            yield "the key expects nothing, so every answer would meet it"
        if any(isinstance(verdict, Abstained | NotAsked) for verdict in self.verdicts):
            yield "an abstention is not a right answer; insufficient context can be one"
        places = [(score.dimension, score.candidate) for score in self.scores]
        if len(set(places)) != len(places):
            yield "the key expects two things of one score"
        for score in self.scores:
            match score.accepts:
                case Within(low=low, high=high) if low > high:
                    yield f"the accepted scores of {score.dimension} run from {low} down to {high}"
                case OneOf(values=()):
                    yield f"no score of {score.dimension} is accepted"
                case _:
                    pass
        if any(candidate >= len(record.candidates) for candidate in self._candidates()):
            yield "the key names a candidate that the record does not have"

    def _candidates(self) -> Iterator[int]:
        for verdict in self.verdicts:
            if isinstance(verdict, Prefers):
                yield verdict.candidate
            if isinstance(verdict, Ranks):
                yield from (candidate for group in verdict.order for candidate in group)
        yield from (score.candidate for score in self.scores if score.candidate is not None)


def outcomes(judgment: Judgment, key: Key) -> dict[str, Outcome]:
    """What an answer is by its key: `verdict` or dimension -> outcome, for all that the key asks.

    A dimension scored on several candidates is right where all of its scores are; wrong where one
    is wrong; else abstained, or unanswered.

    Raises:
        UsageError: if the judgment is about another record or was given under another rubric.
    """
    if judgment.record != key.record or judgment.rubric != key.rubric:
        other = "record" if judgment.record != key.record else "rubric"
        raise UsageError(
            code=f"key-of-another-{other}",
            message=f"the key holds for another {other} than the judgment {judgment.id}",
            where=judgment.id,
            hint="compare an answer with the key of its own record and version of the rubric",
        )
    by_question: dict[str, Outcome] = {}
    if key.verdicts:
        by_question[VERDICT] = _verdict_outcome(judgment.verdict, key.verdicts)
    by_dimension: dict[str, list[Outcome]] = {}
    for accepted in key.scores:
        by_dimension.setdefault(accepted.dimension, []).append(_score_outcome(judgment, accepted))
    return by_question | {
        name: _together(score_outcomes) for name, score_outcomes in by_dimension.items()
    }


def correct(judgment: Judgment, key: Key) -> dict[str, bool]:
    """Whether an answer is right: `verdict` or dimension -> right, for all that the key asks.

    To decline is not to be right; `outcomes` keeps the two apart.

    Raises:
        UsageError: if the judgment is about another record or was given under another rubric.
    """
    return {name: outcome == "right" for name, outcome in outcomes(judgment, key).items()}


def first_answers(
    judgments: Iterable[Judgment], keys: Mapping[str, Key], *, reviewer: str | None = None
) -> Iterator[tuple[Judgment, Key]]:
    """The answers that count by a key: of each person the first on each known record.

    A later answer may rest on what the person has learned since. Judgments of models, and those under
    another rubric than the key's, do not count.

    Args:
        judgments: judgments in their order of entry.
        keys: record id -> its key.
        reviewer: pseudonym of the one person meant; everybody where absent.
    """
    seen: set[tuple[str, str]] = set()
    for judgment in judgments:
        key = keys.get(judgment.record)
        person = judgment.reviewer.pseudonym
        if key is None or judgment.reviewer.kind != "human" or reviewer not in {None, person}:
            continue
        if (person, judgment.record) in seen:
            continue
        # Added before rubrics are compared: a first answer under an older rubric uses the record
        # up, for the person has seen it.
        seen.add((person, judgment.record))
        if judgment.rubric == key.rubric:
            yield judgment, key


def _verdict_outcome(verdict: Verdict, accepted: tuple[Verdict, ...]) -> Outcome:
    if isinstance(verdict, Abstained):
        return "abstained"
    if isinstance(verdict, NotAsked):
        return "unanswered"
    return "right" if any(_meets(verdict, key_verdict) for key_verdict in accepted) else "wrong"


def _meets(verdict: Verdict, accepted: Verdict) -> bool:
    """Whether two verdicts say the same; a ranking of two is a preference or a tie."""
    # A key without a strength accepts a preference of any strength.
    strength = accepted.strength if isinstance(accepted, Prefers) else None
    if strength is not None and not (isinstance(verdict, Prefers) and verdict.strength == strength):
        return False
    return _name(verdict) == _name(accepted)


def _name(verdict: Verdict) -> str:
    # With two candidates ranked, the key names the preference or the tie that the ranking means.
    named = sum(len(group) for group in verdict.order) if isinstance(verdict, Ranks) else 0
    return verdict_key(verdict, named)


def _score_outcome(judgment: Judgment, accepted: AcceptedScore) -> Outcome:
    place = (accepted.dimension, accepted.candidate)
    scores = [
        score.score for score in judgment.scores if (score.dimension, score.candidate) == place
    ]
    if not scores:
        return "unanswered"
    match scores[0], accepted.accepts:
        case ScoreAbstained(), _:
            return "abstained"
        # As fractions, since a score such as 2/3 has no exact float.
        case Scored(value=value, denominator=denominator), Within(low=low, high=high):
            return "right" if low <= Fraction(value, denominator or 1) <= high else "wrong"
        case Category(value=category), OneOf(values=values):
            return "right" if category in values else "wrong"
        case _:
            return "wrong"


def _together(score_outcomes: Iterable[Outcome]) -> Outcome:
    distinct = set(score_outcomes)
    # Worst first: one wrong score makes the dimension wrong, whatever the others are.
    worst: tuple[Outcome, ...] = ("wrong", "abstained", "unanswered")
    return next((outcome for outcome in worst if outcome in distinct), "right")
