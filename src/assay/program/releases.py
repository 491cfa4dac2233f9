"""The `releases` interface of an open program, and the release verbs that need no program."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.context import RELEASES, Context, Interface
from assay.contracts import service as contracts
from assay.contracts.document import DocumentKind
from assay.contracts.opening import load_program
from assay.contracts.reading import FILES
from assay.core.clock import Clock, system_clock
from assay.core.data_set import datasets_library
from assay.core.errors import CheckError, UsageError
from assay.core.options import configure
from assay.core.ports import Checkpoint
from assay.governance.permits import Permits
from assay.governance.rights import Use
from assay.plugins import load, names
from assay.program.benchmark_files import read_benchmark
from assay.program.pushing import PushReport, PushRequest, push, pushes, verified_source
from assay.quality import service as quality
from assay.quality.control_tokens import ControlTokens, read_special_tokens
from assay.quality.report_text import to_json, to_markdown
from assay.releases import service
from assay.releases.audit_head import open_head, sign_head
from assay.releases.diff import ReleaseDifference
from assay.releases.export_log import EXPORTED, export_subject, is_exported
from assay.releases.exportable import (
    records_to_leave_out,
    refuse_denied,
    refuse_expired,
    use_of_rows,
)
from assay.releases.exporters.control_rule import ControlAction, ControlTokenRule
from assay.releases.exporters.drop_report import DropReport
from assay.releases.exporters.release_folder import release_name, released_records
from assay.releases.exporters.service import export
from assay.releases.inputs import DocumentFile, ReleaseInputs, RenderedQualityReport
from assay.releases.keys import read_private_key, read_public_key
from assay.releases.manifest import MANIFEST, ProgramName, ReserveEntry, read_head
from assay.releases.release import Release
from assay.reserve.ports import Comparer
from assay.reserve.public_benchmark import PublicBenchmark
from assay.settings import read_secret
from assay.validation.validation import Validation

if TYPE_CHECKING:
    from datasets import Dataset

    from assay.quality.report import QualityReport

EXPORTS = "exports"
"""The folder into which exports are written where no other is named."""


class ReleasesService(Interface):
    """Build, verify, compare, export and withdraw releases; they are in the program's folder `releases`."""

    def __init__(self, context: Context, quality_report: "Callable[[], QualityReport]") -> None:
        """The interface of an open program.

        Args:
            context: what it works with.
            quality_report: makes the report that a release carries.
        """
        self._context = context
        self._quality_report = quality_report
        self.folder = context.folder / RELEASES
        """One folder a version."""

    def list(self) -> tuple[Release, ...]:
        """Every release that was built, oldest first, withdrawn ones too."""
        return tuple(self._context.store.scan(Release))

    def get(self, identity: str) -> Release:
        """The release with this version, id or unique prefix of an id.

        Raises:
            UsageError: if there is none.
        """
        if identity.startswith(f"{Release.prefix}_"):
            return self._context.store.get(Release, identity)
        releases = [release for release in self.list() if release.version == identity]
        if not releases:
            versions = ", ".join(release.version for release in self.list())
            raise UsageError(
                code="unknown-release",
                message=f"there is no release {identity!r}",
                hint=f"there are: {versions}"
                if versions
                else "build one: assay release build VERSION",
            )
        return releases[-1]

    def build(
        self,
        version: str,
        *,
        use: Use = "train",
        limitations: str = "",
        leave_out_overlaps: bool = False,
        drop_duplicates: bool = False,
        again: bool = False,
    ) -> service.Built:
        """Build, sign and commit a release: a folder that appears whole or not at all.

        Args:
            version: semantic, above every earlier one.
            use: what it is for; records whose rights do not permit it stay out and are counted.
            limitations: what people know of the data's limits, as Markdown.
            leave_out_overlaps: whether records that share text with the reserve stay out, instead
                of stopping the build.
            drop_duplicates: whether of near copies one stays and the others are left out and counted,
                as where the contract says `duplicates: {in_release: drop}`.
            again: whether a release that holds nothing new is wanted.

        Raises:
            CheckError: if a gate refuses, with all reasons of all gates, or if nothing has changed
                since the last release.
        """
        context = self._context
        report = self._quality_report()
        program = context.documents.program
        index = context.comparer()
        inputs = ReleaseInputs(
            version=version,
            use=use,
            created=context.clock(),
            program=ProgramName(
                id=program.id,
                name=program.name,
                contact=program.contact,
                territory=program.territory,
            ),
            documents=self._document_files(),
            quality=RenderedQualityReport(
                json=to_json(report).encode(), markdown=to_markdown(report).encode()
            ),
            record_handle=context.record_handle,
            attachment=context.attachments.read,
            checkpoint=context.store.head(),
            floors=report.floors,
            rubrics=quality.rubrics(context.store),
            stale=quality.stale_that_decide(context.store, context.facts),
            reserve=index,
            sealed=self._reserve_entry(index),
            benchmarks=self._benchmarks(),
            leave_out_overlaps=leave_out_overlaps,
            drop_duplicates=drop_duplicates,
            validations=tuple(
                validation.id
                for validation in context.store.scan(Validation)
                if validation.all_passed
            ),
            alarms=report.alarms,
            limitations=limitations,
        )
        return service.build(
            context.store, inputs, self._key(), self.folder, actor=context.actor, again=again
        )

    def verify(
        self,
        version: str,
        public_key: str | Path,
        *,
        newer_than: str | None = None,
        notices: Sequence[str | Path] = (),
    ) -> service.VerifiedRelease:
        """Verify a release of this program, as `verify_release` does a folder.

        Args:
            version: its version.
            public_key: the key that is trusted, in PEM, from elsewhere than the release.
            newer_than: the version that the receiver has: an older one is a replay.
            notices: notices of withdrawal, or attestations of later releases.
        """
        return verify_release(
            self.folder_of(version), public_key, newer_than=newer_than, notices=notices
        )

    def diff(self, before: str, after: str) -> ReleaseDifference:
        """What the later of two releases added, removed and changed.

        Args:
            before: version of the earlier release.
            after: version of the later release.
        """
        return service.diff(self.folder_of(before), self.folder_of(after))

    def export(
        self,
        version: str,
        format: str,  # noqa: A002  the one word for it
        target: str | Path,
        options: Mapping[str, str] | None = None,
        *,
        public_key: str | Path | None = None,
        use: Use | None = None,
        control_tokens: ControlAction = "keep",
        tokenizer: str | Path | None = None,
    ) -> DropReport:
        """Write a release of this program in a trainer's format, as `export_release` does a folder.

        Args:
            version: its version.
            format: name of the format, such as `trl:preference`; `formats` names them.
            target: the folder to make.
            options: the format's options, as text.
            public_key: a trusted key: the release is verified first.
            use: what the rows are for: to train where absent.
            control_tokens: what to do with control tokens of chat templates: keep them, drop the
                record, escape each with a space, or refuse the export.
            tokenizer: a tokenizer's folder or file, whose special tokens count as well.
        """
        report = export_release(
            self.folder_of(version),
            format,
            target,
            options,
            public_key=public_key,
            use=use,
            control_tokens=control_tokens,
            tokenizer=tokenizer,
            clock=self._context.clock,
        )
        self.log_export(report)
        return report

    def log_export(self, report: DropReport) -> None:
        """Have the audit log say that a release of this program was exported, wherever its rows went.

        Args:
            report: the drop report of the export; one without a row is not logged.
        """
        if not report.rows:
            return
        subject = export_subject(report)
        with self._context.store.write(
            EXPORTED, actor=self._context.actor, subject=subject
        ) as unit:
            # The entry stands without a fact: an export stores nothing here, and is logged all the same.
            unit.acted = True

    def is_exported(self, version: str) -> bool:
        """Whether a release was exported with a row, as the audit log or the folder of exports says.

        Args:
            version: its version.
        """
        release = f"{self._context.documents.program.id} {version}"
        logged = self._context.store.subjects_of(EXPORTED)
        return is_exported(release, logged, self._context.folder / EXPORTS)

    def to_datasets(
        self,
        version: str,
        format: str,  # noqa: A002  the one word for it
        options: Mapping[str, str] | None = None,
        *,
        use: Use | None = None,
    ) -> "Dataset":
        """The rows of `export` as a `datasets.Dataset` in memory.

        Args:
            version: the release's version.
            format: name of the format, such as `trl:preference`.
            options: the format's options, as text.
            use: what the rows are for: to train where absent.

        Raises:
            MachineError: if the extra `datasets` is not installed.
            CheckError: if no record of the release fits the format.
        """
        datasets = datasets_library()
        with tempfile.TemporaryDirectory() as scratch:
            rows = Path(scratch) / "rows"
            if not self.export(version, format, rows, options, use=use).rows:
                raise CheckError(
                    code="no-row",
                    message=f"no record of release {version} fits the format {format}",
                    hint="`releases.export` says for each record why",
                )
            # Held in memory, since rows and cache are removed when this returns.
            return datasets.load_dataset(
                str(rows),
                split="train",
                cache_dir=str(Path(scratch) / "cache"),
                keep_in_memory=True,
            )

    def card(self, version: str) -> str:
        """The data card of a release, as Markdown."""
        return service.read_card(self.folder_of(version))

    def formats(self) -> tuple[str, ...]:
        """Names of the formats that `export` writes."""
        return tuple(names("exporters"))

    def folder_of(self, version: str) -> Path:
        """The folder of a release.

        Raises:
            UsageError: if the program has built no such release.
        """
        return self.folder / self.get(version).version

    def push(
        self,
        what: str | Path,
        repository: str,
        *,
        public_key: str | Path | None = None,
        private: bool = True,
        territory: str | None = None,
        readers: Sequence[str] | None = None,
        use: Use | None = None,
        token_file: str | Path | None = None,
        tokenizer: str | Path | None = None,
        plan: bool = False,
    ) -> PushReport:
        """Push a release, or an export of one, with its card to a data-set repository of the Hub.

        It is verified first, an export by making it again. What the repository holds already is not
        sent again, so that a push that was cut is completed by the next one.

        Args:
            what: the version of a release, or the folder of an export.
            repository: `OWNER/NAME`; it is made if it is not there.
            public_key: the key that is trusted, in PEM; None: that of the program's signing key.
            private: whether only the owner's people may read the repository. Where everyone can,
                rights to publish are needed as well.
            territory: where the repository is kept, an ISO 3166 code or `EU`; None: `US`, as the
                Hub does. Sources must permit it.
            readers: roles of the people who can read it, each admitted by every source; None: no
                person of the program reads it there.
            use: what it is pushed for; None: what the release was built for.
            token_file: a file with the token; None: `HF_TOKEN`, or the login of the Hub's own tool.
            tokenizer: the tokenizer that an export was made with.
            plan: whether to verify and look up rights alone, and send nothing.

        Raises:
            UsageError: if it is neither a release nor an export, or there is no token that may write.
            CheckError: if it does not verify, was withdrawn, has a gate that failed, or holds records
                that may not leave.
            MachineError: if the extra `hub` is missing, or the Hub or the connection fails.
        """
        key = _public_key(Path(public_key)) if public_key else self._key().public_key()
        request = PushRequest(
            repository=repository,
            private=private,
            territory=territory,
            readers=None if readers is None else tuple(readers),
            use=use,
            token_file=None if token_file is None else Path(token_file),
        )

        def remake(folder: Path, report: DropReport, target: Path) -> object:
            return _export_with_key(
                folder,
                report.exporter,
                target,
                report.options,
                key=key,
                use=use,
                control_tokens=report.control_tokens.action,
                tokenizer=tokenizer,
                clock=self._context.clock,
            )

        source = verified_source(self._context, str(what), self.folder, key, remake)
        return push(self._context, source, request, plan=plan)

    def pushes(self, version: str) -> tuple[str, ...]:
        """The addresses that a release, or an export of it, was pushed to, oldest first."""
        return pushes(self._context, self.get(version).version)

    def withdraw(
        self, version: str, *, reason: str, records: Sequence[str] = ()
    ) -> service.Withdrawn:
        """Withdraw a release, or some of its records, by a fact and a signed notice.

        What was pushed stays where it is: the result names the addresses.
        """
        withdrawn = service.withdraw(
            self._context.store,
            version,
            reason=reason,
            records=[self._context.record_identity(identity) for identity in records],
            record_handle=self._context.record_handle,
            key=self._key(),
            releases=self.folder,
            moment=self._context.clock(),
            actor=self._context.actor,
        )
        return msgspec.structs.replace(withdrawn, pushed=pushes(self._context, version))

    def signed_head(self) -> bytes:
        """The head of the audit chain as a signed statement, to be kept elsewhere."""
        context = self._context
        return sign_head(
            context.store.head(),
            program=context.documents.program.id,
            moment=context.clock(),
            key=self._key(),
        )

    def require_key(self) -> None:
        """See that the key that signs releases is there and can be read.

        Raises:
            UsageError: if assay.toml names no key, or what it names is no key.
            MachineError: if the key is not where assay.toml says.
        """
        self._key()

    def _reserve_entry(self, index: Comparer | None) -> ReserveEntry | None:
        if index is None:
            return None
        return ReserveEntry(
            name=list(index.sealed)[-1],
            items=sum(index.sealed.values()),
            commitments=index.commitments,
            wordless=index.wordless,
        )

    def _benchmarks(self) -> tuple[PublicBenchmark, ...]:
        """The public benchmarks that assay.toml names.

        Raises:
            InputError: if a file cannot be used, or a row of it.
        """
        return tuple(
            read_benchmark(self._context, file)
            for file in self._context.documents.program.benchmarks
        )

    def _document_files(self) -> Mapping[DocumentKind, DocumentFile]:
        context = self._context
        issues = contracts.check(context.folder).issues
        return {
            kind: DocumentFile(
                document=fact,
                file=FILES[kind],
                source=(context.folder / FILES[kind]).read_bytes(),
                issues=tuple(issue for issue in issues if issue.file == FILES[kind]),
            )
            for kind, fact in context.facts.items()
        }

    def _key(self) -> Ed25519PrivateKey:
        program = self._context.documents.program
        reference = program.signing_key
        if reference is None:
            raise UsageError(
                code="no-signing-key",
                message="assay.toml names no signing key",
                where="signing_key",
                hint="run `assay key new .assay/signing.key`, then put "
                'signing_key = "file:.assay/signing.key" into assay.toml, above the first [table]',
            )
        return read_private_key(
            read_secret(reference, self._context.folder, program), where=reference
        )


