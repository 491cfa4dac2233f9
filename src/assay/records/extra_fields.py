"""Fields that a format does not have, and values that it cannot: kept where there is a place, or counted.

A tool's next version, or a publisher, adds a field; that is no reason to lose the row. A reader
notes such a field while it looks at the row (`formats.fields.Fields`), and the intake then puts it
where a record has a place for it, and counts it. A value that its field cannot hold is noted in the
same way: it costs the score or the judgment that it would have been, and not the row.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import msgspec

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.candidate import MadeByModel, MadeByUnknown
from assay.records.judgment import Judgment
from assay.records.null_arguments import null_arguments, without_null_arguments
from assay.records.reader import FieldOptions, Read
from assay.records.record import Record

Home = Literal["key", "locator", "model", "taxonomy"]
"""Where a record keeps a field: its key, its source's locator, its candidate's model, or an axis."""

Fate = Home | Literal["ignored", "unusable", "null_argument", "dropped_null_argument"]
"""What becomes of a field: its home; `ignored` where the format does not have it; `unusable` where
the format has it and its value is of no use: not a number, for instance, or off the scale;
`null_argument` for an argument of a tool call that is null and that the tool's schema does not
have, `dropped_null_argument` where it was left out."""

HOMES: Mapping[str, Home] = {
    **dict.fromkeys(
        ("id", "prompt_id", "question_id", "conversation_id", "sample_id", "uid", "uuid"), "key"
    ),
    **dict.fromkeys(
        ("source", "dataset", "data_source", "dataset_name", "prompt_source"), "locator"
    ),
    **dict.fromkeys(("model", "generator", "model_name"), "model"),
    **dict.fromkeys(
        ("category", "subcategory", "subset", "domain", "language", "lang", "task_type", "topic",
         "difficulty", "split"), "taxonomy"
    ),
}  # fmt: skip
"""Field -> its home: the names under which published data sets keep ids, sources, models, slices."""

_PLACE = re.compile(r"\[\d+\]")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_]+")


class ExtraField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an import's rows that the format does not read as it stands."""

    name: str
    """The field, with its place where it is inside another, such as `messages[].annotations`."""
    rows: int
    """In how many rows it says something."""
    fate: Fate
    """Where the records keep it, or why it is lost."""


class RowExtras:
    """The fields of one row that its format does not have, as a reader comes across them."""

    def __init__(self, options: FieldOptions) -> None:
        self.outer: dict[str, Any] = {}
        """Fields of the row itself with their values."""
        self.inner: set[str] = set()
        """Fields of objects inside it, each with its place."""
        self.unusable: set[str] = set()
        """Fields of the format whose value is of no use, each with its place."""
        self._options = options

    def note(self, where: str, name: str, value: Any) -> None:
        """Take note of one field.

        Raises:
            InputError: with the code `unknown-field`, if the options permit none.
        """
        place = _place(where, name)
        if name in self._options.ignore or place in self._options.ignore:
            return
        if self._options.strict and place not in self._options.keep:
            raise InputError(
                code="unknown-field",
                message=f"the format has no field {name!r}",
                where=where,
                hint="name it under `--keep` or `--ignore`, or import without `--strict`",
            )
        if where:
            self.inner.add(place)
        else:
            self.outer[name] = value


def _place(where: str, name: str) -> str:
    return ".".join(filter(None, (_PLACE.sub("[]", where), name)))


_current: ContextVar[RowExtras | None] = ContextVar("row extras", default=None)


@contextmanager
def noting_extras(options: FieldOptions) -> Iterator[RowExtras]:
    """Note the fields of one row that its format does not have, as long as the block runs."""
    extras = RowExtras(options)
    token = _current.set(extras)
    try:
        yield extras
    finally:
        _current.reset(token)


def note_extra(where: str, name: str, value: Any) -> None:
    """Note a field that says something and that the row's format does not have.

    Args:
        where: the place of the object that holds it; empty for the row itself.
        name: the field.
        value: its value.

    Raises:
        InputError: with the code `unknown-field`, if the import permits none.
    """
    extras = _current.get()
    if extras is not None and not says_nothing(value):
        extras.note(where, name, value)


def note_unusable(where: str, name: str) -> None:
    """Note a field of the format whose value is of no use.

    Args:
        where: the place of the object that holds it; empty for the row itself.
        name: the field.
    """
    extras = _current.get()
    if extras is not None:
        extras.unusable.add(_place(where, name))


def says_nothing(value: Any) -> bool:
    """Whether a value is null, or an empty text, list or object."""
    return value is None or value in ("", [], {}, ())


