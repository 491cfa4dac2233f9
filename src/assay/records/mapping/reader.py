"""The reader that a mapping makes."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import encode_json
from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.records.judgment import in_order
from assay.records.mapping.columns_read import column_filter
from assay.records.mapping.document import MappingDocument
from assay.records.mapping.judgment_builder import About, JudgmentBuilder
from assay.records.mapping.record_builder import RecordBuilder
from assay.records.mapping.repeat import compile_condition, compile_loops
from assay.records.mapping.scope import RowScope, as_text
from assay.records.mapping.value import column_names, compile_value
from assay.records.ports import Lookup
from assay.records.reader import Read, RowContext


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
        self._document = document
        self._tables = tables
        self._joins = {name: compile_value(join.to) for name, join in document.join.items()}
        self._holds = compile_condition(document.when, document.unless)
        self._loop = compile_loops(document.loops)
        self._record = RecordBuilder(document.record, document.kind)
        self._judgments = [JudgmentBuilder(each) for each in document.judgments]

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
                where=missing[0],
            )
        return tuple(as_text(row[name]) for name in self.group_columns)

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row, or the rows of one group.

        Raises:
            InputError: if the row does not give what the mapping asks for.
        """
        scope = RowScope(row)
        scope = scope.inside(**{name: self._joined(name, scope) for name in self._joins})
        if not self._holds(scope):
            raise InputError(
                code="left-out",
                message="the mapping leaves such rows out",
                hint="change `when` or `unless` at the top of the mapping to read them",
            )
        return [self._read_one(inner, context) for inner in self._loop(scope)]

    def _read_one(self, scope: RowScope, context: RowContext) -> Read:
        record, cast = self._record.build(scope, context)
        about = About(record, cast)
        built = [
            pair for builder in self._judgments for pair in builder.build(scope, about, context)
        ]
        judgments = [judgment for judgment, _ in built]
        if self.group_columns:
            # The rows of a group have no order of their own, so neither have the parts they give.
            judgments = [in_order(judgment) for judgment in judgments]
        return Read(
            record=record,
            judgments=judgments,
            recurrences=[recurrence for _, recurrence in built],
        )

    def _joined(self, name: str, scope: RowScope) -> Mapping[str, Any]:
        key = as_text(self._joins[name](scope))
        found = self._tables[name].find(key)
        if found is not None:
            return found
        join = self._document.join[name]
        if join.optional:
            return {}
        raise InputError(
            code="no-match-in-join",
            message=f"{join.file} has no row whose {join.key} is {key[:60]!r}",
            where=name,
            hint="complete that file, or mark the join as optional",
        )


def mapping_digest(document: MappingDocument) -> str:
    """`sha256:` and the digest over the mapping's meaning: comments and key order fall away."""
    plain = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return labelled_digest(encode_json(plain))


def _people(document: MappingDocument) -> Mapping[str, str]:
    """Who is named by a text with one column in it; other values are found by their keys."""
    people = [each.reviewer.person for each in document.judgments]
    people += [who for each in document.record.candidates for who in (each.person, each.editor)]
    found: dict[str, str] = {}
    for text in people:
        columns = column_names(text) if isinstance(text, str) else ()
        if isinstance(text, str) and len(columns) == 1:
            found.setdefault(columns[0], text)
    return found
