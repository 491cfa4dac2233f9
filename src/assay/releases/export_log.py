"""The log of exports: what the audit log says of each, and whether a release was exported at all."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from assay.releases.exporters.drop_report import REPORT_JSON, DropReport

EXPORTED = "release.export"
"""The action of an export in the audit log."""


class _ExportHead(msgspec.Struct, frozen=True):
    """What of a drop report tells which release was exported."""

    release: str
    rows: int


def export_subject(report: DropReport) -> str:
    """What the audit log names as exported: release, format and rows."""
    return f"{report.release}, {report.exporter}, {report.rows} rows"


def is_exported(release: str, subjects: Iterable[str], exports: Path) -> bool:
    """Whether a release was exported with a row, wherever its rows went.

    Args:
        release: program and version, as a drop report names the release.
        subjects: what the audit log names as exported.
        exports: the program's own folder of exports; those of an older Assay are in no log.
    """
    if any(subject.startswith(f"{release}, ") for subject in subjects):
        return True
    heads = _heads(exports.glob(f"*/{REPORT_JSON}"))
    return any(head.release == release and head.rows > 0 for head in heads)


def _heads(reports: Iterable[Path]) -> Iterator[_ExportHead]:
    for path in reports:
        try:
            yield msgspec.json.decode(path.read_bytes(), type=_ExportHead)
        except (OSError, msgspec.DecodeError):
            continue
