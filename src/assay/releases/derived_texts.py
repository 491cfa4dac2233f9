"""The texts that follow from manifest and documents, derived again; and the files that may be there.

`croissant.json` and `README.md` are written anew and compared. In the formats 1 to 3 their sentences
were others, so of these the description's figures are compared and the shell lines of the README.
The data card, the limitations, the change log and the quality report rest on more than the folder
holds: they are the publisher's word.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from assay.core.canonical import parse_json
from assay.core.errors import AssayError
from assay.records.attachment import attachment_name
from assay.releases.assembly import DATA_FILES
from assay.releases.attestation import ATTESTATION
from assay.releases.build import QUALITY_JSON, QUALITY_TEXT
from assay.releases.card import README, TEXTS, VERIFY_SCRIPT, render_readme
from assay.releases.checksums import SUMS, scan_folder
from assay.releases.croissant import CROISSANT, describe
from assay.releases.faults import Faults
from assay.releases.gates import TWO_STATES
from assay.releases.inputs import TypedDocuments
from assay.releases.manifest import MANIFEST, ManifestHead

_EARLIER_SCRIPTS = {"41b6befb08a5f6d43bc1d7cd1279ea4ef05fb4a5240294200cb4ced0d87884dd"}
"""SHA-256 of shell lines that earlier releases show, hexadecimal."""

_SCRIPT = re.compile(r"```sh\nPUBLIC_KEY=\$\{PUBLIC_KEY:-\.\./public\.pem\}\n(.*?)```", re.DOTALL)

_FIGURES = ("name", "version", "url", "license", "creator", "datePublished", "distribution")
"""What a description of the formats 1 to 3 has in common with those of today."""


def examine_texts(
    folder: Path, head: ManifestHead, typed_documents: TypedDocuments, key: str, faults: Faults
) -> None:
    """Report every text that is not what manifest and documents say, and every file too many.

    Args:
        folder: the release; its files are those that were signed.
        head: the head of its manifest.
        typed_documents: its documents.
        key: id of the key that signed it.
        faults: takes what is found.
    """
    _examine_names(folder, head, faults)
    _examine_croissant(folder / CROISSANT, head, typed_documents, faults)
    _examine_readme(folder / README, head, typed_documents, key, faults)


def _examine_names(folder: Path, head: ManifestHead, faults: Faults) -> None:
    documents = {name for entry in head.documents for name in (entry.source, entry.canonical)}
    attachments = {attachment_name(entry.digest) for entry in head.attachments}
    described = {QUALITY_JSON, QUALITY_TEXT, *DATA_FILES, *documents, *attachments}
    permitted = described | {CROISSANT, MANIFEST, SUMS, ATTESTATION, *TEXTS}
    present, _ = scan_folder(folder)
    for name in sorted((present | {entry.name for entry in head.files}) - permitted):
        faults.error("unknown-file", name, "a release has no such file, though this one is signed")
    for name in sorted(permitted - present):
        faults.error("missing-file", name, "a release has this file")
    for name in sorted(described - {entry.name for entry in head.files}):
        faults.error("undescribed-file", name, "the manifest does not describe it")


def _examine_croissant(
    file: Path, head: ManifestHead, typed_documents: TypedDocuments, faults: Faults
) -> None:
    derived = describe(head, typed_documents)
    written = _text(file)
    if head.format in TWO_STATES:
        same = _figures(written) == _figures(derived)
    else:
        same = written == derived
    if not same:
        faults.error("other-croissant", file.name, "it does not describe what the manifest says")


def _examine_readme(
    file: Path, head: ManifestHead, typed_documents: TypedDocuments, key: str, faults: Faults
) -> None:
    written = _text(file)
    shown = _SCRIPT.search(written)
    script = shown[1] if shown else ""
    # Readers paste these lines into a shell, so they must be lines that Assay wrote, whoever
    # signed the release.
    digest = hashlib.sha256(script.encode()).hexdigest()
    if script != VERIFY_SCRIPT.read_text(encoding="utf-8") and digest not in _EARLIER_SCRIPTS:
        message = "its shell lines are none that Assay ever wrote: do not run them"
        faults.error("other-readme", file.name, message)
    elif head.format not in TWO_STATES and written != render_readme(
        head, typed_documents, key, script
    ):
        faults.error("other-readme", file.name, "it does not say what manifest and documents say")


def _figures(text: str) -> dict[str, Any]:
    try:
        described = parse_json(text.encode())
    except AssayError:
        return {}
    if not isinstance(described, dict):
        return {}
    return {name: described.get(name) for name in _FIGURES}


def _text(file: Path) -> str:
    """A file as text; bytes that are none make it differ from everything derived."""
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
