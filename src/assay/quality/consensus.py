"""Consensus: the joint answer of one record's judgments, with their distribution.

A consensus is derived and never stored; it says by which rule it was made. Only an agreed or
adjudicated preference has a winner: a tie, both unacceptable, insufficient context, a missing
majority and a preserved disagreement have none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Self, TypeVar

import msgspec

from assay.contracts.contract import ReviewLayer
from assay.contracts.rubric import Rubric
from assay.contracts.verdict_words import NO_WINNER_WORDS, NoWinner
from assay.quality.distributions import (
    AgreementScale,
    AttackSummary,
    RulingSummary,
    ScoreSummary,
    StepSummary,
    agreed_value,
    attack_summary,
    by_name,
    decided_rulings,
    decided_scores,
    decided_steps,
    needed_of,
    ruling_summaries,
    score_summaries,
    step_summaries,
)
from assay.quality.located_errors import ErrorSummary, SpanAgreement, merge_errors, span_agreement
from assay.records.judgment import Judgment, SectionRuling, standing
from assay.records.occasion import last_answer
from assay.records.record import Record
from assay.records.verdict import Abstained, DimensionScore, NotAsked, Prefers, verdict_key
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
from assay.review.completeness import declines, says_anything

Outcome = Literal[
    "prefers", NoWinner, "ranks",
    "no_majority", "unjudged", "not_asked", "preserved", "returned",
]  # fmt: skip
"""The outcome of the record's judgments; only `prefers` has a winner.

`ranks`: the agreed order has no single best candidate; `no_majority`: no verdict has the share
that the rule asks for; `unjudged`: nobody answered, or all abstained; `not_asked`: no overall
verdict was asked for; `preserved`: an adjudicator kept the distribution as the answer;
`returned`: an adjudicator sent the record back.
"""

A = TypeVar("A", DimensionScore, SectionRuling)

Groups = tuple[tuple[int, ...], ...]
"""Candidates in order, best group first; within a group they tie."""


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """Whose judgments count, and how many of them must agree."""

    share: float | None = None
    """Least share of the answers with one verdict, above 0.5 to 1; absent: more than half."""
    kinds: tuple[str, ...] = ("human", "unknown")
    """Kinds of reviewer that count. Models are tallied apart and never outvote people."""
    roles: tuple[str, ...] | None = None
    """Roles that count, by the contract's layer; absent: every role."""
    scales: Mapping[str, AgreementScale] = {}
    """Dimension -> what agreement means on it; elsewhere only equal scores agree."""

    @classmethod
    def of(cls, layer: ReviewLayer, rubric: Rubric) -> Self:
        """How a layer of review counts judgments under a rubric."""
        scales = {
            dimension.id: AgreementScale(
                tolerance=dimension.agreement_tolerance,
                lower_is_better=dimension.better == "lower",
            )
            for dimension in rubric.dimensions
        }
        return cls(share=layer.agreement, roles=layer.roles, scales=scales)

    @property
    def method(self) -> str:
        """The rule by which the judgments were counted."""
        return "strict-majority" if self.share is None else f"majority/{self.share:g}"

    def counts(self, judgment: Judgment) -> bool:
        """Whether this judgment counts: by whom it is, and whether it says anything."""
        reviewer = judgment.reviewer
        fits = reviewer.kind in self.kinds and (self.roles is None or reviewer.role in self.roles)
        return fits and says_anything(judgment)


STRICT_MAJORITY = Counting()
"""More than half of the people who answered."""


