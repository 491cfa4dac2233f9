"""Steps give in shards what the product gives over all records at once."""

from itertools import pairwise

import pyarrow as pa
import pytest

from assay.bulk.sharding.segment import RECORDS
from assay.bulk.sharding.steps.contamination import ContaminationStep, reserve_context
from assay.bulk.sharding.steps.near_copies import ClusterStep, SignatureStep, release_context
from assay.bulk.sharding.steps.statistics import StatisticsStep, add_statistics
from assay.core.errors import UsageError
from assay.quality.duplicates import find_duplicates
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
from assay.reserve.fingerprint import METHOD, Hasher, item_name, item_texts, key_check, to_text
from assay.reserve.sealing import Fingerprint, Sealing
from builders import small_record

KEY = b"the key of a gate in a test"
SECRET = "the heron counts eleven blue lanterns beside the quiet northern weir at dusk"


def _record(question: str, answer: str = "So it is.") -> Record:
    return small_record(Outcome(criterion="right"), question, answer)


def _segment(records: list[Record]) -> pa.Table:
    return pa.table(
        [[record.id for record in records], [record.canonical() for record in records]],
        schema=RECORDS,
    )


def _sealed(*items: Record) -> tuple[tuple[Sealing, ...], tuple[Fingerprint, ...]]:
    hasher = Hasher(KEY)
    sealing = Sealing(
        reserve="r", items=len(items), commitment="0" * 64, salt_check=key_check(KEY),
        method=METHOD, recipients=("age1x",),
    )  # fmt: skip
    prints = tuple(
        Fingerprint(
            sealing=sealing.id, reserve="r", item=item_name(KEY, item), part="task",
            words=len(words(text)), grams=to_text(hasher.fingerprint(words(text))),
            slice={"difficulty": "hard"},
        )
        for item in items
        for _, text in item_texts(item)
    )  # fmt: skip
    return (sealing,), prints


RESERVE = _sealed(_record(SECRET, "x"))
MIXED = [_record("How many sides has a square?"), _record(f"Repeat: {SECRET}"), _record("Why?")]


def test_contamination_in_shards_is_that_of_the_index() -> None:
    """The same records overlap the same items, whatever the cut."""
    index = ReserveIndex(RESERVE[1], KEY)
    compared = (Compared.of(record.id, record) for record in MIXED)
    overlaps = [(o.holder, o.item) for of_record in index.overlaps(compared) for o in of_record]
    function = ContaminationStep().prepare(reserve_context(*RESERVE), KEY)
    rows = [
        (row["record"], row["item"])
        for part in (MIXED[:1], MIXED[1:])
        for row in function(_segment(part)).to_pylist()
    ]
    assert rows == overlaps
    assert [record for record, _ in rows] == [MIXED[1].id]


def test_neither_context_nor_result_holds_a_sealed_word_or_the_key() -> None:
    """Of the reserve they hold keyed hashes and keyed names, and no slice of an item."""
    context = reserve_context(*RESERVE)
    result = ContaminationStep().prepare(context, KEY)(_segment(MIXED))
    assert result.column_names == ["record", "item"]
    shown = context + repr(result.to_pylist()).encode()
    for word in (b"heron", b"lanterns", b"weir", KEY, KEY.hex().encode(), b"difficulty"):
        assert word not in shown


@pytest.mark.parametrize("key", [b"another key of a gate", b"", None])
def test_a_worker_with_another_key_or_none_is_refused(key: bytes | None) -> None:
    """It would find nothing, and call all records clean."""
    with pytest.raises(UsageError, match="another key"):
        ContaminationStep().prepare(reserve_context(*RESERVE), key)


def _copies() -> list[Record]:
    prose = [
        "a",
        "lamp",
        "stood",
        "on",
        "the",
        "sill",
        "of",
        "the",
        "long",
        "room",
        "and",
        "nobody",
        "had",
        "lit",
        "it",
        "for",
        "a",
        "year",
    ]
    records = []
    for number in range(12):
        own = [f"{word}{number}" for word in prose] * 4
        records += [
            _record(" ".join(own), " ".join(reversed(own))),
            _record(" ".join(own).upper() + "!", " ".join(reversed(own))),
        ]
    return [*records[::2], *records[1::2]]


def test_near_copies_share_a_key_with_the_record_that_stands_for_them() -> None:
    """So joining by keys loses no pair that comparing all records would find."""
    records = _copies()
    result = SignatureStep().prepare(release_context(), None)(_segment(records))
    keys = {row["record"]: set(row["keys"]) for row in result.to_pylist()}
    duplicates = find_duplicates(records, {})
    assert len(duplicates.clusters) == 12
    for cluster in duplicates.clusters:
        for copy in cluster.copies:
            assert keys[cluster.representative] & keys[copy]


def test_clusters_of_a_segment_are_those_of_quality() -> None:
    """The same representatives and the same copies."""
    records = _copies()
    result = ClusterStep().prepare(release_context(), None)(_segment(records))
    pairs = {(row["representative"], row["copy"]) for row in result.to_pylist()}
    assert pairs == {
        (cluster.representative, copy)
        for cluster in find_duplicates(records, {}).clusters
        for copy in cluster.copies
    }


def test_statistics_add_up_over_any_cut() -> None:
    """Those of parts, added, are those of the whole."""
    records = _copies()
    function = StatisticsStep().prepare(release_context(), None)
    whole = function(_segment(records))
    for cut in (1, 7, 23):
        bounds = pairwise([0, cut, len(records)])
        parts = [function(_segment(records[start:end])) for start, end in bounds]
        assert add_statistics(parts).equals(whole)
    counts = {(row["figure"], row["value"]): row["count"] for row in whole.to_pylist()}
    assert counts["records", ""] == counts["kind", "outcome"] == 24
    assert counts["bytes", ""] == sum(len(record.canonical()) for record in records)
