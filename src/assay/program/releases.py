"""The `releases` interface of an open program, and the release verbs that need no program."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.context import Context
from assay.contracts import service as contracts
from assay.contracts.document import DocumentKind
from assay.contracts.reading import FILES
from assay.core.clock import Clock, system_clock
from assay.core.errors import UsageError
from assay.core.options import configured
from assay.core.ports import Checkpoint
from assay.governance.rights import Use
from assay.plugins import load
from assay.quality import service as quality
from assay.quality.report_text import to_json, to_markdown
from assay.releases import service
from assay.releases.audit_head import open_head, sign_head
from assay.releases.exportable import records_to_leave_out, refuse_expired, use_of_rows
from assay.releases.exporters.drop_report import DropReport
from assay.releases.exporters.release_folder import release_name, released_records
from assay.releases.exporters.service import export
from assay.releases.inputs import DocumentFile, ReleaseInputs, RenderedQualityReport
from assay.releases.keys import read_private_key, read_public_key
from assay.releases.manifest import MANIFEST, ProgramName, ReserveEntry, read_head
from assay.reserve.ports import Comparer
from assay.settings import read_secret
from assay.validation.validation import Validation

RELEASES = "releases"
"""The folder of a program's releases, one folder a version."""


class ReleasesService:
    """Build and withdraw releases; they are in the program's folder `releases`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.folder = context.folder / RELEASES
        """One folder a version."""

    def build(
        self,
        version: str,
        *,
        use: Use = "train",
        limitations: str = "",
        leave_out_overlaps: bool = False,
        again: bool = False,
    ) -> service.Built:
        """Build, sign and commit a release: a folder that appears whole or not at all.

        Args:
            version: semantic, above every earlier one.
            use: what it is for; records whose rights do not permit it stay out and are counted.
            limitations: what people know of the data's limits, as Markdown.
            leave_out_overlaps: whether records that share text with the reserve stay out, instead
                of stopping the build.
            again: whether a release that holds nothing new is wanted.

        Raises:
            CheckError: if a gate refuses, with all reasons of all gates, or if nothing has changed
                since the last release.
        """
        context = self._context
        report = quality.report(context.store, context.facts)
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
            checkpoint=context.store.head(),
            floors=report.floors,
            rubrics=quality.rubrics(context.store),
            stale=quality.stale_that_decide(context.store, context.facts),
            reserve=index,
            sealed=self._sealed(index),
            leave_out_overlaps=leave_out_overlaps,
            validations=tuple(
                each.id for each in context.store.scan(Validation) if each.all_passed
            ),
            alarms=report.alarms,
            limitations=limitations,
        )
        return service.build(
            context.store, inputs, self._key(), self.folder, actor=context.actor, again=again
        )

    def withdraw(
        self, version: str, *, reason: str, records: Sequence[str] = ()
    ) -> service.Withdrawn:
        """Withdraw a release, or some of its records, by a fact and a signed notice."""
        return service.withdraw(
            self._context.store,
            version,
            reason=reason,
            records=[self._context.record_identity(each) for each in records],
            record_handle=self._context.record_handle,
            key=self._key(),
            releases=self.folder,
            moment=self._context.clock(),
            actor=self._context.actor,
        )

    def signed_head(self) -> bytes:
        """The head of the audit chain as a signed statement, to be kept elsewhere."""
        context = self._context
        return sign_head(
            context.store.head(),
            program=context.documents.program.id,
            moment=context.clock(),
            key=self._key(),
        )

    def _sealed(self, index: Comparer | None) -> ReserveEntry | None:
        if index is None:
            return None
        return ReserveEntry(
            name=list(index.sealed)[-1],
            items=sum(index.sealed.values()),
            commitments=index.commitments,
            wordless=index.wordless,
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
                hint="run `assay key new .assay/signing.key`, then add "
                'signing_key = "file:.assay/signing.key"',
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
    return open_head(_read(file), key, program=contracts.load_program(program).id)


def verify_release(
    folder: Path,
    public_key: Path,
    *,
    newer_than: str | None = None,
    notices: Sequence[Path] = (),
) -> service.VerifiedRelease:
    """Verify a release folder with a trusted public key; no program is needed."""
    return service.verify(folder, _public_key(public_key), newer_than=newer_than, notices=notices)


def export_release(
    folder: Path,
    exporter: str,
    target: Path,
    options: Mapping[str, str] | None = None,
    *,
    public_key: Path | None = None,
    use: Use | None = None,
    clock: Clock = system_clock,
) -> DropReport:
    """Write a release in a trainer's format, with its drop report; no program is needed.

    Args:
        folder: the release.
        exporter: name of the format, such as `trl:preference`.
        target: the folder to make.
        options: the exporter's options, as text.
        clock: gives the day on which rights are asked for again.
        public_key: a trusted key: the release is verified first, and withdrawn records stay out.
        use: what the rows are for: to train where absent. Records that do not permit it stay out,
            counted in the drop report.

    Raises:
        InputError: if the folder is not a release.
        UsageError: if no use is named for a release that was not built to train.
        CheckError: if the release does not verify, is withdrawn, or a notice is next to it that
            cannot be verified without a key.
    """
    service.require_release(folder)
    refuse_expired(folder, clock()[:10])
    chosen_use = use or use_of_rows(folder)
    chosen = configured(load("exporters", exporter), options or {})
    withdrawn = records_to_leave_out(folder, _public_key(public_key) if public_key else None)
    records = released_records(folder, use=chosen_use, withdrawn=withdrawn)
    return export(records, chosen, target, release=release_name(folder))


def _public_key(file: Path) -> Ed25519PublicKey:
    return read_public_key(_read(file), where=str(file))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            code="cannot-read", message=f"cannot read the file: {error.strerror}", where=str(file)
        ) from error