def checkpoints(program: Path) -> Iterator[Checkpoint]:
    """The heads of the audit chain that the releases in a program's folder carry."""
    for manifest in sorted((program / RELEASES).glob(f"*/{MANIFEST}")):
        head = read_head(manifest).audit
        yield Checkpoint(number=head.number, hash=head.hash)


def read_signed_head(program: Path, file: Path, public_key: Path) -> Checkpoint:
    """The head that `ReleasesService.signed_head` gave, verified with a trusted public key.

    Args:
        program: the folder of the program whose chain it must be.
        file: the signed head.
        public_key: the key that is trusted, in PEM.

    Raises:
        CheckError: if it cannot be verified, or is the head of another program's chain.
        UsageError: if one of the files cannot be read.
    """
    key = _public_key(public_key)
    return open_head(_read_bytes(file), key, program=load_program(program).id)


def verify_release(
    folder: str | Path,
    public_key: str | Path,
    *,
    newer_than: str | None = None,
    notices: Sequence[str | Path] = (),
) -> service.VerifiedRelease:
    """Verify a release folder with a trusted public key; no program is needed.

    Args:
        folder: the release.
        public_key: the key that is trusted, in PEM, from elsewhere than the release.
        newer_than: the version that the receiver has: an older one is a replay.
        notices: notices of withdrawal, or attestations of later releases.

    Raises:
        UsageError: if the key cannot be read.
    """
    return service.verify(
        Path(folder),
        _public_key(Path(public_key)),
        newer_than=newer_than,
        notices=[Path(notice) for notice in notices],
    )


