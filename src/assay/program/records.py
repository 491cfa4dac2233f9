"""The `records` interface of an open program."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assay.bulk.address import is_address, public_address
from assay.bulk.fact_lines import write_facts
from assay.bulk.fetch import MAX_FETCH_BYTES, Fetched, fetch
from assay.bulk.imports import import_file, open_mapping, preview_file
from assay.bulk.joins import open_companion
from assay.bulk.stream import file_sha256
from assay.context import Context
from assay.contracts.shape import nearest
from assay.core.batches import batches
from assay.core.data_frame import data_frame
from assay.core.data_set import datasets_library
from assay.core.errors import AssayError, UsageError
from assay.core.fact import Fact
from assay.core.progress import ProgressCallback
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.governance.rights import Use
from assay.plugins import load, names
from assay.program.sampling import Endpoint, sample_into
from assay.program.suggesting import SuggestedMapping, suggest_mapping
from assay.providers.cost import Prices
from assay.providers.sampling_report import SamplingReport
from assay.providers.sampling_run import SamplingPlan
from assay.records.fields import Role
from assay.records.judgment import Judgment
from assay.records.kinds import KINDS
from assay.records.mapping.reader import MappingReader
from assay.records.people_mask import existing_or_new_pseudonym
from assay.records.ports import Layout
from assay.records.reader import NO_FIELD_OPTIONS, FactReader, FieldOptions, Reader, RowContext
from assay.records.record import Record
from assay.records.report import ImportReport, ReserveAnswer
from assay.records.service import Preview, reader_entry
from assay.reserve.contamination import Compared
from assay.reserve.sealing import Sealing

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas import DataFrame


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


class RecordsService:
    """Import, sample, list, show and export records."""

    def __init__(self, context: Callable[[], Context], draft: Callable[[], Context]) -> None:
        """The interface of an open program.

        Args:
            context: gives what every method but `preview` works with.
            draft: gives what `preview` works with, whose documents may have open questions.
        """
        # Called when they are needed: a preview works before the documents check.
        self._make_context = context
        self._make_draft = draft

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

        Raises:
            UsageError: for an unknown reader, kind or source class, or one that is missing; for
                options of fields with a mapping or our own format.
            InputError: if the file or the mapping as a whole cannot be used.
            MachineError: if an address cannot be fetched, or the extra `remote` is missing.
        """
        fetched = self._fetch(file, max_fetch_bytes, allow_private=allow_private)
        path = fetched.path if fetched else Path(file)
        opened = _open_reader(format, path)
        asks = self._has_reserve()
        # The store gives facts in their order of entry: what comes after these counts is new.
        before = self._places() if asks else {}
        report = import_file(
            path,
            opened,
            _row_context(self._context, opened, kind, source, fields),
            store=self._context.store,
            actor=self._context.actor,
            layout=layout,
            rejects=Path(rejects) if rejects else self.rejects_folder(file),
            documents=self._context.ids,
            progress=progress,
            origin=fetched.origin if fetched else "",
        )
        if fetched:
            fetched.discard()
        if not asks:
            return report
        return msgspec.structs.replace(report, reserve=self._ask_gate(before))

    def rejects_folder(self, file: str | Path) -> Path:
        """Where rows that are set aside go if no folder is named: next to a file, else the program."""
        return self._context.folder if is_address(file) else Path(file).parent

    def import_time(
        self,
        file: str | Path,
        *,
        source: str | None = None,
        kind: str | None = None,
        format: str | Path = "assay",  # noqa: A002  the word of `import_`
        fields: FieldOptions = NO_FIELD_OPTIONS,
    ) -> str | None:
        """When an import of these bytes in this way was finished; None where none was.

        The arguments and errors are those of `import_`. Of an address the newest import counts,
        whatever is there now: nothing is fetched.
        """
        address = public_address(str(file)) if is_address(file) else ""
        path = self._context.folder / "address" if address else Path(file)
        opened = _open_reader(format, path)
        entry = (
            reader_entry(opened, kind or opened.kinds[0], fields),
            opened.digest if isinstance(opened, MappingReader) else "",
            source or "",
        )
        digest = "" if address else file_sha256(path)
        times = [
            run.finished
            for run in self._context.store.imports()
            if run.state == "finished"
            and (run.file.startswith(f"{address}, ") if address else run.sha256 == digest)
            and (run.reader, run.mapping, run.source) == entry
        ]
        return times[-1] if times else None

    def _fetch(self, file: str | Path, max_bytes: int, *, allow_private: bool) -> Fetched | None:
        """The file behind an address, kept in the program until its import ends; None for a path."""
        if not is_address(file):
            return None
        folder = self._context.folder / ".assay" / "fetched"
        clock = self._context.clock
        return fetch(str(file), folder, clock, max_bytes=max_bytes, allow_private=allow_private)

    def _places(self) -> dict[type[Record | Judgment], int]:
        """How many facts of each family that holds texts there are."""
        return {family: self._context.store.count(family) for family in (Record, Judgment)}

    def _ask_gate(self, before: Mapping[type[Record | Judgment], int]) -> ReserveAnswer | None:
        """What facts that came after so many of each family share with the reserve.

        Returns:
            None where nothing is sealed.
        """
        try:
            comparer = self._context.comparer()
            if comparer is None:
                return None
            compared, overlapping = 0, set[str]()
            for overlaps in comparer.overlaps(self._new(before)):
                compared += 1
                overlapping |= {overlap.holder for overlap in overlaps}
        except AssayError as error:
            # The import is committed: a gate that does not answer is reported, and undoes nothing.
            return ReserveAnswer(compared=0, items=0, overlapping=(), unknown=str(error))
        return ReserveAnswer(
            compared=compared, items=comparer.items, overlapping=tuple(sorted(overlapping))
        )

    def _has_reserve(self) -> bool:
        """Whether there is something to compare new facts with: a gate, or fingerprints here."""
        if self._context.documents.program.gate is not None:
            return True
        return self._context.store.count(Sealing) > 0

    def _new(self, before: Mapping[type[Record | Judgment], int]) -> Iterator[Compared]:
        store = self._context.store
        for record in store.since(Record, before[Record]):
            yield Compared.of(record.id, record)
        for judgment in store.since(Judgment, before[Judgment]):
            yield Compared.of(judgment.record, judgment)

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
        fetched = self._fetch(file, max_fetch_bytes, allow_private=allow_private)
        path = fetched.path if fetched else Path(file)
        opened = _open_reader(format, path)
        context = _row_context(self._make_draft(), opened, kind, source, fields)
        return preview_file(path, opened, context, layout=layout, first=first)

    def suggest(self, file: str | Path, *, layout: Layout | None = None) -> SuggestedMapping:
        """Write a first mapping of a file, from its head, next to it as `NAME.mapping.yaml`.

        Args:
            file: the data file.
            layout: how to cut the file; its name says what this leaves open.

        Raises:
            UsageError: if that mapping is there already.
            InputError: if no row can be read, or the columns show no task with a response.
        """
        return suggest_mapping(Path(file), layout)

    def list(self, **where: str) -> Iterator[Record]:
        """Records in their order of entry, whatever their rights: for callers that hold the store.

        Args:
            where: names `kind` or `sources`.
        """
        return self._context.store.scan(Record, **where)

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
        """
        rights = self._context.exit_rights()
        for batch in batches(self.list(**where), BATCH):
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
        """
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

        Args:
            file: the file to make.
            use: what the lines are for; records whose rights do not permit it are held back.
            role: the role of who reads the file; records that it may not read are held back.
            judgments: whether judgments go with the records.
            where: names `kind` or `sources`.
        """
        rights = self._context.exit_rights()
        lines = self._lines(rights, use, role, judgments=judgments, where=where)
        count = write_facts(Path(file), lines)
        return ExportedRecords(lines=count, held_back=rights.held_back)

    def sample(
        self,
        tasks: str | Path,
        *,
        kind: str,
        source: str,
        endpoint: Endpoint,
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
        classes = [source_class.id for source_class in self._context.documents.sources.classes]
        for name in (source, plan.source_class):
            _require_known("source class", name, classes)
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


def _row_context(
    context: Context,
    reader: Reader,
    kind: str | None,
    source: str | None,
    fields: FieldOptions = NO_FIELD_OPTIONS,
) -> RowContext:
    record_kind = kind or reader.kinds[0]
    _require_known("kind", record_kind, list(KINDS))
    if kind and isinstance(reader, FactReader):
        raise UsageError(
            code="kind-in-the-line",
            message=f"each line of the format {reader.name!r} names its own kind",
            hint="leave --kind out",
        )
    classes = [source_class.id for source_class in context.documents.sources.classes]
    if source is not None:
        _require_known("source class", source, classes)
    elif not isinstance(reader, FactReader):
        raise UsageError(
            code="no-source-class",
            message=f"the reader {reader.name!r} needs the source class of its rows",
            where="--source",
            hint=f"there are: {', '.join(classes)}",
        )
    return RowContext(
        kind=record_kind,
        source_class=source or "",
        pseudonym=existing_or_new_pseudonym(context.pseudonym),
        known_sources=frozenset(classes),
        axes=context.documents.contract.sampling.axes,
        scales={
            dimension.id: dimension.values  # noqa: PD011  a scale, not a data frame
            for dimension in context.documents.rubric.dimensions
        },
        sections=tuple(section.id for section in context.documents.policy.sections),
        fields=fields,
    )


class FileContent(msgspec.Struct, frozen=True, kw_only=True):
    """The records of a file, read and not stored."""

    records: tuple[Record, ...]
    """Every record that a row of the file gave, in the order of the rows."""
    judgments: int
    """Judgments that are with them in the file."""
    reasons: tuple[str, ...]
    """Place and reason of every row that cannot be used."""


def read_file(
    context: Context,
    file: Path,
    *,
    source: str | None,
    kind: str | None,
    format: str | Path,  # noqa: A002  the one word for it
    layout: Layout | None,
) -> FileContent:
    """Read the records of a file without storing anything; the parameters are those of `import_`."""
    opened = _open_reader(format, file)
    rows = _row_context(context, opened, kind, source)
    preview = preview_file(file, opened, rows, layout=layout, first=sys.maxsize)
    return FileContent(
        records=tuple(read.record for read in preview.reads if read.record is not None),
        judgments=sum(len(read.judgments) for read in preview.reads),
        reasons=tuple(f"{where}: {reason}" for where, reason in preview.reasons),
    )


def _open_reader(reader: str | Path, file: Path) -> Reader:
    """The reader of this name, or the one that a mapping file makes for the data file."""
    if str(reader).endswith((".yaml", ".yml")):
        return open_mapping(Path(reader), file)
    if Path(reader).name != str(reader):
        raise UsageError(
            code="not-a-reader",
            message="this is a path, and not the name of a reader",
            where=str(reader),
            hint="a mapping is a file that ends with .yaml or .yml; readers: "
            + ", ".join(names("readers")),
        )
    return open_companion(load("readers", str(reader)), file)


def _require_known(what: str, name: str, names_in_use: Sequence[str]) -> None:
    if name in names_in_use:
        return
    near = nearest(name, names_in_use)
    raise UsageError(
        code=f"unknown-{what.replace(' ', '-')}",
        message=f"there is no {what} {name!r}",
        hint=f"did you mean {near!r}?" if near else f"there are: {', '.join(names_in_use)}",
    )
