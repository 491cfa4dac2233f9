"""The figures of the overview, page by page. Loading this module loads the statistics of the report."""

from collections.abc import Callable, Mapping, Sequence

from assay.core.errors import UsageError
from assay.desk.figures import care_figure, qualification_figure, queue_figure, seat_figure
from assay.desk.overview import (
    AgreementStanding,
    CareStanding,
    OverviewService,
    ProgramStanding,
    QueueState,
    ReviewersStanding,
)
from assay.quality.figures.agreement import (
    abstention_figure,
    agreement_figure,
    disagreement_figure,
    overturn_figure,
    slice_figure,
)
from assay.quality.figures.coverage import axis_figure, heat_figure, quota_figure
from assay.quality.figures.figure import Figure
from assay.quality.figures.reviewers import (
    answer_figure,
    drift_figure,
    pace_figure,
    sentinel_figure,
)
from assay.quality.picture_cache import PictureCache, ThemeName


def standing_figures(standing: ProgramStanding) -> tuple[Figure, ...]:
    """The figures of the start page."""
    report = standing.report
    heat = (heat_figure(report.heat_map),) if report.heat_map else ()
    return (
        queue_figure(standing.queues),
        quota_figure(report.coverage),
        *heat,
        axis_figure(report.coverage),
        abstention_figure(report.verdicts, report.questions),
        disagreement_figure(report.verdicts, report.questions),
        overturn_figure(standing.overturns),
    )


def agreement_figures(standing: AgreementStanding) -> tuple[Figure, ...]:
    """The figures on agreement."""
    return (
        agreement_figure(standing.verdicts, standing.questions, level=standing.level),
        slice_figure(standing.verdicts, standing.questions),
    )


def reviewer_figures(standing: ReviewersStanding) -> tuple[Figure, ...]:
    """The figures on reviewers."""
    return (
        answer_figure(standing.rates),
        pace_figure(standing.paces),
        drift_figure(standing.drift, standing.drift_rule),
        sentinel_figure(
            standing.sentinels,
            used_up=standing.sentinels_used_up,
            standing=standing.sentinels_standing,
        ),
        qualification_figure(standing.qualifications),
    )


def care_figures(care: CareStanding) -> tuple[Figure, ...]:
    """The figure on severe content."""
    return (care_figure(care),)


def queue_figures(queues: Sequence[QueueState]) -> tuple[Figure, ...]:
    """The figures on queues."""
    return (queue_figure(queues), seat_figure(queues))


FIGURES: Mapping[str, Callable[[OverviewService], tuple[Figure, ...]]] = {
    "standing": lambda overview: standing_figures(overview.standing()),
    "agreement": lambda overview: agreement_figures(overview.agreement()),
    "reviewers": lambda overview: reviewer_figures(overview.reviewers()),
    "care": lambda overview: care_figures(overview.care()),
    "queues": lambda overview: queue_figures(overview.queues()),
}
"""What computes the figures of each page."""


def find_drawing(
    page: str, digest: str, theme: ThemeName, *, overview: OverviewService, drawings: PictureCache
) -> str | None:
    """The drawing of a picture of a page; None where the page has no such picture any more.

    Args:
        page: name of the page in `FIGURES`.
        digest: digest of the picture.
        theme: light or dark.
        overview: computes the figures again where the picture is held no longer.
        drawings: the pictures of this process.

    Raises:
        UsageError: if there is no such page.
        MachineError: if the drawing libraries are not installed.
    """
    if page not in FIGURES:
        raise UsageError(
            code="no-such-page",
            message=f"the overview has no page {page!r}",
            where="page",
            hint=f"there are: {', '.join(FIGURES)}",
        )
    drawing = drawings.drawing(digest, theme)
    if drawing is not None:
        return drawing
    # Another process served the page, or this one was started since.
    for figure in FIGURES[page](overview):
        for panel in figure.panels:
            drawings.add(panel.picture)
    return drawings.drawing(digest, theme)
