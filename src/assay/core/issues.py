"""Issues: what is wrong with a document, all of it at once, each with its place and its fix."""

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Issue(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One fault of a document. Errors make it unusable; warnings do not."""

    file: str
    """The file's name, relative to the program's folder."""
    line: int
    """Line of the fault, counted from 1; 0 where the whole file is meant."""
    path: str
    """Path of the field in the document, such as `dimensions[2].anchors`."""
    code: str
    """Stable short name of the kind of fault, such as `dimension-without-anchors`."""
    severity: Severity
    """`error`: the document cannot be used; `warning`: it can, and the fault is shown."""
    message: str
    """What is wrong, in one sentence."""
    hint: str
    """What to do about it."""


def has_errors(issues: Iterable[Issue]) -> bool:
    """Whether any of the issues is an error."""
    return any(issue.severity == "error" for issue in issues)
