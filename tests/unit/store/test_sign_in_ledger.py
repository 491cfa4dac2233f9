"""The ledger of failed sign-ins: one count for all processes of a machine, and no secret in it."""

import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.governance.failed_sign_ins import FREE_TRIES, FailedSignIns, SignInWaitError
from assay.store.sign_in_ledger import FileLedger

NOW = "2026-03-02T09:00:00Z"
KEY = b"k" * 32

TRIES = """
import sys
from pathlib import Path
from assay.governance.failed_sign_ins import FailedSignIns, SignInWaitError
from assay.store.sign_in_ledger import FileLedger
counted, admitted = FailedSignIns(ledger=FileLedger(Path(sys.argv[1])), key=b"k" * 32), 0
for number in range(20):
    try:
        counted.begin("ana", f"192.0.2.{number}", "2026-03-02T09:00:00Z")
        admitted += 1
    except SignInWaitError:
        pass
print(admitted)
"""


def _admitted(counted: FailedSignIns, name: str, times: int) -> int:
    admitted = 0
    for _ in range(times):
        try:
            counted.begin(name, "192.0.2.1", NOW)
        except SignInWaitError:
            continue
        admitted += 1
    return admitted


def test_processes_that_try_at_once_have_the_tries_of_one(tmp_path: Path) -> None:
    """Four processes with twenty tries each get the free tries together, not each."""
    file = tmp_path / "sign-ins.sqlite"
    command = [sys.executable, "-c", TRIES, str(file)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    admitted = [process.communicate()[0] for process in running]
    assert sum(map(int, admitted)) == FREE_TRIES


@pytest.mark.parametrize("round_number", range(20))
def test_a_new_ledger_may_be_opened_by_several_at_once(tmp_path: Path, round_number: int) -> None:
    """Whoever comes while another makes the file waits, where SQLite would refuse at once."""
    ledger = FileLedger(tmp_path / f"sign-ins-{round_number}.sqlite")
    start = threading.Barrier(4)

    def open_it() -> None:
        start.wait()
        with ledger.open() as opened:
            opened.get("nobody")

    with ThreadPoolExecutor(max_workers=4) as threads:
        for opening in [threads.submit(open_it) for _ in range(4)]:
            opening.result()


def test_a_ledger_survives_its_process_and_is_forgotten_with_its_file(tmp_path: Path) -> None:
    """A new process goes on with the counts; a file that is no database begins anew."""
    file = tmp_path / "sign-ins.sqlite"
    assert _admitted(FailedSignIns(ledger=FileLedger(file), key=KEY), "ana", 9) == FREE_TRIES
    assert _admitted(FailedSignIns(ledger=FileLedger(file), key=KEY), "ana", 9) == 0
    file.write_bytes(b"no database at all" * 1000)
    assert _admitted(FailedSignIns(ledger=FileLedger(file), key=KEY), "ana", 9) == FREE_TRIES


def test_what_was_typed_is_in_no_byte_of_the_ledger(tmp_path: Path) -> None:
    """Names, which may be passwords, and addresses are keyed digests, in a file for its user alone."""
    counted = FailedSignIns(ledger=FileLedger(tmp_path / "sign-ins.sqlite"), key=KEY)
    counted.begin("my secret sentence", "192.0.2.77", NOW)
    counted.succeed("ana", "192.0.2.77")
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        for word in (b"secret", b"ana", b"192.0.2"):
            assert word not in file.read_bytes()
    assert counted.rows({"my secret sentence"})[0].tries == 1
