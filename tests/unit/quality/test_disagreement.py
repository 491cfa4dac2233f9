"""Each cause of disagreement, simulated with known truth, is told from the others."""

import numpy as np
import pytest

from assay.quality.disagreement import Answers, Disagreement, diagnose


def answers(view: str, *, declared: bool = True, n: int = 240, seed: int = 1) -> Answers:
    """Twelve raters, six an item, whose disagreement has one cause."""
    draw = np.random.default_rng(seed)
    items, raters, values = [], [], []
    truth = draw.integers(0, 2, n)
    other = draw.integers(0, 2, n)
    unclear = draw.random(n) < 0.6
    for item in range(n):
        for rater in draw.permutation(12)[:6]:
            value = truth[item]
            if view == "plural" and rater >= 6:
                value = other[item]
            skill = {"weak": 0.72, "bad": 0.5 if rater < 2 else 0.97}.get(view, 0.95)
            if view == "bad" and rater < 2:
                value, skill = 1 - value, 0.9
            if view == "ambiguous" and unclear[item]:
                skill = 0.5
            items.append(item)
            raters.append(rater)
            values.append(2 * (value if draw.random() < skill else 1 - value))
    groups = {"region": {rater: "north" if rater < 6 else "south" for rater in range(12)}}
    return Answers(
        items=np.array(items), raters=np.array(raters), values=np.array(values),
        groups=groups if declared else {},
    )  # fmt: skip


def found(view: str, **options: bool) -> list[Disagreement]:
    """The diagnosis over three draws."""
    return [diagnose(answers(view, seed=seed, **options)) for seed in (1, 2, 3)]


@pytest.mark.parametrize(
    ("view", "cause"),
    [
        ("sound", "agreement"),
        ("plural", "plural_viewpoints"),
        ("bad", "bad_raters"),
        ("ambiguous", "ambiguous_items"),
        ("weak", "weak_expertise"),
    ],
)
def test_a_cause_is_told_by_its_figures(view: str, cause: str) -> None:
    """The planted cause is found in at least two draws of three."""
    causes = [each.cause for each in found(view)]
    if view == "sound":
        assert set(causes) <= {"agreement", "weak_expertise"}
    else:
        assert causes.count(cause) >= 2, causes


def test_a_split_is_found_without_declared_groups() -> None:
    """The raters' own answers show the two sides, and no split is found among the merely weak."""
    plural = found("plural", declared=False)
    assert [each.cause for each in plural].count("plural_viewpoints") >= 2
    assert all(each.split and each.split.name == "found in the answers" for each in plural)
    assert all(each.cause != "plural_viewpoints" for each in found("weak", declared=False))


def test_figures_carry_their_denominators() -> None:
    """Items, raters, permutations and seed stand beside the diagnosis."""
    [first, *_] = found("plural")
    assert (first.items, first.raters, first.seed) == (240, 12, 0)
    assert first.split is not None
    assert first.split.raters == (6, 6)
    assert first.split.across is not None
    assert min(each or 0 for each in first.split.within) > first.split.across


def test_too_little_tells_nothing() -> None:
    """A handful of items is unknown, with the count; no answers at all as well."""
    assert diagnose(answers("plural", n=10)).cause == "unknown"
    none = np.array([], dtype=np.int64)
    assert diagnose(Answers(items=none, raters=none, values=none, groups={})).cause == "unknown"
