"""Segments: Arrow tables as bytes, named by their digest."""

import io

import pyarrow as pa

from assay.bulk.sharding.place import WorkPlace, write_file
from assay.core.digest import sha256_hex
from assay.core.errors import InputError

SEGMENTS = "segments"
"""Folder of segments."""

RECORDS = pa.schema([("record", pa.string()), ("body", pa.large_binary())])
"""A segment of records: the id, and the canonical bytes that were hashed."""

ROWS = pa.schema(
    [
        ("row", pa.int64()),
        ("line", pa.int64()),
        ("fault", pa.string()),
        ("text", pa.large_binary()),
    ]
)
"""A segment of rows of a foreign file: number, line, why it cannot be read, and its JSON text."""


def encode_table(table: pa.Table) -> bytes:
    """A table as an Arrow file of one batch, packed by zstd: equal tables have equal bytes.

    Equal for one version of pyarrow; another may write the same table otherwise, which costs the
    results under the earlier name, and makes none of them wrong.
    """
    stream = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(stream, table.schema, options=options) as writer:
        writer.write_table(table.combine_chunks())
    return stream.getvalue()


def decode_table(content: bytes) -> pa.Table:
    """The table of `encode_table`."""
    return pa.ipc.open_file(pa.BufferReader(content)).read_all()


def is_table(content: bytes) -> bool:
    """Whether bytes are a table of `encode_table`: a file that was cut or overwritten is none."""
    try:
        decode_table(content).validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return False
    return True


def keep_segment(place: WorkPlace, table: pa.Table) -> str:
    """Keep a table as a segment, and return its digest."""
    content = encode_table(table)
    digest = sha256_hex(content)
    write_file(place, segment_name(digest), content)
    return digest


def read_segment(place: WorkPlace, digest: str) -> pa.Table:
    """The table of a segment.

    Raises:
        InputError: if it is not there, or its bytes are not those of its name.
    """
    return decode_table(read_named(place, segment_name(digest), digest))


def read_named(place: WorkPlace, name: str, digest: str) -> bytes:
    """The bytes of a file that is named by their digest.

    Raises:
        InputError: if it is not there, or its bytes are others.
    """
    content = place.read(name)
    if sha256_hex(content) != digest:
        raise InputError(
            code="changed-file",
            message="the bytes of this file are not those of its name",
            where=f"{place.address}/{name}",
            hint="remove it, and run `assay work shard` and the step again",
        )
    return content


def segment_name(digest: str) -> str:
    """Name of the file of a segment."""
    return f"{SEGMENTS}/{digest}.arrow"
