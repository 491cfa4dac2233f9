"""Checking documents against what is outside them: the date, the plug-ins, the exams."""

from contextlib import closing
from datetime import date
from pathlib import Path

from assay.contracts import service
from assay.contracts.checks.context import CheckContext
from assay.contracts.document import Document
from assay.contracts.opening import load_program
from assay.core.clock import Clock, system_clock
from assay.core.errors import AssayError
from assay.plugins.registry import names
from assay.review.sequential_test import exam_fault
from assay.settings import store_url
from assay.store.store import Store


def check_documents(folder: str | Path, clock: Clock = system_clock) -> service.CheckReport:
    """Every fault of a program's documents today, with the plug-ins of this machine.

    Args:
        folder: the program's folder.
        clock: gives the day.

    Raises:
        UsageError: if there is no such folder.
    """
    folder = Path(folder)
    context = CheckContext(
        today=date.fromisoformat(clock()[:10]),
        verifiers=tuple(names("verifiers")),
        stored=_stored_documents(folder, clock),
        folder=folder,
        exam_fault=exam_fault,
    )
    return service.check(folder, context)


def _stored_documents(folder: Path, clock: Clock) -> tuple[Document, ...]:
    """The versions of documents that the store holds; none where there is no store to read."""
    try:
        url = store_url(load_program(folder).store, folder)
        store = Store.open(url, clock, witness=folder / ".assay" / "audit.head")
    except AssayError:
        # Documents are checked before there is a store, and where it cannot be opened.
        return ()
    with closing(store):
        return tuple(store.scan(Document))
