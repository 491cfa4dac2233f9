"""The previous release: the one that a build follows, as it was built."""

from pathlib import Path

from assay.core.errors import InputError, UsageError
from assay.core.ports import FactStore
from assay.releases.checksums import digest_file
from assay.releases.manifest import MANIFEST, PreviousRelease
from assay.releases.release import Release
from assay.releases.version import precedence


def previous_release(store: FactStore, version: str, releases: Path) -> Release | None:
    """The release before this version, with its folder as it was built; None for a first one.

    Args:
        store: where the releases' facts are.
        version: the version that is to be built.
        releases: the folder of the releases, one folder a version.

    Raises:
        UsageError: if the version is there already, or not above the last one.
        InputError: if the folder of the previous release is missing or was changed.
    """
    precedence_of_version = precedence(version)
    if (releases / version).exists():
        raise UsageError(
            code="release-exists",
            message=f"the release {version} is there already and is never overwritten",
            where=str(releases / version),
            hint="build a higher version",
        )
    built = sorted(store.scan(Release), key=lambda release: precedence(release.version))
    if not built:
        return None
    last = built[-1]
    if precedence(last.version) >= precedence_of_version:
        raise UsageError(
            code="version-not-above",
            message=f"{version} is not above the last release, {last.version}",
            hint="build a higher version; releases are never rewritten",
        )
    manifest = releases / last.version / MANIFEST
    if not manifest.is_file() or f"sha256:{digest_file(manifest)[0]}" != last.manifest_digest:
        raise InputError(
            code="previous-release",
            message=f"the folder of the previous release {last.version} is missing or was changed",
            where=str(manifest.parent),
            hint="restore it as it was built: the change log is made against it",
        )
    return last


def entry_of(previous: Release | None) -> PreviousRelease | None:
    """How the manifest names the release before; None for a first one."""
    if previous is None:
        return None
    return PreviousRelease(
        version=previous.version, id=previous.id, manifest_digest=previous.manifest_digest
    )
