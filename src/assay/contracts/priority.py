"""Priority: the verdict that the rubric's rules compute from dimension scores.

Vetoes come first and in any order: a candidate that one of them hits is unacceptable, however
good it is elsewhere. Then the comparisons in the rubric's order (lexicographic): the first one
on which a candidate is ahead decides. A score that is missing where a rule needs it leaves the
verdict open; nothing is guessed. Where a least difference above 1 lets three candidates beat each
other in a circle, nobody has won.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from assay.contracts.rubric import Rubric


class Veto(msgspec.Struct, frozen=True):
    """A candidate with a score outside the bounds is unacceptable."""

    dimension: str
    """Dimension that is examined."""
    least: int | None = None
    """Least acceptable score; None: no lower bound."""
    greatest: int | None = None
    """Greatest acceptable score; None: no upper bound."""

    def hits(self, score: int) -> bool:
        """Whether this score is unacceptable."""
        too_low = self.least is not None and score < self.least
        too_high = self.greatest is not None and score > self.greatest
        return too_low or too_high

    def __str__(self) -> str:
        if self.least is not None:
            return f"veto {self.dimension} below {self.least}"
        return f"veto {self.dimension} above {self.greatest}"


class PriorityComparison(msgspec.Struct, frozen=True):
    """The candidate that is ahead on the dimension wins."""

    dimension: str
    """Dimension that is examined."""
    by: int = 1
    """Least difference that decides, at least 1."""
    lower_is_better: bool = False
    """Whether the smaller score is ahead."""

    def __str__(self) -> str:
        return f"compare {self.dimension}" + (f" by {self.by}" if self.by > 1 else "")


class PriorityOutcome(msgspec.Struct, frozen=True):
    """What the rules say about the candidates of one record."""

    state: Literal["winner", "tie", "all_unacceptable", "undecided", "cycle"]
    """`undecided`: a score that a rule needs is missing, or there are no rules; `cycle`: the candidate
    that the rules single out loses to another one when the two are compared alone."""
    winner: int | None = None
    """Place of the winner, counted from 0; None unless there is one."""
    rule: str | None = None
    """The rule that decided, the one that lacks a score, or the one that closes the circle."""
    vetoed: tuple[int, ...] = ()
    """Places of the candidates that a veto made unacceptable."""


PAIR = 2
"""Two candidates are in no circle."""

Scores = Mapping[str, int | None]
"""One candidate's scores: dimension -> score; None or absent: not scored."""

Rules = tuple[tuple[Veto, ...], tuple[PriorityComparison, ...]]
"""The vetoes and the comparisons of a rubric."""


def rules_of(rubric: Rubric) -> Rules:
    """The rubric's priority rules, ready to compute with."""
    lower = {dimension.id for dimension in rubric.dimensions if dimension.better == "lower"}
    vetoes = tuple(
        Veto(rule.veto, least=rule.below, greatest=rule.above)
        for rule in rubric.priority
        if rule.veto is not None
    )
    comparisons = tuple(
        PriorityComparison(rule.compare, by=rule.by or 1, lower_is_better=rule.compare in lower)
        for rule in rubric.priority
        if rule.compare is not None
    )
    return vetoes, comparisons


def compute_verdict(candidates: Sequence[Scores], rules: Rules) -> PriorityOutcome:
    """The verdict on two or more candidates.

    Swapping candidates swaps the winner and nothing else, and a vetoed candidate never wins.

    Args:
        candidates: the scores of each candidate, in the record's order.
        rules: vetoes and comparisons, from `rules_of`.
    """
    vetoes, comparisons = rules
    if not candidates or not (vetoes or comparisons):
        return PriorityOutcome("undecided")
    hits = _veto_hits(candidates, vetoes)
    vetoed = tuple(sorted(hits))
    # Vetoed candidates leave before any comparison: being better elsewhere must not save them.
    remaining = [place for place in range(len(candidates)) if place not in hits]
    decisive = str(vetoes[max(hits.values())]) if hits else None
    if not remaining:
        return PriorityOutcome("all_unacceptable", rule=decisive, vetoed=vetoed)
    unscored = _first_unscored(candidates, remaining, [veto.dimension for veto in vetoes])
    if unscored is not None:
        return PriorityOutcome("undecided", rule=str(vetoes[unscored]), vetoed=vetoed)
    if len(remaining) == 1 and vetoed:
        return PriorityOutcome("winner", winner=remaining[0], rule=decisive, vetoed=vetoed)
    outcome = _compare(candidates, remaining, comparisons, vetoed)
    return _unless_beaten(outcome, candidates, remaining, comparisons)


def _unless_beaten(
    outcome: PriorityOutcome,
    candidates: Sequence[Scores],
    remaining: Sequence[int],
    comparisons: Sequence[PriorityComparison],
) -> PriorityOutcome:
    """The outcome, or a cycle where some remaining candidate beats the winner in a pair.

    A winner of all is the winner of each pair (Condorcet's criterion) as long as every least
    difference is 1, for then each comparison is a weak order; with a greater one it is a semiorder
    (Luce 1956, Econometrica 24:178-191), and its lexicographic sum need not be transitive.
    """
    if (
        outcome.winner is None
        or len(remaining) == PAIR
        or all(rule.by == 1 for rule in comparisons)
    ):
        return outcome
    for other in remaining:
        if other == outcome.winner:
            continue
        alone = _compare(candidates, [outcome.winner, other], comparisons, outcome.vetoed)
        if alone.winner == other:
            return PriorityOutcome("cycle", rule=alone.rule, vetoed=outcome.vetoed)
    return outcome


def hitting(scores: Scores, vetoes: Sequence[Veto]) -> int | None:
    """The place of the first veto that makes a candidate with these scores unacceptable."""
    for order, veto in enumerate(vetoes):
        score = scores.get(veto.dimension)
        if score is not None and veto.hits(score):
            return order
    return None


def _veto_hits(candidates: Sequence[Scores], vetoes: Sequence[Veto]) -> dict[int, int]:
    """The vetoed places, each with the place of the first veto that hit it."""
    hits = ((place, hitting(scores, vetoes)) for place, scores in enumerate(candidates))
    return {place: order for place, order in hits if order is not None}


def _first_unscored(
    candidates: Sequence[Scores], remaining: Sequence[int], dimensions: Sequence[str]
) -> int | None:
    """The first dimension (by its place) that some remaining candidate has no score on."""
    for place, dimension in enumerate(dimensions):
        if any(candidates[candidate].get(dimension) is None for candidate in remaining):
            return place
    return None


def _compare(
    candidates: Sequence[Scores],
    remaining: list[int],
    comparisons: Sequence[PriorityComparison],
    vetoed: tuple[int, ...],
) -> PriorityOutcome:
    for rule in comparisons:
        scores = {candidate: candidates[candidate].get(rule.dimension) for candidate in remaining}
        comparable = {
            candidate: -score if rule.lower_is_better else score
            for candidate, score in scores.items()
            if score is not None
        }
        # A missing score might have decided, so later rules must not decide in its place.
        if len(comparable) < len(scores):
            return PriorityOutcome("undecided", rule=str(rule), vetoed=vetoed)
        best = max(comparable.values())
        remaining = [candidate for candidate in remaining if best - comparable[candidate] < rule.by]
        if len(remaining) == 1:
            return PriorityOutcome("winner", winner=remaining[0], rule=str(rule), vetoed=vetoed)
    return PriorityOutcome("tie", vetoed=vetoed)
