"""Which columns a part of a mapping reads, so that what equal cells give can be reused."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from assay.records.mapping.pieces import Conditional
from assay.records.mapping.value import Spec, column_names

_FIRST_NAME = re.compile(r"\$\.([A-Za-z_]\w*)[^$]*")


class _AnyColumnError(Exception):
    """The part may read any column."""


def record_columns(part: BaseModel, joins: Mapping[str, BaseModel]) -> tuple[str, ...] | None:
    """The columns that a part reads, sorted, perhaps with names that are no columns.

    Args:
        part: the part of the mapping.
        joins: name -> the join, whose key is read where the part uses one of its columns.

    Returns:
        None where the row itself decides which columns are read.
    """
    try:
        names = set(_names(part))
        for name in {name.partition(".")[0] for name in names} & set(joins):
            names.update(_names(joins[name]))
    except _AnyColumnError:
        return None
    # `pair.text` is a column of that name, or what is inside the column `pair`.
    return tuple(sorted(names | {name.partition(".")[0] for name in names}))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from column_names(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)
    elif isinstance(value, BaseModel):
        if isinstance(value, Spec):
            yield from _origin_names(value)
        if isinstance(value, Conditional):
            yield from value.when or ()
            yield from value.unless or ()
        for field in type(value).model_fields:
            yield from _names(getattr(value, field))


def _origin_names(spec: Spec) -> Iterator[str]:
    if spec.column is not None:
        yield spec.column
    yield from spec.one_hot or ()
    if spec.at:
        yield str(spec.at[0])
    path = _FIRST_NAME.fullmatch(spec.path or "$._")
    if path is None or spec.columns is not None or (spec.at and column_names(str(spec.at[0]))):
        raise _AnyColumnError
    yield path[1]
