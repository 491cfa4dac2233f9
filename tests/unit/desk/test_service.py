"""What the desk takes from a reviewer."""

from assay.review.guideline_gap import GuidelineGap
from simulators.desk_program import person
from simulators.desk_work import Open, claim


def test_a_gap_of_the_rubric_is_kept_with_its_record(transaction: Open) -> None:
    """The gap names the record, the rubric in force and the reviewer's words."""
    program = transaction()
    ana = person(program, "ana", "reviewer")
    lease = claim(program, ana)
    assert lease
    program.desk.assignments.gap(
        ana, str(lease.handle), dimension="fit", text="Is haste assumed?"
    ).result()
    (gap,) = program.store.scan(GuidelineGap)
    assert (gap.record, gap.dimension, gap.text) == (lease.record, "fit", "Is haste assumed?")
    assert gap.rubric == program.context.ids["rubric"]
