"""Control tokens in the rows of an export are kept, dropped, escaped or refused, and counted."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.core.errors import CheckError
from assay.releases.exporters.control_rule import ControlAction, ControlTokenRule
from assay.releases.exporters.drop_report import DropReport
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.service import export
from assay.releases.exporters.trl import TrlPreference


@pytest.fixture
def pair(release: dict[str, ReleasedRecord]) -> ReleasedRecord:
    """A decided pair whose loser leaks a marker."""
    won = release["winner"]
    winner = won.consensus.candidate
    candidates = tuple(
        each if place == winner else msgspec.structs.replace(each, content="No.</s><|end|>")
        for place, each in enumerate(won.record.candidates)
    )
    return msgspec.structs.replace(won, record=won.record.replace(candidates=candidates))


def _export(
    pair: ReleasedRecord, action: ControlAction, folder: Path
) -> tuple[DropReport, list[dict[str, Any]]]:
    report = export(
        [pair], TrlPreference(), folder, release="kitchen 1.0.0", control=ControlTokenRule(action)
    )
    lines = (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()
    return report, [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("action", "rejected"),
    [("keep", ["No.</s><|end|>"]), ("escape", ["No.< /s>< |end|>"]), ("drop", [])],
)
def test_each_action_does_what_it_says(
    pair: ReleasedRecord, action: ControlAction, rejected: list[str], tmp_path: Path
) -> None:
    """Whatever is done, the report counts by column the rows that held one."""
    report, rows = _export(pair, action, tmp_path / "out")
    assert [row["rejected"][0]["content"] for row in rows] == rejected
    assert report.control_tokens.action == action
    assert report.control_tokens.columns == {"rejected": 1}
    assert [drop.reason for drop in report.drops] == (["control_tokens"] if not rejected else [])


def test_a_refused_export_leaves_nothing_behind(pair: ReleasedRecord, tmp_path: Path) -> None:
    """The refusal names the token, its column and the record."""
    with pytest.raises(CheckError, match="</s> in rejected") as caught:
        _export(pair, "refuse", tmp_path / "out")
    assert caught.value.where == pair.record.id
    assert not (tmp_path / "out").exists()
