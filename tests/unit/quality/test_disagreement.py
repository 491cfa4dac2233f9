"""Each cause of disagreement, simulated with known truth, is told from the others."""

from typing import Any

import numpy as np
import pytest

from assay.quality.answer_table import AnswerColumns, Scale
from assay.quality.disagreement import Disagreement, diagnose


def answers(
    view: str,
    *,
    declared: bool = True,
    irrelevant: bool = False,
    n: int = 240,
    seed: int = 1,
    scale: Scale = "signed",
) -> AnswerColumns:
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
    if irrelevant:
        groups = {"shift": {rater: "early" if rater % 2 else "late" for rater in range(12)}}
    return AnswerColumns(
        items=np.array(items), raters=np.array(raters), values=np.array(values),
        groups=groups if declared else {}, scale=scale,
        names=tuple(f"rvr_{rater}" for rater in range(12)),
    )  # fmt: skip


def found(view: str, **options: Any) -> list[Disagreement]:
    """The diagnosis over three draws."""
    return [diagnose(answers(view, seed=seed, **options)) for seed in (1, 2, 3)]


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("view", "cause"),
    [
        ("sound", "agreement"),
        ("plural", "plural_viewpoints"),
        ("bad", "bad_raters"),
        ("ambiguous", "ambiguous_items"),
        ("weak", "no_pattern"),
    ],
)
def test_a_cause_is_told_by_its_figures(view: str, cause: str) -> None:
    """The planted cause is found in at least two draws of three."""
    causes = [each.cause for each in found(view)]
    if view == "sound":
        assert set(causes) <= {"agreement", "no_pattern"}
    else:
        assert causes.count(cause) >= 2, causes


def test_a_split_is_found_without_declared_groups() -> None:
    """The raters' own answers show the two sides, and no split is found among the merely weak."""
    plural = found("plural", declared=False)
    assert [each.cause for each in plural].count("plural_viewpoints") >= 2
    assert all(each.split and each.split.name == "found in the answers" for each in plural)
    assert all(each.cause != "plural_viewpoints" for each in found("weak", declared=False))


def test_a_grouping_that_explains_nothing_does_not_end_the_search() -> None:
    """With an irrelevant grouping declared the hidden split is still found, in every draw."""
    plural = found("plural", irrelevant=True)
    assert {each.cause for each in plural} == {"plural_viewpoints"}
    assert {each.split.name for each in plural if each.split} == {"found in the answers"}
    assert all("rvr_" in each.reason for each in plural)  # the sides are named by pseudonym


def test_a_reviewer_who_stands_out_has_the_name_of_the_report() -> None:
    """The diagnosis names a pseudonym, never a number of its own."""
    bad = [each for each in found("bad") if each.cause == "bad_raters"]
    assert bad
    assert all("without reviewer rvr_" in each.reason for each in bad)


def test_scores_are_diagnosed_like_verdicts() -> None:
    """Camps at the two ends of a scale are a split, and a scale without camps has none."""
    plural = found("plural", declared=False, scale="ordinal")
    assert [each.cause for each in plural].count("plural_viewpoints") >= 2
    sound = found("sound", declared=False, scale="ordinal")
    assert all(each.cause in {"agreement", "no_pattern"} for each in sound)


def test_no_pattern_states_what_would_have_shown() -> None:
    """Where nothing stands out no cause is named; the power to see a split is."""
    weak = [each for each in found("weak") if each.cause == "no_pattern"]
    assert weak
    assert all("would have shown in" in each.reason for each in weak)
    assert all(0 <= each.power <= 1 for each in weak)


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
    few = diagnose(answers("plural", n=10))
    assert few.cause == "unknown"
    assert few.reason == "10 items with two answers are too few, 30 are needed"
    none = np.array([], dtype=np.int64)
    assert (
        diagnose(AnswerColumns(items=none, raters=none, values=none, groups={})).cause == "unknown"
    )
