"""A drop report says what would carry each dropped record, and what it says is true."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from assay.core.options import configure
from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.drop_report import DropReport, Drops
from assay.releases.exporters.exporter import Exporter
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.service import export
from assay.releases.exporters.trl import TrlConversational, TrlPreference

Cases = Mapping[str, ReleasedRecord]


def _report(released: list[ReleasedRecord], exporter: Exporter, target: Path) -> DropReport:
    return export(released, exporter, target, release="kitchen 1.0.0")


def _drops(report: DropReport, reason: str) -> Drops:
    return next(drops for drops in report.drops if drops.reason == reason)


def test_a_dropped_trajectory_names_the_option_that_carries_it(
    release: Cases, tmp_path: Path
) -> None:
    """`wrong_kind` alone would leave the user without a way on."""
    report = _report([release["trajectory"]], TrlConversational(), tmp_path / "out")
    options = {own.option: own.records for own in _drops(report, "wrong_kind").options}
    assert options == {"trajectories=true": 1}
    assert "`-o trajectories=true` (1)" in (tmp_path / "out" / "drop_report.md").read_text("utf-8")


def test_a_dropped_critique_names_the_formats_that_carry_it(release: Cases, tmp_path: Path) -> None:
    """A critique is no pair of its own accord; formats for critiques are named."""
    report = _report([release["critique"]], TrlPreference(), tmp_path / "out")
    drops = _drops(report, "not_asked")
    assert [own.option for own in drops.options] == ["revisions=true"]
    assert {"critique", "critique:spans"} <= set(drops.formats)
    assert "trl:prompt-only" not in drops.formats


def test_every_option_named_carries_as_many_as_it_says(release: Cases, tmp_path: Path) -> None:
    """Each option of each format is tried: the dropped records that it gives rows are counted."""
    for number, (name, kind) in enumerate(EXPORTERS.items()):
        report = _report(list(release.values()), kind(), tmp_path / f"{number}")
        for drops in report.drops:
            for carrying in drops.options:
                option, _, value = carrying.option.partition("=")
                other = _report(
                    list(release.values()),
                    configure(kind, {option: value}),
                    tmp_path / f"{number}-{drops.reason}-{carrying.option}",
                )
                assert other.records.carried > 0, (name, carrying)
                assert carrying.records <= drops.records


def test_what_may_not_be_used_has_no_alternative(release: Cases, tmp_path: Path) -> None:
    """A record that is withdrawn or not accepted is dropped in every format, and no way is named."""
    trip = release["trajectory"]
    barred = [
        msgspec.structs.replace(trip, withdrawn=True),
        msgspec.structs.replace(trip, state="needs_adjudication"),
        msgspec.structs.replace(trip, not_permitted="train"),
    ]
    report = _report(barred, TrlConversational(), tmp_path / "out")
    assert len(report.drops) == 3
    assert all(not drops.options and not drops.formats for drops in report.drops)
