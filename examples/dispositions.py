"""Dispose every set of the examples on real data, and write what came of it as one page.

    python examples/dispositions.py DATA_DIR [--only NAME ...] [--out FILE] [--into DIR]

DATA_DIR holds one folder a set. The page is printed, or written to FILE; it holds figures and
reasons, and no text of the sets. A set whose files are missing is named and left out.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from run import HERE, JOBS, import_file, open_copy

import assay
from assay.program import Program
from assay.quality.disposition import CandidateStanding, Disposition, State
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.report import ImportReport

SOLUTIONS = "gsm8k-model-solutions"
SOLUTIONS_FILE = "example_model_solutions.first700.jsonl"
WORKED_ANSWERS = HERE / "verification" / "worked-answers"
NAMES = (*dict.fromkeys(job.name for job in JOBS), SOLUTIONS)


class SetDispositions(NamedTuple):
    """What the rules made of one set."""

    name: str
    records: dict[str, Record]
    dispositions: dict[str, Disposition]
    judgments: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Print or write the page of the sets asked for; 1 where no set was there."""
    options = _options(arguments)
    into = options.into or Path(tempfile.mkdtemp(prefix="assay-dispositions-"))
    disposed = dispose_sets(options.data, into, options.only or NAMES)
    text = page(disposed)
    if options.out:
        options.out.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text)
    return 0 if disposed else 1


def dispose_sets(data: Path, into: Path, names: Iterable[str]) -> list[SetDispositions]:
    """Import the sets, each into its program, and dispose them, in the order of the page."""
    wanted = set(_present(data, names))
    disposed: list[SetDispositions] = []
    for name in dict.fromkeys(job.program for job in JOBS if job.name in wanted):
        with open_copy(name, into) as program:
            for job in JOBS:
                if job.program == name and job.name in wanted:
                    _whole(import_file(program, data, job))
            disposed += dispose_program(program)
    if SOLUTIONS in wanted:
        disposed += _solutions(data, into)
    return sorted(disposed, key=lambda each: NAMES.index(each.name))


def dispose_program(program: Program) -> Iterator[SetDispositions]:
    """Dispose all records of a program, and tell its sets apart."""
    program.quality.dispose()
    latest = {each.record: each for each in program.store.scan(Disposition)}
    by_set: dict[str, dict[str, Record]] = {}
    for record in program.store.scan(Record):
        by_set.setdefault(record.sources[0].source_class, {})[record.id] = record
    judgments = Counter(judgment.record for judgment in program.store.scan(Judgment))
    for name, records in by_set.items():
        own = {identity: latest[identity] for identity in records}
        yield SetDispositions(name, records, own, sum(judgments[identity] for identity in records))


def _solutions(data: Path, into: Path) -> Iterator[SetDispositions]:
    """The models' solutions: published flags, with the answers and calculations verified."""
    folder = into / "worked-answers"
    folder.mkdir(parents=True)
    for name in ("assay.toml", "contract.yaml", "policy.yaml", "sources.yaml"):
        (folder / name).write_bytes((WORKED_ANSWERS / name).read_bytes())
    (folder / "rubric.yaml").write_bytes((WORKED_ANSWERS / "rubric-gsm8k.yaml").read_bytes())
    with assay.open(folder) as program:
        report = program.records.import_(
            data / SOLUTIONS / SOLUTIONS_FILE,
            format=WORKED_ANSWERS / "mapping-gsm8k.yaml",
            source=SOLUTIONS,
            rejects=folder,
        )
        _whole(report)
        program.verification.run()
        yield from dispose_program(program)


def _whole(report: ImportReport) -> None:
    """End the run where a row is not stored: the page would speak of a part as of the whole."""
    if report.set_aside:
        raise SystemExit(f"{report.set_aside} rows of {report.file} were set aside")


def page(disposed: Sequence[SetDispositions]) -> str:
    """The page: all sets in two tables, then each set with the reasons."""
    lines = [INTRODUCTION, "## All sets", "", *_states(disposed), "", *_standings(disposed)]
    for each in disposed:
        lines += ["", *_section(each)]
    return "\n".join(lines) + "\n"


INTRODUCTION = """\
# Dispositions by data set

What the contracts' rules make of every record of the examples, written by
`python examples/dispositions.py DATA_DIR --out examples/dispositions.md`. It holds figures and
reasons, no text of the sets; `n` stands for the numbers in a reason.

Two questions are kept apart. The **state** says whether a record's label is settled. The
**standing** says what the label means for each candidate: an agreed "hateful" is an accepted record
with a rejected candidate. A record itself is rejected only where it exists to be imitated, and no set
here has judged records of such a kind.
"""


