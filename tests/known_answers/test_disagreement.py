"""Known answers for agreement between groups of raters."""

import numpy as np
import pytest

from assay.quality.answer_table import alpha_of, cross_reliability


def test_cross_replication_reliability_of_unequal_groups() -> None:
    """Five items, two groups, three labels and unequal counts give .33.

    Source: the definition of Wong, Paritosh, Aroyo 2021, summed over all pairs of answers.
    """
    first = np.array([[3, 0, 1], [0, 2, 0], [1, 1, 1], [2, 0, 0], [0, 0, 2]], dtype=float)
    second = np.array([[2, 0, 0], [1, 2, 0], [0, 0, 3], [1, 1, 0], [0, 1, 1]], dtype=float)
    assert cross_reliability(first, second) == pytest.approx(0.33, abs=1e-10)


def test_nominal_alpha_of_a_published_table() -> None:
    """Two raters on ten binary items, four disagreements: alpha .095.

    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section A.
    """
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    counts = np.array([np.bincount(pair, minlength=2) for pair in zip(first, second, strict=True)])
    assert alpha_of(counts.astype(float), 1 - np.eye(counts.shape[1])) == pytest.approx(
        0.095, abs=5e-4
    )


def test_agreement_without_variation_is_undefined() -> None:
    """Where all answers are equal, neither figure is 1."""
    same = np.array([[3.0, 0.0]] * 5)
    assert alpha_of(same, 1 - np.eye(same.shape[1])) is None
    assert cross_reliability(same, same) is None