def export_release(
    folder: str | Path,
    format: str,  # noqa: A002  the one word for it
    target: str | Path,
    options: Mapping[str, str] | None = None,
    *,
    public_key: str | Path | None = None,
    use: Use | None = None,
    control_tokens: ControlAction = "keep",
    tokenizer: str | Path | None = None,
    clock: Clock = system_clock,
) -> DropReport:
    """Write a release in a trainer's format, with its drop report; no program is needed.

    Args:
        folder: the release.
        format: name of the format, such as `trl:preference`.
        target: the folder to make.
        options: the format's options, as text.
        clock: gives the day on which rights are asked for again.
        public_key: a trusted key: the release is verified first, and withdrawn records stay out.
        use: what the rows are for: to train where absent. Records that do not permit it stay out,
            counted in the drop report.
        control_tokens: what to do with control tokens of chat templates: keep them, drop the
            record, escape each with a space, or refuse the export.
        tokenizer: a tokenizer's folder or file, whose special tokens count as well.

    Raises:
        InputError: if the folder is not a release, or the tokenizer names no special token.
        UsageError: if no use is named for a release that was not built to train.
        CheckError: if the release does not verify, is withdrawn, draws on a source that its program
            no longer permits, or a notice is next to it that cannot be verified without a key.
    """
    return _export_with_key(
        folder,
        format,
        target,
        options or {},
        key=_public_key(Path(public_key)) if public_key else None,
        use=use,
        control_tokens=control_tokens,
        tokenizer=tokenizer,
        clock=clock,
    )