class VerdictTally(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts counted, one judgment a reviewer."""

    verdicts: dict[str, int]
    """Answers by verdict, such as `{"prefers:0": 3, "tie": 1}`; sorted by name."""
    abstained: int
    """Judgments that declined the verdict, or every score where no verdict was asked."""
    not_asked: int
    """Judgments of which no overall verdict was asked."""

    @property
    def n_answered(self) -> int:
        """Judgments with a verdict: the denominator of every share."""
        return sum(self.verdicts.values())

    @property
    def judgments(self) -> int:
        """All judgments."""
        return self.n_answered + self.abstained + self.not_asked


class Consensus(msgspec.Struct, frozen=True, kw_only=True):
    """The joint answer of the judgments of one record."""

    outcome: Outcome
    """The outcome under the counting rule, or the adjudication that overrides it."""
    candidate: int | None
    """The winner in the record's order; None for every outcome but `prefers`."""
    ranking: Groups | None
    """The order that has the share asked for, where candidates were ranked; else None."""
    strengths: dict[int, int]
    """How strongly the winner was preferred: strength -> judgments; empty where not asked."""
    people: VerdictTally
    """The judgments that count; the distribution that stands whatever the outcome."""
    models: VerdictTally
    """Verdicts of models, apart."""
    method: str
    """How the outcome was determined: the counting rule, or the adjudication that overrides it."""
    scores: tuple[ScoreSummary, ...]
    """Distributions of scores, by dimension and candidate."""
    steps: tuple[StepSummary, ...]
    """Distributions of step labels, by candidate and step."""
    rulings: tuple[RulingSummary, ...]
    """Distributions of rulings, by section and candidate."""
    attack: AttackSummary | None
    """What was found in a red-team transcript; None where nobody was asked."""
    errors: tuple[ErrorSummary, ...] | None
    """The errors located, each once; empty: looked for and none found; None: nobody looked."""
    spans: SpanAgreement | None
    """How far the reviewers located the same errors; None for fewer than two who looked, and after
    an adjudicator decided which errors stand."""

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
    """The joint answer of a record's judgments; their order does not matter.

    Args:
        record: the record.
        judgments: its judgments, superseded and repeated ones included.
        adjudications: its adjudications in their order of entry; the last one stands.
        counting: whose judgments count, and how many must agree.
    """
    current = [_of_the_only_candidate(judgment, record) for judgment in effective(judgments)]
    n_candidates = len(record.candidates)
    counted = [judgment for judgment in current if counting.counts(judgment)]
    people = tally(counted, n_candidates)
    models = tally([own for own in current if own.reviewer.kind == "model"], n_candidates)
    # Models are tallied apart above, so that any number of them never changes this outcome.
    outcome, candidate = _counted_outcome(people, counting.share)
    looked = [judgment.errors for judgment in counted if judgment.errors is not None]
    result = Consensus(
        outcome=outcome,
        candidate=candidate,
        ranking=_agreed_ranking(people, counting.share),
        strengths=_strengths(counted, candidate),
        people=people,
        models=models,
        method=counting.method,
        scores=score_summaries(counted, counting.share, counting.scales),
        steps=step_summaries(counted, counting.share),
        rulings=ruling_summaries(counted, counting.share),
        attack=attack_summary(counted, counting.share),
        errors=merge_errors(looked, needed_of(len(looked), counting.share)) if looked else None,
        spans=span_agreement(looked),
    )
    if not adjudications:
        return result
    result = _after_adjudication(result, adjudications[-1].decision, n_candidates)
    return msgspec.structs.replace(result, strengths=_strengths(counted, result.candidate))


def _of_the_only_candidate(judgment: Judgment, record: Record) -> Judgment:
    """A judgment whose scores and rulings name the candidate, where there is only one.

    Some sources name the record where others name its only answer; they mean the same.
    """
    if len(record.candidates) != 1 or not (judgment.scores or judgment.rulings):
        return judgment
    return msgspec.structs.replace(
        judgment,
        scores=tuple(_naming_it(score) for score in judgment.scores),
        rulings=tuple(_naming_it(ruling) for ruling in judgment.rulings),
    )


def _naming_it(answer: A) -> A:
    return msgspec.structs.replace(answer, candidate=0) if answer.candidate is None else answer


def effective(judgments: Iterable[Judgment], rubric: str | None = None) -> list[Judgment]:
    """The judgments that stand: not superseded, and of each reviewer the last occasion.

    Earlier occasions of one reviewer are agreement with oneself and never count twice. Of a
    reviewer with different answers that nothing orders, none counts: which holds is unknown.

    Args:
        judgments: the judgments of one record.
        rubric: document id of the rubric in force: of equal answers of one reviewer that nothing
            orders, the one under it stands.
    """
    by_reviewer: dict[tuple[str, str], list[Judgment]] = {}
    for judgment in standing(judgments):
        key = (judgment.reviewer.kind, judgment.reviewer.pseudonym)
        by_reviewer.setdefault(key, []).append(judgment)
    return [last for own in by_reviewer.values() if (last := last_answer(own, rubric)) is not None]


def tally(judgments: Iterable[Judgment], n_candidates: int) -> VerdictTally:
    """Count the verdicts of judgments, one a reviewer."""
    counts: dict[str, int] = {}
    abstained = not_asked = 0
    for judgment in judgments:
        if declines(judgment):
            abstained += 1
        elif isinstance(judgment.verdict, NotAsked):
            not_asked += 1
        else:
            key = verdict_key(judgment.verdict, n_candidates)
            counts[key] = counts.get(key, 0) + 1
    return VerdictTally(verdicts=by_name(counts), abstained=abstained, not_asked=not_asked)


def _counted_outcome(people: VerdictTally, share: float | None) -> tuple[Outcome, int | None]:
    if not people.n_answered:
        return ("not_asked" if people.not_asked else "unjudged"), None
    choices: dict[str, int] = {}
    for key, count in people.verdicts.items():
        choice = _choice(key)
        choices[choice] = choices.get(choice, 0) + count
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
    if name == "prefers":
        return "prefers", int(rest)
    return next((word for word in NO_WINNER_WORDS if word == name), "ranks"), None


def _read_groups(key: str) -> Groups:
    groups = key.removeprefix("ranks:").split(">")
    return tuple(tuple(int(candidate) for candidate in group.split("=")) for group in groups)


def _agreed_ranking(people: VerdictTally, share: float | None) -> Groups | None:
    key = agreed_value(people.verdicts, share)
    return _read_groups(key) if key is not None and key.startswith("ranks:") else None


def _after_adjudication(
    counted: Consensus, decision: Decided | Preserved | Returned, n_candidates: int
) -> Consensus:
    """What is in force after an adjudication: its own answer wherever it gives one."""
    if isinstance(decision, Preserved | Returned):
        name: Outcome = "preserved" if isinstance(decision, Preserved) else "returned"
        return msgspec.structs.replace(
            counted, outcome=name, candidate=None, ranking=None, method=f"adjudication/{name}"
        )
    scores, rulings = decision.scores, decision.rulings
    # An adjudicator may name the record where reviewers named its only candidate; without this
    # the two would stand beside each other as different questions.
    if n_candidates == 1:
        scores = tuple(_naming_it(score) for score in scores)
        rulings = tuple(_naming_it(ruling) for ruling in rulings)
    attack = counted.attack
    if decision.attack is not None:
        severity = decision.attack.severity
        attack = AttackSummary(
            counts=attack.counts if attack else {},
            severities={severity: 1} if severity else {},
            agreed=decision.attack.outcome,
        )
    # An empty list is a decision as well: the adjudicator looked and upheld none.
    decides_errors = decision.errors is not None
    result = msgspec.structs.replace(
        counted,
        method="adjudication/decided",
        scores=decided_scores(counted.scores, scores),
        steps=decided_steps(counted.steps, decision.step_labels),
        rulings=decided_rulings(counted.rulings, rulings),
        attack=attack,
        errors=merge_errors([decision.errors or ()], needed=1)
        if decides_errors
        else counted.errors,
        spans=None if decides_errors else counted.spans,
    )
    if isinstance(decision.verdict, Abstained | NotAsked):
        return result
    key = verdict_key(decision.verdict, n_candidates)
    outcome, candidate = _read_choice(_choice(key))
    ranking = _read_groups(key) if key.startswith("ranks:") else None
    return msgspec.structs.replace(result, outcome=outcome, candidate=candidate, ranking=ranking)


def _strengths(judgments: Iterable[Judgment], winner: int | None) -> dict[int, int]:
    given = [
        judgment.verdict.strength
        for judgment in judgments
        if isinstance(judgment.verdict, Prefers)
        and judgment.verdict.candidate == winner
        and judgment.verdict.strength is not None
    ]
    counts = Counter(given) if given else {}
    return dict(sorted(counts.items()))
