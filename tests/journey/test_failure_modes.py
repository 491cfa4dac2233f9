"""Each of the eight failure modes is caught where it is planted, and nowhere else."""

from pathlib import Path

import pytest

import assay
from assay.core.clock import fixed_clock
from assay.demo.caught import play
from assay.demo.documents import MOMENT
from assay.demo.failures import PLANTS, sound_scene
from assay.governance.failure_modes import MODES, FailureMode

STAGES = {
    "one_label_for_quality": "quality",
    "surface_cue_preference": "quality",
    "forced_consensus": "quality",
    "unverified_rationales": "quality",
    "training_eval_leakage": "reserve",
    "easy_item_inflation": "quality",
    "over_refusal_hidden": "validation",
    "no_model_validation": "releases",
}
"""The stage that says so."""

REFUSING = {
    "training_eval_leakage": "gate reserve",
    "easy_item_inflation": "gate quotas",
    "no_model_validation": "gate claims",
}
"""Failure modes that stop a release, with the gate that does."""


def test_every_failure_mode_has_its_plant() -> None:
    """The guide's eight, one plant each."""
    assert set(PLANTS) == set(MODES) == set(STAGES)


def test_a_sound_program_raises_none(tmp_path: Path) -> None:
    """Nothing is planted and the release is built; where so few pairs cannot tell, it is unknown."""
    played = play(tmp_path / "sound", sound_scene())
    assert played.raised == frozenset()
    assert played.refusal == ""
    states = {mode: alarm.state for mode, alarm in played.alarms.items()}
    assert len(states) == 8
    unknown = {mode for mode, state in states.items() if state == "unknown"}
    assert unknown == {"surface_cue_preference", "forced_consensus"}
    for mode in unknown:  # each says what would have shown
        assert "would have shown" in played.alarms[mode].reason


@pytest.mark.share(8)
@pytest.mark.parametrize("mode", PLANTS)
def test_a_planted_failure_is_caught_by_its_stage(mode: FailureMode, tmp_path: Path) -> None:
    """The alarm of the planted failure is raised with figures; no other mode is blamed for it."""
    played = play(tmp_path / mode, PLANTS[mode](sound_scene()))
    alarm = played.alarms[mode]
    assert alarm.state == "raised"
    assert alarm.stage == STAGES[mode]
    assert any(character.isdigit() for character in alarm.reason) or mode == "no_model_validation"
    assert played.raised == {mode}, played.alarms
    if mode in REFUSING:
        assert REFUSING[mode] in played.refusal
    else:
        assert played.refusal == ""


@pytest.mark.long
def test_leaked_records_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    """The refusal shows the matched words; on request the records stay out of the release."""
    played = play(tmp_path / "p", PLANTS["training_eval_leakage"](sound_scene()))
    assert "3 of 162 records and other texts share text" in played.refusal
    assert "Total" in played.refusal  # the record's own words
    with assay.open(tmp_path / "p", clock=fixed_clock(MOMENT), who="t") as program:
        built = program.releases.build("1.0.0", leave_out_overlaps=True)
    [left] = [each for each in built.head.left_out if each.code == "reserve"]
    assert left.records == 3
    assert built.head.reserve is not None
    assert built.head.reserve.items == 240
