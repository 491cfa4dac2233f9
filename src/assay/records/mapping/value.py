"""Values: where one field of a record or judgment comes from, and how the raw value is put right.

A mapping writes a plain text as a template (`"{column}"`, `"{a} and {b}"`, or a constant), and
anything else as an object with one origin and the steps that follow, in the order of the fields
below.
"""

import re
from typing import Annotated, Any, Literal, Self, TypeGuard

from pydantic import ConfigDict, Field, model_validator

from assay.contracts.header import Part
from assay.core.patterns import Pattern
from assay.records.mapping.json_path import compile_path

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
"""A name in braces (group 1), or a doubled brace that stands for one."""

ORIGINS = ("column", "path", "at", "constant", "template", "one_hot", "range", "columns")
"""The fields of a `Spec` that say where the raw value comes from; exactly one is used."""

LIST_STEPS = ("gather", "keep", "drop", "drop_trailing", "join")
"""Steps that work on a list."""


def column_names(template: str) -> tuple[str, ...]:
    """The names in the braces of a template, each as it is written."""
    return tuple(match[1] for match in PLACEHOLDER.finditer(template) if match[1] is not None)


def is_constant(value: "Value | None") -> TypeGuard[str]:
    """Whether a value is a text that no row changes."""
    return isinstance(value, str) and PLACEHOLDER.search(value) is None


def value_label(value: "Value | None") -> str:
    """The columns that a value reads, as they follow its field in messages: `, vote`."""
    names: tuple[str, ...] = ()
    if isinstance(value, str):
        names = column_names(value)
    elif isinstance(value, Spec):
        names = (value.column,) if value.column else column_names(value.template or "")
    return "".join(f", {name}" for name in names)


class MappingPart(Part):
    """A part of a mapping: closed as every document's, but its texts stay as they are written."""

    model_config = ConfigDict(str_strip_whitespace=False)


class Spec(MappingPart):
    """Where a value comes from, and how it is put right."""

    column: str | None = None
    """A column or key, or a name of a join or loop; `pair.text` reaches inside."""
    path: str | None = None
    """A JSONPath (RFC 9535) over the row. One of names and positions alone gives its value; one
    with a slice, a wildcard or a filter gives the list of all its values in a loop and before a
    step that works on a list, and exactly one value elsewhere."""
    at: Annotated[tuple[str | int, ...], Field(min_length=1)] | None = None
    """A way into the row, key by key; each key is a template, such as `[fl, "{i}", "{rater}"]`."""
    constant: Any = None
    """The value itself."""
    template: str | None = None
    """Text with `{names}` in it; `{{` and `}}` stand for braces."""
    one_hot: dict[str, Any] | None = None
    """Column -> value: the value of the one column that holds 1; the others must hold 0."""
    range: int | None = Field(default=None, ge=0, le=10_000)
    """The whole numbers from 0 up to, not including, this one (at most 10,000): for loops."""
    columns: str | None = None
    """A regular expression: the cells of all columns whose whole name it matches and that are
    not empty, by column: for loops over raters."""
    json_cell: bool = Field(default=False, alias="json")
    """Parse the text as JSON."""
    literal: Literal["python", "call"] | None = None
    """Parse the text as a Python literal (`[('x', 'user')]`), or as a call (`cd(folder='x')`),
    which gives `{name: cd, arguments: {folder: x}}`. Nothing is executed."""
    inside: tuple[str | int, ...] | None = None
    """A way into the value, key by key, each a template; -1 is the last item of a list."""
    gather: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Of a list of objects, one object for each different combination of these keys: the first
    one's fields, and all of them as the list `rows`."""
    strip: bool = False
    """Remove white space at both ends."""
    remove: tuple[str, ...] = ()
    """Remove these texts wherever they occur."""
    find: str | None = None
    """A regular expression: take its first group, or its whole match, where it matches first."""
    split: str | None = Field(default=None, min_length=1)
    """Cut the text into a list at this text."""
    find_all: str | None = None
    """A regular expression: the list of all its matches (its first group, or the whole)."""
    keep: str | None = None
    """Of a list, keep the items in which this regular expression is found."""
    drop: str | None = None
    """Of a list, leave out the items in which this regular expression is found."""
    drop_trailing: str | None = Field(default=None, min_length=1)
    """Of a list, leave out the items at its end that hold this text."""
    join: str | None = None
    """Join the items of a list to one text, with this text between them."""
    values: dict[str, Any] | None = None
    """Raw value as text -> value; null leaves the field out. A number meets the key of the same
    number, however it is written (`1`, `1.0`). A raw value that the table does not name sets the
    row aside, unless `otherwise` is there."""
    otherwise: Any = None
    """The value for every raw value that the table does not name."""
    plus: int | None = None
    """Add this whole number to a whole number."""
    minus: int | None = None
    """Take this whole number from a whole number."""
    optional: bool = False
    """Leave the field out where the value is missing, null, empty or not found."""
    default: Any = None
    """The value where it would else be left out; it makes the value optional."""

    @property
    def may_lack(self) -> bool:
        """Whether the row may lack the value."""
        return self.optional or "default" in self.model_fields_set

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = [name for name in ORIGINS if name in self.model_fields_set]
        if len(origins) != 1:
            msg = f"give exactly one of {', '.join(ORIGINS)}"
            raise ValueError(msg)
        if "otherwise" in self.model_fields_set and self.values is None:
            msg = "`otherwise` needs a table of `values`"
            raise ValueError(msg)
        for field in ("columns", "find", "find_all", "keep", "drop"):
            pattern = getattr(self, field)
            if pattern is not None:
                _refuse_broken_pattern(field, pattern)
        if self.path is not None:
            compile_path(self.path)
        return self


Value = str | int | bool | Spec
"""Text is a template; numbers and booleans are constants; anything else is a `Spec`."""


def _refuse_broken_pattern(field: str, pattern: str) -> None:
    try:
        Pattern(pattern)
    except ValueError as error:
        msg = f"`{field}`: {error}"
        raise ValueError(msg) from error
