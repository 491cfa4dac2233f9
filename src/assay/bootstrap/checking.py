"""Checking documents against what is outside them: the date, the plug-ins, the exams."""

from datetime import date
from pathlib import Path

from assay.contracts import service
from assay.contracts.checks.context import CheckContext
from assay.core.clock import Clock, system_clock
from assay.plugins.registry import names
from assay.review.sequential_test import exam_fault


def check_documents(folder: Path, clock: Clock = system_clock) -> service.CheckReport:
    """Every fault of a program's documents today, with the plug-ins of this machine.

    Args:
        folder: the program's folder.
        clock: gives the day.

    Raises:
        UsageError: if there is no such folder.
    """
    context = CheckContext(
        today=date.fromisoformat(clock()[:10]),
        verifiers=tuple(names("verifiers")),
        exam_fault=exam_fault,
    )
    return service.check(folder, context)
