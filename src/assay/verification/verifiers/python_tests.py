"""Python tests: the candidate's code does what tests ask of it, in a sandbox of two sides."""

import re
from typing import Literal

from assay.records.candidate import candidate_text
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.ports import AssertionTally, CheckedCandidate, Limits, Sandbox
from assay.verification.verification import Fail, NotDelivered, Pass, reason_of
from assay.verification.verifier import CaseOutcome, Found, NothingToVerify, Test, VerifierCase

_FENCE = re.compile(r"^[ \t]*```[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
MOST_MISSED = 5
"""Assertions that were not reached and are named in a note."""
_PYTHON = frozenset({"", "python", "py", "python3"})


class PythonTests(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The candidate's Python passes the record's tests."""

    name = "python-tests"
    version = "2"
    summary = "The candidate's Python passes the record's tests, in a sandbox of two sides"
    covers = "whether code does what its tests ask"
    reads = "python"
    limits = (
        "It sees what the tests ask and nothing else: not security, not speed, not readability.",
        "Values of Python's own kinds pass between code and tests; other objects do not (`uncarried`).",
        "An assertion that a branch by platform or input leaves out is listed, and does not stop a pass.",
        "One that the candidate's answers lead past fails it, in doubt a right candidate as well.",
        "Changes to arguments are not seen by the tests; a failure that rests on that is `uncarried`.",
        "Inputs of the tests are seen by the candidate, so hidden tests need inputs of their own.",
        "`shared_process` runs suites and stateful tests, and a candidate can forge its verdict.",
    )

    entry: str = ""
    """The function under test; empty: the last one that the prompt begins where the code continues
    it, else the one that the tests call, or the candidate's last one."""
    prompt: Literal["apart", "prefix"] = "apart"
    """Whether the code continues the task's last message, as a completion does."""
    shared_process: bool = False
    """Whether tests and candidate share a process: for suites that cannot be split. Forgeable."""
    seconds: int = 10
    """Seconds for each piece of tests."""
    memory_mb: int = 512
    """MiB of memory on each side."""

    def verify_in(
        self, sandbox: Sandbox, record: Record, candidate: int
    ) -> Found | NothingToVerify:
        """Run every piece of tests that bears on the candidate; the first that does not pass counts."""
        pieces = [piece for piece in tests_of(record, candidate) if piece.text]
        if not pieces:
            return NothingToVerify(reason="the record holds no tests")
        code = code_in(candidate_text(record.candidates[candidate]))
        context, entry = "", self.entry
        if self.prompt == "prefix":
            context = record.task.messages[-1].content
            code = context + code
            entry = entry or _last_function(context)
        limits = Limits(seconds=float(self.seconds), memory_mb=self.memory_mb)
        checks = []
        for piece in pieces:
            check = sandbox.check(
                code,
                piece.text or "",
                entry=entry or None,
                context=context,
                shared=self.shared_process,
                limits=limits,
            )
            checks.append(check)
            if not isinstance(check.verdict, Pass):
                break
        return _conclude(checks, pieces[len(checks) - 1], len(pieces), candidate)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Right code passes; code that is wrong, silent, or forges a pass does not."""
        tests = (Evidence(kind="test", text=_TESTS),)
        return tuple(
            case(title, expected, code, evidence=tests, entry="add")
            for title, expected, code in _CASES
        )


def _conclude(checks: list[CheckedCandidate], last: Evidence, pieces: int, candidate: int) -> Found:
    verdict = checks[-1].verdict
    borrowed = sorted({name for check in checks for name in check.borrowed})
    notes = [f"{len(checks)} of {pieces} pieces of tests run"]
    tallies = [check.assertions for check in checks if check.assertions]
    if tallies:
        notes.append(_sum_of(tallies).describe())
    if borrowed:
        notes.append(f"the tests took {', '.join(borrowed)} from the candidate itself")
    reason = reason_of(verdict) if isinstance(verdict, Fail | NotDelivered) else ""
    piece = Evidence(kind="test", text=reason, locator=last.locator, candidate=candidate)
    return Found(
        verdict=verdict,
        note="; ".join(notes),
        evidence=(piece,) if reason else (),
        isolation=checks[-1].isolation,
        usage=checks[-1].usage,
    )


def _sum_of(tallies: list[AssertionTally]) -> AssertionTally:
    return AssertionTally(
        found=sum(tally.found for tally in tallies),
        ran=sum(tally.ran for tally in tallies),
        missed=tuple(missed for tally in tallies for missed in tally.missed)[:MOST_MISSED],
    )


def tests_of(record: Record, candidate: int) -> list[Evidence]:
    """The tests that bear on a candidate: evidence of kind `test`, or an outcome's reference."""
    pieces = [
        piece
        for piece in record.evidence
        if piece.kind == "test" and piece.candidate in {None, candidate}
    ]
    reference = record.part.reference if isinstance(record.part, Outcome) else None
    if not pieces and reference:
        return [Evidence(kind="test", text=reference)]
    return pieces


def _last_function(source: str) -> str:
    names = _FUNCTION.findall(source)
    return names[-1] if names else ""


def code_in(text: str) -> str:
    """The Python of a response: its first fenced block of Python, or all of it."""
    for match in _FENCE.finditer(text):
        if match[1].lower() in _PYTHON:
            return match[2]
    return text


_TESTS = """
def check(candidate):
    assert candidate(2, 3) == 5
    assert candidate(10**12, 7) == 1000000000007
    assert all(map(lambda n: candidate(n, n) == 2 * n, [4, 5, 6]))
"""
_CASES: tuple[tuple[str, CaseOutcome, str], ...] = (
    ("right code", "pass", "def add(a, b):\n    return a + b\n"),
    ("right code in a fence", "pass", "Here:\n```python\nadd = lambda a, b: b + a\n```\nDone."),
    ("wrong code", "fail", "def add(a, b):\n    return a - b\n"),
    ("code that gives nothing back", "fail", "def add(a, b):\n    pass\n"),
    ("code that ends the program", "fail", "import os\nos._exit(0)\n"),
    (
        "an answer equal to everything",
        "uncarried",
        "class E:\n    def __eq__(s, o): return True\ndef add(a, b):\n    return E()\n",
    ),
    ("code that says it has no memory", "fail", "def add(a, b): raise MemoryError"),
    ("code that says it could not be confined", "fail", "import os\nos._exit(121)"),
    ("an error that would end a loop early", "fail", _TESTS.replace("check", "never") + """
def add(a, b):
    if a == b: raise StopIteration
    return a + b
"""),
)  # fmt: skip
