"""Use cases of records: importing a file, and previewing an import."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from assay.core.errors import InputError, UsageError
from assay.core.fact import Fact
from assay.core.ports import FactStore, Import, Origin
from assay.core.progress import ProgressCallback
from assay.records.attachment import MAX_ATTACHMENT_BYTES
from assay.records.axis_values import AxisValues
from assay.records.extra_fields import ExtraField, ExtraFields
from assay.records.grouping import row_size
from assay.records.intake import Intake, stored_record
from assay.records.judgment import Judgment, Unanchored
from assay.records.matching import Matching
from assay.records.outside_answers import OutsideAnswers
from assay.records.ports import AttachmentStore, Rejects, RowFile
from assay.records.reader import (
    NO_FIELD_OPTIONS,
    FactReader,
    FieldOptions,
    GroupReader,
    Read,
    Reader,
    RowContext,
)
from assay.records.record import Record
from assay.records.report import NOT_HELD, FactCount, ImportReport, Reasons
from assay.records.unit import RowGroup

BATCH_FACTS = 2_000
"""Facts that are committed together."""

BATCH_BYTES = 16 * 2**20
"""Bytes of rows that are held at once, however few rows they are."""

_FAMILIES: Mapping[type[Fact], str] = {Record: "records", Judgment: "judgments"}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What the first rows of a file would become. Nothing is stored."""

    reads: tuple[Read, ...]
    """Records with their judgments, as they would be stored."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Place and reason of every row and judgment that would be set aside."""
    read: int = 0
    """How many rows were read, those set aside included."""
    extra_fields: tuple[ExtraField, ...] = ()
    """Fields that the format does not read as they stand, and what would become of them."""


def reader_entry(
    reader: Reader,
    kind: str,
    fields: FieldOptions = NO_FIELD_OPTIONS,
    *,
    max_attachment_bytes: int = MAX_ATTACHMENT_BYTES,
    fetches_attachments: bool = False,
) -> str:
    """How the list of imports names a reader, the kind and all options that change its records."""
    options = [
        f"{word} {','.join(sorted(names))}"
        for word, names in (("keep", fields.keep), ("ignore", fields.ignore))
        if names
    ]
    stated = {
        "strict": fields.strict,
        "drop null arguments": fields.drop_null_arguments,
        "fetch attachments": fetches_attachments,
        f"attachments to {max_attachment_bytes} bytes": max_attachment_bytes
        != MAX_ATTACHMENT_BYTES,
    }
    return ", ".join([f"{reader.name} as {kind}", *options, *_switches(stated)])


def _switches(stated: Mapping[str, bool]) -> list[str]:
    return [name for name, is_on in stated.items() if is_on]


