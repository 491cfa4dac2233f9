"""Consensus: what the judgments of one record say together, with the distribution kept.

A consensus is derived and never stored; it says by which rule it was made. Only an agreed or
adjudicated preference has a winner: a tie, both unacceptable, insufficient context, a missing
majority and a preserved disagreement have none.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from assay.records.judgment import Judgment, standing
from assay.records.occasion import last_answer
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    DimensionScore,
    NotApplicable,
    NotAsked,
    Prefers,
    Score,
    ScoreAbstained,
    score_key,
    verdict_key,
)
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned

Outcome = Literal[
    "prefers", "tie", "both_unacceptable", "insufficient_context", "ranks",
    "no_majority", "unjudged", "not_asked", "preserved", "returned",
]  # fmt: skip
"""What the record's judgments come to; only `prefers` has a winner.

`ranks`: the agreed order has no single best candidate; `no_majority`: no verdict has the share
that the rule asks for; `unjudged`: nobody answered, or all abstained; `not_asked`: no overall
verdict was asked for; `preserved`: an adjudicator kept the distribution as the answer;
`returned`: an adjudicator sent the record back.
"""

Groups = tuple[tuple[int, ...], ...]
"""Candidates in order, best group first; within a group they tie."""

MAJORITY = 0.5
"""More than this share of the answers decides, where no share is named."""


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """Whose judgments count, and how many of them must agree."""

    share: float | None = None
    """Least share of the answers with one verdict, above 0.5 to 1; absent: more than half."""
    kinds: tuple[str, ...] = ("human", "unknown")
    """Kinds of reviewer that count. Models are tallied apart and never outvote people."""
    roles: tuple[str, ...] | None = None
    """Roles that count, by the contract's layer; absent: every role."""

    @property
    def method(self) -> str:
        """The rule by which the judgments were counted."""
        return "strict-majority" if self.share is None else f"majority/{self.share:g}"

    def counts(self, judgment: Judgment) -> bool:
        """Whether this judgment counts."""
        reviewer = judgment.reviewer
        return reviewer.kind in self.kinds and (self.roles is None or reviewer.role in self.roles)


STRICT_MAJORITY = Counting()
"""More than half of the people who answered."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts counted, one judgment a reviewer."""

    verdicts: dict[str, int]
    """Answers by verdict, such as `{"prefers:0": 3, "tie": 1}`; sorted by name."""
    abstained: int
    """Judgments that declined to answer."""
    not_asked: int
    """Judgments of which no overall verdict was asked."""

    @property
    def answered(self) -> int:
        """Judgments with a verdict: the denominator of every share."""
        return sum(self.verdicts.values())

    @property
    def judgments(self) -> int:
        """All judgments."""
        return self.answered + self.abstained + self.not_asked


class ScoreSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The scores on one dimension of one candidate, as a distribution."""

    dimension: str
    """The dimension."""
    candidate: int | None
    """The candidate scored; None where the record as a whole is meant."""
    counts: dict[str, int]
    """Scores by value as text (`4`, `3/4`, a category); sorted by name."""
    abstained: int
    """Reviewers who declined to score it."""
    not_applicable: int
    """Reviewers who said that the dimension does not apply."""
    agreed: str | None
    """The value with the share that the rule asks for; None where no value has it."""


class StepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The labels on one observable step, as a distribution."""

    candidate: int
    """The candidate."""
    step: int
    """The step of its work, from 0."""
    counts: dict[str, int]
    """Labels by name: good, neutral, bad; unlabelled is not counted as any of them."""
    agreed: str | None
    """The label with the share that the rule asks for; None where no label has it."""


class RulingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The rulings on one section of the policy, as a distribution."""

    section: str
    """The section."""
    candidate: int | None
    """The candidate ruled on; None where the record as a whole is meant."""
    counts: dict[str, int]
    """Rulings by name: violates, complies, unclear."""
    agreed: str | None
    """The ruling with the share that the rule asks for; None where no ruling has it."""


class Consensus(msgspec.Struct, frozen=True, kw_only=True):
    """What the judgments of one record say together."""

    outcome: Outcome
    """What they come to."""
    candidate: int | None
    """The winner in the record's order; None for every outcome but `prefers`."""
    ranking: Groups | None
    """The order that has the share asked for, where candidates were ranked; else None."""
    strengths: dict[int, int]
    """How strongly the winner was preferred: strength -> judgments; empty where not asked."""
    people: Tally
    """The judgments that count; the distribution that stands whatever the outcome."""
    models: Tally
    """Verdicts of models, apart."""
    method: str
    """How the outcome was found: the counting rule, or the adjudication that stands over it."""
    scores: tuple[ScoreSummary, ...]
    """Distributions of scores, by dimension and candidate."""
    steps: tuple[StepSummary, ...]
    """Distributions of step labels, by candidate and step."""
    rulings: tuple[RulingSummary, ...]
    """Distributions of rulings, by section and candidate."""

    @property
    def distribution(self) -> dict[str, int]:
        """Answers by verdict of the judgments that count."""
        return self.people.verdicts


