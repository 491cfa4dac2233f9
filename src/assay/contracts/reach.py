"""Reach: the smallest change that a reserve of some size can show, at the very best.

Both figures take the most favourable case, so that a reserve that they call too small is too small
whatever the results turn out to be: every changed item changes in the right direction, and no two
items are of one family.
"""

from math import ceil, log
from statistics import NormalDist

RISK = 0.05
"""Accepted probability of a pass by chance, where a test states none (a convention)."""

POWER = 0.8
"""How often the change would be shown (a convention)."""


def smallest_gain(items: int, risk: float) -> float:
    """The smallest gain of a rate that paired items show in four of five repetitions.

    Of n items a share d improves and none gets worse, so the difference has variance d(1 - d)/n
    (Miller 2024, Adding Error Bars to Evals, section 5, with all discordant pairs on one side).
    Solving d = (z_risk + z_power) * sqrt(d(1 - d)/n) gives d = k / (n + k), k = (z + z)^2.

    Args:
        items: items of the reserve, at least 1.
        risk: one-sided probability of a pass by chance, between 0 and 0.5.
    """
    factor = _factor(risk)
    return factor / (items + factor)


def items_for_gain(margin: float, risk: float) -> int:
    """The fewest items with which a gain of the margin shows; the inverse of `smallest_gain`."""
    return ceil(_factor(risk) * (1 - margin) / margin - 1e-9)


def smallest_loss_excluded(items: int, risk: float) -> float:
    """The smallest loss of a rate that is ruled out where not one item gets worse.

    The exact one-sided bound at 0 of n, 1 - risk^(1/n): the rule of three (Hanley and
    Lippman-Hand 1983, JAMA 249:1743-1745). Validation uses the same bound.

    Args:
        items: items of the reserve, at least 1.
        risk: one-sided probability of a pass by chance, between 0 and 0.5.
    """
    return 1 - float(risk ** (1 / items))


def items_for_hold(margin: float, risk: float) -> int:
    """The fewest items with which a loss of the margin can be ruled out."""
    # log(0.05) / log(1 - 0.95) is 1.0000000000000002 in binary, and would be rounded up to 2.
    return ceil(log(risk) / log(1 - margin) - 1e-9)


def _factor(risk: float) -> float:
    normal = NormalDist()
    return (normal.inv_cdf(1 - risk) + normal.inv_cdf(POWER)) ** 2
