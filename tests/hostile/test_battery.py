"""Hostile programs find no way out, watched from outside, and leave the sandbox as it was."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Pass
from simulators.hostile_programs import BATTERY
from simulators.sandboxes import real_sandbox
from simulators.watched_host import WatchedHost

SHARED = Path(__file__).parents[3] / "shared" / "hostile"
MAY_END_IN = {
    "13_fork_bomb": "pass fail",
    "15_mem_bomb": "pass memory fail",
    "17_tmpfs_bomb": "pass file_limit",
    "19_loop_python": "timeout",
    "21_ignore_signals": "timeout fail",
    "23_huge_output": "output_limit",
    "25_daemon": "pass fail",
    "33_setuid_exec": "pass fail",
    "35_segv_recursion": "crash",
}
"""Verdicts of the programs that lie beside the project, where it is not `pass`."""


@pytest.fixture(scope="module")
def host() -> Iterator[WatchedHost]:
    with WatchedHost() as watched:
        yield watched


@pytest.fixture(scope="module")
def sandbox(host: WatchedHost) -> Iterator[WarmSandbox]:
    with real_sandbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def landlock(host: WatchedHost) -> Iterator[WarmSandbox]:
    with real_sandbox("landlock") as opened:
        yield opened


def attack(
    sandbox: WarmSandbox, host: WatchedHost, program: str, verdicts: str, processes: int = 1
) -> None:
    seconds = 0.7 if "timeout" in verdicts.split() else 60.0
    limits = Limits(seconds=seconds, memory_mb=512, processes=processes)
    found = sandbox.run(host.fill(program), limits=limits)
    assert "ESCAPED" not in found.output + found.error, found
    assert found.verdict.__struct_config__.tag in verdicts.split(), found
    assert not host.harm()
    after = Limits(seconds=60.0, memory_mb=512, processes=processes)
    assert isinstance(sandbox.run("pass", limits=after).verdict, Pass)


@pytest.mark.share(5)
@pytest.mark.parametrize("name", BATTERY)
def test_no_program_of_the_battery_gets_out(
    sandbox: WarmSandbox, host: WatchedHost, name: str
) -> None:
    """Nothing reaches the host, the verdict is the right one, and the next program runs."""
    attack(sandbox, host, *BATTERY[name])


ONE_PROCESS = [
    name
    for name, each in BATTERY.items()
    if each.processes == 1 and name not in {"fifo", "device_node", "link_to_host", "hard_link"}
]


@pytest.mark.share(5)
@pytest.mark.parametrize("name", ONE_PROCESS)
def test_the_weaker_level_holds_them_as_well(
    landlock: WarmSandbox, host: WatchedHost, name: str
) -> None:
    """Landlock, filter and limits alone hold every program that keeps to one process."""
    attack(landlock, host, *BATTERY[name])


BITING = (
    "tcp", "udp", "abstract_socket", "path_socket", "read_reserve", "read_passwd", "environment",
    "write_canary", "change_canary", "fork", "threads", "kill_victim", "listen", "memfd",
    "shared_segment", "dumpable", "subreaper", "netlink",
)  # fmt: skip


@pytest.mark.share(3)
@pytest.mark.parametrize("name", BITING)
def test_the_battery_bites_where_nothing_holds(name: str) -> None:
    """Run as a plain process the program gets out, or the watched host sees it."""
    with WatchedHost() as host:
        done = subprocess.run(
            [sys.executable, "-c", host.fill(BATTERY[name].program)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ},
        )
        assert "ESCAPED" in done.stdout or host.harm()


def shared_programs(pattern: str) -> list[Path]:
    return sorted(SHARED.glob(pattern))


@pytest.mark.data
@pytest.mark.parametrize("level", ["namespaces", "landlock"])
def test_the_programs_beside_the_project_are_held(
    sandbox: WarmSandbox, landlock: WarmSandbox, host: WatchedHost, level: str
) -> None:
    """Each hostile program beside the project ends as it must, at both levels."""
    if not SHARED.is_dir():
        pytest.skip(f"NO PROGRAM WAS RUN: there is no folder {SHARED}")
    programs = shared_programs("[0-9]*.py")
    assert programs
    for each in programs:
        chosen = sandbox if level == "namespaces" else landlock
        attack(chosen, host, each.read_text(encoding="utf-8"), MAY_END_IN.get(each.stem, "pass"))
