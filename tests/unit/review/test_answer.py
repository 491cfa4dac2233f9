"""What makes an answer wrong, before it becomes a judgment."""

import pytest

from assay.records.judgment import Reason
from assay.records.verdict import Tie
from assay.review.answer import Answer, answer_faults
from assay.review.form import form_of
from simulators.small_program import contract, rubric, worked


@pytest.mark.parametrize(
    ("reason", "codes"),
    [
        (Reason(text="The second is clearer.", dimension="clarity"), []),
        (Reason(text="", code="wrong_sum"), []),
        (Reason(text=" ", dimension="clarity"), ["empty-reason"]),
        (Reason(text="Too long.", dimension="speed"), ["unknown-dimension"]),
    ],
)
def test_a_reason_has_words_or_a_code_and_speaks_of_a_known_dimension(
    reason: Reason, codes: list[str]
) -> None:
    """A code alone is a reason; a blank text without one is not."""
    form = form_of(worked(2), contract=contract(), rubric=rubric())
    answer = Answer(verdict=Tie(), reasons=(reason,))
    found = [fault.code for fault in answer_faults(answer, form, rubric())]
    assert [code for code in found if code in ("empty-reason", "unknown-dimension")] == codes
