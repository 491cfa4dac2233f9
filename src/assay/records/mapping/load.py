"""Reading a mapping file: the document, or every fault with its line."""

from assay.contracts.shape import shape
from assay.contracts.tree import read_yaml
from assay.core.errors import InputError
from assay.core.issues import Issue
from assay.records.mapping.document import MappingDocument


def read_mapping(file: str, content: bytes) -> tuple[MappingDocument | None, list[Issue]]:
    """Read a mapping.

    Args:
        file: the name that issues carry.
        content: the bytes of the file.

    Returns:
        The mapping, or None where it has faults; and every fault.
    """
    tree, issues = read_yaml(file, content)
    if tree is None:
        return None, issues
    shaped = shape(MappingDocument, tree, {})
    faults = sorted([*issues, *shaped.issues])
    return (None if faults else shaped.document), faults


def require_mapping(file: str, content: bytes) -> MappingDocument:
    """Read a mapping that must be right.

    Raises:
        InputError: with every fault, one a line.
    """
    document, issues = read_mapping(file, content)
    if document is not None:
        return document
    faults = "\n".join(f"  line {each.line}: {each.message} ({each.hint})" for each in issues)
    raise InputError(
        code="faulty-mapping",
        message=f"the mapping has {len(issues)} fault{'s' if len(issues) > 1 else ''}:\n{faults}",
        where=file,
    )
