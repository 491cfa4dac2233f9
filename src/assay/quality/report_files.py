"""The report as files: for machines, for people, and each picture with its data.

Nothing leaves before its own sentences have been searched for forbidden claims.
"""

from assay.core.errors import CheckError
from assay.governance.claims import find_claims
from assay.quality.outline import sentences
from assay.quality.pictures import Picture, draw, pictures, to_csv, to_specification
from assay.quality.report import QualityReport
from assay.quality.report_outline import outline
from assay.quality.report_page import to_html
from assay.quality.report_text import to_json, to_markdown


def report_files(report: QualityReport) -> dict[str, str]:
    """Every file of the report: path -> text.

    Raises:
        CheckError: if a sentence of the report makes a forbidden claim.
    """
    drawn = pictures(report)
    refuse_claims(report, drawn)
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


def refuse_claims(report: QualityReport, drawn: tuple[Picture, ...] = ()) -> None:
    """Refuse a report whose own sentences claim what must not be claimed.

    Headings, sentences, list items, captions and column heads are searched. Cells of tables and
    labels of pictures are not: they are names and numbers from the documents and the data, and a
    failure class may well be called "certified".

    Raises:
        CheckError: naming each claim with its section, and an honest wording.
    """
    texts = [*sentences(outline(report))]
    texts += [(each.title, text) for each in drawn for text in (each.title, each.caption)]
    found = [(where, claim) for where, text in texts for claim in find_claims(text)]
    if found:
        raise CheckError(
            code="forbidden-claim",
            message="; ".join(
                f"{where} says {claim.text!r} ({claim.code})" for where, claim in found
            ),
            where="quality report",
            hint=found[0][1].instead,
        )