def keep_extras(
    reads: Sequence[Read], extras: RowExtras, options: FieldOptions
) -> tuple[Sequence[Read], Mapping[str, Fate]]:
    """Put the noted fields where the records of the row have a place for them.

    A field that the caller names under `keep` becomes a taxonomy axis. Another one is kept by its
    name (`HOMES`), unless the record holds something there already.

    Returns:
        The reads, and what becomes of each noted field.
    """
    fates: dict[str, Fate] = dict.fromkeys(extras.inner, "ignored")
    fates |= dict.fromkeys(extras.unusable, "unusable")
    for name, value in extras.outer.items():
        home: Home | None = "taxonomy" if name in options.keep else HOMES.get(name)
        text = _text(value) if name in options.keep else _plain_text(value)
        changes = [_with_field(read, home, name, text) for read in reads] if home and text else []
        changed = [read for read in changes if read is not None]
        fates[name] = home if home and changed else "ignored"
        if changed:
            reads = [new or old for new, old in zip(changes, reads, strict=True)]
    return reads, fates


def _with_field(read: Read, home: Home, name: str, text: str) -> Read | None:
    """The read with the field in its record; None where the record has no place left for it."""
    record = None if read.record is None else _with_home(read.record, home, name, text)
    return None if record is None else _with_record(read, record)


def _with_record(read: Read, record: Record) -> Read:
    """The read with another form of its record, which its judgments are then about."""
    identity = record.id
    judgments: list[Judgment] = []
    replaced: dict[str, str] = {}
    for judgment in read.judgments:
        # A judgment's id covers its record's, so what supersedes it must name the new one.
        earlier = judgment.supersedes and replaced.get(judgment.supersedes, judgment.supersedes)
        judgments.append(judgment.replace(record=identity, supersedes=earlier))
        replaced[judgment.id] = judgments[-1].id
    return msgspec.structs.replace(read, record=record, judgments=judgments)


def _with_home(record: Record, home: Home, name: str, text: str) -> Record | None:
    match home:
        case "key":
            return None if record.key else record.replace(key=text)
        case "locator":
            return _with_locator(record, text)
        case "model":
            return _with_model(record, text)
        case "taxonomy":
            return _with_axis(record, axis_name(name), text)


def _with_locator(record: Record, text: str) -> Record | None:
    if len(record.sources) != 1 or record.sources[0].locator is not None:
        return None
    located = msgspec.structs.replace(record.sources[0], locator=text)
    return record.replace(sources=(located,))


def _with_model(record: Record, text: str) -> Record | None:
    if len(record.candidates) != 1:
        return None
    only = record.candidates[0]
    if not isinstance(only.provenance, MadeByUnknown):
        return None
    named = msgspec.structs.replace(only, provenance=MadeByModel(model=text))
    return record.replace(candidates=(named,))


def _with_axis(record: Record, axis: str, text: str) -> Record | None:
    if axis in record.task.taxonomy:
        return None
    taxonomy = {**record.task.taxonomy, axis: text}
    return record.replace(task=msgspec.structs.replace(record.task, taxonomy=taxonomy))


def axis_name(field: str) -> str:
    """A field's name as the name of an axis: lower-case letters, digits and `_`."""
    name = _NOT_IN_NAMES.sub("_", field.lower()).strip("_")
    return name if name[:1].isalpha() else f"field_{name}"


def _plain_text(value: Any) -> str:
    """A text, a number or a truth value as text; empty for a list or an object of several values."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return "" if isinstance(value, list | tuple | dict) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json_text(value)


def count_null_arguments(
    reads: Sequence[Read], options: FieldOptions
) -> tuple[Sequence[Read], Mapping[str, Fate]]:
    """Find null arguments that no tool's schema has, and leave them out where the options say so.

    Returns:
        The reads, and what becomes of each such argument.
    """
    names = {
        name for read in reads if read.record is not None for name in null_arguments(read.record)
    }
    if not names:
        return reads, {}
    dropped = options.drop_null_arguments
    fate: Fate = "dropped_null_argument" if dropped else "null_argument"
    if dropped:
        reads = [
            read if read.record is None else _with_record(read, without_null_arguments(read.record))
            for read in reads
        ]
    return reads, {f"tool_calls[].arguments.{name}": fate for name in names}


class ExtraFields:
    """Counts the extra fields of an import."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[str, Fate]] = Counter()

    def add(self, fates: Mapping[str, Fate], rows: int = 1) -> None:
        """Count the fields of some rows that have the same ones."""
        for name, fate in fates.items():
            self._rows[name, fate] += rows

    def add_columns(self, names: Iterable[str], rows: int) -> None:
        """Count columns that were not decoded, in every row of the file."""
        self.add(dict.fromkeys(names, "ignored"), rows)

    def counts(self) -> tuple[ExtraField, ...]:
        """All fields, those in most rows first."""
        ordered = sorted(self._rows.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            ExtraField(name=name, rows=rows, fate=fate) for (name, fate), rows in ordered if rows
        )
