"""The interval of a cue's effect holds values that the measure can take."""

import numpy as np
import pytest

from assay.quality.shortcuts.cue_test import _effects


@pytest.mark.parametrize(
    ("null", "scale", "possible"), [(0.0, 1.0, (-1.0, 1.0)), (0.5, 0.25, (0.0, 1.0))]
)
def test_an_interval_ends_where_the_measure_does(
    null: float, scale: float, possible: tuple[float, float]
) -> None:
    """A correlation stays between -1 and 1 and a share between 0 and 1, however few the prompts."""
    scores = np.array([[0.9], [-0.2], [1.1], [0.4], [0.8]])
    information = np.array([[0.2], [0.1], [0.3], [0.1], [0.1]])
    (effect,) = _effects(
        ["length"], scores, information, information.sum(axis=0), risk=0.05, seed=1,
        null=null, scale=scale, possible=possible, counts=[5],
    )  # fmt: skip
    assert possible[0] <= effect.low <= effect.high <= possible[1]
    assert effect.high == possible[1], "unbounded, the interval would have gone beyond"
    assert effect.smallest <= possible[1]
