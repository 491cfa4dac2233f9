"""The figures of people at the desk."""

from assay.records.judgment import Judgment
from assay.records.verdict import Prefers
from assay.review.answer_key import Key
from assay.review.assignment import Assignment
from simulators.desk_work import Open, pairs


def test_a_sentinel_is_used_up_by_people_who_were_handed_it_and_never_answered(
    transaction: Open,
) -> None:
    """The count is of assignments, and not of judgments alone: who gave it back has seen it."""
    program = transaction()
    keys = [
        Key(
            record=each.id,
            rubric=program.context.ids["rubric"],
            source="expert",
            verdicts=(Prefers(candidate=0),),
        )
        for each in pairs(program)[:4]
    ]
    program.desk.eligibility.add_sentinels(
        keys, family="preference", language=None, retired_after=1
    )
    assert program.overview.reviewers().sentinels_used_up == 0
    program.review.assign({"zoe": "reviewer"})
    handed = {each.record for each in program.store.scan(Assignment)}
    used_up = handed & {key.record for key in keys}
    assert used_up
    assert program.store.count(Judgment) == 0
    assert program.overview.reviewers().sentinels_used_up == len(used_up)