def import_rows(
    file: RowFile,
    reader: Reader,
    context: RowContext,
    *,
    store: FactStore,
    rejects: Rejects,
    actor: str,
    mapping: str = "",
    documents: Mapping[str, str] = {},
    progress: ProgressCallback | None = None,
    attachments: AttachmentStore | None = None,
    fetches_attachments: bool = False,
) -> ImportReport:
    """Import a file: every row is stored, already there, or set aside with its reason.

    Facts, the rows they came from and the place reached are committed together, batch by
    batch; a run that was killed goes on after the last of them when it is started again.

    Args:
        file: the rows.
        reader: the format.
        context: kind, source class and pseudonymiser.
        store: where facts go.
        rejects: where rows that were set aside go.
        actor: who imports.
        mapping: digest of the mapping file, where the reader is one.
        documents: ids of the documents in force.
        progress: called after each commit.
        attachments: where the bytes of attachments go.
        fetches_attachments: whether the bytes behind addresses of attachments are fetched.

    Raises:
        UsageError: if the reader cannot give records of this kind, or takes no options of fields.
        InputError: if the file as a whole cannot be used, or holds no row.
        MachineError: if the store cannot take more; what was committed stays.
    """
    _refuse_kind(reader, context.kind)
    _refuse_field_options(reader, context.fields)
    # The same file, reader, source and mapping find the ledger entry that a killed run left.
    begun = store.begin_import(
        file=file.name,
        sha256=file.sha256,
        reader=reader_entry(
            reader,
            context.kind,
            context.fields,
            max_attachment_bytes=context.max_attachment_bytes,
            fetches_attachments=fetches_attachments,
        ),
        source=context.source_class,
        mapping=mapping,
        actor=actor,
    )
    run = _ImportRun(begun, store, rejects, actor, documents, attachments=attachments)
    run.resume()
    run.axis_values = AxisValues(context.axes)
    run.outside_answers = OutsideAnswers(context.scales, context.sections)
    intake = Intake(reader, context, lambda identity: stored_record(store.get, identity))
    for batch in _batches(intake.units(file, begun.position)):
        if not intake.takes_facts:
            run.matching.settle(batch)
        run.commit(batch, finished=False)
        if progress:
            progress(run.ledger.read, None)
    if run.ledger.read == 0:
        raise InputError(
            code="no-rows",
            message="the file holds no row",
            where=file.name,
            hint="blank lines and a header alone are no rows; check that it was written to its end",
        )
    run.extra_fields.add_columns(
        _unread_columns(file, reader, context), run.ledger.read - begun.read
    )
    run.finish()
    return run.report(file, reader, context)


def preview_rows(file: RowFile, reader: Reader, context: RowContext, *, first: int = 5) -> Preview:
    """What the first rows would become, without a store.

    A row that holds only judgments of a record given elsewhere is reported as set aside, since
    nothing is looked up.

    Raises:
        UsageError: if the reader cannot give records of this kind, or takes no options of fields.
        InputError: if the file as a whole cannot be used.
    """
    _refuse_kind(reader, context.kind)
    _refuse_field_options(reader, context.fields)
    reads: dict[str, Read] = {}
    reasons: list[tuple[str, str]] = []
    rows_read, extra_fields = 0, ExtraFields()
    intake, matching = Intake(reader, context, lambda _: None), Matching(lambda *_: ())
    for unit in itertools.islice(intake.units(file), first):
        if not intake.takes_facts:
            matching.settle([unit])
        rows_read += len(unit.rows)
        extra_fields.add(unit.extras, len(unit.usable_rows))
        reasons += [(row.where, str(error)) for row, error in unit.set_aside]
        reasons += [(unit.rows[0].where, str(error)) for error in unit.judgments_set_aside]
        for identity, fact in zip(unit.ids, unit.facts, strict=True):
            if isinstance(fact, Record):
                reads.setdefault(identity, Read(record=fact))
            elif isinstance(fact, Judgment) and fact.record in reads:
                read = reads[fact.record]
                judgments = [*read.judgments, fact]
                reads[fact.record] = msgspec.structs.replace(read, judgments=judgments)
    extra_fields.add_columns(_unread_columns(file, reader, context), rows_read)
    return Preview(
        reads=tuple(reads.values()),
        reasons=tuple(reasons),
        read=rows_read,
        extra_fields=extra_fields.counts(),
    )


def _refuse_kind(reader: Reader, kind: str) -> None:
    if kind not in reader.kinds:
        raise UsageError(
            code="wrong-kind",
            message=f"the reader {reader.name!r} gives no {kind} records",
            hint=f"it gives: {', '.join(reader.kinds)}",
        )


def _refuse_field_options(reader: Reader, fields: FieldOptions) -> None:
    if fields != NO_FIELD_OPTIONS and isinstance(reader, FactReader | GroupReader):
        raise UsageError(
            code="no-field-options",
            message=f"the reader {reader.name!r} takes no option of fields: `keep`, `ignore`, "
            "`strict` or `drop_null_arguments`",
            hint="a mapping reads only the fields that it names, and our own lines have no others",
        )


