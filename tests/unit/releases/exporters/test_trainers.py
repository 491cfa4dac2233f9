"""Each export is opened by the library that it is for: one step, or every row by its own reader.

The libraries are large and want versions of their own, so they live in an environment apart:
`ASSAY_TRAINERS` names its Python. docs/formats/exports.md lists what ran, with the versions.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from assay.core.options import configure
from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.service import export

PYTHON = os.environ.get("ASSAY_TRAINERS", "")
SCRIPT = Path(__file__).with_name("trainers.py")

CHECKS = (
    ("trl_sft", "trl:conversational", {}),
    ("trl_sft", "trl:prompt-completion", {}),
    ("trl_sft", "openai:chat", {}),
    ("trl_sft", "critique", {}),
    ("trl_sft", "judge", {}),
    ("trl_dpo", "trl:preference", {}),
    ("trl_dpo", "preference:soft", {"unit": "vote"}),
    ("trl_kto", "trl:unpaired-preference", {}),
    ("trl_reward", "trl:preference", {}),
    ("trl_reward", "preference:soft", {"margin": "mean-strength"}),
    ("trl_grpo", "trl:prompt-only", {}),
    ("regression", "reward", {}),
    ("axolotl_chat", "axolotl", {}),
    ("axolotl_steps", "trl:stepwise", {}),
    ("openrlhf_sft", "openrlhf", {}),
    ("openrlhf_pairs", "openrlhf", {"stage": "preference"}),
    ("openrlhf_prompts", "openrlhf", {"stage": "rl"}),
    ("verl_rl", "verl", {}),
    ("verl_multi_turn", "verl:multi-turn", {}),
    ("llama_factory", "llama-factory", {}),
    ("llama_factory", "llama-factory", {"stage": "ranking"}),
    ("llama_factory", "llama-factory", {"stage": "kto"}),
    ("rewardbench_pairs", "rewardbench", {}),
    ("inspect_task", "inspect", {}),
    ("lm_eval_task", "lm-eval", {}),
    ("argilla_records", "argilla", {}),
)


@pytest.mark.long
@pytest.mark.skipif(not PYTHON, reason="ASSAY_TRAINERS names no Python with the trainers")
@pytest.mark.parametrize(("check", "name", "options"), CHECKS)
def test_the_library_takes_every_row(
    release: Mapping[str, ReleasedRecord],
    check: str,
    name: str,
    options: dict[str, str],
    tmp_path: Path,
) -> None:
    """The library that a format is for reads as many rows as the export wrote."""
    exporter = configure(EXPORTERS[name], options)
    report = export(release.values(), exporter, tmp_path / "out", release="kitchen 1.0.0")
    completed = subprocess.run(
        [PYTHON, SCRIPT, check, tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
    )
    assert completed.returncode == 0, completed.stderr[-2000:]
    rows = 4 if check == "trl_grpo" else report.rows  # a step of GRPO samples: four prompts do
    assert completed.stdout.splitlines()[-1] == f"rows {rows}"
