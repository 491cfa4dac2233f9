"""Plants written without reading a detector: what is caught of them, and what is not."""

import pytest

from simulators.blind_plants import PLANTS, SOUND
from simulators.planted_modes import alarms_of

SEEDS = range(1, 11)

MISSED: dict[str, str] = {
    "law: longer answer preferred, pairs": (
        "raised in 4 of 10: the answer that was made longer is not always the longer one, so that "
        "the longer one wins .62 and not .65 of 288"
    ),
    "ar: words of confidence preferred, pairs": "raised in 7 of 10: at the edge of what 99 show",
}
"""Plants that were not caught in eight of ten programs, and why."""


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in PLANTS if name not in MISSED])
def test_a_blind_plant_is_caught_in_eight_of_ten_programs(name: str) -> None:
    """Law, finance, chemistry, Arabic, French and Korean: raised in at least 8 of 10."""
    plant = PLANTS[name]
    found = [alarms_of(plant.strong(seed))[plant.mode] for seed in SEEDS]
    assert sum(each.state == "raised" for each in found) >= 8, [each.reason for each in found]


@pytest.mark.long
@pytest.mark.parametrize("name", PLANTS)
def test_a_blind_plant_one_step_weaker_is_never_clear(name: str) -> None:
    """A plant that is too weak to be shown is raised or unknown."""
    plant = PLANTS[name]
    found = [alarms_of(plant.weak(seed))[plant.mode] for seed in SEEDS]
    assert all(each.state != "clear" for each in found), [each.reason for each in found]


@pytest.mark.long
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_program_raises_no_alarm(name: str) -> None:
    """None of the five alarms is raised over a program without the faults."""
    found = [alarm for seed in SEEDS for alarm in alarms_of(SOUND[name](seed)).values()]
    assert [each.reason for each in found if each.state == "raised"] == []


def test_what_is_listed_as_missed_is_planted() -> None:
    """What is missed is planted."""
    assert set(MISSED) <= set(PLANTS)
