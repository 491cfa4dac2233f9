"""A check: one question about the substance of the documents, and how it is run."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from assay.contracts.checks.context import NO_CONTEXT, CheckContext
from assay.contracts.reading import FileKind, Reading
from assay.contracts.tree import Path
from assay.core.issues import Issue, Severity

Need = FileKind | Literal["names", "context"]
"""What a check reads: documents, the names that all files declare, or what is outside them."""


Part = tuple[FileKind, str]
"""One key of a document."""


class Fault(msgspec.Struct, frozen=True):
    """One fault of substance at a node of a document."""

    kind: FileKind
    """The document that holds the node."""
    path: Path
    """The node; where something is missing, the place where it would be."""
    code: str
    """Stable short name of the kind of fault."""
    message: str
    """What is wrong, in one sentence."""
    hint: str
    """What to do about it."""
    severity: Severity = "error"
    """`error`: the documents do not check; `warning`: they do, and the fault is shown."""


class Names(msgspec.Struct, frozen=True):
    """The names that the files declare, as they are there; None where a file is unreadable."""

    behaviours: frozenset[str] | None
    """Ids of the contract's behaviours."""
    dimensions: frozenset[str] | None
    """Ids of the rubric's dimensions."""


class DocumentCheck(msgspec.Struct, frozen=True):
    """One question about the documents."""

    needs: tuple[Need, ...]
    """The documents that it looks at, in the order of its arguments."""
    whole: tuple[Part, ...]
    """Parts that must be free of faults of shape; else the check is skipped."""
    find: Callable[..., Iterator[Fault]]
    """Yields the faults of the documents, in the order of `needs`."""

    def __call__(self, *documents: Any) -> Iterator[Fault]:
        """The faults of documents that are given in the order of `needs`."""
        return self.find(*documents)


def check(
    *needs: Need, whole: tuple[Part, ...] = ()
) -> Callable[[Callable[..., Any]], DocumentCheck]:
    """Turn a function that takes the needed documents and yields faults into a check."""
    return lambda find: DocumentCheck(needs, whole, find)


def ask(
    checks: tuple[DocumentCheck, ...],
    readings: Mapping[FileKind, Reading],
    context: CheckContext = NO_CONTEXT,
) -> Iterator[Issue]:
    """Run every check whose documents can be read."""
    names = Names(
        behaviours=readings["contract"].names("behaviours"),
        dimensions=readings["rubric"].names("dimensions"),
    )
    for question in checks:
        documents = [_argument(need, readings, names, context) for need in question.needs]
        # A part that was left out would look empty, and raise faults that the file does not have.
        if any(document is None for document in documents) or _is_incomplete(question, readings):
            continue
        for fault in question(*documents):
            issue = readings[fault.kind].issue(
                fault.path, fault.code, fault.severity, fault.message, fault.hint
            )
            if issue is not None:
                yield issue


def _argument(
    need: Need, readings: Mapping[FileKind, Reading], names: Names, context: CheckContext
) -> Any:
    if need == "names":
        return names
    return context if need == "context" else readings[need].shaped.document


def _is_incomplete(question: DocumentCheck, readings: Mapping[FileKind, Reading]) -> bool:
    return any(readings[kind].shaped.lacks(key) for kind, key in question.whole)
