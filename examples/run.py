"""Run the examples on real data: import every set, check the counts, release the votes.

    python examples/run.py DATA_DIR [--only NAME ...] [--into DIR]

DATA_DIR holds one folder a set. The programs beside this script are copied to a working folder,
so nothing is written here and nothing of the data comes here. A set whose files are missing is
named and left out; whatever does not add up ends the run with exit code 1.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyrage

import assay
from assay.program import Program
from assay.program.releases import export_release, verify_release
from assay.quality.agreement_outline import AGREEMENT_HEAD, agreement_table
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.records.verdict import Tie
from assay.releases.exporters.drop_report import DropReport
from assay.releases.keys import make_key_pair

HERE = Path(__file__).resolve().parent
VOTES = "llmfao-pairs"

RESERVE = "reserve.jsonl"
"""Items of a program's reserve; the copy is removed once they are sealed."""
OTHERS = "real-data"


class Job(NamedTuple):
    """One file of one set, the program that takes it, the mapping that reads it, what it joins."""

    name: str
    program: str
    file: str
    mapping: str = "mapping.yaml"
    joined: str | None = None


JOBS = (
    Job("llmfao-pairs", VOTES, "crowd-comparisons.csv", joined="pairs-crowd.jsonl"),
    Job("gsm8k-train", OTHERS, "train.first2000.jsonl"),
    Job("mqm-ted-ende", OTHERS, "mqm_ted_ende.tsv"),
    Job("xsum-hallucination", OTHERS, "hallucination_annotations_xsum_summaries.csv"),
    Job("xsum-hallucination", OTHERS, "factuality_annotations_xsum_summaries.csv", "mapping-factuality.yaml"),
    Job("bbmistake-a", OTHERS, "logical_deduction.jsonl"),
    Job("bbmistake-a", OTHERS, "word_sorting.jsonl"),
    Job("xstest-mistralinstruct", OTHERS, "xstest_v2_completions_mistralinstruct.csv"),
    Job("hatecheck", OTHERS, "all_annotations.csv"),
    Job("bfcl-a", OTHERS, "BFCL_v4_simple_python.json", joined="answer_BFCL_v4_simple_python.json"),
    Job("summeval-op", OTHERS, "summeval-op-detailed.jsonl"),
    Job("convabuse", OTHERS, "ConvAbuseEMNLPfull.csv"),
)  # fmt: skip
NAMES = tuple(dict.fromkeys(job.name for job in JOBS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; 1 where counts do not add up or no set was there."""
    options = _options(arguments)
    into = options.into or Path(tempfile.mkdtemp(prefix="assay-examples-"))
    jobs = list(_present(options.data, options.only or NAMES))
    faults: list[str] = []
    for name in dict.fromkeys(job.program for job in jobs):
        with open_copy(name, into) as program:
            own = [job for job in jobs if job.program == name]
            faults += import_all(program, options.data, own)
            show(("disposition", "records"), program.quality.dispose().states.items())
            if name == VOTES:
                faults += release_votes(program)
    print(f"\nworking folder: {into}")
    for fault in faults:
        print(f"does not add up: {fault}", file=sys.stderr)
    return 1 if faults or not jobs else 0


def open_copy(name: str, into: Path) -> Program:
    """Copy a program's documents to a working folder, give it keys, seal its reserve, open it."""
    folder = into / name
    shutil.copytree(HERE / name, folder)
    (folder / ".assay").mkdir()
    make_key_pair(folder / ".assay" / "signing.key", folder / "signing.pub")
    if not (folder / RESERVE).is_file():
        return assay.open(folder)
    settings = folder / "assay.toml"
    opener = pyrage.x25519.Identity.generate()
    line = f'vault_recipients = ["{opener.to_public()}"]\n'
    settings.write_text(settings.read_text(encoding="utf-8") + line, encoding="utf-8")
    opened = assay.open(folder)
    opened.reserve.seal(folder / RESERVE, source="unseen-prompts", remove=True)
    return opened


def import_file(program: Program, data: Path, job: Job) -> ImportReport:
    """Import one file by its mapping; rows set aside are kept in the program's folder."""
    return program.records.import_(
        data / job.name / job.file,
        format=HERE / job.name / job.mapping,
        source=job.name,
        rejects=program.folder,
    )


def import_all(program: Program, data: Path, jobs: Sequence[Job]) -> list[str]:
    """Import files twice, print what came of them, and say what does not add up."""
    first = [import_file(program, data, job) for job in jobs]
    again = [import_file(program, data, job) for job in jobs]
    show(
        ("set", "kind", "rows", "records", "judgments", "set aside", "unanchored", "again: already there"),
        (
            (
                job.name,
                report.kind,
                report.read,
                report.facts["records"].new,
                report.facts["judgments"].new,
                report.set_aside,
                report.unanchored,
                second.already_there,
            )
            for job, report, second in zip(jobs, first, again, strict=True)
        ),
    )  # fmt: skip
    for report in first:
        for reason in report.reasons:
            print(f"set aside from {report.file}: {reason.rows} rows: {reason.example}")
    return [*_faults(first, again), *_lost(program, first)]


def _faults(first: Iterable[ImportReport], again: Iterable[ImportReport]) -> Iterator[str]:
    for report, second in zip(first, again, strict=True):
        for each in (report, second):
            if each.read != each.stored + each.already_there + each.set_aside:
                yield f"rows of {each.file}"
        if second.stored or second.already_there != report.read - report.set_aside:
            yield f"the second import of {report.file} stored something"


def _lost(program: Program, reports: Iterable[ImportReport]) -> Iterator[str]:
    counted: Counter[str] = Counter()
    for report in reports:
        counted.update({family: count.new for family, count in report.facts.items()})
    for name, family in (("records", Record), ("judgments", Judgment)):
        if program.store.count(family) != counted[name]:
            yield f"{name} in the store and in the reports"


def release_votes(program: Program) -> list[str]:
    """Report agreement, build and verify the release 1.0.0, export it, and account for ties."""
    program.quality.write_report(program.folder / "reports")
    found = program.quality.agreement()
    show(AGREEMENT_HEAD, agreement_table(found.verdicts, found.questions))
    limitations = (HERE / VOTES / "limitations.md").read_text(encoding="utf-8")
    built = program.releases.build("1.0.0", limitations=limitations)
    verified = verify_release(built.folder, program.folder / "signing.pub")
    report = export_release(built.folder, "trl:preference", program.folder / "trl")
    print(f"release 1.0.0: {built.release.records} records, {built.release.judgments} judgments")
    for left in built.head.left_out:
        print(f"left out: {left.records} records, {left.reason}")
    print((program.folder / "trl" / "drop_report.md").read_text(encoding="utf-8"))
    faults = [] if verified.ok else ["the release does not verify"]
    return faults + _ties(program, built.release.records, report)


def _ties(program: Program, released: int, report: DropReport) -> list[str]:
    """Where every tie went: to rows, to dropped records, or to pairs that wait for more votes."""
    given = sum(isinstance(each.verdict, Tie) for each in program.store.scan(Judgment))
    ties = report.split("tie")
    waiting = given - ties.carried - ties.dropped
    print(
        f"ties: {given} given = {ties.carried} on pairs that became rows + {ties.dropped} on "
        f"dropped pairs + {waiting} on pairs that wait for votes"
    )
    return [] if report.records.given == released else ["records in the release and in the export"]


def show(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a plain table."""
    table = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    print()
    for row in table:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    print()


def _present(data: Path, names: Iterable[str]) -> Iterator[Job]:
    """The jobs whose files are there; the missing ones are named."""
    for job in JOBS:
        if job.name not in names:
            continue
        files = [data / job.name / file for file in (job.file, job.joined) if file]
        missing = [str(file) for file in files if not file.is_file()]
        if missing:
            print(f"missing, so left out: {', '.join(missing)}", file=sys.stderr)
        else:
            yield job


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with one folder a set")
    parser.add_argument("--only", nargs="+", choices=NAMES, help="names of sets; all where absent")
    parser.add_argument(
        "--into", type=Path, help="working folder; a new temporary one where absent"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
