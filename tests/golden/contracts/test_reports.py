"""The reports of fixed programs never change by accident."""

import json
from pathlib import Path

import pytest

from assay.contracts.service import check

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*valid/*/assay.toml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_report_is_the_one_that_was_agreed(case: Path) -> None:
    """The check of a golden program gives exactly its report, and the folder says whether it is ok."""
    report = check(case).to_json()
    assert report == json.loads((case / "report.json").read_text())
    assert report["ok"] == (case.parent.name == "valid")


def test_each_case_shows_something() -> None:
    """Every invalid case has several errors, and one valid case has warnings."""
    reports = {case: json.loads((case / "report.json").read_text()) for case in CASES}
    for case, report in reports.items():
        errors = [issue for issue in report["issues"] if issue["severity"] == "error"]
        assert (len(errors) >= 4) == (case.parent.name == "invalid")
    assert any(report["ok"] and report["issues"] for report in reports.values())
