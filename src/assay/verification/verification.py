"""The verification: one verifier's result on one record or candidate."""

from types import UnionType
from typing import ClassVar, get_args

from assay.core.fact import Fact, Value
from assay.records.evidence import Evidence, TextSpan
from assay.records.fields import Index, JsonText, Name


class Pass(Value, tag_field="verdict", tag="pass"):
    """The claim held."""


class Fail(Value, tag_field="verdict", tag="fail"):
    """The claim did not hold."""

    reason: str
    """What did not hold."""


class Timeout(Value, tag_field="verdict", tag="timeout"):
    """Time ran out."""


class Memory(Value, tag_field="verdict", tag="memory"):
    """Memory ran out, and much of it was seen to be held."""


class OutputLimit(Value, tag_field="verdict", tag="output_limit"):
    """Too much output."""


class ProcessLimit(Value, tag_field="verdict", tag="process_limit"):
    """It wanted more processes or threads than it may have."""


class FileLimit(Value, tag_field="verdict", tag="file_limit"):
    """Its files grew too large or too many."""


class Crash(Value, tag_field="verdict", tag="crash"):
    """A signal ended it."""

    reason: str
    """The signal that ended it, by name or number."""


class Uncarried(Value, tag_field="verdict", tag="uncarried"):
    """Its answer could not be carried to what judges it, so nothing is known about its value."""

    reason: str
    """What could not be carried, or read."""


class VerifierError(Value, tag_field="verdict", tag="error"):
    """The verifier itself broke; nothing is known about the claim."""

    reason: str
    """The error of the verifier, in words."""


class Unavailable(Value, tag_field="verdict", tag="unavailable"):
    """The verifier could not run here, for lack of isolation or of a library."""

    reason: str
    """What is missing, with the remedy where there is one."""


NotDelivered = Timeout | Memory | OutputLimit | ProcessLimit | FileLimit | Crash | Uncarried
"""The candidate gave nothing that could be judged. It counts as not passed, told apart from `fail`:
a candidate must not be able to choose that it is not counted."""

CouldNotSay = VerifierError | Unavailable
"""The verifier could not say, by what the host saw; such results stay out of every denominator."""

MachineVerdict = Pass | Fail | NotDelivered | CouldNotSay
"""What a verifier finds."""


def tags_of(family: UnionType) -> tuple[str, ...]:
    """The verdicts of a family by their names."""
    return tuple(str(verdict.__struct_config__.tag) for verdict in get_args(family))


def reason_of(verdict: MachineVerdict) -> str:
    """Why it is not a pass, in words; empty where the verdict alone says it."""
    return str(getattr(verdict, "reason", ""))


class Usage(Value):
    """What a run took."""

    wall_ms: Index
    """Milliseconds on the clock."""
    cpu_ms: Index
    """Milliseconds of processor time."""
    memory_kb: Index
    """Largest resident memory in KiB."""
    output_bytes: Index
    """Bytes that it wrote to its outputs."""


class Verification(Fact):
    """One verifier's result."""

    prefix: ClassVar[str] = "ver"

    record: str
    """Id of the record."""
    verifier: str
    """Name of the verifier, as the rubric gives it."""
    version: str
    """Version of the verifier that gave the result."""
    verdict: MachineVerdict
    """The verdict, with its reason where it is not a pass."""
    dimensions: tuple[Name, ...]
    """Dimensions that this result covers."""
    candidate: Index | None = None
    """The candidate tested; the whole record where absent."""
    step: Index | None = None
    """The step at fault."""
    environment: str | None = None
    """Digest of the environment it ran in."""
    isolation: str | None = None
    """Isolation of the code under test, such as `namespaces/split`; `in-process` where none ran."""
    options: JsonText | None = None
    """The verifier's options as canonical JSON text; absent where it has none set."""
    span: TextSpan | None = None
    """The words at fault."""
    evidence: tuple[Evidence, ...] = ()
    """What the verdict rests on, such as each calculation with its value."""
    note: str | None = None
    """What was found, in words, where the verdict alone does not say it."""
    usage: Usage | None = None
    """What the run took, where it ran apart."""
