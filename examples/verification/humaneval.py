"""Verify HumanEval's reference solutions and stub bodies in the sandbox.

    python examples/verification/humaneval.py DATA_DIR

DATA_DIR holds the folder `humaneval`. Each task becomes a record whose candidates are the reference
solution and bodies that cannot be right; the verifier `python-tests` holds each against the task's
tests, on two workers. Ends with 1 where a reference fails or a stub passes, with 4 without a sandbox.
"""

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from assay.core.errors import MachineError
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.sandbox import open_sandbox
from assay.verification.verification import Pass
from assay.verification.verifier import Found
from assay.verification.verifiers.python_tests import PythonTests

BODIES = {
    "reference": None,
    "return None": "    return None\n",
    "pass": "    pass\n",
    "return the first argument": "    return locals()[next(iter(locals()))]\n",
}
"""Bodies by their names; the reference is the task's own."""

WORKERS = 2


def record_of(row: dict[str, Any]) -> Record:
    """One task as a record with a candidate for each body."""
    bodies = (row["canonical_solution"] if each is None else each for each in BODIES.values())
    return Record(
        schema_version=1,
        part=Outcome(criterion="the tests pass"),
        task=Task(messages=(Message(role="user", content=row["prompt"]),)),
        sources=(Source(source_class="humaneval"),),
        candidates=tuple(
            Candidate(content=each, provenance=MadeByUnknown(reason="the set names no author"))
            for each in bodies
        ),
        evidence=(Evidence(kind="test", text=f"{row['test']}\ncheck({row['entry_point']})\n"),),
        key=row["task_id"],
    )


def verified(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What each kind of body came to, and which tasks passed that should not have.

    Raises:
        MachineError: if there is no sandbox here.
    """
    verdicts: dict[str, Counter[str]] = {name: Counter() for name in BODIES}
    passed: dict[str, list[str]] = {name: [] for name in BODIES}
    isolation: set[str] = set()
    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = pool.map(_part, (rows[place::WORKERS] for place in range(WORKERS)))
        for record, place, found in (each for part in parts for each in part):
            name = list(BODIES)[place]
            verdicts[name][str(found.verdict.__struct_config__.tag)] += 1
            isolation.add(found.isolation)
            if isinstance(found.verdict, Pass):
                passed[name].append(str(record.key))
    seconds = time.perf_counter() - started
    return {
        "tasks": len(rows),
        "verdicts": {name: dict(each) for name, each in verdicts.items()},
        "passed beside the reference": {
            name: sorted(each) for name, each in passed.items() if name != "reference"
        },
        "isolation": sorted(isolation),
        "checks a second": round(len(rows) * len(BODIES) / seconds),
    }


def _part(rows: list[dict[str, Any]]) -> list[tuple[Record, int, Found]]:
    verifier, found = PythonTests(prompt="prefix"), []
    with open_sandbox() as sandbox:
        for record in map(record_of, rows):
            for place in range(len(record.candidates)):
                each = verifier.verify_in(sandbox, record, place)
                assert isinstance(each, Found)
                found.append((record, place, each))
    return found


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder that holds humaneval")
    file = parser.parse_args().data / "humaneval" / "HumanEval.jsonl"
    if not file.is_file():
        parser.error(f"there is no file {file}")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    try:
        found = verified(rows)
    except MachineError as error:
        print(f"no code was run: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps(found, indent=2))
    stubs = sum(map(len, found["passed beside the reference"].values()))
    return int(found["verdicts"]["reference"] != {"pass": len(rows)} or stubs > 0)


if __name__ == "__main__":
    sys.exit(main())