def _states(disposed: Sequence[SetDispositions]) -> Iterator[str]:
    counts = {each.name: state_counts(each) for each in disposed}
    shown = [state for state in get_args(State) if any(states[state] for states in counts.values())]
    shown = list(dict.fromkeys(["accepted", "rejected", *shown]))
    yield from _table(
        ("set", "kind", "records", "judgments", *map(_words, shown)),
        [
            (
                each.name,
                next(iter(each.records.values())).kind,
                len(each.records),
                each.judgments,
                *(counts[each.name][state] for state in shown),
            )
            for each in disposed
        ],
        figures_from=2,
    )


def _standings(disposed: Sequence[SetDispositions]) -> Iterator[str]:
    shown = get_args(CandidateStanding)
    counts = {each.name: standing_counts(each) for each in disposed}
    yield from _table(
        ("set", "candidates", *shown, "records with a rejected candidate"),
        [
            (
                each.name,
                counts[each.name].total(),
                *(counts[each.name][standing] for standing in shown),
                len(with_rejected_candidate(each)),
            )
            for each in disposed
        ],
        figures_from=1,
    )


def state_counts(disposed: SetDispositions) -> Counter[str]:
    """Records by state."""
    return Counter(each.state for each in disposed.dispositions.values())


def standing_counts(disposed: SetDispositions) -> Counter[str]:
    """Candidates by standing."""
    return Counter(
        standing.standing
        for disposition in disposed.dispositions.values()
        for standing in disposition.standings
    )


def with_rejected_candidate(disposed: SetDispositions) -> set[str]:
    """Ids of the records of which a candidate is rejected."""
    return {
        identity
        for identity, disposition in disposed.dispositions.items()
        if any(each.standing == "rejected" for each in disposition.standings)
    }


def _section(disposed: SetDispositions) -> Iterator[str]:
    dispositions = disposed.dispositions.values()
    yield from (f"## {disposed.name}", "")
    reasons = Counter(
        (_words(each.state), f"`{each.rule}`", general(each.reason)) for each in dispositions
    )
    yield from _table(
        ("state", "layer and rule", "reason", "records"), _most_first(reasons), figures_from=3
    )
    standings = Counter(
        (each.standing, f"`{each.rule}`", general(each.reason))
        for disposition in dispositions
        for each in disposition.standings
    )
    if standings:
        head = ("standing", "rule", "reason", "candidates")
        yield from ("", *_table(head, _most_first(standings), figures_from=3))


def general(reason: str) -> str:
    """A reason without what is of its record alone: counts in brackets, values and all numbers."""
    without_counts = re.sub(r" \([^)]*\)|; and \d+ more questions?", "", reason)
    one_value = re.sub(r" is -?\d+(, -?\d+)*", " is n", without_counts)
    return re.sub(r"(?<!\w)-?\d+(\.\d+)?", "n", one_value)


def _most_first(counts: Counter[tuple[str, str, str]]) -> list[tuple[object, ...]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(*key, count) for key, count in ordered]


def _table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, figures_from: int
) -> Iterator[str]:
    """A table in Markdown; columns of figures are set to the right."""
    yield f"| {' | '.join(head)} |"
    rule = ["---"] * figures_from + ["--:"] * (len(head) - figures_from)
    yield f"|{'|'.join(rule)}|"
    for row in rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        yield f"| {' | '.join(cells)} |"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _present(data: Path, names: Iterable[str]) -> Iterator[str]:
    """The sets whose files are all there; the missing files are named."""
    files = {SOLUTIONS: [SOLUTIONS_FILE]}
    for job in JOBS:
        files.setdefault(job.name, []).extend(file for file in (job.file, job.joined) if file)
    for name in names:
        missing = [file for file in files[name] if not (data / name / file).is_file()]
        if missing:
            print(f"missing, so left out: {name}: {', '.join(missing)}", file=sys.stderr)
        else:
            yield name


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with one folder a set")
    parser.add_argument("--only", nargs="+", choices=NAMES, help="names of sets; all where absent")
    parser.add_argument("--out", type=Path, help="file to write the page to; printed where absent")
    parser.add_argument(
        "--into", type=Path, help="working folder; a new temporary one where absent"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
