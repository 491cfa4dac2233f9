"""Right answers with a wrong step: a machine tests the answer, people labelled the steps.

    python examples/verification/bbmistake.py DATA_DIR

DATA_DIR holds the folder `bbmistake-a`. Its 600 worked answers are imported with their published
step labels, the answers are verified, and the coverage ledger is read.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from worked_answers import HERE, program_in

Figures = dict[str, Any]
"""Name -> figure."""

FILES = {"word_sorting.jsonl": "word sorting", "logical_deduction.jsonl": "logical deduction"}
"""The set's files, with the task that each holds."""


def figures(folder: Path) -> Figures:
    """What the ledger says of the answers, by task, and which right answers have a wrong step."""
    mapping = (HERE.parents[1] / "bbmistake-a" / "mapping.yaml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        with program_in(scratch, "bbmistake") as program:
            for name, task in FILES.items():
                own = scratch / f"{name}.mapping.yaml"
                own.write_text(mapping.replace("domain: logic tasks", f"domain: {task}"))
                program.records.import_(
                    folder / name, format=own, source="bbmistake-a", rejects=scratch
                )
            done = program.verification.run()
            ledger = program.verification.report()
            lines = _lines(folder)
            return {
                "records": done.records,
                "verdicts": {run.verifier: run.verdicts for run in done.runs},
                "right answers with a wrong step": {
                    row.value or row.axis: f"{row.right_with_wrong_step} of {row.items}"
                    for row in ledger.rows
                    if row.dimension == "right_answer"
                },
                "they are": [
                    f"{lines[program.records.get(each.record).task.messages[0].content]}, "
                    f"step {each.steps[0]}"
                    for each in ledger.wrong_steps
                ],
            }


def _lines(folder: Path) -> dict[str, str]:
    """Where each question stands: file and line, counted from 1."""
    return {
        json.loads(line)["input"]: f"{name}:{number}"
        for name in FILES
        for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), 1)
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="folder with the folder bbmistake-a")
    folder = parser.parse_args().data / "bbmistake-a"
    if not folder.is_dir():
        parser.error(f"there is no folder {folder}")
    found = figures(folder)
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
