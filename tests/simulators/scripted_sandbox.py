"""A sandbox with known truth: a candidate says itself what becomes of it. Nothing is run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, NoReturn

from assay.core.errors import MachineError
from assay.records.candidate import candidate_text
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.ports import CheckedCandidate, Limits, Run, Sandbox, TrustedEvaluation
from assay.verification.verification import (
    Fail,
    MachineVerdict,
    Memory,
    Pass,
    Timeout,
    Usage,
    VerifierError,
)
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase

VERDICTS: dict[str, MachineVerdict] = {
    "right": Pass(),
    "wrong": Fail(reason="wrong"),
    "slow": Timeout(),
    "huge": Memory(),
    "crash": VerifierError(reason="the runner was killed"),
}
"""What a candidate's first word brings."""

_USED = Usage(wall_ms=1, cpu_ms=1, memory_kb=1, output_bytes=0)


class ScriptedSandbox:
    """One sandbox that does one thing at a time and remembers what it was given."""

    def __init__(self, level: str, environment: str, *, dawdles: bool) -> None:
        self.isolation = level
        self.environment = environment
        self.checked: list[str] = []
        self._dawdles = dawdles
        self._busy = Lock()

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
        """Do what the candidate says."""
        del tests, entry, context, limits
        if not self._busy.acquire(blocking=False):
            raise AssertionError("two threads use one sandbox at once")
        try:
            self.checked.append(candidate)
            if self._dawdles:
                # The earlier a candidate, the later it is done: order must not depend on speed.
                time.sleep(0.002 * (len(candidate) % 3))
            return CheckedCandidate(
                verdict=VERDICTS[candidate.split(maxsplit=1)[0]],
                note=None,
                borrowed=(),
                usage=_USED,
                isolation=f"{self.isolation}/{'shared-process' if shared else 'split'}",
            )
        finally:
            self._busy.release()

    def run(
        self, program: str, *, stdin: bytes = b"", language: str = "python", limits: Limits
    ) -> Run:
        """Nothing here runs programs."""
        raise NotImplementedError

    def evaluate(self, function: str, payload: Any, *, limits: Limits) -> TrustedEvaluation:
        """Nothing here evaluates."""
        raise NotImplementedError


class Opener:
    """Opens scripted sandboxes and counts them."""

    def __init__(
        self, level: str = "namespaces", environment: str = "sha256:one", *, dawdles: bool = False
    ) -> None:
        self.level = level
        self.environment = environment
        self.opened: list[ScriptedSandbox] = []
        self.closed = 0
        self._dawdles = dawdles

    @property
    def checked(self) -> list[str]:
        """Every candidate that was checked but those of cases, in no order that counts."""
        return sorted(
            text for each in self.opened for text in each.checked if not text.endswith("case")
        )

    @contextmanager
    def __call__(self) -> Iterator[Sandbox]:
        """Open one."""
        sandbox = ScriptedSandbox(self.level, self.environment, dawdles=self._dawdles)
        self.opened.append(sandbox)
        yield sandbox
        self.closed += 1


@contextmanager
def no_sandbox() -> Iterator[Sandbox]:
    """A machine that has none."""
    _refuse()
    yield ScriptedSandbox("none", "", dawdles=False)


def _refuse() -> NoReturn:
    raise MachineError(
        code="sandbox-unavailable", message="bubblewrap is missing", hint="apt install bubblewrap"
    )


class CodeRuns(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that asks the sandbox; an empty answer has nothing to verify."""

    name = "code-runs"
    version = "1"
    summary = "Code runs"
    covers = "code"
    limits = ("nothing else",)

    shared: bool = False
    """Whether tests and candidate share a process."""

    def verify_in(
        self, sandbox: Sandbox, record: Record, candidate: int
    ) -> Found | NothingToVerify:
        """Ask it."""
        text = candidate_text(record.candidates[candidate])
        if not text:
            return NothingToVerify(reason="no code")
        found = sandbox.check(text, "", shared=self.shared, limits=Limits())
        return Found(verdict=found.verdict, isolation=found.isolation, usage=found.usage)

    def cases(self) -> tuple[VerifierCase, ...]:
        """One of each."""
        return case("gold", "pass", "right case"), case("counter-gold", "fail", "wrong case")
