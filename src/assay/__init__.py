"""Assay: a data contract goes in, a provable release comes out.

    import assay

    with assay.open("my-program") as program:
        program.records.import_("votes.csv", kind="preference", format="mapping.yaml", source="crowd")
        program.quality.dispose()
        program.releases.build("1.0.0")

The names in `__all__` are the public interface; each is imported when it is first used.
Plug-ins rely on `assay.stable.v1`. The packages in the order of the data flow: `contracts` ->
`records` -> `review` and `verification` -> `quality` -> `releases` -> `validation` -> `planning`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from assay.core.version import __version__

if TYPE_CHECKING:
    from assay.core.errors import AssayError, CheckError, InputError, MachineError, UsageError
    from assay.program import Program
    from assay.program import open_program as open  # noqa: A004  the verb that users expect
    from assay.program.checking import check_documents
    from assay.program.releases import export_release, verify_release
    from assay.quality.disposition import Disposition
    from assay.quality.report import QualityReport
    from assay.records.candidate import Candidate
    from assay.records.evidence import Evidence
    from assay.records.judgment import Judgment
    from assay.records.reader import Reader
    from assay.records.record import Record
    from assay.records.report import ImportReport
    from assay.records.task import Message, Task
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
    from assay.releases.exporters.drop_report import DropReport
    from assay.releases.exporters.exporter import Exporter
    from assay.releases.release import Release
    from assay.releases.verify import VerifiedRelease
    from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
    from assay.validation.validation import Validation
    from assay.verification.verification import Fail, MachineVerdict, Pass, Verification
    from assay.verification.verifier import Verifier

__all__ = [
    "Abstained",
    "Adjudication",
    "AssayError",
    "BothUnacceptable",
    "Candidate",
    "CheckError",
    "Decided",
    "Disposition",
    "DropReport",
    "Evidence",
    "Exporter",
    "Fail",
    "ImportReport",
    "InputError",
    "InsufficientContext",
    "Judgment",
    "MachineError",
    "MachineVerdict",
    "Message",
    "NotAsked",
    "Pass",
    "Prefers",
    "Preserved",
    "Program",
    "QualityReport",
    "Ranks",
    "Reader",
    "Record",
    "Release",
    "Returned",
    "Task",
    "Tie",
    "UsageError",
    "Validation",
    "Verdict",
    "Verification",
    "VerifiedRelease",
    "Verifier",
    "__version__",
    "check_documents",
    "export_release",
    "open",
    "verify_release",
]

_HOMES = {
    "assay.core.errors": ("AssayError", "CheckError", "InputError", "MachineError", "UsageError"),
    "assay.program": ("Program", "open_program"),
    "assay.program.checking": ("check_documents",),
    "assay.program.releases": ("export_release", "verify_release"),
    "assay.quality.disposition": ("Disposition",),
    "assay.quality.report": ("QualityReport",),
    "assay.records.candidate": ("Candidate",),
    "assay.records.evidence": ("Evidence",),
    "assay.records.judgment": ("Judgment",),
    "assay.records.reader": ("Reader",),
    "assay.records.record": ("Record",),
    "assay.records.report": ("ImportReport",),
    "assay.records.task": ("Message", "Task"),
    "assay.records.verdict": (
        "Abstained", "BothUnacceptable", "InsufficientContext", "NotAsked", "Prefers", "Ranks",
        "Tie", "Verdict",
    ),
    "assay.releases.exporters.drop_report": ("DropReport",),
    "assay.releases.exporters.exporter": ("Exporter",),
    "assay.releases.release": ("Release",),
    "assay.releases.verify": ("VerifiedRelease",),
    "assay.review.adjudication": ("Adjudication", "Decided", "Preserved", "Returned"),
    "assay.validation.validation": ("Validation",),
    "assay.verification.verification": ("Fail", "MachineVerdict", "Pass", "Verification"),
    "assay.verification.verifier": ("Verifier",),
}  # fmt: skip
"""Module -> the public names that it defines; the imports for type checkers say the same."""

_MODULES = {name: module for module, names in _HOMES.items() for name in names}
_ALIASES = {"open": "open_program"}


if not TYPE_CHECKING:
    # A type checker that saw it would take every name for one of the package.

    def __getattr__(name: str) -> Any:
        """A public name, imported when it is first used."""
        attribute = _ALIASES.get(name, name)
        if name not in __all__ or attribute not in _MODULES:
            raise AttributeError(f"module 'assay' has no attribute {name!r}")
        value = getattr(import_module(_MODULES[attribute]), attribute)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The public names."""
    return __all__
