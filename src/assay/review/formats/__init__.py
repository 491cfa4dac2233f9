"""Other tools' formats of review work: one module each, pure maps out and back.

Comes in: presentations, and rows that a tool exported. Goes out: tasks in the tool's own shape, the
settings by which it asks the rubric's questions, and rows of `review.exchange`. Always holds:
only a presentation goes out; an answer is taken only where the tool says that a person submitted
it, so a draft, a prediction and a skipped task are never a judgment; what has no place in a row
sets the row aside.
"""

from assay.core.errors import UsageError
from assay.review.formats.annotation_queue import AnnotationQueue
from assay.review.formats.argilla import Argilla
from assay.review.formats.format import ReviewFormat
from assay.review.formats.label_studio import LabelStudioReview
from assay.review.formats.long_csv import LongCsv
from assay.review.formats.potato import Potato

FORMATS: dict[str, ReviewFormat] = {
    each.name: each
    for each in (LabelStudioReview(), Argilla(), Potato(), AnnotationQueue(), LongCsv())
}
"""Every format by its name."""


def format_named(name: str) -> ReviewFormat:
    """The format of this name.

    Raises:
        UsageError: if there is none.
    """
    if name not in FORMATS:
        raise UsageError(
            code="unknown-format",
            message=f"there is no format of review work named {name!r}",
            hint=f"one of: {', '.join(FORMATS)}",
        )
    return FORMATS[name]
