"""What an interface can do with a program's documents: start, check, load, show, compare."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from assay.contracts.checklist import ChecklistPoint, compute_checklist
from assay.contracts.checks import check_substance
from assay.contracts.checks.context import NO_CONTEXT, CheckContext
from assay.contracts.diff import DocumentDifferences, compare
from assay.contracts.document import AnyDocument, DocumentKind
from assay.contracts.documents import Documents
from assay.contracts.draft import QUESTIONS, ProgramDraft, write_draft
from assay.contracts.open_question import NOT_ANSWERED
from assay.contracts.opening import refusal, require_program
from assay.contracts.program import ProgramSettings
from assay.contracts.reading import (
    FILES,
    FileKind,
    Reading,
    all_issues,
    read_program,
)
from assay.contracts.rights_in_force import RightsInForce
from assay.contracts.schema import all_schemas
from assay.contracts.show import render
from assay.contracts.sources import Sources
from assay.contracts.terms import MAX_NAME, NAME
from assay.core.choices import refuse_unknown
from assay.core.errors import UsageError
from assay.core.issues import Issue, has_errors
from assay.core.private import make_private_folder

TEMPLATES: tuple[str, ...] = ("preference", "code", "math", "safety", "tools")
"""Names of the templates that a program can start from."""

PRIVATE_FOLDER = ".assay"
"""What only the program's own user may read: store, keys, journals."""

SCHEMA_FOLDER = f"{PRIVATE_FOLDER}/schema"
"""Where `init` writes the JSON Schemas that the documents' first lines point to."""

# The schemas are committed with the documents, so that editors find them after a clone.
_IGNORED = (
    "# the store, the vault and their keys stay on this machine\n"
    ".assay/*\n!.assay/schema/\n.vault/\n"
)


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a check of a program's documents."""

    ok: bool
    """Whether there is no error; warnings do not count."""
    issues: tuple[Issue, ...]
    """Every fault, by file and line."""
    checklist: tuple[ChecklistPoint, ...]
    """The fourteen points of the operating checklist."""

    def to_json(self) -> dict[str, Any]:
        """`ok`, `issues` and `checklist` as plain JSON."""
        return {
            "ok": self.ok,
            "issues": [{key: getattr(issue, key) for key in _ISSUE_KEYS} for issue in self.issues],
            "checklist": [msgspec.to_builtins(point) for point in self.checklist],
        }


_ISSUE_KEYS = ("code", "severity", "file", "line", "path", "message", "hint")


def init(directory: Path, template: str = "preference") -> list[str]:
    """Write a new program that checks clean.

    Args:
        directory: where to; it is made if it is not there.
        template: one of `TEMPLATES`.

    Returns:
        The files written, relative to the directory.

    Raises:
        UsageError: if there is no such template, or a program is there already.
    """
    refuse_unknown("template", template, TEMPLATES)
    folder = files("assay.contracts") / "templates" / template
    return _write(
        directory,
        {name: (folder / name).read_text(encoding="utf-8") for name in FILES.values()},
    )


def begin(directory: Path, draft: ProgramDraft, more: Mapping[str, str] = {}) -> list[str]:
    """Write a new program in which every open question is marked.

    Args:
        directory: where to; it is made if it is not there.
        draft: what is known of the program.
        more: other files of it, such as a mapping: name -> text.

    Returns:
        The files written, relative to the directory.

    Raises:
        UsageError: if the id is not a name, an answer holds what is no text, or a program is there
            already.
    """
    _refuse_unprintable(draft)
    if not re.fullmatch(NAME, draft.id) or len(draft.id) > MAX_NAME:
        raise UsageError(
            code="bad-id",
            message=f"{draft.id!r} is not the name of a program",
            where="--id",
            hint="lower-case letters, digits, _ and -, beginning with a letter, such as my-program",
        )
    return _write(directory, {**write_draft(draft), **more})


def _refuse_unprintable(draft: ProgramDraft) -> None:
    """Refuse answers with bytes that are not UTF-8, or with characters that a terminal obeys."""
    for question in QUESTIONS:
        answer = getattr(draft, question.field)
        if not answer.isprintable():
            raise UsageError(
                code="unreadable-answer",
                message="the answer holds bytes that are not UTF-8, or control characters",
                where=question.text,
                hint="write the answers as lines of UTF-8 text",
            )


def _write(directory: Path, documents: Mapping[str, str]) -> list[str]:
    _refuse_occupied(directory, documents)
    contents = {**documents, ".gitignore": _IGNORED, **_schema_files()}
    # A repository's own file stays as it is: it may ignore more than ours.
    if (directory / ".gitignore").exists():
        del contents[".gitignore"]
    make_private_folder(directory / PRIVATE_FOLDER)
    for name, text in contents.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(contents)


