"""Published flags re-derived, and right answers with a wrong calculation, by line and model.

    python examples/verification/gsm8k.py DATA_DIR

DATA_DIR holds the folder `gsm8k-model-solutions`: 700 problems with the solutions of four models,
each with the flag whether its answer is right. The flags are imported as judgments, so that the
ledger itself says where the verifier contradicts one.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from worked_answers import HERE, program_in

from assay.program import Program
from assay.records.candidate import MadeByModel
from assay.verification.ledger import CoverageReport

Figures = dict[str, Any]
"""Name -> figure."""

FILE = "example_model_solutions.first700.jsonl"


def figures(folder: Path) -> Figures:
    """What the ledger says of answers and calculations."""
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        with program_in(scratch, "gsm8k") as program:
            program.records.import_(
                folder / FILE,
                format=HERE / "mapping-gsm8k.yaml",
                source="gsm8k-model-solutions",
                rejects=scratch,
            )
            done = program.verification.run()
            ledger = program.verification.report()
            whole = {row.dimension: row for row in ledger.rows if row.axis == "all"}
            answers = whole["right_answer"]
            return {
                "flags re-derived": f"{answers.both - answers.contradicted} of {answers.items}",
                "verdicts": {run.verifier: run.verdicts for run in done.runs},
                "nothing to verify": {run.verifier: run.nothing_to_verify for run in done.runs},
                "right answers with a wrong step": list(_named(program, ledger, folder / FILE)),
            }


def _named(program: Program, ledger: CoverageReport, file: Path) -> Iterator[Figures]:
    """Each right answer with a wrong step, by its line, counted from 1, and its model."""
    with file.open(encoding="utf-8") as stream:
        lines = {json.loads(line)["question"]: number for number, line in enumerate(stream, 1)}
    for each in ledger.wrong_steps:
        record = program.records.get(each.record)
        candidate = record.candidates[each.candidate]
        made = candidate.provenance
        [steps] = [
            row
            for row in program.verification.item(each.record).dimensions
            if (row.candidate, row.dimension) == (each.candidate, "sound_steps")
        ]
        yield {
            "line": lines[record.task.messages[0].content],
            "model": made.model if isinstance(made, MadeByModel) else "",
            "answer": candidate.content,
            "step": each.steps[0],
            "found": steps.reason,
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="folder with the folder gsm8k-model-solutions")
    folder = parser.parse_args().data / "gsm8k-model-solutions"
    if not folder.is_dir():
        parser.error(f"there is no folder {folder}")
    found = figures(folder)
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
