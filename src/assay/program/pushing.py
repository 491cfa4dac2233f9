"""A push of a release, or of an export of one: verified, permitted, sent, and written down."""

import filecmp
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assay.bulk.hub import HubCommit, HubFile, HubRepository, hub_token
from assay.context import Context
from assay.contracts.sources import TERRITORY
from assay.core.batches import batches
from assay.core.errors import CheckError, UsageError
from assay.governance.rights import Use
from assay.records.record import Record
from assay.releases.exportable import refuse_expired, refuse_unverified
from assay.releases.exporters.drop_report import REPORT_JSON, DropReport
from assay.releases.exporters.release_folder import release_name
from assay.releases.exporters.service import row_records
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.push_plan import (
    CARD,
    PushedSource,
    exported_source,
    pushed_files,
    read_drop_report,
    released_source,
    repository_card,
)
from assay.releases.release import Release
from assay.releases.withdrawal import Withdrawal

PUSH = "release.push"
"""The action under which the audit log has a push; its subject is the version and the address."""

HUB_PLACE = "US"
"""Where the Hub keeps a repository unless its owner chose another region."""

_REGIONS = {"US": "us", "EU": "eu"}
_PREFIX = "hf://datasets/"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_BATCH = 500

Remake = Callable[[Path, DropReport, Path], object]
"""Writes the export of a release folder that a drop report describes into a new folder, as of today."""


class PushRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is pushed, for whom, and for what."""

    repository: str
    """`OWNER/NAME` of the data-set repository, with or without `hf://datasets/` before it."""
    private: bool = True
    """Whether only its owner's people may read it."""
    territory: str | None = None
    """Where the repository is kept: an ISO 3166 code or `EU`; None: `US`, as the Hub does."""
    readers: tuple[str, ...] | None = None
    """Roles of the people who can read it; None: no person of the program reads it there."""
    use: Use | None = None
    """What it is pushed for; None: what the release was built for."""
    token_file: Path | None = None
    """File with the token; None: `HF_TOKEN`, or the login of the Hub's own tool."""


class PushedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a push."""

    path: str
    """Its path in the repository."""
    bytes: int
    """Its size in bytes."""


class PushReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a push sent, or would send."""

    outcome: Literal["planned", "pushed", "already_there"]
    """`planned`: nothing was sent; `already_there`: the repository held all of it."""
    address: str
    """`hf://datasets/OWNER/NAME@COMMIT/FOLDER`; without commit where nothing was sent."""
    title: str
    """What it is, in a few words."""
    digest: str
    """`sha256:...` of the release's manifest, which the commit names."""
    private: bool
    """Whether only the owner's people may read the repository."""
    territory: str
    """Where the repository is kept."""
    uses: tuple[Use, ...]
    """Uses for which rights were checked."""
    relations: tuple[str, ...]
    """Which release it follows, and which one follows it."""
    files: tuple[PushedFile, ...]
    """The files, the card first."""


def push(
    context: Context,
    source: PushedSource,
    request: PushRequest,
    *,
    plan: bool,
) -> PushReport:
    """Push something that was verified, and write down that it was.

    Args:
        context: the open program.
        source: from `verified_source`.
        request: where, for whom and for what.
        plan: whether to look up rights alone and send nothing.

    Raises:
        UsageError: for a name that is no repository's, or without a token.
        CheckError: if rights do not permit it.
        MachineError: if the extra `hub` is missing, or the Hub or the connection fails.
    """
    name = _repository_name(request.repository)
    territory = _territory(request)
    uses = _uses(source, request)
    _refuse_denied(context, source, uses=uses, territory=territory, readers=request.readers)
    card = HubFile(path=CARD, content=repository_card(source))
    files = [
        card,
        *(HubFile(path=path, content=file) for path, file in pushed_files(source).items()),
    ]
    report = PushReport(
        outcome="planned",
        address=f"{_PREFIX}{name}/{source.name}",
        title=source.title,
        digest=source.digest,
        private=request.private,
        territory=territory,
        uses=uses,
        relations=source.relations,
        files=tuple(PushedFile(path=file.path, bytes=file.size) for file in files),
    )
    if plan:
        return report
    region = _REGIONS.get(request.territory or "")
    token = hub_token(request.token_file)
    repository = HubRepository(name, token, private=request.private, region=region)
    description = "\n".join(source.relations)
    made = repository.put(files, source.name, message=source.message, description=description)
    address = _write_down(context, source, name, made)
    outcome: Literal["pushed", "already_there"] = "pushed" if made.changed else "already_there"
    return msgspec.structs.replace(report, outcome=outcome, address=address)


