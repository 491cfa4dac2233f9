"""Re-derive the published flags of 2,800 model solutions, and list right answers with a wrong step.

    python examples/verification/gsm8k.py DATA_DIR

DATA_DIR holds the folder `gsm8k-model-solutions`: 700 problems with four models' solutions each. The
final answer is verified by `numeric-answer`, every shown calculation by `calculator-steps`. Ends with 1
where a flag differs.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.verification import Fail, Pass
from assay.verification.verifier import Found, NothingToVerify
from assay.verification.verifiers.calculator_steps import CalculatorSteps
from assay.verification.verifiers.numeric_answer import NumericAnswer


def record_of(row: dict[str, Any]) -> Record:
    """One problem as a record: a candidate for each model, its lines as steps of work."""
    return Record(
        schema_version=1,
        part=Outcome(reference=row["ground_truth"], criterion="the final answer is the reference"),
        task=Task(messages=(Message(role="user", content=row["question"]),)),
        sources=(Source(source_class="gsm8k"),),
        candidates=tuple(
            Candidate(
                content=lines[-1],
                provenance=MadeByModel(model=model),
                work=tuple(Step(text=line) for line in lines[:-1]),
            )
            for model, lines in _solutions(row)
        ),
    )


def _solutions(row: dict[str, Any]) -> list[tuple[str, list[str]]]:
    models = [name for name in row if isinstance(row[name], dict)]
    return [(name, row[name]["solution"].split("\n") or [""]) for name in models]


def verified(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Flags re-derived by model, verdicts on the work, and each right answer with a wrong step."""
    answers, steps = NumericAnswer(after="A:"), CalculatorSteps()
    agree: Counter[str] = Counter()
    right: Counter[str] = Counter()
    work: dict[str, Counter[str]] = {}
    hollow = []
    for number, row in enumerate(rows, 1):
        record = record_of(row)
        for place, (model, _) in enumerate(_solutions(row)):
            passed = _tag(answers.verify(record, place)) == "pass"
            agree[model] += passed == row[model]["is_correct"]
            right[model] += passed
            found = steps.verify(record, place)
            work.setdefault(model, Counter())[_tag(found)] += 1
            if passed and isinstance(found, Found) and isinstance(found.verdict, Fail):
                where = {"line": number, "model": model, "step": found.step}
                hollow.append({**where, "reason": found.verdict.reason})
    return {
        "flags re-derived": {model: f"{agree[model]} of {len(rows)}" for model in agree},
        "right answers": dict(right),
        "verdicts on the work": {model: dict(each) for model, each in work.items()},
        "right answers with a wrong step": hollow,
    }


def _tag(found: Found | NothingToVerify) -> str:
    if isinstance(found, NothingToVerify):
        return "nothing to verify"
    return "pass" if isinstance(found.verdict, Pass) else str(found.verdict.__struct_config__.tag)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder that holds gsm8k-model-solutions")
    name = "gsm8k-model-solutions/example_model_solutions.first700.jsonl"
    text = (parser.parse_args().data / name).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    found = verified(rows)
    print(json.dumps(found, indent=2))
    whole = f"{len(rows)} of {len(rows)}"
    return int(set(found["flags re-derived"].values()) != {whole})


if __name__ == "__main__":
    sys.exit(main())
