"""Reading a program's folder: five files, the part of each that can be used, and every fault."""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Literal

import msgspec
from pydantic import BaseModel

from assay.contracts.document import TYPES as DOCUMENTS
from assay.contracts.header import API_VERSION
from assay.contracts.program import ProgramSettings
from assay.contracts.shape import Shaped, shape
from assay.contracts.tree import Path, Tree, read_toml, read_yaml, spell
from assay.core.errors import UsageError
from assay.core.issues import Issue, Severity

FileKind = Literal["program", "contract", "rubric", "policy", "sources"]
"""One of the five files of a program."""

FILES: Mapping[FileKind, str] = {
    "program": "assay.toml",
    "contract": "contract.yaml",
    "rubric": "rubric.yaml",
    "policy": "policy.yaml",
    "sources": "sources.yaml",
}
"""The files of a program, in the order in which people read them."""

TYPES: Mapping[FileKind, type[BaseModel]] = {
    "program": ProgramSettings,
    "contract": DOCUMENTS["contract"],
    "rubric": DOCUMENTS["rubric"],
    "policy": DOCUMENTS["policy"],
    "sources": DOCUMENTS["sources"],
}
"""The type of each file's content."""


class Reading(msgspec.Struct, frozen=True):
    """The content of one file, as far as it can be used, and its faults."""

    kind: FileKind
    """Which file it is."""
    file: str
    """Its name, relative to the program's folder."""
    tree: Tree | None
    """Its content as plain values with lines; None where the file cannot be read at all."""
    shaped: Shaped[Any]
    """The document, as far as its shape allows."""
    issues: tuple[Issue, ...]
    """Faults of syntax and shape."""

    def names(self, key: str) -> frozenset[str] | None:
        """The ids of a list's items as they are in the file, faulty items included."""
        if self.tree is None:
            return None
        listed = self.tree.plain.get(key)
        items = listed if isinstance(listed, list) else []
        ids = (item.get("id") for item in items if isinstance(item, dict))
        return frozenset(identity for identity in ids if isinstance(identity, str))

    def issue(
        self, path: Path, code: str, severity: Severity, message: str, hint: str
    ) -> Issue | None:
        """An issue at a node of the document; None where a fault of shape left something out there."""
        place = self.shaped.original(path)
        if self.tree is None or self.shaped.left_out_at(place):
            return None
        return Issue(
            file=self.file,
            line=self.tree.line(place),
            path=spell(place),
            code=code,
            severity=severity,
            message=message,
            hint=hint,
        )


def read_program(directory: FilePath) -> dict[FileKind, Reading]:
    """Read the five files of a program.

    Raises:
        UsageError: if there is no such folder.
    """
    require_folder(directory)
    return {kind: read_file(kind, file, directory / file) for kind, file in FILES.items()}


def require_folder(directory: FilePath) -> None:
    """Refuse a path at which there is no folder.

    Raises:
        UsageError: if there is none.
    """
    if not directory.is_dir():
        raise UsageError(
            code="no-such-folder",
            message="there is no such folder",
            where=str(directory),
            hint="assay init DIR --template preference",
        )


def read_file(kind: FileKind, file: str, path: FilePath) -> Reading:
    """Read one file of a program."""
    try:
        content = path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        code = "missing-file" if missing else "unreadable-file"
        message = f"{file} is missing" if missing else f"{file} cannot be read: {error.strerror}"
        hint = "`assay init` writes one" if missing else "check the file's permissions"
        issue = Tree(file, {}, {(): 0}).issue((), code, message, hint)
        return Reading(kind, file, None, Shaped(None, [], frozenset()), (issue,))
    return read_content(kind, file, content)


def read_content(kind: FileKind, file: str, content: bytes) -> Reading:
    """Read one file of a program from its bytes."""
    tree, issues = (read_toml if kind == "program" else read_yaml)(file, content)
    if tree is None:
        return Reading(kind, file, None, Shaped(None, [], frozenset()), tuple(issues))
    shaped = shape(TYPES[kind], tree, _stand_ins(kind))
    return Reading(kind, file, tree, shaped, (*issues, *shaped.issues))


def all_issues(readings: Mapping[FileKind, Reading]) -> Iterator[Issue]:
    """The faults of syntax and shape of all files."""
    for reading in readings.values():
        yield from reading.issues


def _stand_ins(kind: FileKind) -> dict[str, Any]:
    """What stands in for a missing or faulty key, so that the rest can be checked."""
    if kind == "program":
        return {"id": "unnamed", "name": "unnamed"}
    header = {
        "apiVersion": API_VERSION,
        "kind": kind,
        "id": "unnamed",
        "version": "0.0.0",
        "status": "draft",
        "title": "untitled",
    }
    if kind != "contract":
        return header
    layer = {"id": "any", "roles": ["reviewer"], "passes": 1}
    return header | {
        "gap": "not stated",
        "deployment": "not stated",
        "sampling": {"total": 1, "axes": {}},
        "review": {"layers": [layer]},
    }
