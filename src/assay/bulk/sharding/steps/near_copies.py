"""Near copies in two steps: signatures of all records, and clusters among those that share one.

Both call `quality`, by which quotas count: a cluster here is a cluster there.
"""

import msgspec
import pyarrow as pa

from assay.bulk.sharding.contract import Prepared
from assay.core.keys import Purpose
from assay.core.version import __version__
from assay.quality.duplicates import DuplicateGathering
from assay.quality.near_copies import NearCopies
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
    version = 2
    key: Purpose | None = None

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:  # noqa: ARG002  no settings
        """See `contract.ShardStep`."""
        return _signatures


def _signatures(segment: pa.Table) -> pa.Table:
    near_copies = NearCopies()
    for body in segment.column("body").to_pylist():
        near_copies.add(_decoder.decode(body))
    keys = near_copies.keys().tolist()
    return pa.table([segment.column("record"), keys], schema=SIGNATURES)


class ClusterStep:
    """Clusters of near copies among records that share keys, whole groups of them in a segment."""

    name = "clusters"
    version = 2
    key: Purpose | None = None

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:  # noqa: ARG002  no settings
        """See `contract.ShardStep`."""
        return _clusters


def _clusters(segment: pa.Table) -> pa.Table:
    gathering = DuplicateGathering()
    ids, bodies = segment.column("record").to_pylist(), segment.column("body").to_pylist()
    for record, body in zip(ids, bodies, strict=True):
        gathering.add(record, _decoder.decode(body))
    found = gathering.result()
    lines: list[tuple[str | None, str | None, int]] = [
        (cluster.representative, copy, 0) for cluster in found.clusters for copy in cluster.copies
    ]
    if found.passed_over:
        lines.append((None, None, found.passed_over))
    columns = [list(column) for column in zip(*lines, strict=True)] or [[], [], []]
    return pa.table(columns, schema=CLUSTERS)
