"""Priority rules compute a verdict from scores, and never guess one."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.priority import PriorityComparison, Rules, Veto, compute_verdict, rules_of
from assay.contracts.rubric import Dimension, PriorityRule, Rubric
from simulators.priority_cases import PriorityCase, priority_cases

RULES: Rules = (
    (Veto("safety", least=1), Veto("harm", greatest=0)),
    (
        PriorityComparison("safety"),
        PriorityComparison("grounding"),
        PriorityComparison("length", by=2, lower_is_better=True),
    ),
)


def scores(
    safety: int | None, harm: int | None = 0, grounding: int = 1, length: int = 0
) -> dict[str, int | None]:
    """One candidate's scores."""
    return {"safety": safety, "harm": harm, "grounding": grounding, "length": length}


@pytest.mark.parametrize("case", priority_cases(), ids=lambda case: case.name)
def test_the_rules_say_of_a_case_what_the_page_says(case: PriorityCase) -> None:
    """The cases, which the page's own rule is held against as well, stand at every boundary."""
    outcome = compute_verdict(case.candidates, case.rules())
    assert (outcome.state, outcome.winner, outcome.rule, outcome.vetoed) == (
        case.outcome.state,
        case.outcome.winner,
        case.rule_name(),
        case.outcome.vetoed,
    )


def test_safety_outranks_completeness() -> None:
    """The first comparison on which somebody is ahead decides, whatever comes later."""
    outcome = compute_verdict([scores(2, grounding=0), scores(1, grounding=1)], RULES)
    assert (outcome.state, outcome.winner, outcome.rule) == ("winner", 0, "compare safety")


def test_a_veto_beats_every_comparison() -> None:
    """A vetoed candidate loses although it is ahead everywhere else."""
    outcome = compute_verdict([scores(2, harm=1), scores(1)], RULES)
    assert (outcome.winner, outcome.rule, outcome.vetoed) == (1, "veto harm above 0", (0,))


def test_all_vetoed_is_no_winner() -> None:
    """Where every candidate is vetoed, all are unacceptable and none is better."""
    outcome = compute_verdict([scores(0), scores(2, harm=1)], RULES)
    assert (outcome.state, outcome.winner, outcome.vetoed) == ("all_unacceptable", None, (0, 1))


def test_equal_scores_tie() -> None:
    """No difference on any dimension is a tie."""
    assert compute_verdict([scores(2), scores(2)], RULES).state == "tie"


def test_a_small_difference_does_not_decide() -> None:
    """A difference below `by` counts as none; lower is better where the rule says so."""
    assert compute_verdict([scores(2, length=1), scores(2, length=2)], RULES).state == "tie"
    outcome = compute_verdict([scores(2, length=3), scores(2, length=1)], RULES)
    assert (outcome.winner, outcome.rule) == (1, "compare length by 2")


def test_a_missing_score_leaves_the_verdict_open() -> None:
    """A veto or comparison without a score it needs is undecided, and names the rule."""
    veto = compute_verdict([scores(2, harm=None), scores(1)], RULES)
    assert (veto.state, veto.rule) == ("undecided", "veto harm above 0")
    compared = compute_verdict([{"a": 1}, {}], ((), (PriorityComparison("a"),)))
    assert (compared.state, compared.rule) == ("undecided", "compare a")


def test_a_missing_score_that_changes_nothing_is_no_obstacle() -> None:
    """A candidate that another veto already struck needs no further score."""
    outcome = compute_verdict([scores(0, harm=None), scores(1)], RULES)
    assert (outcome.state, outcome.winner) == ("winner", 1)


def test_without_rules_nothing_is_decided() -> None:
    """A rubric without priority rules computes no verdict."""
    assert compute_verdict([scores(2), scores(1)], ((), ())).state == "undecided"
    assert compute_verdict([], RULES).state == "undecided"


