"""The shortcut audit on 100,000 pairs, beside the bare fit of the same columns by statsmodels.

Prints a Markdown table. The audit holds the fit of all pairs, the fit of pairs of equal substance,
the cross-fitted predictor with its interval, position and reviewers. CPU seconds of one run.
"""

import argparse
import random
import resource
import time

import numpy as np
import statsmodels.api as sm

from assay.quality.shortcuts.audit import audit
from assay.quality.shortcuts.gathering import ShortcutGathering
from assay.records.candidate import Candidate, MadeByModel
from assay.records.judgment import Judgment, Reviewer
from assay.records.kinds import Preference
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.records.verdict import DimensionScore, Prefers, Scored


def pair(draw: random.Random, number: int) -> tuple[Record, Judgment]:
    """Two answers of drawn quality and length, and one judgment of them."""
    quality = draw.randint(1, 5), draw.randint(1, 5)
    texts = tuple(
        "word " * draw.randint(10, 120) + "**bold** " * draw.randint(0, 4) for _ in range(2)
    )
    record = Record(
        schema_version=1,
        part=Preference(),
        task=Task(messages=(Message(role="user", content=f"What is word {number}?"),)),
        sources=(Source(source_class="own"),),
        candidates=tuple(Candidate(content=t, provenance=MadeByModel(model="m")) for t in texts),
    )
    better = int(quality[1] > quality[0]) if quality[0] != quality[1] else draw.randint(0, 1)
    chosen = better if draw.random() < 0.85 else 1 - better
    scores = tuple(
        DimensionScore(dimension="quality", score=Scored(value=value), candidate=place)
        for place, value in enumerate(quality)
    )
    reviewer = Reviewer(pseudonym=f"r{draw.randint(0, 40)}", kind="human", role="reviewer")
    order = tuple(draw.sample((0, 1), 2))
    verdict = Prefers(candidate=chosen)
    return record, Judgment(
        record="rec_x", reviewer=reviewer, verdict=verdict, scores=scores, order=order
    )


def main() -> None:
    """Gather, audit, and fit the same columns bare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the pairs")
    n = 10_000 if parser.parse_args().quick else 100_000
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    gathered = ShortcutGathering(["quality"])
    spent = 0.0
    for number in range(n):
        record, judgment = pair(draw, number)
        before = time.process_time()
        gathered.add(record, [judgment], number // 2)
        spent += time.process_time() - before
    before = time.process_time()
    [found] = audit(gathered)
    audited = time.process_time() - before
    rows = gathered.groups["people"]
    styles = np.array(rows.styles).reshape(n, -1)
    columns = np.column_stack([styles, np.array(rows.placed), np.array(rows.scores)])
    columns = columns[:, columns.std(axis=0) > 0]
    before = time.process_time()
    sm.Logit(np.array(rows.wins), columns / columns.std(axis=0)).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": np.array(rows.clusters)}
    )
    bare = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n### Shortcut audit ({n} pairs, level {found.level})\n")
    print("| | CPU s | ratio |")
    print("|---|--:|--:|")
    print(f"| features and rows | {spent:.2f} | {spent / bare:.1f} |")
    print(f"| the whole audit | {audited:.2f} | {audited / bare:.1f} |")
    print(f"| one bare fit of the same columns | {bare:.2f} | 1 |")
    print(f"\nPeak memory {memory:,.0f} MB.")


if __name__ == "__main__":
    main()
