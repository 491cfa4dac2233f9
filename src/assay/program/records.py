"""The `records` interface of an open program."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from assay.bulk.address import is_address, public_address, refuse_other_scheme
from assay.bulk.fact_lines import write_facts
from assay.bulk.fetch import MAX_FETCH_BYTES, Fetched, fetch
from assay.bulk.stream import file_sha256
from assay.context import Context, describe_interface
from assay.core.batches import batches
from assay.core.choices import refuse_unknown
from assay.core.data_frame import data_frame
from assay.core.data_set import datasets_library
from assay.core.errors import InputError, MachineError, UsageError
from assay.core.fact import Fact
from assay.core.ports import Import
from assay.core.private import make_private_folder, private_opener
from assay.core.progress import ProgressCallback
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.governance.permissions import refuse_unknown_role
from assay.governance.rights import USES, Use
from assay.plugins import names
from assay.program.data_file import is_current_address, open_reader, row_context
from assay.providers.cost import Prices
from assay.providers.sampling_report import SamplingReport
from assay.providers.sampling_run import SamplingPlan
from assay.records.attachment import MAX_ATTACHMENT_BYTES, attachment_name
from assay.records.fields import Role
from assay.records.judgment import Judgment
from assay.records.kinds import KINDS
from assay.records.ports import Layout
from assay.records.reader import NO_FIELD_OPTIONS, FieldOptions, Reader
from assay.records.record import Record
from assay.records.report import ImportReport
from assay.records.service import Preview, reader_entry
from assay.reserve.sealing import Sealing

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas import DataFrame

    from assay.program.sampling import Endpoint
    from assay.program.suggesting import SuggestedMapping


BATCH = 500
"""Records whose rights are looked up at once."""


class ExportedRecords(msgspec.Struct, frozen=True, kw_only=True):
    """What an export of records wrote, and what it held back."""

    lines: int
    """Lines written: records and their judgments."""
    held_back: HeldBack
    """Records whose rights do not permit the use, or this reader."""


class RecordLine(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a list."""

    id: str
    """Its id; its keyed handle where the reader may not see it."""
    key: str | None
    """Its key in its source, such as a row's own number; absent where the reader may not see it."""
    kind: str
    """Kind of record, such as `preference`."""
    sources: tuple[str, ...]
    """The source classes that it draws on."""
    task: str | None
    """Its last message; absent where the reader may not see it."""
    held_back: tuple[str, ...] = ()
    """Why the reader may not see it."""


class ImportState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a file was imported in one way, and whether it has changed since."""

    imported: str | None
    """When its newest import was finished, as UTC in ISO 8601; None where none was."""
    is_current: bool | None
    """Whether the file is as it was then; None where only reading it tells."""
    note: str = ""
    """Why that is not known, or what an address has now."""


class RecordDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A record as a person in a role may see it."""

    id: str
    """Its id; its keyed handle where the reader may not see it."""
    record: Record | None
    """The record; absent where the reader may not see it."""
    judgments: tuple[Judgment, ...]
    """Its judgments; none where the reader may not see it."""
    held_back: tuple[str, ...] = ()
    """Why the reader may not see it."""


class _ImportOptions(NamedTuple):
    """How a file is imported; see `RecordsService.import_`."""

    source: str | None
    kind: str | None
    format: str | Path
    layout: Layout | None
    fields: FieldOptions
    rejects: str | Path | None
    progress: ProgressCallback | None
    max_attachment_bytes: int = MAX_ATTACHMENT_BYTES
    fetch_attachments: bool = False
    allow_private: bool = False


