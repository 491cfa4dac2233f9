"""Functions of the logistic, the normal and Student's distribution, and ranks, by NumPy alone.

A release holds the quality report, which therefore rests on what every installation has; SciPy, of
150 MB, comes with the extra `statistics`. `tests/known_answers` compares each function with SciPy's.
"""

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MANY_DEGREES = 200
"""Degrees of freedom from which the expansion about the normal is exact to ten digits."""

HALVINGS = 60
"""Bisections of an angle below 90 degrees: more digits than a float has."""


def logistic(values: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.exp(log_logistic(values))


def log_logistic(values: Floats) -> Floats:
    """Logarithm of the logistic function."""
    return -np.logaddexp(0.0, -values)


def normal_probability(values: Floats) -> Floats:
    """Probability that a standard normal variable is at most x."""
    tails: Floats = np.asarray(
        np.frompyfunc(math.erfc, 1, 1)(values / -math.sqrt(2)), dtype=np.float64
    )
    return tails / 2


def student_quantile(probability: float, degrees: int) -> float:
    """Quantile of Student's t.

    Sources: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4 (few degrees), 26.7.5 (many).

    Args:
        probability: above one half and below 1.
        degrees: of freedom, from 1.
    """
    if degrees > MANY_DEGREES:
        return _expand_quantile(NormalDist().inv_cdf(probability), degrees)
    low, high = 0.0, math.pi / 2
    for _ in range(HALVINGS):
        angle = (low + high) / 2
        if _within(angle, degrees) < 2 * probability - 1:
            low = angle
        else:
            high = angle
    return math.sqrt(degrees) * math.tan(high)


def _within(angle: float, degrees: int) -> float:
    """Probability that |t| is at most sqrt(degrees) x tan(angle)."""
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for step in range(1 + odd, degrees, 2):
        total += term
        term *= math.cos(angle) ** 2 * step / (step + 1)
    total *= math.sin(angle)
    return (angle + total) * 2 / math.pi if odd else total


def _expand_quantile(z: float, degrees: int) -> float:
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / degrees**power for power, term in enumerate(terms))