def verified_source(
    context: Context,
    what: str,
    releases: Path,
    key: Ed25519PublicKey,
    remake: Remake,
) -> PushedSource:
    """The release or export that a name stands for, if it may be relied on.

    An export has no signature, so it is made again from its release, and must be the same bytes.

    Args:
        context: the open program.
        what: the version of a release of the program, or the folder of an export of one.
        releases: the folder of the program's releases.
        key: the key that is trusted.
        remake: makes an export again.

    Raises:
        UsageError: if it is neither.
        CheckError: if the release does not verify, was withdrawn, or has a gate that failed, or the
            export is not the one that the release gives today.
    """
    if not (Path(what) / REPORT_JSON).is_file():
        return _verified_release(context, releases, what, key, with_withdrawn=False)
    report = read_drop_report(Path(what))
    release = _verified_release(
        context, releases, _version_of(context, report), key, with_withdrawn=True
    )
    if report.release != release_name(release.folder):
        raise UsageError(
            code="export-of-another",
            message=f"this is an export of {report.release}, which is no release of this program",
            where=what,
            hint="push it from the program that made it",
        )
    source = exported_source(Path(what), release)
    with tempfile.TemporaryDirectory(prefix="assay-push-") as scratch:
        again = Path(scratch) / "export"
        remake(release.folder, report, again)
        _refuse_difference(source.folder, again)
    return source


def pushes(context: Context, version: str) -> tuple[str, ...]:
    """The addresses that a release, or an export of it, was pushed to, oldest first."""
    subjects = (subject.partition(" ") for subject in context.store.subjects(PUSH))
    return tuple(dict.fromkeys(address for name, _, address in subjects if name == version))


def _verified_release(
    context: Context, releases: Path, version: str, key: Ed25519PublicKey, *, with_withdrawn: bool
) -> PushedSource:
    """A release of the program that verifies, was not withdrawn, and passed its gates.

    Args:
        context: the open program.
        releases: the folder of its releases.
        version: the version.
        key: the key that is trusted.
        with_withdrawn: whether single records of it may be withdrawn; an export leaves them out.
    """
    fact = _release_fact(context, version)
    folder = releases / fact.version
    verified = refuse_unverified(folder, key, with_withdrawn=with_withdrawn)
    withdrawals = [
        withdrawal
        for withdrawal in context.store.scan(Withdrawal)
        # The notice beside the folder may have been lost; the store still knows.
        if withdrawal.release == fact.id and not (withdrawal.records and with_withdrawn)
    ]
    if withdrawals:
        raise CheckError(
            code="withdrawn",
            message=f"it was withdrawn: {withdrawals[-1].reason}",
            where=str(folder),
            hint="build a new release without what was withdrawn, and push that one",
        )
    source = released_source(folder, superseded_by=verified.superseded_by)
    if source.digest != fact.manifest_digest:
        raise CheckError(
            code="other-release",
            message=f"the folder does not hold the release {version} that the store knows",
            where=str(folder),
            hint="put back the folder that `assay release build` made",
        )
    failed = [gate for gate in source.head.gates if gate.stops]
    if failed:
        raise CheckError(
            code="gate-failed",
            message="; ".join(f"gate {gate.gate}: {gate.reason}" for gate in failed),
            where=str(folder),
            hint="build a release that passes its gates, and push that one",
        )
    refuse_expired(folder, context.clock()[:10])
    return source


def _release_fact(context: Context, version: str) -> Release:
    facts = [release for release in context.store.scan(Release) if release.version == version]
    if not facts:
        built = ", ".join(release.version for release in context.store.scan(Release)) or "none"
        raise UsageError(
            code="unknown-release",
            message=f"{version!r} is neither a release nor the folder of an export",
            hint=f"releases that were built: {built}",
        )
    return facts[-1]


def _version_of(context: Context, report: DropReport) -> str:
    program, _, version = report.release.partition(" ")
    return version if program == context.documents.program.id else report.release


