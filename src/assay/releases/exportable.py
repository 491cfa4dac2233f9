"""Whether rows may leave a release today: retention, rights, the use it was built for, withdrawals."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assay.core.errors import CheckError, UsageError
from assay.governance.permits import Permits
from assay.governance.rights import Use
from assay.releases.checksums import digest_file
from assay.releases.manifest import MANIFEST, read_head
from assay.releases.notice import named_notices, withdrawn_records
from assay.releases.verify import VerifiedRelease, verify


def use_of_rows(folder: Path) -> Use:
    """The use of rows for a trainer where none is named.

    Raises:
        UsageError: if the release was built for another one.
    """
    built_for = read_head(folder / MANIFEST).use
    if built_for == "train":
        return "train"
    raise UsageError(
        code="use-not-named",
        message=f"this release was built to {built_for}, and rows for a trainer are trained on",
        where=str(folder),
        hint=f"name what the rows are for: --use {built_for}, or --use train where that is permitted",
    )


def refuse_expired(folder: Path, today: str) -> None:
    """Refuse rows of a release that its sources no longer permit to be kept.

    Args:
        folder: the release.
        today: the day in ISO 8601. The last day on which a source may be kept is still permitted.

    Raises:
        CheckError: naming each source class and its last day.
    """
    expired = [
        f"{source.id} could be kept until {source.keep_until}"
        for source in read_head(folder / MANIFEST).source_classes
        if source.keep_until and source.keep_until < today
    ]
    if expired:
        raise CheckError(
            code="rights-expired",
            message="; ".join(expired),
            where=str(folder),
            hint="delete the release, or build a new one without these sources",
        )


def refuse_denied(folder: Path, permits: Permits) -> None:
    """Refuse rows of a release that draws on a source whose rights have been taken away since.

    Args:
        folder: the release.
        permits: what the sources of its program permit today.

    Raises:
        CheckError: naming each source class and what stands against it.
    """
    denials = [
        denial.message
        for source in read_head(folder / MANIFEST).source_classes
        for denial in permits.decide(None, (source.id,)).denials
    ]
    if denials:
        raise CheckError(
            code="rights-denied",
            message="; ".join(dict.fromkeys(denials)),
            where=str(folder),
            hint="withdraw the release (`assay release withdraw`) and build one without these sources",
        )


def records_to_leave_out(folder: Path, key: Ed25519PublicKey | None) -> frozenset[str]:
    """The withdrawn records of a release, as it names them.

    Args:
        folder: the release.
        key: a trusted key. The release is verified with it first; without one, a release with a
            notice next to it is refused, because nobody can say what the notice withdraws.

    Raises:
        CheckError: if the release does not verify, is withdrawn, or cannot be judged without a key.
    """
    if key is None:
        if named_notices(folder):
            raise CheckError(
                code="notice-beside",
                message="there is a notice of withdrawal next to this release",
                where=str(folder),
                hint="give --key with the publisher's public key, so that it can be verified",
            )
        return frozenset()
    # Withdrawn records are left out one by one, so a notice about them alone stops nothing.
    refuse_unverified(folder, key, with_withdrawn=True)
    return withdrawn_records(folder, digest_file(folder / MANIFEST)[0], key)


def refuse_unverified(
    folder: Path, key: Ed25519PublicKey, *, with_withdrawn: bool
) -> VerifiedRelease:
    """Verify a release that is to leave, and give what was found.

    Args:
        folder: the release.
        key: a trusted key.
        with_withdrawn: whether single records of it may be withdrawn, because they stay out.

    Raises:
        CheckError: if it does not verify, or is withdrawn.
    """
    verified = verify(folder, key)
    blocking = [
        issue
        for issue in verified.issues
        if issue.severity == "error" and not (with_withdrawn and issue.code == "records-withdrawn")
    ]
    if blocking:
        raise CheckError(
            code="not-verified",
            message="; ".join(f"{issue.file}: {issue.message}" for issue in blocking),
            where=str(folder),
            hint="`assay release verify` shows more",
        )
    return verified