def consensus(
    record: Record,
    judgments: Iterable[Judgment],
    adjudications: Sequence[Adjudication] = (),
    *,
    counting: Counting = STRICT_MAJORITY,
) -> Consensus:
    """What the judgments of a record say together; the order in which they come does not matter.

    Args:
        record: the record.
        judgments: its judgments, superseded and repeated ones included.
        adjudications: its adjudications in their order of entry; the last one stands.
        counting: whose judgments count, and how many must agree.
    """
    current = effective(judgments)
    counted = [judgment for judgment in current if counting.counts(judgment)]
    people = tally(counted, len(record.candidates))
    models = tally(
        [judgment for judgment in current if judgment.reviewer.kind == "model"],
        len(record.candidates),
    )
    outcome, candidate = _counted_outcome(people, counting.share)
    ranking = _agreed_ranking(people, counting.share)
    method = counting.method
    scores = _score_summaries(counted, counting.share)
    if adjudications:
        decision = adjudications[-1].decision
        outcome, candidate, ranking, method = _adjudicated(
            decision, len(record.candidates), (outcome, candidate, ranking)
        )
        if isinstance(decision, Decided):
            scores = _decided_scores(scores, decision.scores)
    return Consensus(
        outcome=outcome,
        candidate=candidate,
        ranking=ranking,
        strengths=_strengths(counted, candidate),
        people=people,
        models=models,
        method=method,
        scores=scores,
        steps=_step_summaries(counted, counting.share),
        rulings=_ruling_summaries(counted, counting.share),
    )


def effective(judgments: Iterable[Judgment]) -> list[Judgment]:
    """The judgments that stand: not superseded, and of each reviewer the last occasion.

    Earlier occasions of one reviewer are agreement with oneself and never count twice. Of a
    reviewer with different answers that nothing orders, none counts: which holds is unknown.
    """
    by_reviewer: dict[tuple[str, str], list[Judgment]] = {}
    for judgment in standing(judgments):
        key = (judgment.reviewer.kind, judgment.reviewer.pseudonym)
        by_reviewer.setdefault(key, []).append(judgment)
    return [last for own in by_reviewer.values() if (last := last_answer(own)) is not None]


def tally(judgments: Iterable[Judgment], n_candidates: int) -> Tally:
    """Count the verdicts of judgments, one a reviewer."""
    counts: Counter[str] = Counter()
    abstained = not_asked = 0
    for judgment in judgments:
        match judgment.verdict:
            case Abstained():
                abstained += 1
            case NotAsked():
                not_asked += 1
            case verdict:
                counts[verdict_key(verdict, n_candidates)] += 1
    return Tally(verdicts=_sorted(counts), abstained=abstained, not_asked=not_asked)


def has_share(count: int, answered: int, share: float | None) -> bool:
    """Whether this many of the answers are enough to agree.

    Args:
        count: answers that say the same.
        answered: all answers.
        share: least share, above 0.5 to 1; None: more than half.
    """
    if share is None:
        return count > MAJORITY * answered
    return answered > 0 and count >= share * answered - 1e-9


def agreed_value(counts: dict[str, int], share: float | None) -> str | None:
    """The value that has the share asked for, or None; at most one value can have it."""
    answered = sum(counts.values())
    return next((name for name, count in counts.items() if has_share(count, answered, share)), None)


def _counted_outcome(people: Tally, share: float | None) -> tuple[Outcome, int | None]:
    if not people.answered:
        return ("not_asked" if people.not_asked else "unjudged"), None
    choices: Counter[str] = Counter()
    for key, count in people.verdicts.items():
        choices[_choice(key)] += count
    agreed = agreed_value(choices, share)
    return ("no_majority", None) if agreed is None else _read_choice(agreed)


def _choice(key: str) -> str:
    """The preference that a ranking states, where it has one best candidate; else the key."""
    if not key.startswith("ranks:"):
        return key
    best = _read_groups(key)[0]
    return f"prefers:{best[0]}" if len(best) == 1 else key


def _read_choice(key: str) -> tuple[Outcome, int | None]:
    name, _, rest = key.partition(":")
    match name:
        case "prefers":
            return "prefers", int(rest)
        case "tie":
            return "tie", None
        case "both_unacceptable":
            return "both_unacceptable", None
        case "insufficient_context":
            return "insufficient_context", None
        case _:
            return "ranks", None


