"""Agreement on preference verdicts in two stages."""

import numpy as np
import pytest

from assay.core.errors import InputError, UsageError
from assay.quality.bootstrap import Resampling
from assay.quality.verdict_agreement import VerdictCode, verdict_agreement

A, TIE, B, NEITHER, UNCLEAR, ABSTAINED = VerdictCode
ITEMS = np.repeat(np.arange(5), 2)
RATERS = np.tile([0, 1], 5)
VERDICTS = [A, A, A, TIE, NEITHER, NEITHER, B, UNCLEAR, ABSTAINED, B]
ESTIMATE_ONLY = Resampling(replicates=0)


def test_the_stages_are_what_a_hand_computes() -> None:
    """Stage one is 1 - 7*1/17 on four pairable items; stage two 0 on the two compared by both."""
    found = verdict_agreement(ITEMS, RATERS, VERDICTS, resampling=ESTIMATE_ONLY)
    first, second = found.comparability.alpha, found.preference.alpha
    assert first.method == "krippendorff-alpha/nominal"
    assert first.value == pytest.approx(10 / 17)
    assert (first.n_items, first.n_items_total, first.n_ratings) == (4, 5, 8)
    assert second.method == "krippendorff-alpha/ordinal"
    assert second.value == pytest.approx(0.0)
    assert (second.n_items, second.n_ratings_total) == (2, 6)


def test_every_answer_is_counted() -> None:
    """The counts name each verdict and add up to all answers; abstentions have their own rate."""
    found = verdict_agreement(ITEMS, RATERS, VERDICTS, resampling=ESTIMATE_ONLY)
    assert found.counts == {
        "prefers_a": 3,
        "tie": 1,
        "prefers_b": 2,
        "both_unacceptable": 2,
        "insufficient_context": 1,
        "abstained": 1,
    }
    assert (found.abstention.rate.count, found.abstention.rate.trials) == (1, 10)
    assert found.abstention.agreement.alpha.value == pytest.approx(0.0)


def test_both_unacceptable_is_no_tie() -> None:
    """A rater who finds both unacceptable agrees no better with a tie than with a winner."""
    items, raters = np.repeat(np.arange(6), 2), np.tile([0, 1], 6)
    beside_tie = [A, A, B, B, TIE, TIE, A, B, NEITHER, TIE, NEITHER, TIE]
    beside_winner = [A, A, B, B, TIE, TIE, A, B, NEITHER, A, NEITHER, B]
    first = verdict_agreement(items, raters, beside_tie, resampling=ESTIMATE_ONLY)
    second = verdict_agreement(items, raters, beside_winner, resampling=ESTIMATE_ONLY)
    assert first.comparability.alpha == second.comparability.alpha
    assert first.preference.alpha.value == second.preference.alpha.value
    assert first.preference.alpha.value is not None


def test_strengths_refine_the_order() -> None:
    """With strengths, a slight against a strong preference for A is disagreement."""
    items, raters = np.repeat(np.arange(3), 2), np.tile([0, 1], 3)
    verdicts, strengths = [A, A, B, B, TIE, A], [1, 2, 2, 2, 0, 1]
    plain = verdict_agreement(items, raters, verdicts, resampling=ESTIMATE_ONLY)
    graded = verdict_agreement(
        items, raters, verdicts, strengths=strengths, strongest=2, resampling=ESTIMATE_ONLY
    )
    assert plain.preference.percent.value == pytest.approx(2 / 3)
    assert graded.preference.percent.value == pytest.approx(1 / 3)
    assert graded.comparability == plain.comparability


@pytest.mark.parametrize("strengths", [[1, 0], [1, 3], [1], [1.0, 2.0]])
def test_a_preference_needs_a_strength_on_the_scale(strengths: list[int]) -> None:
    """Missing, too large, too few and fractional strengths are refused."""
    with pytest.raises(InputError, match="strength"):
        verdict_agreement([0, 0], [0, 1], [A, B], strengths=strengths, strongest=2)


def test_a_strongest_preference_needs_strengths() -> None:
    """A graded scale without grades is refused."""
    with pytest.raises(UsageError, match="strongest"):
        verdict_agreement([0, 0], [0, 1], [A, B], strongest=3)


def test_a_second_answer_by_one_rater_is_refused_across_stages() -> None:
    """One rater who both abstains and prefers on one item has answered twice."""
    with pytest.raises(InputError, match="repeat a rater"):
        verdict_agreement([0, 0], [0, 0], [ABSTAINED, A])


def test_clusters_reach_every_stage() -> None:
    """Prompt families are what each interval draws from."""
    found = verdict_agreement(
        ITEMS, RATERS, VERDICTS, clusters=[0, 0, 1, 1, 1], resampling=Resampling(replicates=10)
    )
    for stage in (found.comparability, found.preference, found.abstention.agreement):
        assert stage.percent.interval == "percentile-bootstrap/clusters"
    assert found.comparability.alpha.n_clusters == 2
    assert found.preference.alpha.n_clusters == 1


def test_no_answers_are_no_agreement() -> None:
    """Without answers each stage is undefined and the abstention rate has no denominator."""
    found = verdict_agreement([], [], [], n_items=4)
    assert found.comparability.alpha.reason == found.preference.alpha.reason == "no_ratings"
    assert found.abstention.rate.reason == "no_trials"
