"""Shards are named by their content, and results by what made them."""

from pathlib import Path

import pytest

from assay.bulk.rows import DiskFile
from assay.bulk.sharding.place import ASIDE, open_place
from assay.bulk.sharding.segment import read_segment, segment_name
from assay.bulk.sharding.shards import read_set, shard_records, shard_rows
from assay.core.errors import InputError, UsageError
from assay.records.kinds import Outcome
from builders import small_record

RECORDS = [
    small_record(Outcome(criterion="right"), f"What is {n} plus one?", str(n + 1))
    for n in range(23)
]


def test_the_same_records_are_the_same_shards_wherever_they_are_cut(tmp_path: Path) -> None:
    """A folder, another one and a store of objects hold the same names and bytes."""
    places = [
        open_place(address)
        for address in (str(tmp_path / "a"), str(tmp_path / "b"), "memory://shards/once")
    ]
    sets = [shard_records(place, "records", RECORDS, size=10) for place in places]
    assert sets[0] == sets[1] == sets[2] == read_set(places[2], "records")
    assert sets[0].sizes == (10, 10, 3)
    for shard in sets[0].shards:
        name = segment_name(shard)
        assert len({place.read(name) for place in places}) == 1


def test_records_that_are_added_leave_earlier_shards_as_they_are(tmp_path: Path) -> None:
    """Only the last shard, which was not full, is another one."""
    place = open_place(str(tmp_path))
    before = shard_records(place, "records", RECORDS[:15], size=10)
    after = shard_records(place, "records", RECORDS, size=10)
    assert after.shards[0] == before.shards[0]
    assert after.shards[1] != before.shards[1]


def test_a_shard_holds_its_records_in_their_order(tmp_path: Path) -> None:
    """Ids and canonical bytes are those of the records."""
    place = open_place(str(tmp_path))
    shard_set = shard_records(place, "records", RECORDS, size=10)
    rows = [row for shard in shard_set.shards for row in read_segment(place, shard).to_pylist()]
    assert [(row["record"], row["body"]) for row in rows] == [
        (record.id, record.canonical()) for record in RECORDS
    ]


def test_a_shard_with_changed_bytes_is_refused(tmp_path: Path) -> None:
    """One changed byte is not read as the shard of that name."""
    place = open_place(str(tmp_path))
    [shard] = shard_records(place, "records", RECORDS[:5]).shards
    file = tmp_path / segment_name(shard)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(InputError, match="not those of its name"):
        read_segment(place, shard)


def test_a_row_that_cannot_be_read_is_in_a_shard_with_its_fault(tmp_path: Path) -> None:
    """A line longer than its limit does not end the cutting, and is not left out."""
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n1,2,3\n4,5\n")
    place = open_place(str(tmp_path / "work"))
    [shard] = shard_rows(place, "rows", DiskFile(file).rows()).shards
    rows = read_segment(place, shard).to_pylist()
    assert [bool(row["fault"]) for row in rows] == [False, True, False]
    assert rows[0]["text"] == b'{"a":"1","b":"2"}'


def test_a_file_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    """A draft has another name, which no list shows; what is left of it can be swept away."""
    place = open_place(str(tmp_path))
    with place.draft("results/a") as draft:
        assert not place.has("results/a")
        assert place.names("results") == frozenset()
        draft.finish(b"whole")
    assert place.names("results") == {"a"}
    (tmp_path / "results" / f"b.0{ASIDE}").touch()
    assert place.names("results") == {"a"}
    assert (place.sweep("results"), place.sweep("results")) == (1, 0)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://example.org/work", "not-writable"),
        ("hf://datasets/own/shelf", "not-writable"),
        ("ftp://example.org/work", "unknown-scheme"),
        ("s3://name:secret@bucket/work", "credentials-in-address"),
    ],
)
def test_an_address_that_cannot_be_written_is_refused(address: str, code: str) -> None:
    """Before anything is cut."""
    with pytest.raises(UsageError) as caught:
        open_place(address)
    assert caught.value.code == code