def _repository_name(text: str) -> str:
    name = text.removeprefix(_PREFIX).removesuffix("/")
    if not _NAME.fullmatch(name):
        raise UsageError(
            code="bad-repository",
            message=f"{text!r} is no repository",
            where="--to",
            hint="write OWNER/NAME, or hf://datasets/OWNER/NAME",
        )
    return name


def _territory(request: PushRequest) -> str:
    territory = request.territory or HUB_PLACE
    if not re.fullmatch(TERRITORY, territory):
        raise UsageError(
            code="bad-territory",
            message=f"{territory!r} is no territory",
            where="--territory",
            hint="write an ISO 3166 code of two capital letters, `EU` or `worldwide`",
        )
    return territory


def _uses(source: PushedSource, request: PushRequest) -> tuple[Use, ...]:
    """What is done with it: what it is for, and to publish where everyone can read it."""
    main: Use = request.use or source.head.use
    return (main,) if request.private or main == "publish" else (main, "publish")


def _refuse_denied(
    context: Context,
    source: PushedSource,
    *,
    uses: Sequence[Use],
    territory: str,
    readers: tuple[str, ...] | None,
) -> None:
    """Refuse a push of records that may not leave today, to that place and those readers."""
    rights = context.exit_rights(territory=territory)
    count = 0
    for batch in batches(_leaving(context, source), _BATCH):
        rights.learn(dict(batch))
        for identity, record in batch:
            count += 1
            # Every use is asked for: what is held back is counted once.
            for use in uses:
                rights.may_leave(identity, record, use=use, roles=readers)
    held = rights.held_back
    if held.records:
        reasons = "; ".join(
            dict.fromkeys(reason for record in held.each for reason in record.reasons)
        )
        raise CheckError(
            code="rights-denied",
            message=f"{held.records} of {count} records may not leave: {reasons}",
            where=source.title,
            hint="build a release without them, or name where the repository is kept: --territory",
        )


def _leaving(context: Context, source: PushedSource) -> Iterator[tuple[str, Record]]:
    """The records that leave, by their ids in the store."""
    rows = row_records(source.folder) if source.report else None
    release = context.folder / "releases" / source.head.version
    stored = _stored_ids(context, release, rows)
    in_store = 0
    for batch in batches(stored, _BATCH):
        for record in context.store.scan(Record, id=batch):
            in_store += 1
            yield record.id, record
    if in_store != len(stored):
        raise CheckError(
            code="rights-denied",
            message=f"{len(stored) - in_store} records are not in the store, so nothing permits them",
            where=source.title,
            hint="push from the program that built the release",
        )


def _stored_ids(context: Context, release: Path, rows: Collection[str] | None) -> list[str]:
    """Ids in the store of the records of a release, or of those that rows were made of."""
    _, items = read_manifest(release / MANIFEST)
    named = [(item.id, item.handle) for item, _ in items if rows is None or item.id in rows]
    by_handle: Mapping[str, str] = {}
    if any(handle for _, handle in named):
        by_handle = {
            context.record_handle(record.id): record.id for record in context.store.scan(Record)
        }
    return sorted({by_handle.get(handle, identity) for identity, handle in named})


def _refuse_difference(folder: Path, again: Path) -> None:
    names = {
        place: {file.relative_to(place) for file in place.rglob("*") if file.is_file()}
        for place in (folder, again)
    }
    changed = sorted(
        name.as_posix()
        for name in names[folder] | names[again]
        if name not in names[folder]
        or name not in names[again]
        or not filecmp.cmp(folder / name, again / name, shallow=False)
    )
    if changed:
        raise CheckError(
            code="export-changed",
            message=f"it is not the export that the release gives today: {', '.join(changed)} differ",
            where=str(folder),
            hint="export the release again (records may have been withdrawn since), and push that",
        )


def _write_down(context: Context, source: PushedSource, name: str, made: HubCommit) -> str:
    """Write the push into the audit log, unless it is there; its address."""
    version = source.head.version
    address = f"{_PREFIX}{name}@{made.id}/{source.name}"
    before = [
        logged
        for logged in pushes(context, version)
        if logged.startswith(f"{_PREFIX}{name}@") and logged.endswith(f"/{source.name}")
    ]
    # A push that was cut after its commit has none yet, though the repository holds everything.
    if before and not made.changed:
        return before[-1]
    with context.store.write(PUSH, actor=context.actor, subject=f"{version} {address}") as unit:
        unit.acted = True
    return address
