"""What a command costs when little is new: CPU seconds and memory on a program of 100,000 records.

    python benchmarks/incremental.py [--records 100000] [--sealed 1000] [--judged 1000]

A program is generated: preference records of about a kilobyte, some judged by two reviewers, and
sealed items. Each command runs as a process of its own, with compiled modules in a cache as in an
installed package; CPU seconds are its user and system time together, memory its peak. The first
run of a command counts everything, the second only what is new. Floors are printed: an empty
interpreter; the import of the command line's library, and that of the store's; `assay --help`, which
opens nothing. On a machine that does other work read the ratio to the import of the command line's
library, which runs directly before each command.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]

from assay.core.fact import Fact  # noqa: E402
from assay.records.candidate import Candidate, MadeByModel  # noqa: E402
from assay.records.judgment import Judgment, Reviewer  # noqa: E402
from assay.records.kinds import Preference  # noqa: E402
from assay.records.record import Record, Source, sort_candidates  # noqa: E402
from assay.records.task import Message, Task  # noqa: E402
from assay.records.verdict import Prefers  # noqa: E402

SOURCE = "written-for-this"
SENTENCE = (
    "The ferry on this pier leaves a little later than the board says, so keep an eye on it. "
)

COMMAND_LINE = "import typer"
"""What the command line costs before anything of ours is imported."""
HELP = 0.3
"""Most CPU seconds of `assay --help`."""


class Cost(NamedTuple):
    """What a process took."""

    cpu: float
    """User and system time, in seconds."""
    megabytes: float
    """Peak resident memory."""


class Bar(NamedTuple):
    """A command, and the most that it may take."""

    arguments: str
    """The command, without the program."""
    what: str
    """What is new when it runs."""
    cpu: float | None = None
    """Most CPU seconds; None where there is no bar."""
    megabytes: float | None = None
    """Most memory."""


def record(number: int) -> Record:
    """A preference record of about one kilobyte."""
    candidates, _ = sort_candidates(
        tuple(
            Candidate(
                content=f"{number}.{side} {SENTENCE * 4}", provenance=MadeByModel(model="quay")
            )
            for side in range(2)
        )
    )
    return Record(
        schema_version=1,
        part=Preference(),
        task=Task(
            messages=(Message(role="user", content=f"Which ferry on pier {number}?"),),
            taxonomy={"difficulty": "hard" if number % 3 else "easy", "language": "en"},
        ),
        sources=(Source(source_class=SOURCE),),
        candidates=candidates,
    )


def facts(count: int, judged: int) -> Iterator[Fact]:
    """Records, the first of them judged by two reviewers who agree."""
    for number in range(count):
        one = record(number)
        yield one
        for name in ("prs_one", "prs_two") if number < judged else ():
            yield Judgment(
                record=one.id,
                reviewer=Reviewer(pseudonym=name, kind="human", role="reviewer"),
                verdict=Prefers(candidate=0),
            )


def sealed_items(count: int) -> Iterator[Record]:
    """Evaluation items, none of which is like a record."""
    for number in range(count):
        words = " ".join(f"w{(number * 31 + place * 7) % 9973}" for place in range(40))
        yield record(10_000_000 + number).replace(
            task=Task(messages=(Message(role="user", content=f"{number} {words}"),))
        )


def write(path: Path, lines: Iterator[Fact]) -> Path:
    """Write facts as lines of our own format."""
    with path.open("wb") as file:
        file.writelines(line.canonical() + b"\n" for line in lines)
    return path


class Bench:
    """Runs commands on one program."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "program"
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._environment = {**environment, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        self.missed = 0

    def cost(self, command: Sequence[str]) -> tuple[Cost, str]:
        """What a command took, and what it printed."""
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment
        ) as process:
            assert process.stdout
            printed = process.stdout.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{printed}")
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), printed

    def assay(self, *arguments: str) -> tuple[Cost, str]:
        """What a command of ours took on the program."""
        return self.cost([sys.executable, "-m", "assay", *arguments])

    def python(self, code: str) -> Cost:
        """What an interpreter took that runs some code."""
        cost, _ = self.cost([sys.executable, "-c", code])
        return cost

    def measure(self, bar: Bar) -> None:
        """Run a command and print its line."""
        floor = self.python(COMMAND_LINE)
        cost, _ = self.assay(*bar.arguments.split(), "-p", str(self.program))
        over = (bar.cpu is not None and cost.cpu > bar.cpu) or (
            bar.megabytes is not None and cost.megabytes > bar.megabytes
        )
        self.missed += over
        limits = " and ".join(
            f"{limit:g} {unit}"
            for limit, unit in ((bar.cpu, "s"), (bar.megabytes, "MB"))
            if limit is not None
        )
        name = re.sub(r"(rec_\w{6})\w+", r"\1", bar.arguments)
        print(
            f"| `{Path(name.split()[0]).name} {' '.join(name.split()[1:])}` | {bar.what} "
            f"| {cost.cpu:.2f} | {cost.cpu / floor.cpu:.1f} | {cost.megabytes:.0f} | {limits} "
            f"| {'yes' if over else ''} |",
            flush=True,
        )


