"""Version 1 of the stable interface: readers, exporters, verifiers, cues, and the REST client."""

from assay.client import Client
from assay.core.errors import AssayError, CheckError, InputError, MachineError, UsageError
from assay.quality.shortcuts.cues import Cue
from assay.records.candidate import (
    Candidate,
    MadeByEdit,
    MadeByModel,
    MadeByPerson,
    MadeByUnknown,
    Step,
    candidate_text,
)
from assay.records.evidence import Evidence, TextSpan
from assay.records.judgment import Judgment
from assay.records.kinds import (
    Adversarial,
    Critique,
    Demonstration,
    Outcome,
    Policy,
    Preference,
    Process,
    Trajectory,
)
from assay.records.reader import FieldOptions, Read, Reader, RowContext
from assay.records.record import SCHEMA_VERSION, Record, Source
from assay.records.task import Message, Task, Tool, ToolCall
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    InsufficientContext,
    NotAsked,
    Prefers,
    Ranks,
    Tie,
    Verdict,
)
from assay.releases.exporters.exporter import Carried, Exporter, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.review.answer import Answer
from assay.verification.cases import case
from assay.verification.ports import Sandbox
from assay.verification.proof import prove
from assay.verification.verification import Fail, MachineVerdict, Pass
from assay.verification.verifier import (
    Found,
    NothingToVerify,
    SandboxedVerifier,
    Test,
    Verifier,
    VerifierCase,
)

__all__ = [
    "SCHEMA_VERSION",
    "Abstained",
    "Adversarial",
    "Answer",
    "AssayError",
    "BothUnacceptable",
    "Candidate",
    "Carried",
    "CheckError",
    "Client",
    "Critique",
    "Cue",
    "Demonstration",
    "Evidence",
    "ExportFormat",
    "ExportRow",
    "Exporter",
    "Fail",
    "FieldOptions",
    "Found",
    "InputError",
    "InsufficientContext",
    "Judgment",
    "MachineError",
    "MachineVerdict",
    "MadeByEdit",
    "MadeByModel",
    "MadeByPerson",
    "MadeByUnknown",
    "Message",
    "NotAsked",
    "NotCarriedError",
    "NothingToVerify",
    "Outcome",
    "Pass",
    "Policy",
    "Preference",
    "Prefers",
    "Process",
    "Ranks",
    "Read",
    "Reader",
    "Record",
    "ReleasedRecord",
    "RowContext",
    "Sandbox",
    "SandboxedVerifier",
    "Source",
    "Step",
    "Task",
    "Test",
    "TextSpan",
    "Tie",
    "Tool",
    "ToolCall",
    "Trajectory",
    "UsageError",
    "Verdict",
    "Verifier",
    "VerifierCase",
    "candidate_text",
    "case",
    "prove",
]
