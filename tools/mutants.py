"""Change one boundary of a rule at a time, and see that the rule's own tests fail (`make mutants`).

Each mutant is one replacement in one file, and the tests that stand for that rule. A mutant that its
tests do not notice has survived: the boundary is not held, and the script ends with 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "assay"


class Mutant(NamedTuple):
    """One changed boundary."""

    rule: str
    """What the boundary decides."""
    file: str
    """The file, under `src/assay`."""
    before: str
    """Text that stands there once."""
    after: str
    """What takes its place."""
    tests: str
    """The tests that hold the rule, by path under `tests`."""


MUTANTS = (
    Mutant("a difference of exactly the margin decides", "contracts/priority.py",
           "best - comparable[candidate] < rule.by", "best - comparable[candidate] <= rule.by", "unit/contracts/test_priority.py"),
    Mutant("a score at the veto's bound is acceptable", "contracts/priority.py",
           "score < self.least", "score <= self.least", "unit/contracts/test_priority.py"),
    Mutant("a qualification's last day counts, the next does not", "review/qualification.py",
           "<= on.isoformat() < qualification.expires", "<= on.isoformat() <= qualification.expires",
           "unit/review/test_qualification.py unit/review/test_eligibility.py"),
    Mutant("a qualification counts from its day of issue", "review/qualification.py",
           "qualification.issued <= on.isoformat()", "qualification.issued < on.isoformat()",
           "unit/review/test_qualification.py unit/review/test_eligibility.py"),
    Mutant("the exam opens exactly the contract's days before the end", "review/qualification.py",
           "<= on + timedelta(days=within_days)", "< on + timedelta(days=within_days)",
           "unit/review/test_qualification.py unit/review/test_eligibility.py"),
    Mutant("a seat ends with its qualification", "review/eligibility.py",
           "qualification=held.id, until=until)", "qualification=held.id, until=None)",
           "unit/review/test_eligibility.py"),
    Mutant("credentials are asked", "review/eligibility.py",
           "return _has_credentials(member, facts)", "return True", "unit/review/test_eligibility.py"),
    Mutant("an adjudicator has not judged the record", "review/queue/passes.py",
           "        return _done(row)\n    if row is None:\n        return LeaseState.barred\n    lost",
           "        return _done(row)\n    if row is None:\n        return None\n    lost",
           "unit/review/queue/test_passes.py unit/desk unit/web/test_adjudication.py"),
    Mutant("the last day of retention is permitted", "releases/exportable.py",
           "source.keep_until < today", "source.keep_until <= today", "unit/releases/test_exportable.py"),
    Mutant("a release without a key and with a notice is refused", "releases/exportable.py",
           "if named_notices(folder):", "if not named_notices(folder):", "unit/releases/test_exportable.py"),
    Mutant("ten skips are free, the eleventh is asked about", "review/queue/skipping.py",
           "if ended.skips + coming <= most:", "if ended.skips + coming < most:",
           "unit/review/queue/test_skipping.py"),
    Mutant("the share of skips is of all that was ended", "review/queue/skipping.py",
           "answers * share / (1 - share)", "answers * share", "unit/review/queue/test_skipping.py"),
    Mutant("a cap is reached at its minutes, not beyond them", "review/welfare.py",
           "        if left < most:\n            break", "        if left <= most:\n            break",
           "unit/review/test_welfare.py"),
    Mutant("an item counts until a whole span has passed", "review/welfare.py",
           "while counting[0].ended + span <= item.ended:", "while counting[0].ended + span < item.ended:",
           "unit/review/test_welfare.py"),
    Mutant("an answer after the time is surplus once the passes are there", "review/queue/leasing.py",
           "LeaseState.stored if open_slots() > 0", "LeaseState.stored if open_slots() >= 0",
           "unit/review/queue/test_leasing.py"),
    Mutant("a lease that ran out makes its answer late", "review/queue/leasing.py",
           "else LeaseState.surplus), True", "else LeaseState.surplus), False",
           "unit/review/queue/test_leasing.py"),
    Mutant("a second review wants one pass more, and no decision", "review/queue/conclusion.py",
           'if state == "needs_second_review":', 'if state == "needs_adjudication":',
           "unit/review/queue/test_conclusion.py"),
    Mutant("a sentinel shows no harm that its queue does not", "review/sentinel.py",
           "frozenset()) <= set(cleared)", "frozenset()) >= set(cleared)", "unit/review/test_sentinel.py"),
    Mutant("a sentinel is used up by exactly so many people", "review/sentinel.py",
           "exposed.get(sentinel.key.record, 0) >= sentinel.retired_after",
           "exposed.get(sentinel.key.record, 0) > sentinel.retired_after", "unit/review/test_sentinel.py"),
    Mutant("a second key for a record is refused", "review/key_file.py",
           "if key.record in earlier:", "if key.record not in earlier:", "unit/review/test_key_file.py"),
    Mutant("a key under another rubric makes none", "review/key_file.py",
           "if any(judgment.rubric != rubric for judgment in weighed):",
           "if any(judgment.rubric == rubric for judgment in weighed):", "unit/review/test_key_file.py"),
    Mutant("a judging role other than the asked one opens nothing", "review/queue/membership.py",
           "if role is not None and may_see(", "if may_see(", "unit/review/test_eligibility.py"),
    Mutant("the candidate that comes first turns within each run", "review/candidate_order.py",
           "shift = turns[within]", "shift = 0", "properties/test_quality.py unit/review/test_assign.py"),
    Mutant("from 24 words on a text may differ in one", "quality/near_copies.py",
           "if min(words, other_words) < SHORT:", "if min(words, other_words) <= SHORT:",
           "unit/quality/test_near_copies.py"),
    Mutant("near copies at the limit are permitted", "releases/gates.py",
           "copies > policy.largest_share * records", "copies >= policy.largest_share * records",
           "unit/releases/test_duplicates_gate.py"),
    Mutant("near copies stay out only where that is wanted", "releases/selection.py",
           "while self._drop_copies and (clusters", "while not self._drop_copies and (clusters",
           "unit/releases/test_duplicates_gate.py"),
)  # fmt: skip


def survives(mutant: Mutant) -> bool:
    """Whether the tests of a rule pass although its boundary was changed.

    Raises:
        SystemExit: if the text to change does not stand in the file exactly once.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        target = source / "assay" / mutant.file
        text = target.read_text(encoding="utf-8")
        if text.count(mutant.before) != 1:
            raise SystemExit(
                f"{mutant.file} holds {mutant.before!r} {text.count(mutant.before)} times"
            )
        target.write_text(text.replace(mutant.before, mutant.after), encoding="utf-8")
        command = [
            sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
            "--basetemp", f"{folder}/tests", "-m", "not long and not heavy",
            *(f"tests/{path}" for path in mutant.tests.split()),
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in {0, 1}:
            raise SystemExit(f"the tests of {mutant.rule!r} do not run:\n{done.stdout[-2000:]}")
        return done.returncode == 0


def main() -> None:
    """Try every mutant, or those whose rule or file holds a word given as an argument."""
    chosen = [
        mutant
        for mutant in MUTANTS
        if not sys.argv[1:] or any(word in f"{mutant.rule} {mutant.file}" for word in sys.argv[1:])
    ]
    survivors = 0
    for mutant in chosen:
        survived = survives(mutant)
        survivors += survived
        print(f"{'SURVIVED' if survived else 'killed':9} {mutant.file}: {mutant.rule}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} killed")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
