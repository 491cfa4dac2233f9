"""Rows as a data frame, where pandas is installed."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from assay.core.errors import MachineError

if TYPE_CHECKING:
    from pandas import DataFrame


def data_frame(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "DataFrame":
    """One row a struct, one column a field; what is inside a field has columns `field.part`.

    Args:
        rows: the structs, all of one kind.
        kind: that kind: without rows, its fields are the columns.

    Raises:
        MachineError: if pandas is not installed.
    """
    pandas = _pandas()
    values = [msgspec.to_builtins(row) for row in rows]
    fields = [field.name for field in msgspec.structs.fields(kind)]
    frame: DataFrame = pandas.json_normalize(values) if values else pandas.DataFrame(columns=fields)
    return frame


def cross_frame(
    counts: Sequence[Sequence[int]], rows: Sequence[str], columns: Sequence[str]
) -> "DataFrame":
    """A table of counts by two axes.

    Args:
        counts: the numbers, row by row.
        rows: values of the rows' axis.
        columns: values of the columns' axis.

    Raises:
        MachineError: if pandas is not installed.
    """
    frame: DataFrame = _pandas().DataFrame(
        [list(row) for row in counts], index=list(rows), columns=list(columns)
    )
    return frame


def _pandas() -> ModuleType:
    try:
        return import_module("pandas")
    except ImportError as error:
        raise MachineError(
            code="missing-package",
            message="a data frame needs pandas, which is not installed",
            hint="pip install pandas",
        ) from error
