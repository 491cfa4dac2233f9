"""The distributions of the quality report are SciPy's, which the base installation lacks."""

import numpy as np
import pytest

from assay.quality import probability as functions
from assay.validation.comparison import goodman_intervals

SPREAD = np.concatenate([np.linspace(-800, 800, 401), np.linspace(-9, 9, 181)])


def test_the_logistic_and_the_normal_are_scipys() -> None:
    """Both functions and the logarithm agree to 15 digits, and nothing overflows."""
    from scipy import special

    with np.errstate(over="raise"):
        assert functions.logistic(SPREAD) == pytest.approx(special.expit(SPREAD), abs=1e-15)
        assert functions.log_logistic(SPREAD) == pytest.approx(special.log_expit(SPREAD))
    found = functions.normal_probability(SPREAD)
    assert found == pytest.approx(special.ndtr(SPREAD), abs=1e-15)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 31, 199, 200, 201, 1000, 100_000])
@pytest.mark.parametrize("probability", [0.6, 0.9, 0.975, 0.9995])
def test_the_quantiles_of_student_are_scipys(probability: float, degrees: int) -> None:
    """They agree to nine digits on both sides of the change from the sum to the expansion."""
    from scipy import stats

    found = functions.student_quantile(probability, degrees)
    assert found == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-9)


def test_the_intervals_of_goodman_are_those_of_statsmodels() -> None:
    """Five classes, one of them empty."""
    from statsmodels.stats.proportion import multinomial_proportions_confint

    counts = [40, 7, 0, 3, 950]
    peer = multinomial_proportions_confint(counts, alpha=0.05, method="goodman")
    assert np.array(goodman_intervals(counts)) == pytest.approx(np.clip(peer, 0, 1), abs=1e-12)
