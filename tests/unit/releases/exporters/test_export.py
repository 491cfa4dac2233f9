"""An export is whole or not there, the same to the byte, and its drop report adds up."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from assay.core.errors import MachineError, UsageError
from assay.records.verdict import Tie
from assay.releases.exporters.catalogue import EXPORTERS, render_matrix
from assay.releases.exporters.drop_report import DropReport
from assay.releases.exporters.exporter import Carried, Exporter, ExportFormat
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.service import export
from assay.releases.exporters.trl import TrlConversational, TrlPreference

ROOT = Path(__file__).parents[4]
GOLDEN = ROOT / "tests" / "golden" / "exports"

Cases = Mapping[str, ReleasedRecord]


def _export(release: Cases, exporter: Exporter, target: Path) -> DropReport:
    return export(release.values(), exporter, target, release="kitchen 1.0.0")


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def _lines(file: Path) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]


def _comparable(folder: Path) -> dict[str, bytes]:
    """The files of an export; Parquet by its rows, for its bytes belong to pyarrow's version."""
    files = _files(folder)
    if files.pop("train.parquet", None) is None:
        return files
    del files["drop_report.json"]  # it holds the digest of the Parquet file
    rows = pq.read_table(folder / "train.parquet").to_pylist()
    return files | {"rows.json": msgspec.json.format(msgspec.json.encode(rows), indent=1)}


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_export_is_the_golden_one(
    release: Cases, name: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Every file of every format is what it was; a change here is a change of a public format."""
    _export(release, EXPORTERS[name](), tmp_path / "out")
    made, golden = _comparable(tmp_path / "out"), GOLDEN / name.replace(":", "-")
    if pytestconfig.getoption("update_goldens"):
        golden.mkdir(exist_ok=True)
        for file, content in made.items():
            (golden / file).write_bytes(content)
    assert made == _files(golden)


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_export_is_the_same_to_the_byte(release: Cases, name: str, tmp_path: Path) -> None:
    """The same records in the same format give the same files."""
    for folder in ("one", "two"):
        _export(release, EXPORTERS[name](), tmp_path / folder)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_record_is_in_the_rows_or_dropped_once(
    release: Cases, name: str, tmp_path: Path
) -> None:
    """The records of the rows and the dropped ones are together the release, with none twice."""
    report = _export(release, EXPORTERS[name](), tmp_path / "out")
    rows = _lines(tmp_path / "out" / "row_records.jsonl")
    places = {case.number + 1: case.record.id for case in release.values()}
    dropped = [places[line["line"]] for line in _lines(tmp_path / "out" / "dropped.jsonl")]
    carried = {row["record"] for row in rows}
    everything = {case.record.id for case in release.values()}
    assert len(set(dropped)) == len(dropped)
    assert carried | set(dropped) == everything
    assert not carried & set(dropped)
    assert report.rows == len(rows)
    assert [row["row"] for row in rows] == list(range(report.rows))
    assert (report.records.carried, report.records.dropped) == (len(carried), len(dropped))
    assert sum(each.records for each in report.drops) == len(dropped)


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_report_accounts_for_every_tie(release: Cases, name: str, tmp_path: Path) -> None:
    """Each judgment that says tie is counted once: with a carried or with a dropped record."""
    report = _export(release, EXPORTERS[name](), tmp_path / "out")
    ties = sum(
        isinstance(judgment.verdict, Tie)
        for case in release.values()
        for judgment in case.judgments
    )
    judgments = sum(len(case.judgments) for case in release.values())
    counted = report.split("tie")
    assert counted.carried + counted.dropped == ties == 4
    assert sum(each.carried + each.dropped for each in report.verdicts) == judgments
    assert sum(each.carried + each.dropped for each in report.outcomes) == len(release)


def test_a_preference_export_says_what_it_lost(release: Cases, tmp_path: Path) -> None:
    """Of the four carried comparisons: votes against, an abstention, strengths, a reason."""
    report = _export(release, TrlPreference(), tmp_path / "out")
    lost = {each.holding: each.pieces for each in report.losses}
    assert lost["dissenting_verdicts"] == 3
    assert lost["abstentions"] == 1
    assert lost["strengths"] == 2
    assert lost["reasons"] == 1
    assert lost["ordered_pairs"] == 2
    assert lost["candidates"] == 1


def test_tools_are_carried_and_their_permissions_lost(release: Cases, tmp_path: Path) -> None:
    """Two conversations with two tools each lose four permission boundaries and no tool."""
    report = _export(release, TrlConversational(), tmp_path / "out")
    lost = {each.holding: each.pieces for each in report.losses}
    assert lost["tool_permissions"] == 4
    assert "tools" not in lost
    assert lost["work_steps"] == 2


def test_the_report_on_paper_is_the_report_for_machines(release: Cases, tmp_path: Path) -> None:
    """`drop_report.json` reads back as the report, and its digests are those of the files."""
    report = _export(release, TrlPreference(), tmp_path / "out")
    stored = msgspec.json.decode(
        (tmp_path / "out" / "drop_report.json").read_bytes(), type=DropReport
    )
    assert stored == report
    for name, digest in report.files.items():
        content = (tmp_path / "out" / name).read_bytes()
        assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert set(report.files) == set(_files(tmp_path / "out")) - {
        "drop_report.json", "drop_report.md",
    }  # fmt: skip


def test_an_export_that_breaks_leaves_nothing(release: Cases, tmp_path: Path) -> None:
    """A stream that fails half-way leaves neither the folder nor a part of it."""

    def broken() -> Iterator[ReleasedRecord]:
        yield release["winner"]
        raise OSError("the disk is gone")

    with pytest.raises(MachineError, match="the disk is gone"):
        export(broken(), TrlPreference(), tmp_path / "out", release="kitchen 1.0.0")
    assert list(tmp_path.iterdir()) == []


def test_an_export_never_mixes_with_what_is_there(release: Cases, tmp_path: Path) -> None:
    """A folder that exists is refused and stays as it is."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept.txt").write_text("kept")
    with pytest.raises(UsageError, match="is there already"):
        _export(release, TrlPreference(), tmp_path / "out")
    assert _files(tmp_path / "out") == {"kept.txt": b"kept"}


def test_an_exporter_that_says_nothing_is_found_out(release: Cases, tmp_path: Path) -> None:
    """An exporter that gives neither a row nor a reason stops the export."""

    class Silent(ExportFormat, frozen=True, kw_only=True):
        name = "silent"
        summary = "nothing at all"

        def rows(self, released: ReleasedRecord) -> Carried:  # noqa: ARG002  says nothing of it
            return Carried(rows=())

    with pytest.raises(UsageError, match="neither a row nor a reason"):
        _export(release, Silent(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_empty_release_exports_to_empty_files(tmp_path: Path) -> None:
    """Nothing in gives nothing out, and a report of zeros."""
    for name, kind in EXPORTERS.items():
        report = export([], kind(), tmp_path / name.replace(":", "-"), release="empty 0.1.0")
        assert (report.records.given, report.rows, report.drops) == (0, 0, ())


def test_the_page_on_exports_is_what_the_exporters_say() -> None:
    """docs/formats/exports.md is `render_matrix()`, to the letter."""
    assert (ROOT / "docs" / "formats" / "exports.md").read_text(encoding="utf-8") == render_matrix()
