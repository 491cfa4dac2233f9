"""Contamination of records with the reserve, by keyed fingerprints, on any machine that has the key.

The context holds what the store holds in the clear: fingerprints, which are random numbers to
whoever lacks the gate's key. The key comes to a worker by its own environment and is written
nowhere. A result says what the gate's process would answer, keyed names of sealed items, and
neither words nor places of a match.
"""

import msgspec
import pyarrow as pa

from assay.bulk.sharding.contract import Prepared
from assay.core.keys import Purpose
from assay.core.version import __version__
from assay.records.record import Record
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex, require_same_key
from assay.reserve.fingerprint import key_check
from assay.reserve.sealing import Fingerprint, Sealing

OVERLAPS = pa.schema([("record", pa.string()), ("item", pa.string())])
"""A record, and the keyed name of a sealed item that it shares text with."""

_decoder = msgspec.json.Decoder(Record)


class ReserveContext(msgspec.Struct, frozen=True, kw_only=True):
    """What records are compared with."""

    release: str
    """Release of Assay."""
    sealings: tuple[Sealing, ...]
    """The sealings whose fingerprints they are."""
    fingerprints: tuple[Fingerprint, ...]
    """The fingerprints, without the slices of their items."""


def reserve_context(sealings: tuple[Sealing, ...], fingerprints: tuple[Fingerprint, ...]) -> bytes:
    """The context of the step; items' slices stay behind, since no comparison needs them."""
    bare = tuple(fingerprint.replace(slice={}) for fingerprint in fingerprints)
    context = ReserveContext(release=__version__, sealings=sealings, fingerprints=bare)
    return msgspec.json.encode(context, order="deterministic")


class ContaminationStep:
    """Which records share text with which sealed items."""

    name = "contamination"
    version = 1
    key: Purpose | None = "gate"

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:
        """The index of the fingerprints; see `contract.ShardStep`."""
        reserve = msgspec.json.decode(context, type=ReserveContext)
        key = key or b""
        require_same_key(reserve.sealings, key_check(key))
        index = ReserveIndex(reserve.fingerprints, key)

        def overlaps(segment: pa.Table) -> pa.Table:
            ids = segment.column("record").to_pylist()
            records = map(_decoder.decode, segment.column("body").to_pylist())
            compared = map(Compared.of, ids, records)
            pairs = [
                (record, overlap.item)
                for record, of_record in zip(ids, index.overlaps(compared), strict=True)
                for overlap in sorted(of_record, key=lambda overlap: overlap.item)
            ]
            return pa.table(
                [[record for record, _ in pairs], [item for _, item in pairs]], schema=OVERLAPS
            )

        return overlaps
