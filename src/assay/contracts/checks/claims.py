"""Claims: no text of any document promises what no evidence can hold."""

from collections.abc import Iterator, Mapping

from assay.contracts.reading import FileKind, Reading
from assay.contracts.tree import spell
from assay.core.issues import Issue
from assay.governance.claims import find_claims


def forbidden_claims(readings: Mapping[FileKind, Reading]) -> Iterator[Issue]:
    """Forbidden claims in the texts of all files that can be read, whatever their shape."""
    for reading in readings.values():
        if reading.tree is None:
            continue
        for path, text in reading.tree.texts():
            for claim in find_claims(text):
                yield Issue(
                    file=reading.file,
                    line=reading.tree.line(path),
                    path=spell(path),
                    code="forbidden-claim",
                    severity="error",
                    message=f"{claim.text!r} is a claim that no evidence here can support",
                    hint=claim.instead,
                )
