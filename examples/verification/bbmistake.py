"""Right answers with a wrong step: outcomes verified, steps labelled by people, both kept apart.

    python examples/verification/bbmistake.py DATA_DIR

DATA_DIR holds the folder `bbmistake-a`: 600 worked solutions with the place of their first mistake, as
people found it. `normalised-match` verifies the answer against the target; the published place is the
step label. A pass on the answer says nothing of the work.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from assay.records.candidate import Candidate, MadeByUnknown, Step
from assay.records.kinds import Process
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.verification import Pass
from assay.verification.verifier import Found
from assay.verification.verifiers.matching import NormalisedMatch

TASKS = ("logical_deduction", "word_sorting")


def record_of(row: dict[str, Any]) -> Record:
    """One solution as a process record; its steps are work, its answer stands apart."""
    candidate = Candidate(
        content=str(row["answer"]),
        provenance=MadeByUnknown(reason="the set names no model"),
        work=tuple(Step(text=each) for each in row["steps"]),
    )
    return Record(
        schema_version=1,
        part=Process(answer=str(row["answer"]), reference=str(row["target"])),
        task=Task(messages=(Message(role="user", content=row["input"]),)),
        sources=(Source(source_class="bbmistake-a"),),
        candidates=(candidate,),
    )


def verified(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How answers and steps came out together."""
    verifier, counts = NormalisedMatch(), Counter[str]()
    for row in rows:
        found = verifier.verify(record_of(row), 0)
        right = isinstance(found, Found) and isinstance(found.verdict, Pass)
        sound = row["mistake_index"] is None
        name = f"{'right' if right else 'wrong'} answer, {'no wrong step' if sound else 'a wrong step'}"
        counts[name] += 1
    return dict(sorted(counts.items()))


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder that holds bbmistake-a")
    folder = parser.parse_args().data / "bbmistake-a"
    found = {
        task: verified(
            [
                json.loads(line)
                for line in (folder / f"{task}.jsonl").read_text(encoding="utf-8").splitlines()
            ]
        )
        for task in TASKS
    }
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
