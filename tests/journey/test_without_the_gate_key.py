"""A machine that asks the gate's process validates and plans as one that holds the gate's key."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

import assay.program as programs
from assay.core.clock import fixed_clock
from assay.core.errors import InputError, MachineError
from assay.core.keys import derive
from assay.demo.documents import MOMENT, SECRET
from assay.demo.proving import VERSION
from assay.program.program import Program
from assay.program.status import program_status
from assay.quality.disposition import Disposition
from assay.records.record import Record
from assay.releases.release import Release
from assay.validation.evaluation import Evaluation, ItemResult
from assay.validation.validation import Validation

pytestmark = pytest.mark.xdist_group("demo")

NO_KEY = 'gate_key = "file:.assay/there-is-none.key"'
LINES = 'pseudonym_key = "file:.assay/names.key"\ndesk_key = "file:.assay/desk.key"\n'


@pytest.fixture
def folders(told_demo: Path) -> Iterator[tuple[Path, Path]]:
    """The demo's program on a machine with all keys, and on one that asks the gate's process."""
    with TemporaryDirectory(prefix="gate") as short:  # the path of a socket is short
        keeper, holder, asker = (Path(short) / name for name in ("keeper", "holder", "asker"))
        for folder in (keeper, holder, asker):
            shutil.copytree(told_demo, folder)
        private = asker / ".assay"
        (private / "master.key").unlink()
        (private / "names.key").write_bytes(derive(SECRET.strip().encode(), "pseudonyms"))
        (private / "desk.key").write_bytes(derive(SECRET.strip().encode(), "desk"))
        settings = asker / "assay.toml"
        gate = f'gate = "unix:{short}/gate.sock"\n'
        settings.write_text(f"{NO_KEY}\n{LINES}{gate}{settings.read_text()}")
        command = [sys.executable, "-m", "assay", "reserve", "gate", "-p", str(keeper)]
        with subprocess.Popen(
            [*command, "--socket", f"{short}/gate.sock"], stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr
            assert "240 sealed items behind" in process.stderr.readline()
            yield holder, asker
            process.terminate()


def _rows(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Results that bring inputs: of sealed items, of others, of one training record at last."""
    release = list(program.store.scan(Release))[-1]
    edges = [edge.parent for edge in program.store.parents(release.id)]
    trained = {each.record for each in program.store.scan(Disposition, id=edges)}
    record = next(each for each in program.store.scan(Record) if each.id in trained)
    sealed = sorted({each.item for each in program.store.scan(ItemResult)})[:30]
    rows = [
        {"item": item, "input": f"Which fare is due on row {number} of the sealed table?"}
        for number, item in enumerate(sealed)
    ]
    rows += [
        {"item": f"open-{number}", "input": [{"role": "user", "content": f"Is {number} a sum?"}]}
        for number in range(30)
    ]
    known = {"item": "known", "input": record.task.messages[0].content.upper()}
    better, worse = list(_marked(rows, 3)), list(_marked(rows, 2))
    return {"base": worse, "candidate": better, "trained": [*better, known]}


def _marked(rows: list[dict[str, Any]], every: int) -> Iterator[dict[str, Any]]:
    """The same rows, of which each n-th fails."""
    for number, row in enumerate(rows):
        fails = number % every == 0
        failure = {"failure": "wrong_sum"} if fails else {}
        yield row | {"measures": {"correct": not fails}} | failure


def _validate(folder: Path) -> dict[str, Any]:
    """What a program says when new results are imported and compared."""
    with programs.open_program(folder, clock=fixed_clock(MOMENT), who="demo") as program:
        said: dict[str, Any] = {}
        for name, rows in _rows(program).items():
            file = folder / f"{name}.jsonl"
            file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
            about: dict[str, Any] = {
                "checkpoint": f"probe-{name}",
                "arm": "base" if name == "base" else "candidate",
                "dataset": "probe",
                "release": None if name == "base" else VERSION,
            }
            if name == "trained":
                with pytest.raises(InputError, match="1 items are training records") as refused:
                    program.validation.import_(file, **about)
                said[name] = str(refused.value)
            else:
                said[name] = program.validation.import_(file, **about)
        compared = program.validation.compare(base="probe-base", candidate="probe-candidate")
        said["report"] = compared.report
        said["again"] = program.validation.show(compared.validation)
        said["status"] = program_status(program)  # with the alarms and the live checklist
        said["findings"] = program.planning.findings()
        for found in said["findings"]:
            program.planning.cause(found.id, "demonstrations", person="ines", note="a probe")
        said["plan"] = program.planning.draft(total=150)
        said["facts"] = [
            each.canonical().decode()
            for family in (Evaluation, ItemResult, Validation)
            for each in program.store.scan(family)
        ]
        return said


def test_results_come_to_the_same_facts_and_figures_without_the_key(
    folders: tuple[Path, Path],
) -> None:
    """Import, comparison, refusal of trained items, alarms, checklist, status and plan are equal."""
    holder, asker = folders
    with (
        programs.open_program(asker, clock=fixed_clock(MOMENT), who="demo") as program,
        pytest.raises(MachineError, match="cannot read the secret"),
    ):
        assert program.context.keys.gate
    one, other = _validate(holder), _validate(asker)
    assert one["report"].overlap.matchable == one["report"].overlap.items == 60
    assert one["report"].overlap == other["report"].overlap
    assert any('"input":"words/2:' in fact for fact in one["facts"])
    for name, said in one.items():
        assert msgspec.json.encode(other[name]) == msgspec.json.encode(said), name
