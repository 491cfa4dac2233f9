"""Leakage: when the alarm is clear, raised or unknown."""

from assay.reserve.leakage import ReserveComparison, describe, leakage_alarm
from assay.reserve.overlap import Overlap

OVERLAP = Overlap(
    holder="rec_aaaa", item="item-1", containment=0.5, longest_run=14, rule="14 words", spans=()
)
WHOLE = ReserveComparison(reserve="sealed", items=3, records=8, facts=9, overlaps=())


def _state(**changes: object) -> str:
    fields = {name: getattr(WHOLE, name) for name in WHOLE.__struct_fields__} | changes
    return leakage_alarm(ReserveComparison(**fields)).state


def test_only_a_comparison_with_the_whole_reserve_is_clear() -> None:
    """Missing items, no sealed item and no record each leave it unknown."""
    assert _state() == "clear"
    assert _state(short="3 of the 5 items are sealed") == "unknown"
    assert _state(items=0) == "unknown"
    assert _state(records=0) == "unknown"


def test_one_overlap_raises_the_alarm_even_against_part_of_the_reserve() -> None:
    """What was found does not depend on what was not compared."""
    assert _state(overlaps=(OVERLAP,), short="3 of the 5 items are sealed") == "raised"


def test_an_overlap_without_words_shows_its_holder_and_rule() -> None:
    """The gate gives no words, so the rule stands alone."""
    assert describe(OVERLAP) == "rec_aaaa (14 words)"
