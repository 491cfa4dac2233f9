"""The report as files: for machines, for people, and each picture with its data."""

from assay.quality.drawing import draw, to_specification
from assay.quality.figures.figure import Figure, to_csv
from assay.quality.figures.report_figures import report_figures
from assay.quality.picture_cache import PictureCache
from assay.quality.report import QualityReport
from assay.quality.report_claims import refuse_claims
from assay.quality.report_page import to_html
from assay.quality.report_text import to_json, to_markdown


def report_files(report: QualityReport) -> dict[str, str]:
    """Every file of the report: path -> text.

    Raises:
        CheckError: if the report's own words make a forbidden claim.
    """
    figures = report_figures(report)
    captions = (
        (figure.title, text) for _, figure in figures for text in (figure.title, figure.caption)
    )
    refuse_claims(report, captions)
    cache = PictureCache(draw)
    files = {
        "quality.json": to_json(report),
        "quality.md": to_markdown(report),
        "quality.html": to_html(report, figures, cache),
    }
    for _, figure in figures:
        files |= _figure_files(figure, cache)
    return files


def _figure_files(figure: Figure, cache: PictureCache) -> dict[str, str]:
    """The data of a figure, and the drawing and the specification of each of its pictures."""
    files = {f"pictures/{figure.name}.csv": to_csv(figure)}
    for name, panel in zip(figure.file_names(), figure.panels, strict=True):
        drawing = cache.drawing(cache.add(panel.picture), "light")
        assert drawing is not None
        files[f"pictures/{name}.svg"] = drawing
        files[f"pictures/{name}.vl.json"] = to_specification(panel.picture)
    return files
