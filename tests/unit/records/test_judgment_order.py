"""The parts of a judgment that rows of a group give have no order of their own."""

from assay.records.judgment import StepLabel, in_order
from assay.records.verdict import DimensionScore, Scored
from simulators.small_program import judged, pair


def test_a_judgment_is_the_same_in_whichever_order_its_parts_came() -> None:
    """Scores and labels of shuffled rows give one judgment with one id."""
    scores = tuple(
        DimensionScore(dimension=name, candidate=place, score=Scored(value=place + 1))
        for name in ("clarity", "correctness")
        for place in (0, 1)
    )
    labels = tuple(StepLabel(candidate=0, step=number, label="good") for number in range(3))
    one = judged(pair(), "a", scores=scores, step_labels=labels)
    other = judged(pair(), "a", scores=scores[::-1], step_labels=labels[::-1])
    assert one.id != other.id
    assert in_order(one) == in_order(other)
