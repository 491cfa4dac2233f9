"""Columns as a dataset card spells them, and as Arrow types for Parquet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay.releases.exporters.exporter import Column

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_schema(columns: Sequence[Column]) -> "pa.Schema":
    """The Arrow schema of a Parquet file with these columns."""
    import pyarrow as pa  # noqa: PLC0415  loaded only where Parquet is written

    return pa.schema([pa.field(column["name"], _arrow_type(column)) for column in columns])


def _arrow_type(column: Column | str) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    if isinstance(column, str):
        if column == "image":  # the feature `Image` of `datasets`
            return pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
        return {"string": pa.string(), "int64": pa.int64(), "bool": pa.bool_()}[column]
    if "dtype" in column:
        return _arrow_type(column["dtype"])
    if "struct" in column:
        return pa.struct([pa.field(part["name"], _arrow_type(part)) for part in column["struct"]])
    inner = column["list"]
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        return pa.list_(_arrow_type({"struct": inner}))
    return pa.list_(_arrow_type(inner))
