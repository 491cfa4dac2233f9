"""Every export loads with the real `datasets` library, with the types that its card states."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.critique import CritiqueExport
from assay.releases.exporters.exporter import Carried, Exporter, attempt
from assay.releases.exporters.helpsteer import HelpSteerExport
from assay.releases.exporters.judge import JudgeExport
from assay.releases.exporters.llama_factory import LlamaFactory
from assay.releases.exporters.openrlhf import OpenRlhf
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.service import export
from assay.releases.exporters.soft_preference import SoftPreference
from assay.releases.exporters.trl import (
    TrlConversational,
    TrlPreference,
    TrlPromptCompletion,
    TrlUnpairedPreference,
)
from assay.releases.exporters.trl_vision import TrlVisionConversational, TrlVisionPreference
from simulators.offline_datasets import offline_datasets

Cases = Mapping[str, ReleasedRecord]

KTO = EXPORTERS["kto"]()

EXPORTS: dict[str, Exporter] = {name: kind() for name, kind in EXPORTERS.items()} | {
    "trl:vision-conversational": TrlVisionConversational(text_rows=True),
    "trl:vision-preference": TrlVisionPreference(text_rows=True),
    "standard pairs with margin": TrlPreference(
        form="standard", pairs="all", margin="mean-strength"
    ),
    "standard labels": TrlUnpairedPreference(form="standard", pairs="all"),
    "plain completions": TrlPromptCompletion(form="standard", work=True),
    "trajectories": TrlConversational(trajectories=True, work=True),
    "disagreements": HelpSteerExport(scores="disagreements", attributes="helpfulness,clarity"),
    "ranking": LlamaFactory(stage="ranking"),
    "alpaca ranking": LlamaFactory(stage="ranking", formatting="alpaca"),
    "alpaca": LlamaFactory(formatting="alpaca"),
    "kto tags": LlamaFactory(stage="kto"),
    "one pair a vote": SoftPreference(unit="vote"),
    "openrlhf pairs": OpenRlhf(stage="preference"),
    "openrlhf prompts": OpenRlhf(stage="rl"),
    "judged scores": JudgeExport(judgment="scores"),
    "critique and revision": CritiqueExport(target="critique+revision"),
}


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The library, offline, with its cache in a folder of this test."""
    with offline_datasets(tmp_path_factory.mktemp("hf")) as datasets:
        yield datasets


def _written(release: Cases, exporter: Exporter) -> list[dict[str, Any]]:
    results = (attempt(exporter, case) for case in release.values())
    return [
        dict(row.values) for result in results if isinstance(result, Carried) for row in result.rows
    ]


@pytest.mark.share(5)
@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_loaded_is_what_was_written(
    datasets: ModuleType, release: Cases, name: str, tmp_path: Path
) -> None:
    """Each loaded row equals the written one; a column that a row has not is None, and no more."""
    exporter = EXPORTS[name]
    export(release.values(), exporter, tmp_path / "out", release="kitchen 1.0.0")
    loaded = datasets.load_dataset(
        str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache")
    )
    rows = [{key: value for key, value in row.items() if value is not None} for row in loaded]
    written = _written(release, exporter)
    assert len(rows) > 0
    assert [_filled(row) for row in rows] == [_filled(row) for row in written]


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    """The row without columns that hold nothing."""
    return {key: value for key, value in row.items() if value not in ("", [])}


def test_the_columns_have_the_types_that_trl_wants(
    datasets: ModuleType, release: Cases, tmp_path: Path
) -> None:
    """Messages are lists of JSON objects, labels are booleans and steps are lists of both."""
    features: dict[str, Any] = {}
    for name in ("trl:preference", "trl:unpaired-preference", "trl:stepwise"):
        target = tmp_path / name.replace(":", "-")
        export(release.values(), EXPORTERS[name](), target, release="kitchen 1.0.0")
        loaded = datasets.load_dataset(
            str(target), split="train", cache_dir=str(tmp_path / "cache")
        )
        features[name] = loaded.features
    messages = datasets.List(datasets.Json())
    assert features["trl:preference"] == {
        "prompt": messages, "chosen": messages, "rejected": messages, "tools": messages,
    }  # fmt: skip
    assert features["trl:unpaired-preference"]["label"] == datasets.Value("bool")
    assert features["trl:stepwise"] == {
        "prompt": datasets.Value("string"),
        "completions": datasets.List(datasets.Value("string")),
        "labels": datasets.List(datasets.Value("bool")),
    }


def test_no_call_gains_the_keys_of_another(
    datasets: ModuleType, release: Cases, tmp_path: Path
) -> None:
    """Two calls with different arguments come back with their own keys alone."""
    export(release.values(), TrlConversational(), tmp_path / "out", release="kitchen 1.0.0")
    loaded = datasets.load_dataset(
        str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache")
    )
    arguments = [
        call["function"]["arguments"]
        for row in loaded
        for message in row["messages"]
        for call in message.get("tool_calls", ())
    ]
    assert arguments == [{"station": "Mill Road"}, {"row": 4, "side": "left"}]


def test_no_export_loads_as_another_one_of_the_same_cache(
    datasets: ModuleType, release: Cases, tmp_path: Path
) -> None:
    """Folders of one name give their own rows, and so does a folder that was written anew."""
    cache, target = tmp_path / "cache", tmp_path / "a" / "trl-preference"
    wins = [case for case in release.values() if isinstance(attempt(KTO, case), Carried)]

    def loaded(folder: Path, cases: list[ReleasedRecord], version: str) -> tuple[int, int]:
        report = export(cases, KTO, folder, release=f"kitchen {version}")
        rows = datasets.load_dataset(str(folder), split="train", cache_dir=str(cache))
        return len(rows), report.rows

    counts = [
        loaded(target, wins, "1.0.0"),
        loaded(tmp_path / "b" / "trl-preference", wins[:2], "1.1.0"),
    ]
    shutil.rmtree(target)
    counts.append(loaded(target, wins[:1], "1.0.0"))
    assert [rows for rows, _ in counts] == [written for _, written in counts]
    assert len({written for _, written in counts}) == 3
