"""What a verifier is: a plug-in that tests one candidate of one record, and says what it covers."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Protocol, TypeGuard

import msgspec

from assay.records.candidate import Candidate
from assay.records.evidence import Evidence, TextSpan
from assay.records.record import Record
from assay.verification.ports import Sandbox
from assay.verification.verification import MachineVerdict, Usage

IN_PROCESS = "in-process"
"""Isolation of a verifier that reads data and runs none of it."""

CaseOutcome = Literal["pass", "fail", "uncarried", "crash", "error", "nothing"]
"""What a case must come to; `nothing` where the candidate makes no such claim."""


Form = Literal["text", "python", "program"]
"""What a verifier reads an answer as: words, a function in Python, or a program that prints."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a verifier found out about a candidate."""

    verdict: MachineVerdict
    """Pass, fail, or why neither is known."""
    note: str | None = None
    """What was found, in words, where the verdict alone does not say it."""
    step: int | None = None
    """The step at fault, from 0."""
    span: TextSpan | None = None
    """The words at fault."""
    evidence: tuple[Evidence, ...] = ()
    """What the verdict rests on."""
    isolation: str = IN_PROCESS
    """Isolation of the code under test."""
    usage: Usage | None = None
    """What the run took, where it ran apart."""


class NothingToVerify(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate makes no claim of the sort that the verifier tests. It is not a pass."""

    reason: str
    """What is not there, such as `no reference answer`."""


class VerifierCase(msgspec.Struct, frozen=True, kw_only=True):
    """A gold or counter-gold case: a verifier is used only while it answers all of its own."""

    title: str
    """What the case shows, in a few words."""
    record: Record
    """The record whose candidate is tested."""
    expected: CaseOutcome
    """What the verifier must find: `pass` is gold, `fail` counter-gold."""
    candidate: int = 0
    """Place of the candidate in the record, from 0."""
    options: Mapping[str, Any] = {}
    """Options that the verifier is given for this case."""


class Verifier(Protocol):
    """A verifier holds its options and no state; the same candidate gets the same answer."""

    @property
    def name(self) -> str:
        """The name by which a rubric's dimension asks for it."""

    @property
    def version(self) -> str:
        """Incremented whenever a verdict could change."""

    @property
    def summary(self) -> str:
        """One sentence for the help."""

    @property
    def covers(self) -> str:
        """The kind of dimension that it can verify."""

    @property
    def limits(self) -> tuple[str, ...]:
        """What it does not measure, one sentence each."""

    @property
    def environment(self) -> str | None:
        """Digest of what an answer depends on besides the version, such as a library's version."""

    def cases(self) -> tuple[VerifierCase, ...]:
        """Its gold and counter-gold cases, at least one of each."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Test one candidate."""


class SandboxedVerifier(Protocol):
    """A verifier that runs or evaluates what it is given, in a sandbox and nowhere else."""

    def verify_in(
        self, sandbox: Sandbox, record: Record, candidate: int
    ) -> Found | NothingToVerify:
        """Test one candidate in a sandbox."""


def runs_in_sandbox(verifier: object) -> TypeGuard[SandboxedVerifier]:
    """Whether a verifier, or a kind of verifier, works in a sandbox alone."""
    return hasattr(verifier, "verify_in")


class Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the verifiers that come with Assay share. Their fields are their options."""

    __test__: ClassVar[bool] = False
    """Tells pytest that this is not a collection of tests."""
    name: ClassVar[str]
    """The name by which a rubric's dimension asks for it."""
    version: ClassVar[str]
    """Incremented whenever a verdict could change."""
    summary: ClassVar[str]
    """One sentence for the help."""
    covers: ClassVar[str]
    """The kind of dimension that it can verify."""
    limits: ClassVar[tuple[str, ...]]
    """What it does not measure, one sentence each."""
    reads: ClassVar[Form] = "text"
    """What it reads an answer as, by which its adequacy is tested."""
    environment: ClassVar[str | None] = None
    """Digest of what an answer depends on besides the version."""


def texts_of(candidate: Candidate, place: int) -> Iterator[tuple[int | None, str, str]]:
    """Every text of a candidate: the step it is in (None: the response), pointer, text."""
    pointer = f"/candidates/{place}"
    if isinstance(candidate.content, str):
        yield None, f"{pointer}/content", candidate.content
    else:
        for number, message in enumerate(candidate.content):
            yield None, f"{pointer}/content/{number}/content", message.content
    for number, step in enumerate(candidate.work):
        yield number, "/".join((pointer, "work", str(number), "text")), step.text


def reference_of(record: Record) -> str | None:
    """The right answer that the record names; None where it names none."""
    for field in ("reference", "answer"):
        value = getattr(record.part, field, None)
        if isinstance(value, str) and value:
            return value
    return None
