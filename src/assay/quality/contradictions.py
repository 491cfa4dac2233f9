"""Contradictions: verdicts that the rubric's priority rules do not permit on the same scores."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from assay.contracts.priority import Rules, Scores, compute_verdict, hitting
from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.quality.in_force import DocumentsInForce
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Prefers, Ranks, Scored, Tie, verdict_key

REMEMBERED = 1 << 12
"""Sets of scores whose computed verdict is remembered."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that the rubric's priority rules do not permit on the judgment's own scores."""

    judgment: str
    """Id of the judgment."""
    verdict: str
    """What the reviewer said, such as `prefers:1`."""
    computed: str
    """What the rules compute: `prefers:0`, the word of a verdict without a winner, or `vetoed:1`."""
    rule: str
    """The priority rule that decides."""


def contradictions(
    record: Record, judgments: Iterable[Judgment], documents: DocumentsInForce
) -> tuple[Contradiction, ...]:
    """The judgments whose verdict contradicts the priority rules on their own scores.

    Only a choice among the candidates can contradict: a winner or a tie where a rule decides
    otherwise, or any choice of a vetoed candidate. Where the rules leave the verdict open, or
    see a tie, the reviewer's preference stands.
    """
    if not documents.rubric.priority or len(record.candidates) < 2:  # noqa: PLR2004  a comparison
        return ()
    return tuple(
        contradiction_of(judgment, len(record.candidates), against)
        for judgment in judgments
        if (against := against_rules(record, judgment, documents)) is not None
    )


def against_rules(
    record: Record, judgment: Judgment, documents: DocumentsInForce
) -> tuple[str, str] | None:
    """The verdict that the rules compute from a judgment's scores, and the rule, where it differs."""
    best = _best(judgment)
    if best is None or not judgment.scores:
        return None
    return computed_against(record, best, judgment.scores, documents)


def contradiction_of(
    judgment: Judgment, n_candidates: int, against: tuple[str, str]
) -> Contradiction:
    """The contradiction of a judgment, from what `against_rules` gives.

    Args:
        judgment: the judgment.
        n_candidates: candidates of its record.
        against: the verdict that the rules compute, and the rule.
    """
    computed, rule = against
    return Contradiction(
        judgment=judgment.id,
        verdict=verdict_key(judgment.verdict, n_candidates),
        computed=computed,
        rule=rule,
    )


def computed_against(
    record: Record,
    best: frozenset[int],
    scores: Iterable[DimensionScore],
    documents: DocumentsInForce,
) -> tuple[str, str] | None:
    """The verdict that the priority rules compute from scores, and the rule, where the choice differs."""
    own_scores = tuple(scores)
    if not own_scores:
        return None
    return _differing(len(record.candidates), best, own_scores, documents.priority)


@lru_cache(maxsize=REMEMBERED)
def _differing(
    n_candidates: int, best: frozenset[int], scores: tuple[DimensionScore, ...], rules: Rules
) -> tuple[str, str] | None:
    """What the rules compute where it differs; equal scores are frequent, and computed once."""
    scored = [_scores_of(scores, candidate) for candidate in range(n_candidates)]
    computed = compute_verdict(scored, rules)
    # A tie of all chooses every candidate: it contradicts a rule that has one winner.
    chosen = best or frozenset(range(len(scored)))
    if computed.state == "all_unacceptable":
        return BOTH_UNACCEPTABLE, computed.rule or ""
    if computed.state == "winner" and chosen != {computed.winner}:
        return f"prefers:{computed.winner}", computed.rule or ""
    hit = min(chosen & set(computed.vetoed), default=None)
    if hit is None:
        return None
    # The outcome's own rule may be a veto that nobody scored, for which it is left open.
    vetoes, _ = rules
    veto = hitting(scored[hit], vetoes)
    return f"vetoed:{hit}", "" if veto is None else str(vetoes[veto])


def _best(judgment: Judgment) -> frozenset[int] | None:
    """The candidates that the verdict puts first; empty for a tie of all, None for no choice."""
    match judgment.verdict:
        case Prefers(candidate=candidate):
            return frozenset([candidate])
        case Ranks(order=(first, *_)):
            return frozenset(first)
        case Tie():
            return frozenset()
        case _:
            return None


def _scores_of(scores: Iterable[DimensionScore], candidate: int) -> Scores:
    return {
        score.dimension: score.score.value
        for score in scores
        if score.candidate == candidate
        and isinstance(score.score, Scored)
        and score.score.denominator is None
    }