def check(directory: Path, context: CheckContext = NO_CONTEXT) -> CheckReport:
    """Check the documents of a program: every fault at once, and the checklist.

    Args:
        directory: the program's folder.
        context: the day, the installed verifiers and the exams' error rates, where they are known.

    Raises:
        UsageError: if there is no such folder.
    """
    return _report(read_program(directory), context)


def load(directory: Path) -> Documents:
    """The documents of a program.

    Raises:
        CheckError: if they do not check; the message names the first errors.
        UsageError: if there is no such folder, or no program in it.
    """
    readings = read_program(directory)
    require_program(directory)
    report = _report(readings)
    if not report.ok:
        raise refusal(directory, report.issues)
    documents: dict[str, Any] = {
        kind: reading.shaped.document for kind, reading in readings.items()
    }
    return Documents(directory=directory, **documents)


def load_draft(directory: Path) -> Documents:
    """The documents of a program in which questions may still be open; there is no other fault.

    Raises:
        CheckError: if they have another fault than open questions; the message names the first errors.
        UsageError: if there is no such folder, or no program in it.
    """
    readings = read_program(directory)
    require_program(directory)
    issues = _report(readings).issues
    faults = tuple(issue for issue in issues if issue.code != NOT_ANSWERED)
    documents: dict[str, Any] = {
        kind: reading.shaped.document for kind, reading in readings.items()
    }
    if has_errors(faults) or None in documents.values():
        raise refusal(directory, issues)
    return Documents(directory=directory, **documents)


def load_rights(directory: Path) -> RightsInForce:
    """What rights depend on, from `sources.yaml` and `assay.toml`; faults of others do not matter.

    Raises:
        CheckError: if one of the two does not check, or is gone.
        UsageError: if there is no such folder.
    """
    readings = read_program(directory)
    # An error in the rubric must not stop every exit: rights depend on these two files alone.
    needed = {FILES["sources"], FILES["program"]}
    issues = tuple(issue for issue in _report(readings).issues if issue.file in needed)
    sources, program = (readings[kind].shaped.document for kind in ("sources", "program"))
    if (
        has_errors(issues)
        or not isinstance(sources, Sources)
        or not isinstance(program, ProgramSettings)
    ):
        raise refusal(directory, issues)
    return RightsInForce(sources=tuple(sources.classes), territory=program.territory)


def show(directory: Path) -> str:
    """The documents of a program as Markdown for people.

    Raises:
        CheckError: if they do not check.
        UsageError: if there is no such folder.
    """
    return render(load(directory))


def diff(old: Path, new: Path) -> DocumentDifferences:
    """What changed between two programs, and which judgments need a re-review.

    Raises:
        CheckError: if a document of either cannot be read; faults of substance do not matter.
        UsageError: if one of the folders is not there.
    """
    return compare(_typed_documents(old), _typed_documents(new))


def schema() -> Mapping[FileKind, dict[str, Any]]:
    """The JSON Schema of each document by its kind."""
    return all_schemas()


@cache
def _schema_files() -> Mapping[str, str]:
    """The files of the schemas: name -> text; generating them takes longer than all else in `init`."""
    contents = {}
    for kind, document_schema in all_schemas().items():
        text = msgspec.json.format(msgspec.json.encode(document_schema), indent=2).decode()
        contents[f"{SCHEMA_FOLDER}/{kind}.json"] = f"{text}\n"
    return contents


def _refuse_occupied(directory: Path, names: Iterable[str]) -> None:
    if directory.exists() and not directory.is_dir():
        raise UsageError(
            code="not-a-folder",
            message="this is a file, not a folder",
            where=str(directory),
            hint="name a folder that is not there yet; it is made",
        )
    standing = [name for name in names if (directory / name).exists()]
    if standing:
        raise UsageError(
            code="program-exists",
            message=f"{standing[0]} already exists here; nothing was written",
            where=str(directory),
            hint="choose an empty folder",
        )


def _report(
    readings: Mapping[FileKind, Reading], context: CheckContext = NO_CONTEXT
) -> CheckReport:
    order = list(FILES.values())
    issue_set = {*all_issues(readings), *check_substance(readings, context)}
    issues = tuple(sorted(issue_set, key=lambda issue: (order.index(issue.file), issue)))
    return CheckReport(
        ok=not has_errors(issues), issues=issues, checklist=compute_checklist(readings, issues)
    )


def _typed_documents(directory: Path) -> dict[DocumentKind, AnyDocument]:
    readings = read_program(directory)
    issues = [issue for issue in all_issues(readings) if issue.file != FILES["program"]]
    if issues:
        raise refusal(directory, tuple(issues))
    documents: dict[Any, Any] = {
        kind: reading.shaped.document for kind, reading in readings.items()
    }
    del documents["program"]
    return documents
