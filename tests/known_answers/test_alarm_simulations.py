"""Simulations with known truth: what is planted is caught, and sound programs raise few alarms."""

import numpy as np
import pytest

from assay.quality.answer_table import AnswerColumns
from assay.quality.disagreement import RISK as SPLIT_RISK
from assay.quality.disagreement import diagnose
from assay.quality.failure_modes.easy_items import easy_items_alarm
from assay.quality.failure_modes.one_label import one_label_alarm
from assay.quality.failure_modes.unverified import unverified_alarm
from assay.quality.quota_coverage import coverage
from assay.quality.shortcuts.cue_test import RISK, examine_marks, examine_preferences
from simulators.planted_modes import (
    DEVELOPED,
    HELD,
    Plant,
    alarms_of,
    biased,
    compared,
    gathered_of,
    half_scored,
    halo,
    sampled,
    split,
    unchecked,
)

PROGRAMS = 200
"""Sound programs of a simulation."""

MOST = 10
"""Of these, alarms that a rate of 2 % exceeds with a probability of .003."""

PLANTS = {**DEVELOPED, **HELD}


@pytest.mark.long
@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_is_caught_in_eight_of_ten_programs(name: str) -> None:
    """Medicine, code, Japanese and German; pairs, lists, scores and rulings: at least 8 of 10."""
    mode, make = PLANTS[name]
    found = [alarms_of(make(seed))[mode] for seed in range(1, 11)]
    assert sum(each.state == "raised" for each in found) >= 8, [each.reason for each in found]


WEAKER: dict[str, Plant] = {
    "length .60 of 288": (
        "surface_cue_preference",
        lambda seed: compared("code", biased(0.60), items=96, seed=seed),
    ),
    "length .65 of 99": (
        "surface_cue_preference",
        lambda seed: compared("de", biased(0.65), items=33, seed=seed),
    ),
    "47 % scored": ("one_label_for_quality", lambda seed: half_scored("code", 0.47, seed=seed)),
    "scores nearly one": ("one_label_for_quality", lambda seed: halo("ja", 0.6, seed=seed)),
    "two camps of two in noise": (
        "forced_consensus",
        lambda seed: split("code", "pairs", 0.3, raters=4, panel=4, noise=0.25, seed=seed),
    ),
    "camps on 25 items": (
        "forced_consensus",
        lambda seed: split("de", "scores", 0.3, items=25, seed=seed),
    ),
    "3 of 3 unchecked": (
        "unverified_rationales",
        lambda seed: unchecked("ja", 3, items=3, seed=seed),
    ),
    "8 hard items": (
        "easy_item_inflation",
        lambda seed: sampled("de", 8, items=24, quotas=[], agreed=True, seed=seed),
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", WEAKER)
def test_one_step_weaker_is_never_clear(name: str) -> None:
    """Where a plant is too weak for the data to show, the alarm may be unknown, and not clear."""
    mode, make = WEAKER[name]
    found = [alarms_of(make(seed))[mode] for seed in range(1, 11)]
    assert all(each.state != "clear" for each in found), [each.reason for each in found]
    assert any(each.state == "unknown" for each in found)


@pytest.mark.long
@pytest.mark.parametrize("world", ["equal", "quality", "tied to quality"])
def test_sound_preferences_rarely_show_a_cue(world: str) -> None:
    """60 pairs, five reviewers who share the order, four cues: at most 10 of 200 programs."""
    raised = 0
    for seed in range(PROGRAMS):
        draw = np.random.default_rng(seed)
        items, raters = 60, 5
        quality = draw.normal(size=items) if world != "equal" else np.zeros(items)
        cues = draw.choice([-1.0, 1.0], (items, 4))
        if world == "tied to quality":
            cues[:, 0] = np.where(draw.random(items) < 0.7, np.sign(quality), cues[:, 0])
        # Reviewers of one pair lean the same way for a reason that has nothing to do with cues.
        lean = np.repeat(draw.normal(scale=1.0, size=items), raters)
        chance = 1 / (1 + np.exp(-2 * np.repeat(quality, raters) - lean))
        wins = (draw.random(items * raters) < chance).astype(np.int64)
        scores = quality[:, None] + draw.normal(scale=0.5, size=(items, raters))
        others = (scores.sum(axis=1, keepdims=True) - scores) / (raters - 1)
        found = examine_preferences(
            np.repeat(cues, raters, axis=0), ("length", "lists", "emoji", "shown_first"), wins,
            np.repeat(np.arange(items), raters), substance=others.reshape(-1, 1),
            noise=np.full((items * raters, 1), 0.25 / (raters - 1)), held=("correct",),
            risk=RISK, seed=seed,
        )  # fmt: skip
        raised += any(found.is_found(each) for each in found.effects)
    assert raised <= MOST, raised


@pytest.mark.long
def test_sound_scores_rarely_show_a_cue() -> None:
    """100 answers scored by three people beside a verifier: at most 10 of 200 programs."""
    raised = 0
    for seed in range(PROGRAMS):
        draw = np.random.default_rng(seed)
        right = draw.integers(0, 2, 100).astype(float)
        levels = np.column_stack([draw.normal(size=100) + right, draw.normal(size=(100, 3))])
        lean = np.repeat(draw.normal(scale=0.5, size=100), 3)
        values = np.repeat(right, 3) + lean + draw.normal(size=300)
        found = examine_marks(
            "right", np.repeat(levels, 3, axis=0), ("length", "lists", "emoji", "bold"), values,
            independent=np.repeat(right, 3), clusters=np.repeat(np.arange(100), 3),
            risk=RISK, seed=seed,
        )  # fmt: skip
        raised += any(found.is_found(each) for each in found.effects)
    assert raised <= MOST, raised


@pytest.mark.long
@pytest.mark.parametrize("scale", ["signed", "ordinal"])
def test_sound_reviewers_rarely_split(scale: str) -> None:
    """Reviewers of different skill and no camps: at most 10 of 200 programs show a split."""
    raised = 0
    for seed in range(PROGRAMS):
        draw = np.random.default_rng(seed)
        skill = draw.uniform(0.8, 0.98, 10)
        truth = draw.integers(0, 2, 60)
        panel = np.array([draw.permutation(10)[:5] for _ in range(60)]).ravel()
        items = np.repeat(np.arange(60), 5)
        right = draw.random(300) < skill[panel]
        answers = AnswerColumns(
            items=items, raters=panel, values=2 * np.where(right, truth[items], 1 - truth[items]),
            groups={"site": {rater: str(rater % 2) for rater in range(10)}},
            scale=scale,  # type: ignore[arg-type]  one of the three
        )  # fmt: skip
        raised += diagnose(answers, seed=seed, risk=SPLIT_RISK).cause == "plural_viewpoints"
    assert raised <= MOST, raised


@pytest.mark.long
def test_sound_programs_rarely_raise_the_counted_alarms() -> None:
    """Scored apart, checked, and sampled as asked: at most 10 of 200 programs raise one of three."""
    raised = 0
    for seed in range(PROGRAMS):
        labels = gathered_of(half_scored("code", 0.8, items=60, seed=seed))
        rationales = gathered_of(unchecked("de", 2, items=40, seed=seed))
        world = sampled("medicine", 20, items=60, seed=seed)
        items = gathered_of(world)
        covered = coverage(items.cells, world.documents.contract.sampling)
        found = (
            one_label_alarm(labels.modes.labels),
            unverified_alarm(rationales.modes.rationales),
            easy_items_alarm(covered, items.modes.items),
        )
        raised += any(each.state == "raised" for each in found)
    assert raised <= MOST, raised