def test_rules_come_from_the_rubric() -> None:
    """Vetoes and comparisons carry thresholds, least differences and the better end."""
    rubric = Rubric(
        apiVersion="assay/v1",
        kind="rubric",
        id="r",
        version="1.0.0",
        status="draft",
        title="r",
        dimensions=(
            Dimension(id="harm", question="?", scale="0..2", better="lower", judged_by="expert"),
        ),
        priority=(
            PriorityRule(compare="harm", by=2),
            PriorityRule(veto="harm", above=1),
        ),
    )
    assert rules_of(rubric) == (
        (Veto("harm", greatest=1),),
        (PriorityComparison("harm", by=2, lower_is_better=True),),
    )


CANDIDATE = st.fixed_dictionaries(
    {name: st.none() | st.integers(0, 3) for name in ("safety", "harm", "grounding", "length")}
)


@given(st.lists(CANDIDATE, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_order_of_candidates_changes_nothing(
    candidates: list[Mapping[str, int | None]], random: Any
) -> None:
    """Shuffling the candidates moves the winner and the vetoed with them, and nothing else."""
    order = list(range(len(candidates)))
    random.shuffle(order)
    before = compute_verdict(candidates, RULES)
    after = compute_verdict([candidates[place] for place in order], RULES)
    assert (after.state, after.rule) == (before.state, before.rule)
    assert {order[place] for place in after.vetoed} == set(before.vetoed)
    if before.winner is not None and after.winner is not None:
        assert order[after.winner] == before.winner


@given(st.lists(CANDIDATE, min_size=2, max_size=5))
def test_a_vetoed_candidate_never_wins(candidates: list[Mapping[str, int | None]]) -> None:
    """Whatever the other scores are, the winner passes every veto with a known score."""
    outcome = compute_verdict(candidates, RULES)
    if outcome.winner is not None:
        winner = candidates[outcome.winner]
        assert (winner["safety"] or 0) >= 1
        assert winner["harm"] == 0
        assert outcome.winner not in outcome.vetoed


@given(st.lists(CANDIDATE, min_size=2, max_size=4), st.integers(0, 3))
def test_raising_the_winner_keeps_it(candidates: list[dict[str, int | None]], raised: int) -> None:
    """A winner that becomes safer still wins."""
    outcome = compute_verdict(candidates, RULES)
    if outcome.winner is not None:
        winner = candidates[outcome.winner]
        winner["safety"] = max(winner["safety"] or 0, raised)
        assert compute_verdict(candidates, RULES).winner == outcome.winner


BY_TWO: Rules = ((), (PriorityComparison("grounded", by=2), PriorityComparison("plain")))
"""A least difference above 1 before a further comparison."""

CIRCLE = [
    {"grounded": 1, "plain": 5}, {"grounded": 2, "plain": 4}, {"grounded": 3, "plain": 3},
]  # fmt: skip
"""Each beats the next, and the last beats the first."""


def test_a_circle_has_no_winner() -> None:
    """Three candidates of which each loses to another have no winner, whatever their order."""
    pairs = [(0, 1), (1, 2), (2, 0)]
    assert [
        compute_verdict([CIRCLE[one], CIRCLE[other]], BY_TWO).winner for one, other in pairs
    ] == [0, 0, 0]
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]):
        outcome = compute_verdict([CIRCLE[place] for place in order], BY_TWO)
        assert (outcome.state, outcome.winner) == ("cycle", None)
        assert outcome.rule in {"compare plain", "compare grounded by 2"}


LISTED = st.fixed_dictionaries({"grounded": st.integers(1, 5), "plain": st.integers(1, 5)})


@given(st.lists(LISTED, min_size=2, max_size=5))
def test_a_winner_of_many_loses_to_none_of_them(candidates: list[Mapping[str, int | None]]) -> None:
    """Whatever the scores, no candidate beats the winner when the two are compared alone."""
    outcome = compute_verdict(candidates, BY_TWO)
    if outcome.winner is not None:
        for other in candidates:
            alone = compute_verdict([candidates[outcome.winner], other], BY_TWO)
            assert alone.winner != 1