def _export_with_key(
    folder: str | Path,
    name: str,
    target: str | Path,
    options: Mapping[str, object],
    *,
    key: Ed25519PublicKey | None,
    use: Use | None,
    control_tokens: ControlAction,
    tokenizer: str | Path | None,
    clock: Clock,
) -> DropReport:
    """As `export_release`, with the key that was read and options of any type."""
    place = Path(folder)
    service.require_release(place)
    today = clock()[:10]
    refuse_expired(place, today)
    program = program_of(place)
    if program is not None:
        # Next to its program a release asks what the sources permit now, not on the day it was built.
        rights = contracts.load_rights(program)
        permits = Permits(rights.sources, on=date.fromisoformat(today), territory=rights.territory)
        refuse_denied(place, permits)
    exporter = configure(load("exporters", name), options)
    withdrawn = records_to_leave_out(place, key)
    records = released_records(place, use=use or use_of_rows(place), withdrawn=withdrawn)
    special = read_special_tokens(Path(tokenizer)) if tokenizer else ()
    return export(
        records,
        exporter,
        Path(target),
        release=release_name(place),
        control=ControlTokenRule(control_tokens, ControlTokens(special)),
    )


def program_of(release: Path) -> Path | None:
    """The folder of the program that a release is next to; None where it was taken elsewhere."""
    place = release.resolve()
    folder = place.parent.parent
    is_home = place.parent.name == RELEASES and (folder / FILES["program"]).is_file()
    return folder if is_home else None


def _public_key(file: Path) -> Ed25519PublicKey:
    return read_public_key(_read_bytes(file), where=str(file))


def _read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            code="cannot-read",
            message=f"cannot read the file: {error.strerror}",
            where=str(file),
            hint="check the path and the file's permissions",
        ) from error
