"""What a push sends: the bytes as they are, and a card that names release, relations and files."""

from pathlib import Path

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.releases.checksums import digest_file
from assay.releases.manifest import MANIFEST, PreviousRelease
from assay.releases.push_plan import (
    pushed_files,
    read_drop_report,
    released_source,
    repository_card,
)


def test_every_file_of_a_release_is_sent_under_its_version(release: Path) -> None:
    """The folder of the version holds exactly the release."""
    source = released_source(release, superseded_by=None)
    names = {file.relative_to(release).as_posix() for file in release.rglob("*") if file.is_file()}
    assert set(pushed_files(source)) == {f"{release.name}/{name}" for name in names}


def test_the_commit_and_the_card_name_the_digest(release: Path) -> None:
    """Both have the digest of the manifest, by which a withdrawal names the release too."""
    digest = f"sha256:{digest_file(release / MANIFEST)[0]}"
    source = released_source(release, superseded_by=None)
    assert source.message == f"ferries {release.name} ({digest})"
    assert digest in repository_card(source).decode()
    assert source.relations == ()


def test_a_release_says_what_it_supersedes_and_by_what_it_is(release: Path) -> None:
    """Both relations are in the commit and on the card."""
    source = released_source(release, superseded_by="3.0.0")
    previous = PreviousRelease(version="0.9.0", id="rel_x", manifest_digest="sha256:ab")
    source = msgspec.structs.replace(
        source, head=msgspec.structs.replace(source.head, previous=previous)
    )
    assert source.relations == (
        "It supersedes 0.9.0 (sha256:ab).",
        "It is superseded by 3.0.0: use that one for new work.",
    )
    card = repository_card(source).decode()
    assert all(line in card for line in source.relations)


def test_a_folder_without_a_drop_report_is_no_export(release: Path) -> None:
    """A release folder is refused as an export by name."""
    with pytest.raises(UsageError, match="this is no export"):
        read_drop_report(release)
