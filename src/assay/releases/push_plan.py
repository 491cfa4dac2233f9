"""What a push to a repository of data sets sends: the files as they are, and the card above them.

The files keep their bytes in a folder of the repository that is named for what was pushed, so that a
downloaded release verifies like any other. `README.md` above the folders is the card of the newest
push: it says which files a loader reads, and names the release by its digest.
"""

import json
from pathlib import Path

import msgspec

from assay.core.errors import UsageError
from assay.releases.checksums import digest_file
from assay.releases.exporters.drop_report import REPORT_JSON, DropReport
from assay.releases.manifest import MANIFEST, ManifestHead, read_head

CARD = "README.md"
"""The card of a repository."""

_RELEASE_CARD = "DATA_CARD.md"
_FENCE = "---"
_DIGITS = 12


class PushedSource(msgspec.Struct, frozen=True, kw_only=True):
    """The release, or the export of one, that is pushed."""

    folder: Path
    """Its folder."""
    head: ManifestHead
    """Head of the release's manifest."""
    digest: str
    """`sha256:...` of the release's manifest."""
    name: str
    """Folder of the repository: the version, for an export with the format."""
    report: DropReport | None = None
    """The drop report, where it is an export."""
    superseded_by: str | None = None
    """The version of a later release that follows this one."""

    @property
    def title(self) -> str:
        """What is pushed, in a few words."""
        release = f"{self.head.program.id} {self.head.version}"
        return f"{release} as {self.report.exporter}" if self.report else release

    @property
    def message(self) -> str:
        """First line of the commit: it names the release's digest."""
        return f"{self.title} ({self.digest})"

    @property
    def relations(self) -> tuple[str, ...]:
        """Which release it follows, and which one follows it; a sentence each."""
        previous, lines = self.head.previous, []
        if previous:
            lines.append(f"It supersedes {previous.version} ({previous.manifest_digest}).")
        if self.superseded_by:
            lines.append(f"It is superseded by {self.superseded_by}: use that one for new work.")
        return tuple(lines)


def released_source(folder: Path, *, superseded_by: str | None) -> PushedSource:
    """A release to be pushed.

    Args:
        folder: the release; verify it first.
        superseded_by: the version of a later release that follows it.
    """
    head = read_head(folder / MANIFEST)
    digest = f"sha256:{digest_file(folder / MANIFEST)[0]}"
    return PushedSource(
        folder=folder, head=head, digest=digest, name=head.version, superseded_by=superseded_by
    )


def exported_source(folder: Path, release: PushedSource) -> PushedSource:
    """An export to be pushed.

    Args:
        folder: the export.
        release: the release that it is made of.
    """
    report = read_drop_report(folder)
    name = f"{release.head.version}-{report.exporter.replace(':', '-')}"
    return msgspec.structs.replace(release, folder=folder, report=report, name=name)


def read_drop_report(folder: Path) -> DropReport:
    """The drop report of an export.

    Raises:
        UsageError: if the folder holds none that can be read.
    """
    try:
        return msgspec.json.decode((folder / REPORT_JSON).read_bytes(), type=DropReport)
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(
            code="not-an-export",
            message="there is no drop report here that can be read, so this is no export",
            where=str(folder),
            hint="name the version of a release, or a folder that `assay release export` made",
        ) from error


def pushed_files(source: PushedSource) -> dict[str, Path]:
    """The files that are sent as they are, by their path in the repository."""
    files = sorted(file for file in source.folder.rglob("*") if file.is_file())
    return {f"{source.name}/{file.relative_to(source.folder).as_posix()}": file for file in files}


def repository_card(source: PushedSource) -> bytes:
    """The card of the repository: the head that loaders read, and the text for people."""
    head, body = _export_card(source) if source.report else _release_card(source)
    about = [
        f"This is `{source.name}/`: {source.title}, from the release with the manifest digest",
        f"`{source.digest}`. `assay release verify` checks the release against its publisher's key.",
        *source.relations,
    ]
    text = "\n".join([_FENCE, *head, _FENCE, "", *about, "", body.lstrip("\n")])
    return text.encode()


def _release_card(source: PushedSource) -> tuple[list[str], str]:
    """The tables of a release are two data sets; the records are the first."""
    digest = source.digest.removeprefix("sha256:")[:_DIGITS]
    head = [f"pretty_name: {json.dumps(source.head.program.name)}", "configs:"]
    for table in ("records", "judgments"):
        # Named by the digest: loaders find what they loaded before by this name alone.
        head += [
            f"- config_name: {table}-{source.head.version}-{digest}",
            f"  data_files: {source.name}/{table}.parquet",
        ]
    return head, (source.folder / _RELEASE_CARD).read_text(encoding="utf-8")


def _export_card(source: PushedSource) -> tuple[list[str], str]:
    """The card of an export, its data file under the export's folder."""
    lines = (source.folder / CARD).read_text(encoding="utf-8").split("\n")
    end = lines.index(_FENCE, 1)
    mark = "  data_files: "
    head = [
        f"{mark}{source.name}/{line.removeprefix(mark)}" if line.startswith(mark) else line
        for line in lines[1:end]
    ]
    return head, "\n".join(lines[end + 1 :])
