"""Use cases of releases: build, verify, compare, withdraw, and read the card."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.core.errors import InputError, UsageError
from assay.core.ports import FactStore
from assay.records.record import Record
from assay.releases.build import Built, build, read_documents
from assay.releases.diff import ReleaseDifference, compare_releases
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.notice import notice_name, sign_notice
from assay.releases.release import Release
from assay.releases.verify import VerifiedRelease, verify
from assay.releases.withdrawal import Withdrawal

__all__ = [
    "Built", "VerifiedRelease", "Withdrawn", "build", "diff", "read_card", "require_release", "verify",
    "withdraw",
]  # fmt: skip


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal that was made."""

    withdrawal: Withdrawal
    """The fact that was committed."""
    notice: Path
    """The signed notice next to the release's folder; hand it to everyone who has the release."""
    pushed: tuple[str, ...] = ()
    """Addresses that the release, or an export of it, was pushed to."""


def diff(before: Path, after: Path) -> ReleaseDifference:
    """What is different in the later of two release folders; verify both first.

    Raises:
        InputError: if one of them cannot be read.
    """
    for folder in (before, after):
        require_release(folder)
    (old, old_items), (new, new_items) = (
        read_manifest(folder / MANIFEST) for folder in (before, after)
    )
    return compare_releases(
        (old.version, new.version),
        ((item for item, _ in old_items), (item for item, _ in new_items)),
        (read_documents(before, old), read_documents(after, new)),
        (old.gates, new.gates),
    )


def read_card(folder: Path) -> str:
    """The data card of a release, as Markdown.

    Raises:
        InputError: if the folder is not a release.
    """
    require_release(folder)
    return (folder / "DATA_CARD.md").read_text()


def withdraw(
    store: FactStore,
    version: str,
    *,
    reason: str,
    records: Sequence[str] = (),
    record_handle: Callable[[str], str],
    key: Ed25519PrivateKey,
    releases: Path,
    moment: str,
    actor: str,
) -> Withdrawn:
    """Withdraw a release, or some of its records, by a fact and a signed notice.

    Doing it again writes the same notice again, should it have been lost.

    Args:
        store: where the release's fact is.
        version: the release's version.
        reason: why; everyone who verifies the release will read it.
        records: ids, or unique prefixes, of the records; empty: the whole release.
        record_handle: gives the keyed handle of a record, by which the release may know it.
        key: the key that signs.
        releases: the folder of the releases.
        moment: when, as UTC in ISO 8601.
        actor: who does it.

    Raises:
        UsageError: if there is no such release, or a record is not in it.
    """
    release = _release(store, version)
    named = tuple(sorted({store.get(Record, record).id for record in records}))
    published = _published_ids(releases / version, named, record_handle) if named else ()
    withdrawal = Withdrawal(release=release.id, reason=reason, records=named)
    # Readers of the release know its records by their published ids, and by no others.
    public = withdrawal.replace(records=published)
    with store.write("release.withdraw", actor=actor, subject=version) as transaction:
        transaction.add([withdrawal])
    # The fact comes first: if the process ends before the notice is written, doing it again writes
    # it; a notice without its fact would withdraw something that the store does not know.
    notice = releases / notice_name(release, public)
    partial = notice.with_suffix(".partial")
    partial.write_bytes(sign_notice(release, public, moment, key))
    partial.replace(notice)
    return Withdrawn(withdrawal=withdrawal, notice=notice)


def _release(store: FactStore, version: str) -> Release:
    versions = list(store.scan(Release, version=version))
    if not versions:
        built = ", ".join(release.version for release in store.scan(Release)) or "none"
        raise UsageError(
            code="no-such-release",
            message=f"there is no release {version}",
            hint=f"releases that were built: {built}",
        )
    return versions[-1]


def _published_ids(
    folder: Path, records: Sequence[str], record_handle: Callable[[str], str]
) -> tuple[str, ...]:
    """The ids by which a release knows some records of the store, sorted."""
    require_release(folder)
    _, items = read_manifest(folder / MANIFEST)
    record_by_handle = {record_handle(record): record for record in records}
    stored = {
        item.id if not item.handle else record_by_handle.get(item.handle): item.id
        for item, _ in items
    }
    missing = set(records) - stored.keys()
    if missing:
        raise UsageError(
            code="record-not-in-release",
            message=f"{len(missing)} of the records are not in the release: {min(missing)}",
            where=str(folder),
        )
    return tuple(sorted(stored[record] for record in records))


def require_release(folder: Path) -> None:
    """Refuse a folder that is not a release.

    Raises:
        InputError: if it has no manifest.
    """
    if not (folder / MANIFEST).is_file():
        raise InputError(
            code="not-a-release",
            message="there is no manifest here, so this is not a release"
            if folder.is_dir()
            else "there is no such folder",
            where=str(folder),
            hint="name the folder of a release, such as releases/1.0.0; `assay release build` makes one",
        )