def _read_groups(key: str) -> Groups:
    groups = key.removeprefix("ranks:").split(">")
    return tuple(tuple(int(candidate) for candidate in group.split("=")) for group in groups)


def _agreed_ranking(people: Tally, share: float | None) -> Groups | None:
    key = agreed_value(people.verdicts, share)
    return _read_groups(key) if key is not None and key.startswith("ranks:") else None


def _adjudicated(
    decision: Decided | Preserved | Returned,
    n_candidates: int,
    counted: tuple[Outcome, int | None, Groups | None],
) -> tuple[Outcome, int | None, Groups | None, str]:
    if isinstance(decision, Preserved):
        return "preserved", None, None, "adjudication/preserved"
    if isinstance(decision, Returned):
        return "returned", None, None, "adjudication/returned"
    verdict = decision.verdict
    if isinstance(verdict, Abstained | NotAsked):
        return *counted, "adjudication/decided"
    key = verdict_key(verdict, n_candidates)
    outcome, candidate = _read_choice(_choice(key))
    ranking = _read_groups(key) if key.startswith("ranks:") else None
    return outcome, candidate, ranking, "adjudication/decided"


def _strengths(judgments: Iterable[Judgment], winner: int | None) -> dict[int, int]:
    found = Counter(
        judgment.verdict.strength
        for judgment in judgments
        if isinstance(judgment.verdict, Prefers)
        and judgment.verdict.candidate == winner
        and judgment.verdict.strength is not None
    )
    return dict(sorted(found.items()))


def _score_summaries(
    judgments: Iterable[Judgment], share: float | None
) -> tuple[ScoreSummary, ...]:
    given: dict[tuple[str, int], list[Score]] = {}
    for judgment in judgments:
        own = {(score.dimension, _place(score.candidate)): score.score for score in judgment.scores}
        for key, score in own.items():
            given.setdefault(key, []).append(score)
    return tuple(
        _score_summary(dimension, place, scores, share)
        for (dimension, place), scores in sorted(given.items(), key=lambda entry: entry[0])
    )


def _score_summary(
    dimension: str, place: int, scores: Sequence[Score], share: float | None
) -> ScoreSummary:
    keys = (score_key(score) for score in scores)
    counts = _sorted(Counter(key for key in keys if key is not None))
    return ScoreSummary(
        dimension=dimension,
        candidate=None if place < 0 else place,
        counts=counts,
        abstained=sum(isinstance(score, ScoreAbstained) for score in scores),
        not_applicable=sum(isinstance(score, NotApplicable) for score in scores),
        agreed=agreed_value(counts, share),
    )


def _decided_scores(
    counted: tuple[ScoreSummary, ...], decided: Iterable[DimensionScore]
) -> tuple[ScoreSummary, ...]:
    """The distributions with the adjudicator's values as the agreed ones."""
    summaries = {(summary.dimension, _place(summary.candidate)): summary for summary in counted}
    for score in decided:
        key = (score.dimension, _place(score.candidate))
        before = summaries.get(key) or _score_summary(*key, (), None)
        summaries[key] = msgspec.structs.replace(before, agreed=score_key(score.score))
    return tuple(summaries[key] for key in sorted(summaries))


def _step_summaries(judgments: Iterable[Judgment], share: float | None) -> tuple[StepSummary, ...]:
    given: dict[tuple[int, int], Counter[str]] = {}
    for judgment in judgments:
        own = {(label.candidate, label.step): label.label for label in judgment.step_labels}
        for key, label in own.items():
            given.setdefault(key, Counter())[label] += 1
    return tuple(
        StepSummary(
            candidate=candidate,
            step=step,
            counts=_sorted(counts),
            agreed=agreed_value(counts, share),
        )
        for (candidate, step), counts in sorted(given.items())
    )


def _ruling_summaries(
    judgments: Iterable[Judgment], share: float | None
) -> tuple[RulingSummary, ...]:
    given: dict[tuple[str, int], Counter[str]] = {}
    for judgment in judgments:
        own = {(item.section, _place(item.candidate)): item.ruling for item in judgment.rulings}
        for key, ruling in own.items():
            given.setdefault(key, Counter())[ruling] += 1
    return tuple(
        RulingSummary(
            section=section,
            candidate=None if place < 0 else place,
            counts=_sorted(counts),
            agreed=agreed_value(counts, share),
        )
        for (section, place), counts in sorted(given.items())
    )


def _place(candidate: int | None) -> int:
    """The candidate as a number that sorts, with the whole record before all candidates."""
    return -1 if candidate is None else candidate


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
