"""The quality report over 1,000,000 judgments in one pass, beside a pass that only decodes them.

Prints a Markdown table with the peak memory at a quarter and at the whole, so that its growth
shows. Cases are made on the fly and never kept; each size runs in a process of its own.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from assay.quality.bootstrap import Resampling
from assay.quality.case import Case
from assay.quality.report import quality_report
from assay.records.judgment import Judgment
from assay.records.verdict import DimensionScore, Prefers, Scored, Tie
from simulators.small_program import in_force, judged, pair

EACH = 4
"""Judgments of one record."""

SHAPES = 512
"""Different records; the others repeat them under other ids."""


def cases(judgments: int) -> Iterator[Case]:
    """Cases with this many judgments in all, drawn anew as they are asked for."""
    draw = np.random.default_rng(1)
    shapes = []
    for number in range(SHAPES):
        record = pair(number, difficulty="hard" if number % 3 else "easy", language="en")
        given = tuple(
            judged(
                record,
                f"reviewer{draw.integers(0, 200)}",
                Tie() if draw.random() < 0.2 else Prefers(candidate=int(draw.integers(0, 2))),
                scores=tuple(
                    DimensionScore(
                        dimension="clarity",
                        score=Scored(value=int(draw.integers(1, 6))),
                        candidate=place,
                    )
                    for place in (0, 1)
                ),
                order=(0, 1),
            )
            for _ in range(EACH)
        )
        shapes.append(Case(id=record.id, record=record, judgments=given))
    for number in range(judgments // EACH):
        yield shapes[number % SHAPES]


def run(judgments: int) -> None:
    """Make the report once and print its cost."""
    documents = in_force()
    body = b"".join(
        each.canonical() + b"\n" for case in cases(SHAPES * EACH) for each in case.judgments
    )
    lines = body.splitlines()
    decode = msgspec.json.Decoder(Judgment).decode
    before = time.process_time()
    for number in range(judgments):
        decode(lines[number % len(lines)])
    bare = time.process_time() - before
    before = time.process_time()
    quality_report(cases(judgments), documents, Resampling(replicates=500))
    spent = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {judgments:,} | {spent:.1f} | {judgments / spent:,.0f} | {spent / bare:.1f} | {memory:,.0f} |",
        flush=True,
    )


def main() -> None:
    """Run each size in its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the judgments")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run(options.one)
        return
    whole = 100_000 if options.quick else 1_000_000
    print("\n### Quality report in one pass\n")
    print("| judgments | CPU s | judgments a second | ratio to decoding them | peak MB |")
    print("|--:|--:|--:|--:|--:|", flush=True)
    for size in (whole // 4, whole):
        subprocess.run(
            [sys.executable, __file__, "--one", str(size)], check=True, env=dict(os.environ)
        )


if __name__ == "__main__":
    main()
