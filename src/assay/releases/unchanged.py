"""Whether a release would hold anything that the one before it does not.

Two versions of the same data make their readers look for a difference that is not there.
"""

from pathlib import Path

import msgspec

from assay.core.errors import CheckError
from assay.releases.manifest import MANIFEST, AuditHead, Generator, ManifestHead, read_head

LIMITATIONS = "LIMITATIONS.md"
"""The text that holds what people know of the data's limits."""


def refuse_unchanged(head: ManifestHead, limitations: str, previous: Path) -> None:
    """Refuse a build that would repeat the release before it.

    Args:
        head: the head of the manifest that is to be written.
        limitations: the limitations that are to be written.
        previous: the folder of the release before it.

    Raises:
        CheckError: if facts, documents, use, results of gates, reports and limits are the same.
    """
    before = read_head(previous / MANIFEST)
    if _substance(head) != _substance(before):
        return
    if _body(limitations) != _body((previous / LIMITATIONS).read_text(encoding="utf-8")):
        return
    raise CheckError(
        code="nothing-changed",
        message=f"nothing has changed since the release {before.version}: facts, documents, use, "
        "gates, quality report and limitations are the same",
        where=str(previous),
        hint="use that release, or add --again to have the same under another version",
    )


def _substance(head: ManifestHead) -> tuple[ManifestHead, list[tuple[str, str]]]:
    """A head without what differs between any two builds, and the outcome of each gate."""
    # Digests of files and the Merkle root stay in: they stand for the facts and documents.
    neutral = msgspec.structs.replace(
        head,
        version="",
        created="",
        gates=(),
        audit=AuditHead(number=0, hash=""),
        generator=Generator(assay="", pyarrow=""),
        previous=None,
    )
    return neutral, [(gate.gate, gate.outcome) for gate in head.gates]


def _body(text: str) -> str:
    """A text without its title, which names the version."""
    return text.partition("\n")[2]
