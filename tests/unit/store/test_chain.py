"""The small parts of the audit chain keep what they promise."""

from pathlib import Path

import pytest

from assay.core.digest import chain, sha256, sha256_hex
from assay.core.errors import MachineError
from assay.core.lineage import Edge
from assay.core.ports import Checkpoint, Origin
from assay.store.chain import Entry, ShareTally, row_digest, seal
from assay.store.witness import Witness


def test_a_tally_is_the_chain_of_its_digests() -> None:
    """First, count and digest of a share are those of the rows in their order."""
    digests = [sha256(bytes([number])) for number in range(5)]
    tally = ShareTally(first=7)
    for digest in digests:
        tally.add(digest)
    share = tally.share()
    assert (share.first, share.count, tally.next) == (7, 5, 12)
    assert share.digest == chain(digests).hex()


def test_an_entry_has_a_known_hash() -> None:
    """The canonical bytes of an entry, and so its hash, never change between versions."""
    tally = ShareTally(first=1)
    tally.add(bytes(32))
    entry = Entry(
        number=1,
        previous="",
        at="2026-01-31T09:30:00Z",
        actor="tester",
        action="record.import",
        rows={"records": tally.share()},
    )
    body, head = seal(entry)
    assert body == (
        b'{"action":"record.import","actor":"tester","at":"2026-01-31T09:30:00Z","number":1,'
        b'"previous":"","rows":{"records":{"count":1,"digest":'
        b'"66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925","first":1}}}'
    )
    assert head == Checkpoint(number=1, hash=sha256_hex(body))


def test_edges_and_origins_have_digests_of_their_content() -> None:
    """Rows that are not facts are digested over their canonical JSON."""
    edge = Edge(child="rec_b", role="parent", parent="rec_a")
    assert row_digest(edge) == sha256(b'{"child":"rec_b","parent":"rec_a","role":"parent"}')
    origin = Origin(fact="rec_a", import_id=1, row=2)
    assert row_digest(origin) == sha256(b'{"fact":"rec_a","import_id":1,"row":2}')


def test_an_witness_keeps_the_last_head_in_one_line(tmp_path: Path) -> None:
    """What is read is what was written last, and the file never grows."""
    witness = Witness(tmp_path / "audit.head")
    assert witness.read() is None
    for number in (1, 99, 12_345_678):
        head = Checkpoint(number=number, hash=sha256_hex(bytes([number % 256])))
        witness.write(head)
        assert witness.read() == head
        assert witness.file.stat().st_size == 86


def test_an_witness_that_a_crash_left_empty_is_no_witness(tmp_path: Path) -> None:
    """A file that was made and never written says nothing."""
    (tmp_path / "audit.head").touch()
    assert Witness(tmp_path / "audit.head").read() is None


@pytest.mark.parametrize(
    "content", [b"1 abc\n", b"\xff" * 86, b"0" * 20 + b" " + b"g" * 64 + b"\n"]
)
def test_a_damaged_witness_is_refused(tmp_path: Path, content: bytes) -> None:
    """Anything but one whole line is an error that names the file."""
    file = tmp_path / "audit.head"
    file.write_bytes(content)
    with pytest.raises(MachineError) as refused:
        Witness(file).read()
    assert refused.value.where == str(file)
