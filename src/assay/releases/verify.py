"""Verification: everything that a release says of itself is derived again from its bytes.

First the shell: files, digests and signature, without reading any content. Only if all of it is
as it was signed, the content: a file that someone else may have written is not parsed further.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assay.core.errors import AssayError, UsageError
from assay.core.issues import Issue, has_errors
from assay.releases.attestation import ATTESTATION, RELEASE, Statement, open_envelope
from assay.releases.build import predicate_of
from assay.releases.checksums import SUMS, FileDigest, compare, digest_file, parse_sums, scan_folder
from assay.releases.contents import examine
from assay.releases.derived_texts import examine_texts
from assay.releases.faults import Faults
from assay.releases.keys import key_id
from assay.releases.manifest import MANIFEST, ManifestHead, read_head
from assay.releases.notice import notices_at_hand
from assay.releases.version import is_version, precedence


class VerifiedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying a release found."""

    ok: bool
    """Whether the release may be relied on: no error was found."""
    version: str | None
    """The version that was signed; None where no signed statement could be read."""
    head: ManifestHead | None
    """The head of the manifest, where it is as it was signed."""
    issues: tuple[Issue, ...]
    """Everything that is wrong (errors) or should be known (warnings), shell first."""
    notices: int = 0
    """Signed notices and attestations of other releases that were compared with this one; without
    any, a withdrawal would not show."""
    superseded_by: str | None = None
    """The version of a later release that is at hand and follows this one."""


def verify(
    folder: Path,
    public_key: Ed25519PublicKey,
    *,
    newer_than: str | None = None,
    notices: Sequence[Path] = (),
) -> VerifiedRelease:
    """Verify a release.

    Args:
        folder: the release.
        public_key: the key that is trusted; it must come from elsewhere than the release.
        newer_than: the version that is already at hand: an older or equal one is a replay.
        notices: notices of withdrawal, or attestations of later releases, that are kept elsewhere
            than next to the folder.

    Raises:
        UsageError: if there is no such folder, or `newer_than` is not a version.
    """
    if not folder.is_dir():
        raise UsageError(
            code="no-such-folder",
            message="there is no such folder",
            where=str(folder),
            hint="name the folder of a release, such as releases/1.0.0",
        )
    # Before anything is read: a version that is none is the caller's mistake, not the release's.
    floor = precedence(newer_than) if newer_than else None
    faults = Faults()
    digests = _digests_of(folder, faults)
    statement = _verify_shell(folder, digests, public_key, faults)
    version = _signed_version(statement, faults)
    if version:
        named = folder.resolve().name
        if is_version(named) and named != version:
            message = f"the folder is named {named} and holds the release {version}"
            faults.error("other-version", MANIFEST, message)
        if floor and precedence(version) <= floor:
            message = f"{version} was signed, which is not newer than {newer_than}"
            faults.error("replayed", ATTESTATION, message)
    # One fault in the shell is enough: content that nobody signed is not parsed.
    head = None
    if statement and not faults.any_found:
        head = _verify_content(folder, digests, statement, key_id(public_key), faults)
    at_hand = None
    if statement:
        at_hand = notices_at_hand(folder, statement.digests.get(MANIFEST, ""), public_key, notices)
        faults.add_all(at_hand.issues)
    issues = faults.issues()
    return VerifiedRelease(
        ok=not has_errors(issues),
        version=version,
        head=head,
        issues=issues,
        notices=at_hand.at_hand if at_hand else 0,
        superseded_by=at_hand.superseded_by if at_hand else None,
    )


def _digests_of(folder: Path, faults: Faults) -> dict[str, FileDigest]:
    """SHA-256 and size of every file of the folder, each read once."""
    names, odd = scan_folder(folder)
    faults.add_all(odd)
    return {name: digest_file(folder / name) for name in sorted(names)}


def _verify_shell(
    folder: Path, files: Mapping[str, FileDigest], key: Ed25519PublicKey, faults: Faults
) -> Statement | None:
    """Files, digests and signature; the statement, if its signature held."""
    names = files.keys()
    digests = {name: digest for name, (digest, _) in files.items()}
    listed = _listed_digests(folder, names, faults)
    outside = {SUMS, ATTESTATION}
    faults.add_all(
        compare(listed, {name: digests[name] for name in digests.keys() - outside})
        if SUMS in names
        else ()
    )
    if ATTESTATION not in names:
        faults.error("missing-file", ATTESTATION, "this file is missing, so nothing is signed")
        return None
    try:
        statement = open_envelope((folder / ATTESTATION).read_bytes(), key, RELEASE)
    except AssayError as error:
        faults.error(error.code, ATTESTATION, error.message, error.hint)
        return None
    _compare_subjects(statement.digests, digests, faults)
    return statement


def _listed_digests(folder: Path, names: Collection[str], faults: Faults) -> dict[str, str]:
    if SUMS not in names:
        faults.error("missing-file", SUMS, "this file is missing, so no file can be compared")
        return {}
    listed, issues = parse_sums((folder / SUMS).read_bytes())
    faults.add_all(issues)
    return listed


def _compare_subjects(
    signed: Mapping[str, str], digests: Mapping[str, str], faults: Faults
) -> None:
    if signed.keys() != {MANIFEST, SUMS}:
        message = f"{MANIFEST} and {SUMS} must be signed, not {', '.join(sorted(signed))}"
        faults.error("other-subjects", ATTESTATION, message)
    for name, digest in signed.items():
        if name in digests and digests[name] != digest:
            faults.error("not-signed", name, "the bytes are not those that were signed")


def _signed_version(statement: Statement | None, faults: Faults) -> str | None:
    version = statement.predicate.get("version") if statement else None
    if statement and not (isinstance(version, str) and is_version(version)):
        faults.error("no-version", ATTESTATION, "the signed statement names no version")
        return None
    return version


def _verify_content(
    folder: Path,
    files: Mapping[str, FileDigest],
    statement: Statement,
    signed_by: str,
    faults: Faults,
) -> ManifestHead | None:
    try:
        head = read_head(folder / MANIFEST)
        if predicate_of(head) != statement.predicate:
            message = "the signed statement and the manifest say different things"
            faults.error("other-claim", ATTESTATION, message)
        typed_documents = examine(folder, head, files, faults)
        examine_texts(folder, head, typed_documents, signed_by, faults)
    except AssayError as error:
        faults.error(error.code, error.where or MANIFEST, error.message, error.hint)
        return None
    return head
