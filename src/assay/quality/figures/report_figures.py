"""The figures of the quality report, in the order of its sections."""

from assay.quality.figures.agreement import agreement_figure
from assay.quality.figures.coverage import disposition_figure, quota_figure
from assay.quality.figures.evidence import defect_figure, ledger_figure, odds_figure
from assay.quality.figures.figure import Figure
from assay.quality.figures.reviewers import verdict_figure
from assay.quality.outline import SectionKey
from assay.quality.report import QualityReport


def report_figures(report: QualityReport) -> tuple[tuple[SectionKey, Figure], ...]:
    """The figures that have a picture, each with the section that it belongs to."""
    level = report.resampling.level
    figures: tuple[tuple[SectionKey, Figure], ...] = (
        ("dimensions", agreement_figure(report.verdicts, report.questions, level=level)),
        ("reviewers", verdict_figure(report.reviewers)),
        ("shortcuts", odds_figure(report.shortcuts)),
        ("dispositions", disposition_figure(report.dispositions)),
        ("ledger", ledger_figure(report.ledger)),
        ("defects", defect_figure(report.defects)),
        ("coverage", quota_figure(report.coverage)),
    )
    return tuple((section, figure) for section, figure in figures if figure.panels)
