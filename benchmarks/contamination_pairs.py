"""The contamination gate beside an earlier state of itself, on four kinds of text.

    git worktree add /tmp/before COMMIT
    PYTHONPATH=src python benchmarks/contamination_pairs.py /tmp/before/src

Each state runs in a process of its own over the same texts. The runs alternate, so that whatever
else the machine does falls on both. Prints a Markdown table: CPU time before over CPU time now, as
the median of the pairs with the lowest and the highest (1.2 is a fifth faster than before).
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from contamination import FRAME, KEY, fingerprints, record, vocabulary

from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex

ROOT = Path(__file__).parents[1]
KINDS = ("plain prose", "Markdown pages", "source pages", "chat records")
SEALED, RECORDS, PAGE_WORDS = 5000, 2000, 400
_NO_PROSE = re.compile(r"^\s*(?:[|#`>*+-]|\d+\.|$)")
_NO_WORDS = re.compile(r"[^A-Za-z0-9,.;:?!'() ]")


def markdown() -> list[str]:
    """The pages of the docs."""
    return [path.read_text() for path in sorted(ROOT.glob("docs/**/*.md"))]


def prose() -> list[str]:
    """Pages of the running text of the docs, without any markup."""
    lines = [line for page in markdown() for line in page.splitlines()]
    running = [_NO_WORDS.sub("", line) for line in lines if not _NO_PROSE.match(line)]
    given = [word for word in " ".join(running).split() if len(word) < 24]
    return [" ".join(given[at : at + PAGE_WORDS]) for at in range(0, len(given), PAGE_WORDS)] * 4


def source() -> list[str]:
    """Modules, without those that write a zero character, at which the first state stopped."""
    texts = [path.read_text() for path in sorted(ROOT.glob("src/**/*.py"))]
    return [text for text in texts if not re.search(r"\\(?:x|u00)00", text)]


def work() -> None:
    """Compare a kind of text for each line that comes in, and answer the CPU seconds."""
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    known, weights = vocabulary(draw)

    def drawn(count: int) -> str:
        return " ".join(draw.choices(known, weights, k=count))

    sealed = [record(f"{FRAME} {drawn(draw.randint(25, 90))}", "x") for _ in range(SEALED)]
    index = ReserveIndex(list(fingerprints(sealed)), KEY)
    given: dict[str, list[object]] = {
        "plain prose": list(prose()),
        "Markdown pages": list(markdown()),
        "source pages": list(source()),
        "chat records": [record(f"{FRAME} {drawn(60)}", drawn(140)) for _ in range(RECORDS)],
    }
    for line in sys.stdin:
        before = time.process_time()
        for _ in index.overlaps(Compared.of("", each) for each in given[line.strip()]):
            pass
        print(time.process_time() - before, flush=True)


def started(source: str) -> Callable[[str], float]:
    """What measures a kind of text with the code in a directory."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--work", source],
        env={**os.environ, "PYTHONPATH": source},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def measured(kind: str) -> float:
        print(kind, file=process.stdin, flush=True)
        return float(process.stdout.readline())

    return measured


def main() -> None:
    """Measure pairs of both states."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", nargs="?", help="the `src` directory of the earlier state")
    parser.add_argument("--quick", action="store_true", help="three pairs")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work()
        return
    if not given.before:  # As `make bench` calls it.
        print("Contamination gate, before over now: left out, since no earlier state was named.")
        return
    given.pairs = 3 if given.quick else given.pairs
    then, now = started(given.before), started(str(ROOT / "src"))
    print(f"\n### Contamination gate, before over now ({given.pairs} pairs)\n")
    print("| texts | ratio | lowest | highest |")
    print("|---|--:|--:|--:|")
    for kind in given.kinds:
        then(kind), now(kind)
        ratios = []
        for pair in range(given.pairs):
            if pair % 2:
                late, early = now(kind), then(kind)
            else:
                early, late = then(kind), now(kind)
            ratios.append(early / late)
        print(
            f"| {kind} | {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
