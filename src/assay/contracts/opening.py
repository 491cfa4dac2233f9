"""Opening a program's folder: whether there is one, and its settings, before any document is read.

A command that looks a fact up needs no more, so no check of a document is imported here.
"""

from pathlib import Path

from assay.contracts.program import ProgramSettings
from assay.contracts.reading import FILES, read_file, require_folder
from assay.core.errors import CheckError, UsageError
from assay.core.issues import Issue


def require_program(directory: Path) -> None:
    """Refuse a folder that holds no program.

    Raises:
        UsageError: if there is no `assay.toml` in it.
    """
    if not (directory / FILES["program"]).exists():
        raise UsageError(
            code="no-program",
            message=f"this folder is not a program: it holds no {FILES['program']}",
            where=str(directory),
            hint="go to the program's folder, or begin one: assay init DIR --template preference",
        )


def load_program(directory: Path) -> ProgramSettings:
    """The settings in `assay.toml` alone, whatever the other documents say.

    Raises:
        CheckError: if the file does not check; the message names the first errors.
        UsageError: if there is no such folder, or no program in it.
    """
    require_folder(directory)
    require_program(directory)
    reading = read_file("program", FILES["program"], directory / FILES["program"])
    if not isinstance(reading.shaped.document, ProgramSettings):
        raise refusal(directory, reading.issues)
    return reading.shaped.document


_ERRORS_NAMED = 3
"""Most errors that a refusal names; a new program has dozens, and the check lists them all."""


def refusal(directory: Path, issues: tuple[Issue, ...]) -> CheckError:
    """The error for documents that do not check, which names the first faults."""
    errors = [issue for issue in issues if issue.severity == "error"]
    listed = "; ".join(
        f"{error.file}:{error.line}: {error.message}" for error in errors[:_ERRORS_NAMED]
    )
    if len(errors) > _ERRORS_NAMED:
        listed += f"; and {len(errors) - _ERRORS_NAMED} more"
    noun = "error" if len(errors) == 1 else "errors"
    return CheckError(
        code="documents-do-not-check",
        message=f"the documents have {len(errors)} {noun}: {listed}",
        where=str(directory),
        hint="`assay contract check` says what to do about each",
    )
