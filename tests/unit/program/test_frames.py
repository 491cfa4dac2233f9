"""What a person would look at as a table is a data frame with the same figures."""

import sys
from typing import get_args

import msgspec
import pytest

import assay
from assay.program.records import RecordLine
from assay.quality.report import _TABLES, QualityReport, ReportTable


@pytest.fixture(scope="module")
def report(program: assay.Program) -> QualityReport:
    """The quality report of the demo."""
    return program.quality.report()


def test_every_table_of_the_report_has_a_row_an_entry(report: QualityReport) -> None:
    """As many rows as the report has entries, empty tables with their columns."""
    for table, kind in _TABLES.items():
        frame = report.to_frame(table)  # type: ignore[arg-type]
        assert len(frame) == len(getattr(report, table)), table
        assert {name.split(".")[0] for name in frame.columns} <= set(kind.__struct_fields__), table
    assert set(get_args(ReportTable)) == {"agreement", *_TABLES}


def test_an_unknown_table_is_refused_by_name(report: QualityReport) -> None:
    """The hint lists the tables."""
    with pytest.raises(assay.UsageError) as refusal:
        report.to_frame("people")  # type: ignore[arg-type]
    assert refusal.value.code == "unknown-table"
    assert "reviewers" in refusal.value.hint


def test_agreement_has_a_row_a_question_and_slice(report: QualityReport) -> None:
    """The rows over everything are the questions of the report, with their alpha and items."""
    frame = report.to_frame("agreement")
    whole = frame[frame["axis"] == "all"].set_index("question")
    for question in report.questions:
        assert whole.loc[question.name, "items"] == question.agreement.alpha.n_items
    slices = sum(len(question.slices) for question in report.questions)
    assert report.verdicts is not None
    assert len(frame) == len(report.questions) + slices + 2 + len(report.verdicts.slices)


def test_the_ledger_and_the_quotas_are_frames(
    program: assay.Program, report: QualityReport
) -> None:
    """Each row has the figures of the report."""
    ledger = report.ledger.to_frame()
    assert list(ledger["items"]) == [row.items for row in report.ledger.rows]
    quotas = program.quality.coverage().to_frame()
    assert list(quotas["records"]) == [quota.records for quota in report.coverage.quotas]


def test_a_heat_map_has_the_axes_as_its_sides(report: QualityReport) -> None:
    """Rows and columns are named by the values of the axes."""
    table = report.heat_map
    assert table is not None
    frame = table.to_frame()
    assert (tuple(frame.index), tuple(frame.columns)) == (table.row_values, table.column_values)
    assert frame.to_numpy().sum() == sum(map(sum, table.counts))


def test_the_tests_of_a_validation_are_a_frame(program: assay.Program) -> None:
    """One row an acceptance test."""
    validation = program.validation.get()
    assert list(validation.to_frame()["state"]) == [test.state for test in validation.tests]


def test_records_as_a_frame_are_what_the_role_may_see(program: assay.Program) -> None:
    """The frame has the rows of `list_for`, held back ones included."""
    frame = program.records.to_frame("reviewer")
    lines = list(program.records.list_for("reviewer"))
    assert list(frame["id"]) == [line.id for line in lines]
    assert list(frame["task"].isna()) == [line.task is None for line in lines]


def test_records_as_a_data_set_are_the_rows_of_the_frame(program: assay.Program) -> None:
    """Texts are texts and lists are lists, whatever is held back."""
    dataset = program.records.to_datasets("reviewer")
    lines = list(program.records.list_for("reviewer"))
    assert [msgspec.convert(row, RecordLine) for row in dataset] == lines


def test_what_is_listed_is_a_frame(program: assay.Program) -> None:
    """A row a judgment, a verdict of a verifier and a disposition."""
    assert len(program.review.to_frame()) == len(list(program.review.list()))
    assert len(program.verification.to_frame()) == len(list(program.verification.list()))
    assert len(program.quality.to_frame()) == len(list(program.quality.list()))


def test_without_the_library_the_error_names_its_install_line(
    program: assay.Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for every extra."""
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(assay.MachineError, match=r"pip install 'assay\[datasets\]'"):
        program.records.to_datasets()