def _unread_columns(file: RowFile, reader: Reader, context: RowContext) -> list[str]:
    """Columns that were not decoded and that nobody chose to leave out: a mapping chooses."""
    if isinstance(reader, GroupReader):
        return []
    return [name for name in file.unread_columns if name not in context.fields.ignore]


def _batches(units: Iterator[RowGroup]) -> Iterator[list[RowGroup]]:
    batch: list[RowGroup] = []
    facts = size = 0
    for unit in units:
        batch.append(unit)
        # One more for the row itself: rows that are set aside must fill a batch as well.
        facts += len(unit.facts) + 1
        size += sum(map(row_size, unit.rows)) + sum(map(len, unit.attachments.values()))
        if facts >= BATCH_FACTS or size >= BATCH_BYTES:
            yield batch
            batch, facts, size = [], 0, 0
    if batch:
        yield batch


class _ImportRun:
    """One run of an import: commits batches and keeps the counts."""

    def __init__(
        self,
        begun: Import,
        store: FactStore,
        rejects: Rejects,
        actor: str,
        documents: Mapping[str, str],
        *,
        attachments: AttachmentStore | None,
    ) -> None:
        self.ledger = begun
        """The import as far as it is committed."""
        self.matching = Matching(self._judgments)
        """Matches the judgments with earlier ones by the same reviewer."""
        self.axis_values = AxisValues({})
        """Axis values outside the contract."""
        self.outside_answers = OutsideAnswers({}, None)
        """Scores and rulings outside the rubric and the policy."""
        self.extra_fields = ExtraFields()
        """Fields that the format does not read as they stand."""
        self._resumed_after = begun.position
        self._store = store
        self._rejects = rejects
        self._actor = actor
        self._documents = documents
        self._attachment_store = attachments
        self._attachments: Counter[str] = Counter()
        self._new: Counter[str] = Counter()
        self._occurrences: Counter[str] = Counter()
        self._reasons = Reasons()
        self._judgments_set_aside = Reasons()
        self._redacted: Counter[str] = Counter()
        self._unanchored = 0
        self._resumed_rejects: frozenset[int] = frozenset()
        self._earlier_rejects: str | None = None

    def resume(self) -> None:
        """Take up the rejects of an earlier, killed run, so that the reasons add up."""
        earlier = self._rejects.resume(self.ledger.position)
        self._resumed_rejects = frozenset(reject.row for reject in earlier)
        for reject in earlier:
            self._reasons.add(reject.where, reject.reason)

    def commit(self, units: Sequence[RowGroup], *, finished: bool) -> None:
        """Store the facts of some units and how far the import has come with them."""
        self._set_aside(units)
        # Before the facts: a record whose attachment is nowhere must not be stored.
        self._keep_attachments(units)
        with self._store.write(
            "record.import",
            actor=self._actor,
            subject=self.ledger.file,
            documents=self._documents,
        ) as writing:
            # Rows of one record give it again: it goes to the store once a batch.
            facts = {
                identity: fact
                for unit in units
                for identity, fact in zip(unit.ids, unit.facts, strict=True)
            }
            added = writing.add(list(facts.values()))
            writing.trace(
                Origin(fact=identity, import_id=self.ledger.id, row=row.number)
                for unit in units
                for row in unit.usable_rows
                for identity in unit.ids
            )
            ledger = self._ledger_after(units, added.new)
            moved = writing.progress(
                self.ledger,
                position=ledger.position,
                read=ledger.read,
                stored=ledger.stored,
                already_there=ledger.already_there,
                set_aside=ledger.set_aside,
                finished=finished,
            )
        self.ledger = moved
        self._count(units, added.new)

    def finish(self) -> None:
        """Record in the ledger that the last row is committed, and settle the rejects."""
        self.commit([], finished=True)
        self._earlier_rejects = self._rejects.settle()

    def report(self, file: RowFile, reader: Reader, context: RowContext) -> ImportReport:
        """The counts of the whole import."""
        ledger = self.ledger
        return ImportReport(
            import_id=ledger.id,
            file=ledger.file,
            sha256=ledger.sha256,
            layout=file.layout.name or "",
            reader=reader.name,
            kind=context.kind,
            source=ledger.source,
            read=ledger.read,
            stored=ledger.stored,
            already_there=ledger.already_there,
            set_aside=ledger.set_aside,
            resumed_after=self._resumed_after,
            facts={
                name: FactCount(
                    new=self._new[name], known=self._occurrences[name] - self._new[name]
                )
                for name in _FAMILIES.values()
            },
            reasons=self._reasons.counts(),
            judgments_set_aside=self._judgments_set_aside.counts(),
            redacted=dict(sorted(self._redacted.items())),
            attachments=dict(sorted(self._attachments.items())),
            unanchored=self._unanchored,
            repeats=dict(sorted(self.matching.matches.repeats.items())),
            unordered=self.matching.matches.unordered,
            unordered_example=self.matching.matches.example,
            outside_axes=self.axis_values.outside(),
            outside_answers=self.outside_answers.outside(),
            extra_fields=self.extra_fields.counts(),
            rejects=self._rejects.name if ledger.set_aside else None,
            earlier_rejects=self._earlier_rejects,
        )

    def _judgments(
        self, records: Collection[str], pseudonyms: Collection[str]
    ) -> Iterable[Judgment]:
        return self._store.scan(Judgment, record=list(records), reviewer=list(pseudonyms))

    def _keep_attachments(self, units: Sequence[RowGroup]) -> None:
        if self._attachment_store is None:
            return
        for unit in units:
            for digest, content in unit.attachments.items():
                self._attachment_store.put(digest, content)

    def _set_aside(self, units: Sequence[RowGroup]) -> None:
        """Keep rejects before the commit that counts them, so that none can be missing."""
        for unit in units:
            for row, error in unit.set_aside:
                if row.number in self._resumed_rejects:
                    continue  # a row of a group whose last row the killed run had not come to
                self._rejects.put(row, error)
                self._reasons.add(row.where, error)
        self._rejects.flush()

    def _ledger_after(self, units: Sequence[RowGroup], new: frozenset[str]) -> Import:
        """The ledger with these units: a row is stored if it is the first to give a new fact."""
        ledger = self.ledger
        stored, already_there, set_aside = ledger.stored, ledger.already_there, ledger.set_aside
        fresh = set(new)
        for unit in units:
            set_aside += len(unit.set_aside)
            usable = len(unit.rows) - len(unit.set_aside)
            if fresh.isdisjoint(unit.ids):
                already_there += usable
            else:
                stored += usable
                # A fact that two rows give is new once: the second row counts as already there.
                fresh.difference_update(unit.ids)
        return msgspec.structs.replace(
            ledger,
            position=units[-1].rows[-1].number if units else ledger.position,
            read=ledger.read + sum(len(unit.rows) for unit in units),
            stored=stored,
            already_there=already_there,
            set_aside=set_aside,
        )

    def _count(self, units: Sequence[RowGroup], new: frozenset[str]) -> None:
        for family, name in _FAMILIES.items():
            self._new[name] += sum(identity.startswith(f"{family.prefix}_") for identity in new)
        for unit in units:
            self.extra_fields.add(unit.extras, len(unit.usable_rows))
            if unit.redacted:
                self._redacted.update(unit.redacted)
            for error in unit.judgments_set_aside:
                self._judgments_set_aside.add(unit.rows[0].where, error)
            for identity, fact in zip(unit.ids, unit.facts, strict=True):
                if isinstance(fact, Record):
                    self.axis_values.add(fact, identity)
                    self._attachments.update(
                        attachment.media_type or NOT_HELD for attachment in fact.attachments
                    )
                self._occurrences[_FAMILIES[type(fact)]] += 1
                if isinstance(fact, Judgment):
                    self.outside_answers.add(fact)
                    places = (error.place for error in fact.errors or ())
                    self._unanchored += sum(isinstance(place, Unanchored) for place in places)