class RecordsService:
    """Import, sample, list, show and export records."""

    def __init__(
        self, folder: Path, context: Callable[[], Context], draft: Callable[[], Context]
    ) -> None:
        """The interface of an open program.

        Args:
            folder: the program's folder.
            context: gives what every method but `preview` works with.
            draft: gives what `preview` works with, whose documents may have open questions.
        """
        # Called when they are needed: a preview works before the documents check.
        self._make_context = context
        self._folder = folder
        self._make_draft = draft

    def __repr__(self) -> str:
        """Class, the program's folder, and what it does; nothing is opened."""
        return describe_interface(type(self), self._folder)

    @property
    def _context(self) -> Context:
        return self._make_context()

    def import_(
        self,
        file: str | Path,
        *,
        source: str | None = None,
        kind: str | None = None,
        format: str | Path = "assay",  # noqa: A002  the one word for it
        layout: Layout | None = None,
        fields: FieldOptions = NO_FIELD_OPTIONS,
        rejects: str | Path | None = None,
        progress: ProgressCallback | None = None,
        max_fetch_bytes: int = MAX_FETCH_BYTES,
        allow_private: bool = False,
        max_attachment_bytes: int = MAX_ATTACHMENT_BYTES,
        fetch_attachments: bool = False,
    ) -> ImportReport:
        """Import a file: every row is stored, already there, or set aside with its reason.

        Args:
            file: JSONL, JSON, CSV, TSV or Parquet; plain, gzip or zstd. A path, or an address:
                `hf://`, `s3://`, `gs://`, `az://`, `https://` or `memory://`.
            source: id of the source class in sources.yaml. Lines of our own format name theirs.
            kind: kind of record; the reader's first where absent. Our own format takes none.
            format: name of a reader, or path of a mapping (`.yaml`).
            layout: how to cut the file; its name and the reader say what this leaves open.
            fields: what to do with fields that the format does not have.
            rejects: folder for `<name>.set-aside.jsonl`; next to the file where absent, for an
                address the program's folder.
            progress: called after each commit.
            max_fetch_bytes: the most bytes that are fetched from an address.
            allow_private: whether `https://` may lead to an address inside a network, and
                `http://` is taken.
            max_attachment_bytes: the largest image, sound or document of a row; a row with a
                larger one is set aside.
            fetch_attachments: whether addresses of attachments are fetched; otherwise the record
                keeps the address alone.

        Raises:
            UsageError: for an unknown reader, kind or source class, or one that is missing; for
                options of fields with a mapping or our own format.
            InputError: if the file or the mapping as a whole cannot be used.
            MachineError: if an address cannot be fetched, or the extra `remote` is missing.
        """
        fetched = self._fetch(file, max_fetch_bytes, allow_private=allow_private)
        options = _ImportOptions(
            source, kind, format, layout, fields, rejects, progress,
            max_attachment_bytes, fetch_attachments, allow_private,
        )  # fmt: skip
        return self._import(file, fetched, options)

    def import_changed(
        self,
        file: str | Path,
        *,
        source: str | None = None,
        kind: str | None = None,
        format: str | Path = "assay",  # noqa: A002  the word of `import_`
        fields: FieldOptions = NO_FIELD_OPTIONS,
        max_fetch_bytes: int = MAX_FETCH_BYTES,
        allow_private: bool = False,
        max_attachment_bytes: int = MAX_ATTACHMENT_BYTES,
        fetch_attachments: bool = False,
    ) -> ImportReport | None:
        """Import a file as `import_` does, unless an import of these bytes in this way was finished.

        The arguments and errors are those of `import_`.

        Returns:
            The report; None where these bytes were imported before, and nothing was done.
        """
        fetched = self._fetch(file, max_fetch_bytes, allow_private=allow_private)
        path = fetched.path if fetched else Path(file)
        digest = file_sha256(path)
        options = _ImportOptions(
            source, kind, format, None, fields, None, None,
            max_attachment_bytes, fetch_attachments, allow_private,
        )  # fmt: skip
        runs = self._finished(open_reader(format, path), options)
        if any(run.sha256 == digest for run in runs):
            if fetched:
                fetched.discard()
            return None
        return self._import(file, fetched, options)

    def _import(
        self, file: str | Path, fetched: Fetched | None, options: "_ImportOptions"
    ) -> ImportReport:
        # Readers of every format, and the comparison with the reserve: a list of records needs neither.
        from assay.bulk.imports import import_file  # noqa: PLC0415
        from assay.program.kept_comparison import BeforeImport, check_imported  # noqa: PLC0415

        path = fetched.path if fetched else Path(file)
        opened = open_reader(options.format, path)
        before = BeforeImport.of(self._context) if self._has_reserve() else None
        report = import_file(
            path,
            opened,
            msgspec.structs.replace(
                row_context(self._context, opened, options.kind, options.source, options.fields),
                max_attachment_bytes=options.max_attachment_bytes,
            ),
            store=self._context.store,
            actor=self._context.actor,
            layout=options.layout,
            rejects=Path(options.rejects) if options.rejects else self.rejects_folder(file),
            documents=self._context.ids,
            progress=options.progress,
            origin=fetched.origin if fetched else "",
            attachments=self._context.attachments,
            fetch_attachment=self._attachment_fetcher(options),
        )
        if fetched:
            fetched.discard()
        if before is None:
            return report
        return msgspec.structs.replace(report, reserve=check_imported(self._context, before))

    def rejects_folder(self, file: str | Path) -> Path:
        """Where rows that are set aside go if no folder is named: next to a file, else the program."""
        return self._context.folder if is_address(file) else Path(file).parent

    def import_state(
        self,
        file: str | Path,
        *,
        source: str | None = None,
        kind: str | None = None,
        format: str | Path = "assay",  # noqa: A002  the word of `import_`
        fields: FieldOptions = NO_FIELD_OPTIONS,
        allow_private: bool = False,
        max_attachment_bytes: int = MAX_ATTACHMENT_BYTES,
        fetch_attachments: bool = False,
    ) -> ImportState:
        """Whether a file was imported in this way, and whether it has changed since.

        A file on the disk is compared by its bytes. Of an address the revision is looked up that
        the server names now; nothing is fetched. The arguments and errors are those of `import_`; an
        address that cannot be looked up is no error, but is not known to be current.
        """
        address = public_address(str(file)) if is_address(file) else ""
        path = self._context.folder / "address" if address else Path(file)
        options = _ImportOptions(
            source, kind, format, None, fields, None, None,
            max_attachment_bytes, fetch_attachments, allow_private,
        )  # fmt: skip
        runs = self._finished(open_reader(format, path), options)
        if not address:
            digest = file_sha256(path)
            same = [run for run in runs if run.sha256 == digest]
            earlier = same or [run for run in runs if run.file == path.name]
            return ImportState(imported=_finish_time(earlier), is_current=bool(same))
        runs = [run for run in runs if run.file.startswith(f"{address}, ")]
        if not runs:
            return ImportState(imported=None, is_current=False)
        is_current, note = is_current_address(str(file), runs[-1].file, allow_private=allow_private)
        return ImportState(imported=_finish_time(runs), is_current=is_current, note=note)

    def _finished(self, reader: Reader, options: _ImportOptions) -> Sequence[Import]:
        """The finished imports by a reader in one way, in their order."""
        from assay.records.mapping.reader import MappingReader  # noqa: PLC0415  mappings

        entry = (
            reader_entry(
                reader,
                options.kind or reader.kinds[0],
                options.fields,
                max_attachment_bytes=options.max_attachment_bytes,
                fetches_attachments=options.fetch_attachments,
            ),
            reader.digest if isinstance(reader, MappingReader) else "",
            options.source or "",
        )
        return [
            run
            for run in self._context.store.imports()
            if run.state == "finished" and (run.reader, run.mapping, run.source) == entry
        ]

    def _fetch(self, file: str | Path, max_bytes: int, *, allow_private: bool) -> Fetched | None:
        """The file behind an address, kept in the program until its import ends; None for a path."""
        refuse_other_scheme(file)
        if not is_address(file):
            return None
        folder = self._context.folder / ".assay" / "fetched"
        clock = self._context.clock
        return fetch(str(file), folder, clock, max_bytes=max_bytes, allow_private=allow_private)

    def _attachment_fetcher(self, options: _ImportOptions) -> Callable[[str], bytes] | None:
        """What gives the bytes behind an attachment's address, by the rules of `fetch`, if asked for."""
        if not options.fetch_attachments:
            return None
        max_bytes, allow_private = options.max_attachment_bytes, options.allow_private

        def fetch_one(address: str) -> bytes:
            try:
                fetched = self._fetch(address, max_bytes, allow_private=allow_private)
            except (UsageError, MachineError) as error:
                # One picture that is gone costs its row and not the import.
                raise InputError(
                    code=error.code, message=error.message, where=error.where, hint=error.hint
                ) from error
            assert fetched is not None
            content = fetched.path.read_bytes()
            fetched.discard()
            return content

        return fetch_one

    def _has_reserve(self) -> bool:
        """Whether there is something to compare new facts with: a gate, or fingerprints here."""
        if self._context.documents.program.gate is not None:
            return True
        return self._context.store.count(Sealing) > 0

    def preview(
        self,
        file: str | Path,
        *,
        source: str | None = None,
        kind: str | None = None,
        format: str | Path = "assay",  # noqa: A002  the one word for it
        layout: Layout | None = None,
        fields: FieldOptions = NO_FIELD_OPTIONS,
        first: int = 5,
        max_fetch_bytes: int = MAX_FETCH_BYTES,
        allow_private: bool = False,
    ) -> Preview:
        """What the first rows of a file would become; nothing is stored.

        An address is fetched as by `import_`, and kept for the import that follows. The documents may
        have open questions, such as those of a new program.
        """
        from assay.bulk.imports import preview_file  # noqa: PLC0415  readers of every format

        fetched = self._fetch(file, max_fetch_bytes, allow_private=allow_private)
        path = fetched.path if fetched else Path(file)
        opened = open_reader(format, path)
        context = row_context(self._make_draft(), opened, kind, source, fields)
        return preview_file(
            path,
            opened,
            context,
            layout=layout,
            first=first,
            attachments=self._make_draft().attachments,
        )

    def suggest(self, file: str | Path, *, layout: Layout | None = None) -> "SuggestedMapping":
        """Write a first mapping of a file, from its head, next to it as `NAME.mapping.yaml`.

        Args:
            file: the data file.
            layout: how to cut the file; its name says what this leaves open.

        Raises:
            UsageError: if that mapping is there already.
            InputError: if no row can be read, or the columns show no task with a response.
        """
        from assay.program.suggesting import suggest_mapping  # noqa: PLC0415  mappings

        return suggest_mapping(Path(file), layout)

    def list(self, **where: str) -> Iterator[Record]:
        """Records in their order of entry, whatever their rights: for callers that hold the store.

        Args:
            where: names `kind` or `sources`.

        Raises:
            UsageError: for a kind or a source class that there is none of, or another name.
        """
        self._refuse_unknown_filters(where)
        return self._context.store.scan(Record, **where)

    def count(self, **where: str) -> int:
        """How many records `list` gives, none of them read.

        Args:
            where: names `kind` or `sources`.

        Raises:
            UsageError: for a kind or a source class that there is none of, or another name.
        """
        self._refuse_unknown_filters(where)
        return self._context.store.count(Record, **where)

    def get(self, identity: str) -> Record:
        """The record with this id or unique prefix of an id, whatever its rights."""
        return self._context.store.get(Record, identity)

    def judgments(self, record: str) -> Sequence[Judgment]:
        """All judgments of a record, given by its whole id."""
        return list(self._context.store.scan(Judgment, record=record))

    def list_for(self, role: Role = "lead", **where: str) -> Iterator[RecordLine]:
        """Records in their order of entry, as a person in a role may see them today.

        Args:
            role: the role of who reads them.
            where: names `kind` or `sources`.

        Raises:
            UsageError: for a role, a kind or a source class that there is none of.
        """
        refuse_unknown_role(role)
        # Checked at the call, and not when the first line is read.
        return self._record_lines(self.list(**where), role)

    def _record_lines(self, listed: Iterator[Record], role: Role) -> Iterator[RecordLine]:
        rights = self._context.exit_rights()
        for batch in batches(listed, BATCH):
            records = {record.id: record for record in batch}
            rights.learn(records)
            for identity, record in records.items():
                decision = rights.decide(identity, record, roles=(role,))
                reasons = tuple(denial.message for denial in decision.denials)
                yield RecordLine(
                    id=self._context.record_handle(identity) if reasons else identity,
                    key=None if reasons else record.key,
                    kind=record.kind,
                    sources=record.source_classes,
                    task=None if reasons else record.task.messages[-1].content,
                    held_back=reasons,
                )

    def to_frame(self, role: Role = "lead", **where: str) -> "DataFrame":
        """The rows of `list_for` as a pandas data frame.

        Args:
            role: the role of who reads them.
            where: names `kind` or `sources`.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.list_for(role, **where), RecordLine)

    def to_datasets(self, role: Role = "lead", **where: str) -> "Dataset":
        """The rows of `list_for` as a `datasets.Dataset` in memory.

        Trainer rows of a release are those of `program.releases.to_datasets`.

        Args:
            role: the role of who reads them.
            where: names `kind` or `sources`.

        Raises:
            MachineError: if the extra `datasets` is not installed.
        """
        datasets = datasets_library()
        rows = [msgspec.to_builtins(line) for line in self.list_for(role, **where)]
        # Named types: a column that is empty in every row would otherwise have none.
        text, texts = datasets.Value("string"), datasets.List(datasets.Value("string"))
        features = datasets.Features(
            {
                "id": text, "key": text, "kind": text, "sources": texts, "task": text,
                "held_back": texts,
            }
        )  # fmt: skip
        return datasets.Dataset.from_list(rows, features=features)

    def formats(self) -> tuple[str, ...]:
        """Names of the formats that `import_` reads, besides mappings."""
        return tuple(names("readers"))

    def show(self, identity: str, role: Role = "lead") -> RecordDetails:
        """A record with its judgments, as a person in a role may see it today.

        Args:
            identity: its id, a unique prefix of it, or its keyed handle.
            role: the role of who reads it.

        Raises:
            UsageError: for a role that there is none of, or no such record.
        """
        refuse_unknown_role(role)
        record = self.get(self._context.record_identity(identity))
        rights = self._context.exit_rights()
        decision = rights.decide(record.id, record, roles=(role,))
        if decision.permitted:
            judgments = tuple(self.judgments(record.id))
            return RecordDetails(id=record.id, record=record, judgments=judgments)
        return RecordDetails(
            id=self._context.record_handle(record.id),
            record=None,
            judgments=(),
            held_back=tuple(denial.message for denial in decision.denials),
        )

    def export(
        self,
        file: str | Path,
        *,
        use: Use = "evaluate",
        role: Role = "lead",
        judgments: bool = True,
        **where: str,
    ) -> ExportedRecords:
        """Write records, each followed by its judgments, as lines that `import_` reads back.

        The files that records show go into a folder `attachments` beside the lines.

        Args:
            file: the file to make.
            use: what the lines are for; records whose rights do not permit it are held back.
            role: the role of who reads the file; records that it may not read are held back.
            judgments: whether judgments go with the records.
            where: names `kind` or `sources`.

        Raises:
            UsageError: for a use, a role, a kind or a source class that there is none of.
        """
        refuse_unknown("use", use, USES)
        refuse_unknown_role(role)
        self._refuse_unknown_filters(where)
        rights = self._context.exit_rights()
        lines = self._lines(rights, use, role, judgments=judgments, where=where)
        count = write_facts(Path(file), self._with_files(lines, Path(file).parent))
        return ExportedRecords(lines=count, held_back=rights.held_back)

    def sample(
        self,
        tasks: str | Path,
        *,
        kind: str,
        source: str,
        endpoint: "Endpoint",
        plan: SamplingPlan,
        journal: str | Path | None = None,
        prices: Prices | None = None,
        progress: ProgressCallback | None = None,
    ) -> SamplingReport:
        """Draw candidates from a model endpoint for every task of a file.

        Args:
            tasks: JSONL file of tasks (`records.draft.TaskRow`).
            kind: kind of record to make.
            source: source class of the tasks; the plan names that of what the models write.
            endpoint: where the model is.
            plan: what to draw.
            journal: file by which a broken run goes on; in the program's `.assay` where absent.
            prices: what a million tokens cost.
            progress: called with the number of tasks done.
        """
        from assay.program.sampling import sample_into  # noqa: PLC0415  model endpoints

        classes = [source_class.id for source_class in self._context.documents.sources.classes]
        for name in (source, plan.source_class):
            refuse_unknown("source class", name, classes)
        path = Path(tasks)
        own = self._context.folder / ".assay" / "journals" / f"{path.name}.journal.jsonl"
        return sample_into(
            self._context,
            path,
            kind=kind,
            source=source,
            endpoint=endpoint,
            plan=plan,
            journal=Path(journal) if journal else own,
            prices=prices,
            progress=progress,
        )

    def _refuse_unknown_filters(self, where: Mapping[str, str]) -> None:
        if "kind" in where:
            refuse_unknown("kind", where["kind"], KINDS, where="kind")
        # A class that sources.yaml no longer has may still be that of older records.
        sources = where.get("sources")
        if sources and not self._context.store.count(Record, sources=sources):
            names_in_use = [source.id for source in self._context.documents.sources.classes]
            for name in sources.split("+"):
                refuse_unknown("source class", name, names_in_use, where="sources")

    def _with_files(self, lines: Iterator[Fact], folder: Path) -> Iterator[Fact]:
        """The lines, the files that each record shows written before it."""
        attachments = self._context.attachments
        for fact in lines:
            shown = fact.attachments if isinstance(fact, Record) else ()
            for digest in dict.fromkeys(held.digest for held in shown if held.digest):
                target = folder / attachment_name(digest)
                if not target.exists():
                    make_private_folder(target.parent)
                    with open(target, "xb", opener=private_opener) as stream:
                        stream.write(attachments.read(digest))
            yield fact

    def _lines(
        self, rights: ExitRights, use: Use, role: Role, *, judgments: bool, where: dict[str, str]
    ) -> Iterator[Fact]:
        for batch in batches(self.list(**where), BATCH):
            records = {record.id: record for record in batch}
            rights.learn(records)
            for identity, record in records.items():
                if not rights.may_leave(identity, record, use=use, roles=(role,)):
                    continue
                yield record
                if judgments:
                    yield from self.judgments(identity)


def _finish_time(runs: Sequence[Import]) -> str | None:
    return runs[-1].finished if runs else None
