"""Program output: a program, in any language at hand, prints what is expected for each input."""

import json
from typing import Any

import msgspec

from assay.records.candidate import candidate_text
from assay.records.evidence import Evidence
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.ports import Limits, Run, Sandbox
from assay.verification.verification import Fail, MachineVerdict, Pass, VerifierError
from assay.verification.verifier import CaseOutcome, Found, NothingToVerify, Test, VerifierCase
from assay.verification.verifiers.python_tests import code_in, tests_of

_SHOWN = 80


class ExpectedOutput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One input with the output that it must bring."""

    stdin: str = ""
    """What the program reads."""
    stdout: str
    """What it must print; white space at the ends of lines and of the whole does not count."""


class ProgramOutput(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The candidate's program prints what is expected. What is expected never enters the sandbox."""

    name = "program-output"
    version = "2"
    summary = "The candidate's program prints what is expected for each input, in a sandbox"
    covers = "whether a program's output is right for the inputs tried"
    reads = "program"
    limits = (
        "It sees the inputs that were tried and nothing else: not security, not speed.",
        "Output that is right in other words fails; white space at line ends does not count.",
        "A language is at hand where its interpreter is below /usr.",
    )

    language: str = "python"
    """Language that the program is written in."""
    processes: int = 1
    """Processes and threads that it may have; interpreters with threads of their own need more."""
    seconds: int = 10
    """Seconds for each input."""
    memory_mb: int = 512
    """Memory of the program, in MiB."""

    def verify_in(
        self, sandbox: Sandbox, record: Record, candidate: int
    ) -> Found | NothingToVerify:
        """Run the program once for each input; the first that does not fit counts."""
        texts = [piece.text for piece in tests_of(record, candidate) if piece.text]
        if not texts:
            return NothingToVerify(reason="the record holds no expected output")
        try:
            runs = [expected for text in texts for expected in _read_expected(text)]
        except (msgspec.ValidationError, ValueError) as error:
            reason = f"the tests are not a list of stdin and stdout: {error}"
            return Found(verdict=VerifierError(reason=reason[:300]))
        if not runs:
            return NothingToVerify(reason="the tests hold no input")
        source = code_in(candidate_text(record.candidates[candidate]))
        limits = Limits(
            seconds=float(self.seconds), memory_mb=self.memory_mb, processes=self.processes
        )
        for number, expected in enumerate(runs):
            run = sandbox.run(
                source, stdin=expected.stdin.encode(), language=self.language, limits=limits
            )
            verdict = _verdict(run, expected, number)
            if not isinstance(verdict, Pass):
                break
        note = f"{number + 1} of {len(runs)} inputs run"
        return Found(verdict=verdict, note=note, isolation=run.isolation, usage=run.usage)

    def cases(self) -> tuple[VerifierCase, ...]:
        """A right program passes; one that prints the wrong thing, nothing, or dies does not."""
        tests = (Evidence(kind="test", text=_TESTS),)
        return tuple(
            case(title, expected, code, evidence=tests) for title, expected, code in _CASES
        )


def _read_expected(text: str) -> list[ExpectedOutput]:
    value: Any = json.loads(text)
    return msgspec.convert(value, list[ExpectedOutput])


def _verdict(run: Run, expected: ExpectedOutput, number: int) -> MachineVerdict:
    if not isinstance(run.verdict, Pass):
        if isinstance(run.verdict, Fail):
            return Fail(reason=f"input {number}: {run.verdict.reason}")
        return run.verdict
    if _plain(run.output) == _plain(expected.stdout):
        return Pass()
    shown = f"{run.output[:_SHOWN]!r} is not {expected.stdout[:_SHOWN]!r}"
    return Fail(reason=f"input {number}: {shown}")


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


_TESTS = '[{"stdin": "2 3", "stdout": "5\\n"}, {"stdin": "4 5", "stdout": "9"}]'
_CASES: tuple[tuple[str, CaseOutcome, str], ...] = (
    ("a right program", "pass", "print(sum(map(int, input().split())))"),
    ("a wrong program", "fail", "print(len(input()))"),
    ("a program that prints nothing", "fail", "input()"),
    ("a program that prints much more", "fail", "print(5, 9)"),
    ("a right program that dies", "fail", "print(sum(map(int, input().split())))\nraise SystemExit(1)"),
)  # fmt: skip
