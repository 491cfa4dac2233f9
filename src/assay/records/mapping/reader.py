"""The reader that a mapping makes."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from assay.core.canonical import encode_json
from assay.core.choices import nearest
from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.records.judgment import Judgment
from assay.records.mapping.about import About
from assay.records.mapping.columns_read import column_filter
from assay.records.mapping.document import Join, MappingDocument
from assay.records.mapping.evaluate import Evaluate, compile_value
from assay.records.mapping.judgment_builder import JudgmentBuilder
from assay.records.mapping.record_builder import RecordBuilder
from assay.records.mapping.record_cache import RecordCache
from assay.records.mapping.record_columns import record_columns
from assay.records.mapping.repeat import compile_condition, compile_loops
from assay.records.mapping.scope import RowScope, as_text
from assay.records.mapping.value import column_names
from assay.records.ports import Lookup
from assay.records.reader import Read, Recurrence, RowContext


class MappingReader:
    """Implements `records.reader.GroupReader` by a mapping and the tables that it joins."""

    name = "mapping"
    summary = "Any other file, by a YAML file that says where each field is"

    def __init__(self, document: MappingDocument, tables: Mapping[str, Lookup]) -> None:
        """Prepare to read rows.

        Args:
            document: the mapping.
            tables: for each name under `join`, the table to look up.
        """
        self.kinds: tuple[str, ...] = (document.kind,)
        """The one kind that this mapping gives."""
        self.layout = document.rows.to_layout()
        """How the file is cut into rows."""
        self.digest = mapping_digest(document)
        """The mapping's digest."""
        grouping = document.grouping
        self.group_columns = grouping.by if grouping else ()
        """The columns that identify a row's group; empty where rows are not grouped."""
        self.anywhere = grouping is not None and grouping.anywhere
        """Whether the rows of a group may be apart from each other."""
        self.names_votes = any(judgment.once for judgment in document.judgments)
        """Whether a judgment carries the columns that name its vote."""
        self.people = _people(document)
        """Column -> the text of a raw id of a person with the column's name in braces."""
        self.may_read = column_filter(document)
        """Whether the mapping can read a table's column of this name."""
        self._joins = [
            _JoinedTable(name, join, tables[name], compile_value(join.to, f"join.{name}.to"))
            for name, join in document.join.items()
        ]
        self._holds = compile_condition(document, "rows")
        self._loop = compile_loops(document.loops, "rows") if document.loops else None
        self._record = RecordBuilder(document.record, document.kind)
        # The bytes of files belong to the row that names them: no other row may reuse its record.
        is_reused = not document.loops and not document.record.shows_files
        self._reused = RecordCache(
            record_columns(document.record, document.join) if is_reused else None
        )
        self._judgments = [
            JudgmentBuilder(judgment, f"judgments[{number}]", ordered=bool(self.group_columns))
            for number, judgment in enumerate(document.judgments)
        ]
        if document.record.sentinel is not None:
            key = document.record.sentinel.key()
            self._judgments.append(JudgmentBuilder(key, "record.sentinel", ordered=False))

    def group_of(self, row: Mapping[str, Any]) -> tuple[str, ...] | None:
        """What rows of one group have in common; None where rows are not grouped.

        Raises:
            InputError: if the row lacks a column that identifies its group.
        """
        if not self.group_columns:
            return None
        missing = [name for name in self.group_columns if name not in row]
        if missing:
            raise InputError(
                code="missing-column",
                message=f"the row has no {missing[0]!r}, which identifies its group",
                where="group",
                hint=_nearest_hint(missing[0], row),
            )
        return tuple(as_text(row[name]) for name in self.group_columns)

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row, or the rows of one group.

        Raises:
            InputError: if the row does not give what the mapping asks for.
        """
        scope = RowScope(row)
        if self._joins:
            scope = scope.inside(**{join.name: join.row(scope) for join in self._joins})
        if self._holds is not None and not self._holds(scope):
            raise _left_out("change `when` or `unless` at the top of the mapping to read them")
        if self._loop is None:
            reads = [self._read_one(scope, context)]
        else:
            reads = [self._read_one(inner, context) for inner in self._loop(scope)]
        present = [read for read in reads if read is not None]
        if reads and not present:
            raise _left_out("change `when` or `unless` of the mapping's record to read them")
        return present

    def _read_one(self, scope: RowScope, context: RowContext) -> Read | None:
        about = self._about(scope, context)
        if about is None:
            return None
        judgments: list[Judgment] = []
        recurrences: list[Recurrence] = []
        names: dict[str, str] = {}
        for builder in self._judgments:
            for judgment, recurrence in builder.build(scope, about, context, names):
                judgments.append(judgment)
                recurrences.append(recurrence)
        return Read(record=about.record, judgments=judgments, recurrences=recurrences)

    def _about(self, scope: RowScope, context: RowContext) -> About | None:
        key = self._reused.key(scope.row, context)
        about = self._reused.get(key)
        if about is not None:
            return about
        built = self._record.build(scope, context)
        if built is None:
            return None
        about = About(*built)
        self._reused.put(key, about)
        return about


class _JoinedTable(msgspec.Struct, frozen=True):
    """A joined file, and how a row finds its row there."""

    name: str
    join: Join
    table: Lookup
    key: Evaluate

    def row(self, scope: RowScope) -> Mapping[str, Any]:
        """The row that joins; empty where there is none and none is needed."""
        key = as_text(self.key(scope))
        row = self.table.find(key)
        if row is not None:
            return row
        if self.join.optional:
            return {}
        raise InputError(
            code="no-match-in-join",
            message=f"{self.join.file} has no row whose {self.join.key} is {key[:60]!r}",
            where=f"join.{self.name}",
            hint="complete that file, or mark the join as optional",
        )


def _nearest_hint(name: str, row: Mapping[str, Any]) -> str:
    near = nearest(name, map(str, row))
    return f"did you mean {near!r}?" if near else f"the row has: {', '.join(map(str, row))[:200]}"


def _left_out(hint: str) -> InputError:
    return InputError(code="left-out", message="the mapping leaves such rows out", hint=hint)


def mapping_digest(document: MappingDocument) -> str:
    """`sha256:` and the digest over the mapping's meaning: comments and key order fall away."""
    plain = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return labelled_digest(encode_json(plain))


def _people(document: MappingDocument) -> Mapping[str, str]:
    """Who is named by a text with one column in it; other values are found by their keys."""
    people = [judgment.reviewer.person for judgment in document.judgments]
    people += [
        person
        for candidate in document.record.candidates
        for person in (candidate.person, candidate.editor)
    ]
    templates: dict[str, str] = {}
    for text in people:
        columns = column_names(text) if isinstance(text, str) else ()
        if isinstance(text, str) and len(columns) == 1:
            templates.setdefault(columns[0], text)
    return templates
