"""The report as files: for machines, for people, and each picture with its data."""

from assay.quality.drawing import draw, to_csv, to_specification
from assay.quality.pictures import pictures
from assay.quality.report import QualityReport
from assay.quality.report_claims import refuse_claims
from assay.quality.report_page import to_html
from assay.quality.report_text import to_json, to_markdown


def report_files(report: QualityReport) -> dict[str, str]:
    """Every file of the report: path -> text.

    Raises:
        CheckError: if the report's own words make a forbidden claim.
    """
    drawn = pictures(report)
    captions = (
        (picture.title, text) for picture in drawn for text in (picture.title, picture.caption)
    )
    refuse_claims(report, captions)
    files = {
        "quality.json": to_json(report),
        "quality.md": to_markdown(report),
        "quality.html": to_html(report, drawn),
    }
    for picture in drawn:
        place = f"pictures/{picture.name}"
        files[f"{place}.svg"] = draw(picture)
        files[f"{place}.csv"] = to_csv(picture)
        files[f"{place}.vl.json"] = to_specification(picture)
    return files
