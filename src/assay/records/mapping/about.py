"""What a judgment is about: the record, with the names of its candidates."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.choices import nearest
from assay.core.errors import InputError
from assay.records.mapping.evaluate import compile_value
from assay.records.mapping.pieces import CandidateName
from assay.records.mapping.scope import RowScope, as_text
from assay.records.mapping.value import is_constant
from assay.records.record import Record


class Cast(msgspec.Struct, frozen=True):
    """The candidates of a record and the names by which the mapping refers to them."""

    by_name: Mapping[str, int]
    """Name -> place in the record."""
    by_place: Sequence[int]
    """Place in the mapping -> place in the record."""

    def place(self, name: Any) -> int:
        """The candidate's place in the record.

        Raises:
            InputError: if there is no such candidate.
        """
        text = as_text(name)
        if text in self.by_name:
            return self.by_name[text]
        if text.isascii() and text.isdecimal() and int(text) < len(self.by_place):
            return self.by_place[int(text)]
        near = nearest(text, self.by_name)
        advice = f"did you mean {near!r}? " if near else ""
        names = ", ".join(self.by_name) or "none"
        raise InputError(
            code="unknown-candidate",
            message=f"the record has no candidate {text!r}",
            hint=f"{advice}it has {len(self.by_place)}; names: {names}",
        )


class About:
    """The record that a judgment is about, with the names of its candidates."""

    __slots__ = ("cast", "id", "record")

    def __init__(self, record: Record, cast: Cast) -> None:
        self.record = record
        self.cast = cast
        self.id = record.id


Piece = Callable[[RowScope, About], Any]
"""Builds one piece of a judgment; None where the row has nothing for it."""


def compile_place(
    name: CandidateName | None, field: str
) -> Callable[[RowScope, About], int | None]:
    """The function that gives a candidate's place in the record; None where none is named."""
    if name is None:
        return lambda _scope, _about: None
    evaluate = compile_value(name, field)
    constant = str(name) if isinstance(name, int) or is_constant(name) else ""

    def constant_place(scope: RowScope, about: About) -> int:
        named = about.cast.by_name.get(constant)
        return place(scope, about) if named is None else named

    def place(scope: RowScope, about: About) -> int:
        try:
            return about.cast.place(evaluate(scope))
        except InputError as error:
            raise error if error.where else error.at(field) from error

    return constant_place if constant else place
