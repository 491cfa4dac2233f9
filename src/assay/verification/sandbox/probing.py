"""Proving a sandbox: a live probe from inside, observed from outside, before any foreign code runs."""

import json
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from assay.contracts.contract import IsolationLevel
from assay.verification.ports import Limits
from assay.verification.sandbox.host import BrokenError, ForkServer, RunOutput
from assay.verification.sandbox.inside.probe import TRIES
from assay.verification.sandbox.isolation import IsolationCheck
from assay.verification.sandbox.launching import ENVIRONMENT
from assay.verification.sandbox.scripts import run_script

_LIMITS = Limits(seconds=5.0, memory_mb=256, files_mb=1, files=16)
_ENDLESS = Limits(seconds=0.1, memory_mb=256, files_mb=1, files=16)
_GIVEN = (*ENVIRONMENT, "PYTHONPATH", "PWD", "LC_CTYPE")
"""Variables that a run may see: ours, and those that shells and interpreters set themselves."""


def probe(server: ForkServer, level: IsolationLevel) -> tuple[IsolationCheck, ...]:
    """Try to break out of a sandbox, and report which protections held.

    Args:
        server: a fork server in it.
        level: the isolation that it claims.
    """
    with _outside() as (targets, changed_targets):
        targets |= {
            "apart": level == "namespaces",
            "files_mb": _LIMITS.files_mb,
            "memory_mb": _LIMITS.memory_mb,
        }
        source = f"from {main_module()} import main\nmain({targets!r})\n"
        try:
            output = run_script(server, source, limits=_LIMITS)
            stopped = run_script(server, "while True: pass", limits=_ENDLESS)
        except BrokenError as error:
            return (IsolationCheck(name="start", held=False, seen=str(error)),)
        checks = list(_tries(output, level))
        checks += (
            IsolationCheck(
                name="seen from outside",
                held=not changed_targets(),
                seen=_describe(changed_targets()),
            ),
        )
    ended = stopped.ending.stopped == "time"
    return (
        *checks,
        IsolationCheck(
            name="time", held=ended, seen=f"an endless loop was {'' if ended else 'not '}ended"
        ),
    )


def main_module() -> str:
    """The module of the probe inside."""
    return TRIES["network"].__module__


def _tries(output: RunOutput, level: IsolationLevel) -> Iterator[IsolationCheck]:
    """What the probe reported for each try; a try that it did not report did not hold."""
    reports: dict[str, Any] = {}
    for line in output.texts[0].decode(errors="replace").splitlines():
        report = json.loads(line)
        reports[report["name"]] = report
    for name in TRIES:
        if name in reports:
            yield IsolationCheck(
                name=name, held=reports[name]["held"] is True, seen=str(reports[name]["seen"])
            )
        elif level == "namespaces" or name != "files bounded":
            error = output.texts[1].decode(errors="replace").strip().splitlines()[-1:]
            yield IsolationCheck(
                name=name, held=False, seen=f"not tried: {' '.join(error) or 'no answer'}"
            )


def _describe(changed: list[str]) -> str:
    return f"changed: {', '.join(changed)}" if changed else "listeners, canary and folder untouched"


@contextmanager
def _outside() -> Iterator[tuple[dict[str, Any], Callable[[], list[str]]]]:
    """What the probe tries to reach, and a function that names what it reached."""
    name = f"assay-probe-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind("\0" + name)
        unix.listen()
        for listener in (tcp, unix):
            listener.settimeout(0)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-probe-")))
        folder.chmod(0o777)
        canary = folder / "canary"
        canary.write_text(name, encoding="utf-8")
        canary.chmod(0o666)
        targets = {
            "port": tcp.getsockname()[1],
            "unix": name,
            "canary": str(canary),
            "folder": str(folder),
            "process": os.getpid(),
            "environment": _GIVEN,
        }

        def changed_targets() -> list[str]:
            changed = [
                label for label, listener in (("tcp", tcp), ("unix", unix)) if _was_called(listener)
            ]
            if canary.read_text(encoding="utf-8") != name or list(folder.iterdir()) != [canary]:
                changed.append("folder")
            return changed

        yield targets, changed_targets


def _was_called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True
