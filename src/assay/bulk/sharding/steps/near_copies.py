"""Near copies in two steps: signatures of all records, and clusters among those that share one.

Both call `quality.near_copies`, by which quotas count: a cluster here is a cluster there.
"""

import msgspec
import pyarrow as pa

from assay.bulk.sharding.contract import Prepared
from assay.core.digest import sha256
from assay.core.keys import Purpose
from assay.core.version import __version__
from assay.quality.near_copies import ItemPrint, NearCopies, item_print
from assay.records.record import Record

SIGNATURES = pa.schema([("record", pa.string()), ("keys", pa.list_(pa.int64()))])
"""A record, and keys of which its near copies share at least one."""

CLUSTERS = pa.schema(
    [("representative", pa.string()), ("copy", pa.string()), ("passed_over", pa.int64())]
)
"""A copy with the record that stands for it; a line without them says how many were passed over."""

_decoder = msgspec.json.Decoder(Record)


def release_context() -> bytes:
    """The context of a step that depends on its segment alone: the release."""
    return msgspec.json.encode({"release": __version__})


class SignatureStep:
    """Keys of each record, so that only records with a common key need to be compared."""

    name = "signatures"
    version = 1
    key: Purpose | None = None

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:  # noqa: ARG002  no settings
        """See `contract.ShardStep`."""
        return _signatures


def _signatures(segment: pa.Table) -> pa.Table:
    records = map(_decoder.decode, segment.column("body").to_pylist())
    keys = [_keys(item_print(record)) for record in records]
    return pa.table([segment.column("record"), keys], schema=SIGNATURES)


def _keys(item: ItemPrint) -> list[int]:
    # Equal texts are one item whatever their keys are: of a long one, marks move what is sketched.
    exact = int.from_bytes(sha256(repr(item.exact).encode())[:8], "little", signed=True)
    return sorted({exact, *item.keys()})


class ClusterStep:
    """Clusters of near copies among records that share keys, whole groups of them in a segment."""

    name = "clusters"
    version = 1
    key: Purpose | None = None

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:  # noqa: ARG002  no settings
        """See `contract.ShardStep`."""
        return _clusters


def _clusters(segment: pa.Table) -> pa.Table:
    near_copies = NearCopies()
    ids, bodies = segment.column("record").to_pylist(), segment.column("body").to_pylist()
    for record, body in zip(ids, bodies, strict=True):
        near_copies.add(item_print(_decoder.decode(body)), record)
    lines: list[tuple[str | None, str | None, int]] = [
        (names[0], name, 0) for names in near_copies.clusters() for name in names[1:]
    ]
    if near_copies.passed_over:
        lines.append((None, None, near_copies.passed_over))
    columns = [list(column) for column in zip(*lines, strict=True)] or [[], [], []]
    return pa.table(columns, schema=CLUSTERS)
