"""The notice of a withdrawal: a signed statement that is next to the release's folder.

The folder stays as it is, for its digests are in the world; whoever verifies it finds the notice.
A notice that cannot be verified is an error, not nothing: someone may have damaged a true one.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.core.errors import AssayError
from assay.core.issues import Issue, Severity
from assay.releases.attestation import WITHDRAWAL, Statement, attest, open_envelope
from assay.releases.manifest import MANIFEST
from assay.releases.release import Release
from assay.releases.withdrawal import Withdrawal


def notice_name(release: Release, withdrawal: Withdrawal) -> str:
    """The file name of a notice: the version, and the start of the withdrawal's id."""
    return f"{release.version}.withdrawal-{withdrawal.id[4:16]}.json"


def sign_notice(
    release: Release, withdrawal: Withdrawal, moment: str, key: Ed25519PrivateKey
) -> bytes:
    """The signed notice of a withdrawal.

    Args:
        release: the release.
        withdrawal: what is withdrawn, and why.
        moment: when, as UTC in ISO 8601.
        key: the key that signs.
    """
    predicate = {
        "created": moment,
        "reason": withdrawal.reason,
        "records": list(withdrawal.records),
        "release": release.id,
        "version": release.version,
        "withdrawal": withdrawal.id,
    }
    subject = {MANIFEST: release.manifest_digest.removeprefix("sha256:")}
    return attest(WITHDRAWAL, subject, predicate, key)


def notices_beside(folder: Path, manifest: str, key: Ed25519PublicKey) -> Iterator[Issue]:
    """What the notices beside a release say of it.

    Args:
        folder: the release.
        manifest: SHA-256 of its manifest as it was signed, hexadecimal.
        key: the key that is trusted.
    """
    for file, statement in _read_beside(folder, key):
        if isinstance(statement, Statement):
            if statement.digests.get(MANIFEST) == manifest:
                yield _withdrawn(file.name, statement)
        elif file in named_notices(folder):
            message = f"there is a notice of withdrawal that cannot be verified: {statement}"
            yield _issue("notice-unbelievable", file.name, message, "error")


def withdrawn_records(folder: Path, manifest: str, key: Ed25519PublicKey) -> frozenset[str]:
    """Ids of the records that believable notices beside a release withdraw one by one.

    Args:
        folder: the release.
        manifest: SHA-256 of its manifest as it was signed, hexadecimal.
        key: the key that is trusted.
    """
    return frozenset(
        identity
        for _, statement in _read_beside(folder, key)
        if isinstance(statement, Statement) and statement.digests.get(MANIFEST) == manifest
        for identity in _records(statement)
    )


def named_notices(folder: Path) -> list[Path]:
    """The files beside a release that are named as notices of its withdrawal."""
    place = folder.resolve()
    return sorted(place.parent.glob(f"{place.name}.withdrawal-*.json"))


def _read_beside(
    folder: Path, key: Ed25519PublicKey
) -> Iterator[tuple[Path, Statement | AssayError | OSError]]:
    """Every notice beside a release, of any release: what it states, or why it is unbelievable."""
    for file in sorted(folder.resolve().parent.glob("*.withdrawal-*.json")):
        try:
            yield file, open_envelope(file.read_bytes(), key, WITHDRAWAL)
        except (AssayError, OSError) as error:
            yield file, error


def _records(statement: Statement) -> list[str]:
    records = statement.predicate.get("records")
    return [str(each) for each in records] if isinstance(records, list) else []


def _withdrawn(file: str, statement: Statement) -> Issue:
    reason = str(statement.predicate.get("reason", ""))
    if records := _records(statement):
        message = f"{len(records)} records of this release are withdrawn: {reason}"
        return _issue("records-withdrawn", file, message, "error")
    return _issue("withdrawn", file, f"this release is withdrawn: {reason}", "error")


def _issue(code: str, file: str, message: str, severity: Severity) -> Issue:
    return Issue(
        file=file,
        line=0,
        path="",
        code=code,
        severity=severity,
        message=message,
        hint="do not use it; ask the publisher for a later release",
    )
