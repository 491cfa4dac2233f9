"""Calculator steps a second, beside a bare scan for their marks over the same text.

Prints a Markdown table. CPU seconds are medians of three runs in one process.
"""

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable

from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.verification import Pass
from assay.verification.verifier import Found
from assay.verification.verifiers.calculator_steps import CalculatorSteps

RUNS = 3
STEPS = 6
"""Calculations of one solution."""

_MARK = re.compile(r"<<([^<>\n]{1,400})>>")


def measure(work: Callable[[], int]) -> tuple[float, int]:
    """Median CPU seconds, and what the last run gave."""
    seconds, result = [], 0
    for _ in range(RUNS):
        before = time.process_time()
        result = work()
        seconds.append(time.process_time() - before)
    return statistics.median(seconds), result


def solution(draw: random.Random) -> str:
    """A worked solution of six right calculations."""
    lines = []
    for _ in range(STEPS):
        a, b = draw.randint(2, 500), draw.randint(2, 90)
        sign, value = draw.choice((("+", a + b), ("-", a - b), ("*", a * b)))
        lines.append(f"That makes {a} {sign} {b} = <<{a}{sign}{b}={value}>>{value} crowns in all.")
    return "\n".join(lines)


def main() -> None:
    """Time both over the same solutions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the solutions")
    n = 2_000 if parser.parse_args().quick else 20_000
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    texts = [solution(draw) for _ in range(n)]
    records = [
        Record(
            schema_version=1,
            part=Outcome(criterion="right"),
            task=Task(messages=(Message(role="user", content="?"),)),
            sources=(Source(source_class="own"),),
            candidates=(Candidate(content=text, provenance=MadeByModel(model="m")),),
        )
        for text in texts
    ]
    verifier = CalculatorSteps()

    def verify() -> int:
        found = [verifier.verify(record, 0) for record in records]
        return sum(isinstance(each, Found) and isinstance(each.verdict, Pass) for each in found)

    ours, passed = measure(verify)
    scan, marks = measure(lambda: sum(len(_MARK.findall(text)) for text in texts))
    print(f"\n### Calculator steps ({n} solutions of {STEPS} steps)\n")
    print("| | CPU s | steps a second | ratio to the scan |")
    print("|---|--:|--:|--:|")
    print(
        f"| every step done again ({passed} solutions pass) | {ours:.3f} | {n * STEPS / ours:,.0f} | {ours / scan:.1f} |"
    )
    print(f"| bare scan for the marks ({marks} found) | {scan:.3f} | {n * STEPS / scan:,.0f} | 1 |")


if __name__ == "__main__":
    main()
