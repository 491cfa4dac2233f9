"""What verifiers need from a sandbox."""

from typing import Any, Protocol

import msgspec

from assay.verification.verification import MachineVerdict, Usage


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a run may take; a limit that was seen to be met has a verdict of its own."""

    seconds: float = 10.0
    """Seconds on the clock, and of processor time: `timeout`."""
    memory_mb: int = 512
    """MiB of memory, over all its processes together: `memory`."""
    output_kb: int = 4096
    """KiB of output, standard output and error together: `output_limit`."""
    files_mb: int = 32
    """MiB of files: `file_limit`."""
    files: int = 1024
    """Number of files and folders: `file_limit`."""
    processes: int = 1
    """Processes and threads at once: `process_limit`."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One program that ran in a sandbox."""

    verdict: MachineVerdict
    """`pass` where it ended with exit code 0."""
    exit_code: int | None
    """Its exit code; None where it was stopped."""
    signal: int | None
    """The signal that ended it, if one did."""
    output: str
    """The beginning of its standard output; what is not UTF-8 is shown as a backslash escape."""
    error: str
    """The beginning of its standard error, likewise."""
    usage: Usage
    """Time, memory and output that it took."""
    isolation: str
    """Isolation in which it ran."""


class AssertionTally(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the tests' assertions were reached."""

    found: int
    """Assertions in the tests."""
    ran: int
    """Of these, how many were reached."""
    missed: tuple[str, ...] = ()
    """The first of those that were not reached, or that cannot fail."""

    def describe(self) -> str:
        """The count in words, with the first that were not reached."""
        counts = f"{self.ran} of {self.found} assertions ran"
        return f"{counts}, not {'; '.join(self.missed)}" if self.missed else counts


class CheckedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate checked against tests."""

    verdict: MachineVerdict
    """The verdict of the tests."""
    note: str | None
    """What was found, in words, where the verdict alone does not say it."""
    assertions: AssertionTally | None = None
    """How many of the tests' assertions were reached; None where they were not counted."""
    borrowed: tuple[str, ...]
    """Functions besides the entry that the tests took from the candidate itself."""
    usage: Usage
    """What both sides took together."""
    isolation: str
    """Isolation in which it ran: `.../split`, or `.../shared-process`, which a candidate can forge."""


class TrustedEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """One trusted function that ran on hostile data."""

    verdict: MachineVerdict
    """`pass` where it gave a value back; `error` where it raised."""
    value: Any
    """What it gave back, as JSON; None unless the verdict is `pass`."""
    usage: Usage
    """Time, memory and output that it took."""
    isolation: str
    """Isolation in which it ran."""


class Sandbox(Protocol):
    """One sandbox: it does one thing at a time, and nothing of a run is left for the next."""

    @property
    def isolation(self) -> str:
        """The level that was proven, such as `namespaces`."""

    @property
    def environment(self) -> str:
        """Digest of the interpreter, its packages and our programs inside."""

    def run(
        self, program: str, *, stdin: bytes = b"", language: str = "python", limits: Limits
    ) -> Run:
        """Run one program."""

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
        """Check a candidate against tests, each in a process that has never seen the other.

        Args:
            candidate: source text of the candidate.
            tests: source text of the tests: `check(candidate)`, or plain assertions.
            entry: the function under test; the candidate's last one where absent.
            context: trusted source that the tests may use, such as the prompt.
            shared: run both in one process, which a candidate can forge.
            limits: what each side may take.
        """

    def evaluate(self, function: str, payload: Any, *, limits: Limits) -> TrustedEvaluation:
        """Call a trusted function, `module:name` of the evaluators, on hostile data."""
