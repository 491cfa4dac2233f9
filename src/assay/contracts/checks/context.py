"""The context of a check: what the documents are compared with besides each other."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from assay.contracts.contract import QualificationRule
from assay.contracts.document import Document
from assay.contracts.exam_fault import ExamFault


class CheckContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a check knows beyond the documents. A check that needs what is absent reports nothing."""

    today: date | None = None
    """The day that retention is compared with."""
    verifiers: tuple[str, ...] | None = None
    """Names of the verifiers that are installed."""
    stored: tuple[Document, ...] = ()
    """Every version of the documents that the program's store holds."""
    folder: Path | None = None
    """The program's folder, in which its data files are looked for."""
    exam_fault: Callable[[QualificationRule], ExamFault | None] | None = None
    """What is wrong with the exam of a role, if anything; `review/sequential_test.py` holds the rule."""


NO_CONTEXT = CheckContext()
"""Nothing besides the documents: checks that need more are skipped."""
