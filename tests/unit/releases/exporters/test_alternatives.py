"""A drop report says what would carry each dropped record, and what it says is true."""

from collections.abc import Mapping
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from assay.core.digest import labelled_digest
from assay.core.errors import UsageError
from assay.core.options import configure, options_of
from assay.records.attachment import Attachment
from assay.releases.exporters.alternatives import AlternativeCounter
from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.drop_report import DropReport, Drops
from assay.releases.exporters.exporter import Carried, Dropped, Exporter, attempt
from assay.releases.exporters.llama_factory import LlamaFactory
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.service import export
from assay.releases.exporters.trl import TrlConversational, TrlPreference
from simulators.pictures import png

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
                options = dict(option.split("=") for option in carrying.option.split(" -o "))
                other = _report(
                    list(release.values()),
                    configure(kind, options),
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


def test_a_pair_with_an_image_names_both_options_that_carry_it_together(
    with_images: list[ReleasedRecord], tmp_path: Path
) -> None:
    """LLaMA-Factory needs the column of images, and for a comparison its stage too."""
    report = _report(with_images, LlamaFactory(), tmp_path / "out")
    options = {own.option: own.records for own in _drops(report, "attachments_not_carried").options}
    shown = [attempt(LlamaFactory(images=True), released) for released in with_images]
    assert options["images=true"] == sum(isinstance(result, Carried) for result in shown) > 0
    assert options["stage=ranking -o images=true"] > 0
    assert "`-o images=true`" in (tmp_path / "out" / "drop_report.md").read_text("utf-8")


def test_every_reason_that_options_could_avoid_names_them(
    release: Cases, with_images: list[ReleasedRecord]
) -> None:
    """Of each exporter all values of all options are tried together on every record that it drops."""
    for name, kind in EXPORTERS.items():
        ways = _all_ways(kind)
        for released in (*release.values(), *with_images):
            result = attempt(kind(), released)
            if not isinstance(result, Dropped):
                continue
            counter = AlternativeCounter()
            counter.add(kind(), released, result.reason)
            could = any(isinstance(attempt(way, released), Carried) for way in ways)
            assert bool(counter.options(result.reason)) == could, (name, result, released.record)


def _all_ways(kind: type[Any]) -> list[Exporter]:
    """The exporter under every combination of the options whose values can be listed."""
    types = get_type_hints(kind)
    listed = {
        name: (False, True) if types[name] is bool else get_args(types[name])
        for name in options_of(kind())
        if types[name] is bool or get_origin(types[name]) is Literal
    }
    ways = []
    for values in product(*listed.values()):
        with suppress(UsageError):
            ways.append(configure(kind, dict(zip(listed, values, strict=True))))
    return ways


@pytest.fixture
def with_images(release: Cases) -> list[ReleasedRecord]:
    """Every released record as it would be with a picture in its question."""
    content = png(1)
    picture = Attachment(
        at=0, digest=labelled_digest(content), media_type="image/png", bytes=len(content)
    )
    pictured = []
    for released in release.values():
        *earlier, last = released.record.task.messages
        shown = msgspec.structs.replace(last, attachments=(picture,))
        task = msgspec.structs.replace(released.record.task, messages=(*earlier, shown))
        pictured.append(
            msgspec.structs.replace(
                released,
                record=released.record.replace(task=task),
                attachment={picture.digest: content}.__getitem__,
            )
        )
    return pictured
