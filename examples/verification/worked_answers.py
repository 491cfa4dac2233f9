"""What the two examples on worked answers share: a program in a scratch folder, verified."""

from pathlib import Path

import assay
from assay.program import Program

HERE = Path(__file__).resolve().parent / "worked-answers"


def program_in(folder: Path, rubric: str) -> Program:
    """A program with the documents beside this script, under one of its rubrics."""
    for name in ("assay.toml", "contract.yaml", "policy.yaml", "sources.yaml"):
        (folder / name).write_bytes((HERE / name).read_bytes())
    (folder / "rubric.yaml").write_bytes((HERE / f"rubric-{rubric}.yaml").read_bytes())
    return assay.open(folder)
