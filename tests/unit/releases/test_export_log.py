"""Whether a release was exported follows from the log, or from a drop report that lies in its place."""

import json
from pathlib import Path

import pytest

from assay.releases.export_log import is_exported
from assay.releases.exporters.drop_report import REPORT_JSON


@pytest.mark.parametrize(
    ("subjects", "exported"),
    [
        (["fares 1.0.0, trl:preference, 3 rows"], True),
        (["fares 1.0.0.1, trl:preference, 3 rows"], False),
        (["other fares 1.0.0, kto, 3 rows"], False),
        ([], False),
    ],
)
def test_the_log_names_the_whole_release(
    subjects: list[str], exported: bool, tmp_path: Path
) -> None:
    """A version that only begins alike is another one."""
    assert is_exported("fares 1.0.0", subjects, tmp_path) is exported


@pytest.mark.parametrize(
    ("report", "exported"),
    [
        ({"release": "fares 1.0.0", "rows": 3}, True),
        ({"release": "fares 1.0.0", "rows": 0}, False),
        ({"release": "fares 1.1.0", "rows": 3}, False),
        ("broken", False),
    ],
)
def test_a_drop_report_in_the_folder_of_exports_counts(
    report: object, exported: bool, tmp_path: Path
) -> None:
    """Those of an older Assay are in no log; one without a row, or that cannot be read, shows nothing."""
    (tmp_path / "kto").mkdir()
    (tmp_path / "kto" / REPORT_JSON).write_text(json.dumps(report))
    assert is_exported("fares 1.0.0", (), tmp_path) is exported
