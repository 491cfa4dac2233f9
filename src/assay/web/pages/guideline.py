"""The page of the guideline: where the rubric is silent, the answers, and who looks again."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from assay.contracts.diff import VERDICT
from assay.core.errors import AssayError
from assay.desk.guideline import OpenGap, ReReviewsQueued
from assay.governance.permissions import Permission, Principal
from assay.program.program import Program
from assay.review.guideline_gap import ReReviews, Why
from assay.web.authentication import opt, own_form
from assay.web.forms import LISTS
from assay.web.page_context import PageContext
from assay.web.pages.frame import page
from assay.web.shown import ReadView, read_view

Asked = Request[Principal, Any, Any]

WHOLE = "the verdict or the whole"
"""What a gap without a dimension is filed under."""

WHY: dict[Why, str] = {
    "meaning_changed": "It answers a dimension that asks something else now",
    "gap_answered": "A gap at its record was answered",
}
"""Why a re-review is needed, in words."""

_MANAGE = opt(Permission.manage, form=True, limit=LISTS)


class ShownGap(msgspec.Struct, frozen=True, kw_only=True):
    """An open gap with its record rendered."""

    gap: OpenGap
    """The gap: what the rubric does not cover, in the words of the reviewer."""
    record: ReadView | None
    """Its record; absent where it is held back."""


class GuidelinePage(PageContext, frozen=True, kw_only=True):
    """The page of the guideline."""

    template: ClassVar[str] = "guideline.html"
    rubric: str
    """Id and version of the rubric in force."""
    dimensions: tuple[str, ...]
    """What an answer can apply to."""
    groups: Mapping[str, list[ShownGap]]
    """The open gaps by what they are about."""
    looks: ReReviews
    """Which judgments need a re-review."""
    needed: tuple[tuple[str, str, int], ...]
    """Why, the dimension, and how many judgments."""
    elsewhere: tuple[tuple[str, int], ...]
    """Policy sections and failure classes that have changed, with the judgments that answer them."""
    fault: AssayError | None = None
    """Why an answer is refused."""
    answer_text: str = ""
    """The answer that is being written."""
    answered: int | None = None
    """How many gaps were just answered."""
    uncovered: str | None = None
    """The gap whose record was just uncovered."""
    queued: ReReviewsQueued | None = None
    """What became of the re-reviews that were just asked for."""


@get("/guideline", opt=opt(Permission.manage), include_in_schema=False, sync_to_thread=False)
def look(request: Asked, program: NamedDependency[Program]) -> Template:
    """The open gaps, and what needs a re-review."""
    return _guideline(request, program)


@post("/guideline/answers", opt=_MANAGE, include_in_schema=False, status_code=200)
async def answer(request: Asked, program: NamedDependency[Program]) -> Template:
    """Answer some gaps; those who asked find it on their home page."""
    form = await own_form(request)
    try:
        made = program.guideline.answer(
            request.user,
            [str(gap) for gap in form.getall("gap", [])],
            str(form.get("text") or ""),
            [str(dimension) for dimension in form.getall("dimension", [])],
        )
    except AssayError as error:
        return _guideline(request, program, status=400, fault=error, answer_text=str(form.get("text") or ""))  # fmt: skip
    return _guideline(request, program, answered=len(made.gaps))


@post("/guideline/texts", opt=_MANAGE, include_in_schema=False, status_code=200)
async def uncover(request: Asked, program: NamedDependency[Program]) -> Template:
    """Show the text of the record at which a gap showed; that it was asked for is logged."""
    form = await own_form(request)
    uncovered = str(form.get("uncover") or "")
    gaps = program.guideline.uncover(request.user, uncovered)
    return _guideline(
        request, program, gaps=gaps, uncovered=uncovered, answer_text=str(form.get("text") or "")
    )


@post("/guideline/re-reviews", opt=_MANAGE, include_in_schema=False, status_code=200)
async def queue(request: Asked, program: NamedDependency[Program]) -> Template:
    """Have what needs a re-review wait for those who judged."""
    await own_form(request)
    queued = program.guideline.queue_re_reviews(request.user)
    return _guideline(request, program, queued=queued)


def _guideline(
    request: Asked,
    program: Program,
    *,
    status: int = 200,
    gaps: list[OpenGap] | None = None,
    fault: AssayError | None = None,
    answer_text: str = "",
    answered: int | None = None,
    uncovered: str | None = None,
    queued: ReReviewsQueued | None = None,
) -> Template:
    looks = program.guideline.re_reviews()
    rubric = program.documents.rubric
    shown = GuidelinePage(
        rubric=f"{rubric.id} {rubric.version}",
        dimensions=(VERDICT, *(dimension.id for dimension in rubric.dimensions)),
        groups=_by_dimension(program.guideline.gaps(request.user) if gaps is None else gaps),
        looks=looks,
        needed=tuple(_count_by_reason(looks)),
        elsewhere=tuple(_elsewhere(program)),
        fault=fault,
        answer_text=answer_text,
        answered=answered,
        uncovered=uncovered,
        queued=queued,
    )
    return page(shown, request, status=status)


def _elsewhere(program: Program) -> list[tuple[str, int]]:
    """Policy sections and failure classes that have changed, with the judgments that answer them."""
    labels = Counter(
        label
        for record in program.quality.stale()
        for judgment in record.judgments
        for label in judgment.labels
        if ":" in label
    )
    return sorted(labels.items())


def _by_dimension(gaps: list[OpenGap]) -> dict[str, list[ShownGap]]:
    groups: dict[str, list[ShownGap]] = {}
    for gap in sorted(gaps, key=lambda gap: gap.dimension or ""):
        shown = ShownGap(gap=gap, record=read_view(gap.shown) if gap.shown else None)
        groups.setdefault(gap.dimension or WHOLE, []).append(shown)
    return groups


def _count_by_reason(looks: ReReviews) -> list[tuple[str, str, int]]:
    """Why, the dimension, and how many judgments; one may be in several rows."""
    counts = Counter(
        (why, dimension)
        for needed in looks.needed
        for why in needed.why
        for dimension in needed.dimensions
    )
    return [(WHY[why], name, number) for (why, name), number in sorted(counts.items())]
