"""How long one person takes for an item."""

from assay.quality.pace import Pace, paces
from simulators.small_program import judged, pair

RECORD = pair()


def test_median_and_quartiles_are_those_of_the_times() -> None:
    """Of 1, 2, 3, 4 and 10 seconds the median is 3 and the middle half 2 to 4."""
    given = [judged(RECORD, "ada", 0, active_ms=ms) for ms in (10_000, 1000, 3000, 2000, 4000)]
    (found,) = paces([*given, judged(RECORD, "ada", 0)])
    assert found == Pace(
        reviewer="ada", timed=5, untimed=1, median_ms=3000, low_ms=2000, high_ms=4000
    )


def test_one_time_has_no_spread_and_none_has_no_median() -> None:
    """What is not there is absent, never zero; every judgment is counted as timed or not."""
    one = judged(RECORD, "ada", 0, active_ms=0)
    found = paces([one, judged(RECORD, "bob", 0)])
    assert [(each.median_ms, each.low_ms) for each in found] == [(0, None), (None, None)]
    assert [(each.timed, each.untimed) for each in found] == [(1, 0), (0, 1)]


def test_models_have_no_pace() -> None:
    """The time of a machine says nothing of people."""
    assert paces([judged(RECORD, "a-model", 0, kind="model", active_ms=5)]) == ()
