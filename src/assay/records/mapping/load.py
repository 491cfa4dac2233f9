"""Reading a mapping file: the document, or every fault with its line."""

from assay.contracts.shape import shape
from assay.contracts.tree import read_yaml
from assay.core.errors import InputError
from assay.core.issues import Issue
from assay.records.mapping.document import MappingDocument

_BEGIN = "begin with `mapping: 1`, then `kind` and `record`"
"""How a mapping begins."""


def read_mapping(file: str, content: bytes) -> tuple[MappingDocument | None, list[Issue]]:
    """Read a mapping.

    Args:
        file: the name that issues carry.
        content: the bytes of the file.

    Returns:
        The mapping, or None where it has faults; and every fault.
    """
    tree, issues = read_yaml(file, content, begin=_BEGIN)
    if tree is None:
        return None, issues
    shaped = shape(MappingDocument, tree, {})
    faults = sorted([*issues, *shaped.issues])
    return (None if faults else shaped.document), faults


def require_mapping(file: str, content: bytes) -> MappingDocument:
    """Read a mapping that must be right.

    Raises:
        InputError: with every fault and its line.
    """
    document, issues = read_mapping(file, content)
    if document is not None:
        return document
    faults = "; ".join(f"line {issue.line}: {issue.message} ({issue.hint})" for issue in issues)
    raise InputError(
        code="faulty-mapping",
        message=f"the mapping has {len(issues)} fault{'s' if len(issues) > 1 else ''}: {faults}",
        where=file,
    )