def main() -> None:
    """Generate a program, run the commands, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--sealed", type=int, default=1_000)
    parser.add_argument("--judged", type=int, default=1_000)
    parser.add_argument("--quick", action="store_true", help="5,000 records")
    options = parser.parse_args()
    count = 5_000 if options.quick else options.records
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench(folder)
        _generate(bench, folder, count, options.judged, options.sealed)
        print(f"{count:,} records, {options.judged:,} judged twice, {options.sealed:,} sealed; "
              f"load average {os.getloadavg()[0]:.1f}\n")  # fmt: skip
        for line, command in (
            ("floor, empty interpreter", "pass"),
            ("floor, the command line's library", COMMAND_LINE),
            ("floor, the store's library", "import sqlalchemy, msgspec, sqlite3"),
        ):
            bench.python(command)
            cost = bench.python(command)
            print(f"{line}: {cost.cpu:.2f} CPU s, {cost.megabytes:.0f} MB")
        bench.assay("--help")
        cost, _ = bench.assay("--help")
        print(
            f"floor, `assay --help`: {cost.cpu:.2f} CPU s of at most {HELP}, {cost.megabytes:.0f} MB\n"
        )
        bench.missed += cost.cpu > HELP
        print("| command | new | CPU s | ratio | MB | at most | missed |")
        print("|---|---|--:|--:|--:|---|---|")
        for bar in _bars(bench, folder):
            bench.measure(bar)
        print(f"\n{bench.missed} bars missed.")


def _generate(bench: Bench, folder: Path, count: int, judged: int, sealed: int) -> None:
    place = str(bench.program)
    bench.assay("init", place)
    _, printed = bench.assay("key", "new-vault", str(folder / "opener.key"))
    recipients = re.search(r"vault_recipients = .*", printed)
    assert recipients
    settings = bench.program / "assay.toml"
    settings.write_text(f"{recipients[0]}\n{settings.read_text()}")
    bench.assay("record", "import", str(write(folder / "all.jsonl", facts(count, judged))),
                "-p", place)  # fmt: skip
    if sealed:
        items = write(folder / "items.jsonl", iter(sealed_items(sealed)))
        bench.assay("reserve", "seal", str(items), "-p", place)


def _bars(bench: Bench, folder: Path) -> Iterator[Bar]:
    place = str(bench.program)
    _, listed = bench.assay("record", "list", "--limit", "1", "--json", "-p", place)
    lineage = f"lineage {re.findall(r'rec_[a-z2-7]{52}', listed)[0]}"
    yield Bar("status", "everything")
    yield Bar("status", "nothing", 0.5, 150)
    yield Bar("record list", "", 0.5, 150)
    yield Bar("review status", "", 0.5, 150)
    yield Bar(lineage, "", 0.5, 150)
    yield Bar("next", "")
    yield Bar("contract check", "")
    yield Bar("quality dispose", "everything")
    yield Bar("quality dispose", "nothing", 1.0)
    yield Bar("status", "every disposition")
    yield Bar("status", "nothing", 0.5, 150)
    yield Bar("reserve check", "everything")
    yield Bar("reserve check", "nothing", 1.0)
    one = write(folder / "one.jsonl", iter([record(20_000_000)]))
    bench.assay("record", "import", str(one), "-p", place)
    yield Bar("reserve check", "one record", 1.0)
    yield Bar("quality dispose", "one record", 1.0)
    yield Bar("status", "one record")
    yield Bar("audit verify", "everything")
    yield Bar("audit verify", "nothing")
    yield Bar("audit verify --whole", "everything")


if __name__ == "__main__":
    main()
