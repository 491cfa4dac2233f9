"""The mapping as people write it: a short YAML file, closed to keys that it does not know."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from assay.contracts.terms import DimensionName, Signal
from assay.core.choices import nearest
from assay.records.kinds import KINDS
from assay.records.mapping.judgment_map import FirstBad, JudgmentMap
from assay.records.mapping.pieces import Conditional, Loops
from assay.records.mapping.record_map import RecordMap
from assay.records.mapping.value import MappingPart, Value
from assay.records.ports import Layout, LayoutName

FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\:\x00-\x1f]+$", max_length=255)]
"""A file's name without any folder."""


class RowsMap(MappingPart):
    """How to cut the file into rows, where its name does not say it all."""

    layout: LayoutName | None = None
    """jsonl, json, csv, tsv or parquet."""
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    """The character between cells."""
    quoting: Literal["minimal", "none"] = "minimal"
    """`none` where a quote is a mere character."""
    columns: tuple[str, ...] | None = None
    """The columns of a table without a header line."""
    header_comment: Annotated[str, StringConstraints(min_length=1)] | None = None
    """The text with which a comment begins that follows the last column in the header, such as
    `#`: it and what follows it are no part of the header."""
    each: str | None = None
    """In a JSON file that is one object: the key of the list whose items are the rows. A row is
    then `item` and, in `rest`, all else that the object says."""

    def to_layout(self) -> Layout:
        """As the package `bulk` takes it."""
        return Layout(
            name=self.layout,
            delimiter=self.delimiter,
            quoting=self.quoting,
            columns=self.columns,
            header_comment=self.header_comment,
            each=self.each,
        )


class Join(MappingPart):
    """Another file next to the data file, whose row with the same key joins this row."""

    file: FileName
    """Its name, without a folder."""
    key: str
    """Its column that holds the key."""
    to: Value
    """The key in this row."""
    doubled: Literal["refuse", "first", "last"] = "refuse"
    """What to do where several rows have one key: refuse the file, or take one of them."""
    optional: bool = False
    """Whether a row without a match is read all the same."""
    rows: RowsMap = RowsMap()
    """How to cut it into rows."""

    @field_validator("file")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if name.strip(". ") == "":
            msg = "a joined file is named without its folder and is next to the data file"
            raise ValueError(msg)
        return name


class Grouping(MappingPart):
    """Rows that are one judgment, wherever they are in the file."""

    by: Annotated[tuple[str, ...], Field(min_length=1)]
    """The columns that such rows share."""
    anywhere: bool = False
    """Whether the rows may be apart from each other. The rows of groups that are, are held in
    memory: at most 500,000 rows and 256 MiB of text."""


class MappingDocument(Conditional):
    """A mapping: how rows of one file become records and judgments.

    Rows outside `when` and `unless` are set aside.
    """

    mapping: Literal[1]
    """Version of the mapping format: 1."""
    about: str = ""
    """What the file holds, for people."""
    kind: Signal
    """The kind of record."""
    rows: RowsMap = RowsMap()
    """How to cut the file into rows."""
    group: tuple[str, ...] | Grouping = ()
    """Columns that rows of one judgment share: such rows, following each other, are read as one,
    with the first row's columns and all rows as the list `rows`. A group that comes back after
    other rows is set aside, unless `{by: [columns], anywhere: true}` joins it."""
    join: dict[DimensionName, Join] = {}
    """Name -> another file; its columns are then `name.column`."""
    loops: Loops | None = Field(default=None, alias="for")
    """One record for every item of these lists, or for every node of a tree."""
    record: RecordMap
    """The record."""
    judgments: tuple[JudgmentMap, ...] = ()
    """The judgments that a row holds about its record."""

    @property
    def grouping(self) -> Grouping | None:
        """How rows are grouped; None where rows are not grouped."""
        if isinstance(self.group, Grouping):
            return self.group
        return Grouping(by=self.group) if self.group else None

    @property
    def judgments_and_key(self) -> tuple[JudgmentMap, ...]:
        """The judgments, and the right answer of a sentinel."""
        sentinel = self.record.sentinel
        return (*self.judgments, sentinel.key()) if sentinel else self.judgments

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        filled = self.record.part.model_fields_set
        foreign = sorted(filled - set(KINDS[self.kind].__struct_fields__))
        if foreign:
            fields = ", ".join(KINDS[self.kind].__struct_fields__) or "none"
            msg = f"a {self.kind} has no {', '.join(foreign)} in its part; it has: {fields}"
            raise ValueError(msg)
        for name in _candidates_spoken_of(self):
            self._refuse_unknown_candidate(name)
        return self

    def _refuse_unknown_candidate(self, name: str) -> None:
        names = {candidate.name for candidate in self.record.candidates if candidate.name}
        if any("{" in own for own in names):
            return
        if "{" not in name and not name.isdecimal() and name not in names:
            near = nearest(name, sorted(names))
            advice = f"did you mean {near!r}? " if near else ""
            listed = ", ".join(sorted(names)) or "none"
            msg = f"no candidate is called {name!r}; {advice}there are: {listed}"
            raise ValueError(msg)


def _candidates_spoken_of(document: MappingDocument) -> Iterator[str]:
    named: list[Any] = [piece.candidate for piece in document.record.evidence]
    for judgment in document.judgments_and_key:
        named += judgment.order or ()
        ranks = judgment.ranks.entries if judgment.ranks else ()
        for entries in (
            judgment.scores, judgment.reasons, judgment.errors or (), judgment.rulings, ranks,
        ):  # fmt: skip
            named += [entry.candidate for entry in entries]
        labels = judgment.step_labels
        named += [
            label.candidate for label in ((labels,) if isinstance(labels, FirstBad) else labels)
        ]
    return (str(name) for name in named if name is not None)
