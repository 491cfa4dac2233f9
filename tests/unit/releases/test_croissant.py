"""The Croissant description loads with MLCommons' own library, and the rows come through it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assay.releases.parquet import (
    JUDGMENT_COLUMNS,
    JUDGMENT_SCHEMA,
    RECORD_COLUMNS,
    RECORD_SCHEMA,
)

if TYPE_CHECKING:
    import mlcroissant

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""mlcroissant 1.1 leans on ways of rdflib and pandas that these will drop."""


@pytest.fixture(scope="module")
def dataset(built: Path) -> "mlcroissant.Dataset":
    import mlcroissant

    return mlcroissant.Dataset(str(built / "croissant.json"))


def test_it_loads_without_errors_as_version_1_1(dataset: "mlcroissant.Dataset") -> None:
    """No error and no warning, in the version that it claims."""
    issues = dataset.metadata.ctx.issues
    assert (list(issues.errors), list(issues.warnings)) == ([], [])
    assert dataset.metadata.ctx.is_v1_1()
    assert str(dataset.metadata.version) == "1.0.0"
    assert dataset.metadata.license == ["https://spdx.org/licenses/CC-BY-4.0"]


def test_records_are_read_through_it(dataset: "mlcroissant.Dataset", built: Path) -> None:
    """Every record comes through with its canonical JSON, checked against its digest."""
    rows = list(dataset.records("records"))
    lines = (built / "records.jsonl").read_bytes().splitlines()
    assert [row["records/json"] for row in rows] == lines


def test_judgments_are_read_through_it(dataset: "mlcroissant.Dataset", built: Path) -> None:
    """Every raw judgment comes through, absent values as absent."""
    rows = list(dataset.records("judgments"))
    assert len(rows) == len((built / "judgments.jsonl").read_bytes().splitlines())
    tie = next(row for row in rows if row["judgments/verdict"] == b"tie")
    assert tie["judgments/candidate"] is None


def test_every_column_is_described() -> None:
    """No column of a table is without its sentence."""
    assert list(RECORD_COLUMNS) == RECORD_SCHEMA.names
    assert list(JUDGMENT_COLUMNS) == JUDGMENT_SCHEMA.names


def test_the_responsible_ai_vocabulary_is_spoken(built: Path) -> None:
    """The RAI properties speak of this release and no property is empty."""
    description = json.loads((built / "croissant.json").read_text())
    spoken = {key: value for key, value in description.items() if key.startswith("rai:")}
    assert "http://mlcommons.org/croissant/RAI/1.0" in description["conformsTo"]
    assert spoken["rai:annotationsPerItem"].startswith("10 judgments of 5 records")
    assert "1 records: 'lent' does not permit to train" in str(spoken["rai:dataLimitations"])
    assert all(spoken.values())
