"""The claims check of the report: no published text claims what evidence cannot show.

The rule: headings, sentences, list items, captions and column heads are the report's own words and
are searched. Cells of tables and labels of pictures are not: they hold names and numbers from the
documents and the data, and a failure class may well be called "certified".
"""

from collections.abc import Iterable

from assay.core.errors import CheckError
from assay.governance.claims import find_claims
from assay.quality.outline import sentences
from assay.quality.report import QualityReport
from assay.quality.report_outline import outline


def refuse_claims(report: QualityReport, also: Iterable[tuple[str, str]] = ()) -> None:
    """Refuse a report whose own words make a forbidden claim.

    Args:
        report: the report.
        also: further texts that leave with it, each with its place, such as captions.

    Raises:
        CheckError: naming each claim with its section, and an honest wording.
    """
    texts = [("title", report.contract), *sentences(outline(report)), *also]
    claims = [(where, claim) for where, text in texts for claim in find_claims(text)]
    if claims:
        raise CheckError(
            code="forbidden-claim",
            message="; ".join(
                f"{where} says {claim.text!r} ({claim.code})" for where, claim in claims
            ),
            where="quality report",
            hint=claims[0][1].instead,
        )
