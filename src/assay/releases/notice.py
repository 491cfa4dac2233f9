"""The notice of a withdrawal: a signed statement that is next to the release's folder.

The folder stays as it is, because others hold its digests; verifying it finds the notice.
A notice that cannot be verified is an error and is not ignored: a true one may have been damaged.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.core.errors import AssayError
from assay.core.issues import Issue, Severity
from assay.releases.attestation import (
    ATTESTATION,
    RELEASE,
    WITHDRAWAL,
    Statement,
    attest,
    open_envelope,
)
from assay.releases.manifest import MANIFEST
from assay.releases.release import Release
from assay.releases.version import precedence
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


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """What signed notices and later releases state about a release."""

    at_hand: int
    """Notices and attestations of other releases that were read and whose signatures hold."""
    superseded_by: str | None
    """The version of a later release that names this one as the one before it."""
    issues: tuple[Issue, ...]
    """What they say of this release, and which of them cannot be verified."""


def notices_at_hand(
    folder: Path, manifest: str, key: Ed25519PublicKey, kept_elsewhere: Sequence[Path] = ()
) -> Notices:
    """What the notices next to a release, and those that are kept elsewhere, state about it.

    Args:
        folder: the release; notices and later releases may be next to it.
        manifest: SHA-256 of its manifest as it was signed, hexadecimal.
        key: the key that is trusted.
        kept_elsewhere: notices, or attestations of later releases, that are not next to it.
    """
    issues: list[Issue] = []
    verified, later = 0, []
    for file, statement in _all_at_hand(folder, key, kept_elsewhere):
        if not isinstance(statement, Statement):
            # Neighbours of other programs are signed by other keys, which says nothing about this
            # release; a file that is named as its notice, or was handed over, must verify.
            if file in kept_elsewhere or file in named_notices(folder):
                message = f"there is a notice of withdrawal that cannot be verified: {statement}"
                issues.append(_issue("notice-unbelievable", file.name, message, "error"))
            continue
        verified += 1
        if statement.predicate_type == RELEASE:
            if statement.predicate.get("previous") == f"sha256:{manifest}":
                later.append(str(statement.predicate.get("version")))
            elif file in kept_elsewhere:
                issues.append(_about_another(file.name))
        elif statement.digests.get(MANIFEST) == manifest:
            issues.append(_withdrawn(file.name, statement))
        elif file in kept_elsewhere:
            issues.append(_about_another(file.name))
    superseded_by = max(later, key=precedence, default=None)
    if superseded_by:
        issues.append(_superseded_by(superseded_by))
    return Notices(at_hand=verified, superseded_by=superseded_by, issues=tuple(issues))


def _all_at_hand(
    folder: Path, key: Ed25519PublicKey, kept_elsewhere: Sequence[Path]
) -> Iterator[tuple[Path, "Statement | AssayError | OSError"]]:
    """Notices next to a release, those kept elsewhere, and the attestations of its neighbours."""
    yield from _read_beside(folder, key)
    for file in kept_elsewhere:
        notice = _open(file, key, WITHDRAWAL)
        attestation = _open(file, key, RELEASE)
        yield file, attestation if isinstance(attestation, Statement) else notice
    own = folder.resolve()
    for file in sorted(own.parent.glob(f"*/{ATTESTATION}")):
        if file.parent != own:
            yield file, _open(file, key, RELEASE)


def withdrawn_records(folder: Path, manifest: str, key: Ed25519PublicKey) -> frozenset[str]:
    """Ids of the records that verified notices next to a release withdraw one by one.

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
    """The files next to a release that are named as notices of its withdrawal."""
    place = folder.resolve()
    return sorted(place.parent.glob(f"{place.name}.withdrawal-*.json"))


def _read_beside(
    folder: Path, key: Ed25519PublicKey
) -> Iterator[tuple[Path, Statement | AssayError | OSError]]:
    """Every notice next to a release, of any release: its statement, or why it does not verify."""
    for file in sorted(folder.resolve().parent.glob("*.withdrawal-*.json")):
        yield file, _open(file, key, WITHDRAWAL)


def _open(
    file: Path, key: Ed25519PublicKey, predicate_type: str
) -> Statement | AssayError | OSError:
    try:
        return open_envelope(file.read_bytes(), key, predicate_type)
    except (AssayError, OSError) as error:
        return error


def _records(statement: Statement) -> list[str]:
    records = statement.predicate.get("records")
    return [str(identity) for identity in records] if isinstance(records, list) else []


def _withdrawn(file: str, statement: Statement) -> Issue:
    reason = str(statement.predicate.get("reason", ""))
    if records := _records(statement):
        message = f"{len(records)} records of this release are withdrawn: {reason}"
        return _issue("records-withdrawn", file, message, "error")
    return _issue("withdrawn", file, f"this release is withdrawn: {reason}", "error")


def _about_another(file: str) -> Issue:
    message = "this notice is about another release"
    return _issue(
        "notice-about-another", file, message, "warning", hint="it says nothing of this one"
    )


def _superseded_by(version: str) -> Issue:
    message = f"the later release {version} follows this one"
    return _issue("superseded", MANIFEST, message, "warning", hint="use the later one for new work")


def _issue(
    code: str,
    file: str,
    message: str,
    severity: Severity,
    *,
    hint: str = "do not use it; ask the publisher for a later release",
) -> Issue:
    return Issue(
        file=file,
        line=0,
        path="",
        code=code,
        severity=severity,
        message=message,
        hint=hint,
    )
