"""The audit finds whatever was changed behind the store's back, and nothing else."""

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Connection, delete, insert, select, update

from assay.core.canonical import encode_fact
from assay.core.digest import sha256_hex
from assay.core.errors import MachineError
from assay.core.lineage import Edge
from assay.core.ports import Checkpoint, Origin
from assay.store.audit import MOST_FINDINGS, AuditReport, verify
from assay.store.chain import Entry
from assay.store.store import Store
from assay.store.tables import SCHEMA
from stores.facts import ACTOR, judgment, record

ENTRIES = SCHEMA.entries
TABLES = SCHEMA.metadata.tables
RECORDS, JUDGMENTS = TABLES["records"], TABLES["judgments"]


@pytest.fixture
def filled(store: Store) -> Store:
    """Six entries: records with origins, a derived record, judgments, an edge."""
    imported = store.begin_import(
        file="own.jsonl", sha256="ab", reader="own", source="own-work", actor=ACTOR
    )
    for start in (0, 3, 6):
        facts = [record(number) for number in range(start, start + 3)]
        with store.write("record.import", actor=ACTOR, subject="own.jsonl") as writing:
            writing.add(facts)
            writing.trace(
                Origin(fact=fact.id, import_id=imported.id, row=start + place)
                for place, fact in enumerate(facts, start=1)
            )
    for reviewer in ("rev-a", "rev-b"):
        with store.write("judgment.submit", actor=reviewer) as writing:
            writing.add([judgment(record(0).id, by=reviewer)])
    with store.write("record.derive", actor=ACTOR) as writing:
        writing.add([record(9, parents=(record(0).id, record(1).id))])
        writing.link([Edge(child=record(2).id, role="parent", parent=record(1).id)])
    return store


def tamper(store: Store, change: Callable[[Connection], object]) -> AuditReport:
    """What the audit says after a change that went past the store."""
    with store.snapshot() as connection:
        change(connection)
        connection.commit()
    return verify(store)


def codes(report: AuditReport) -> set[str]:
    return {finding.code for finding in report.findings}


def test_a_store_that_nobody_touched_is_sound(filled: Store) -> None:
    """The audit counts all that is there, holds the chain against its witness, finds nothing."""
    report = verify(filled)
    assert report.findings == ()
    assert report.ok
    read = (report.entries, report.facts, report.edges, report.origins, report.witnesses)
    assert read == (6, 12, 3, 9, 1)
    assert report.head == filled.head()


def test_an_empty_store_is_sound(store: Store) -> None:
    """Nothing stored and nothing witnessed is no finding."""
    assert verify(store).ok


def _swap_bodies(connection: Connection) -> None:
    columns = (ENTRIES.c.number, ENTRIES.c.body, ENTRIES.c.hash)
    second, third = connection.execute(
        select(*columns).where(ENTRIES.c.number.in_([2, 3])).order_by(ENTRIES.c.number)
    )
    for number, (_, body, digest) in ((2, third), (3, second)):
        swapped = {"body": body, "hash": digest}
        connection.execute(update(ENTRIES).where(ENTRIES.c.number == number).values(swapped))


def _rewrite_chain(connection: Connection) -> None:
    """Say that somebody else did it all, and make every hash fit again."""
    previous = ""
    rows = connection.execute(select(ENTRIES.c.number, ENTRIES.c.body).order_by(ENTRIES.c.number))
    for number, body in rows.all():
        entry = msgspec.json.decode(body, type=Entry)
        forged = encode_fact(
            msgspec.structs.replace(entry, actor="someone-else", previous=previous)
        )
        previous = sha256_hex(forged)
        values = {"body": forged, "hash": previous}
        connection.execute(update(ENTRIES).where(ENTRIES.c.number == number).values(values))


def _insert_entry(connection: Connection) -> None:
    """Add an entry of one's own at the end, with the right previous hash."""
    head = connection.execute(select(ENTRIES.c.hash).where(ENTRIES.c.number == 6)).scalar_one()
    entry = Entry(number=8, previous=head, at="", actor="x", action="record.import", rows={})
    body = encode_fact(entry)
    connection.execute(insert(ENTRIES), [{"number": 8, "hash": sha256_hex(body), "body": body}])


def _renumber_entries(connection: Connection) -> None:
    """Take an entry out and close the gap."""
    connection.execute(delete(ENTRIES).where(ENTRIES.c.number == 4))
    connection.execute(delete(JUDGMENTS).where(JUDGMENTS.c.entry == 4))
    for number in (5, 6):
        connection.execute(
            update(ENTRIES).where(ENTRIES.c.number == number).values(number=number - 1)
        )
        for name in ("records", "judgments", "edges", "origins"):
            table = TABLES[name]
            connection.execute(
                update(table).where(table.c.entry == number).values(entry=number - 1)
            )


def _insert_fact(connection: Connection) -> None:
    forged = judgment(record(0).id, by="rev-forged")
    row = {
        "seq": 3, "entry": 5, "id": forged.id, "body": forged.canonical(),
        "record": forged.record, "reviewer": "rev-forged", "rubric": None, "supersedes": None,
    }  # fmt: skip
    connection.execute(insert(JUDGMENTS), [row])


def _replace_fact(connection: Connection) -> None:
    """Put a whole other judgment, sound in itself, in the place of one that was given."""
    forged = judgment(record(0).id, by="rev-b", occasion=3)
    values = {"id": forged.id, "body": forged.canonical()}
    connection.execute(update(JUDGMENTS).where(JUDGMENTS.c.seq == 2).values(values))


def _swap_facts(connection: Connection) -> None:
    for sequence, place in ((1, 100), (2, 1), (100, 2)):
        connection.execute(update(RECORDS).where(RECORDS.c.seq == sequence).values(seq=place))


def _on(name: str, where: int, **values: object) -> Callable[[Connection], object]:
    table = TABLES[name]
    place = table.c.number if name == "audit_entries" else table.c.seq
    return lambda connection: connection.execute(
        update(table).where(place == where).values(**values)
    )


def _without(name: str, where: int) -> Callable[[Connection], object]:
    table = TABLES[name]
    place = table.c.number if name == "audit_entries" else table.c.seq
    return lambda connection: connection.execute(delete(table).where(place == where))


TAMPERINGS = {
    "a body is changed": (_on("records", 2, body=record(77).canonical()), {"fact-changed"}),
    "a body is broken": (_on("records", 2, body=b"{"), {"fact-changed"}),
    "an id is changed": (_on("records", 2, id=record(77).id), {"fact-changed", "rows-differ"}),
    "an id is nonsense": (_on("records", 2, id="rec_1"), {"fact-changed"}),
    "a fact is exchanged for another": (_replace_fact, {"rows-differ"}),
    "an index column is changed": (_on("judgments", 1, reviewer="rev-z"), {"index-changed"}),
    "a fact is deleted": (_without("records", 5), {"rows-differ", "row-renumbered"}),
    "the last fact is deleted": (_without("judgments", 2), {"rows-differ"}),
    "a fact is inserted": (_insert_fact, {"rows-differ"}),
    "two facts are swapped": (_swap_facts, {"rows-differ"}),
    "a fact is moved to another entry": (_on("records", 3, entry=2), {"rows-differ"}),
    "a fact is given to no entry": (
        _on("records", 10, entry=99),
        {"row-without-entry", "rows-differ"},
    ),
    "an edge is changed": (_on("edges", 1, parent=record(4).id), {"rows-differ"}),
    "an edge is deleted": (_without("edges", 3), {"rows-differ"}),
    "an origin is changed": (_on("origins", 4, row=40), {"rows-differ"}),
    "an origin is renumbered": (_on("origins", 7, seq=90), {"rows-differ"}),
    "an entry is deleted": (
        _without("audit_entries", 2),
        {"entries-missing", "chain-broken", "row-without-entry"},
    ),
    "the first entry is deleted": (
        _without("audit_entries", 1),
        {"entries-missing", "chain-broken", "row-without-entry"},
    ),
    "the last entry is deleted": (
        _without("audit_entries", 6),
        {"entries-cut", "row-without-entry"},
    ),
    "an entry's hash is changed": (_on("audit_entries", 2, hash="0" * 64), {"entry-changed"}),
    "an entry is unreadable": (
        _on("audit_entries", 2, body=b"{}"),
        {"entry-changed", "entry-unreadable", "chain-broken", "row-without-entry"},
    ),
    "two entries are swapped": (
        _swap_bodies,
        {"entry-renumbered", "chain-broken", "rows-differ"},
    ),
    "an entry is taken out and the rest renumbered": (
        _renumber_entries,
        {"entry-renumbered", "chain-broken", "entries-cut"},
    ),
    "an entry is inserted": (_insert_entry, {"entries-missing"}),
    "the whole chain is rewritten": (_rewrite_chain, {"entry-rewritten"}),
}


@pytest.mark.share(5)
@pytest.mark.parametrize("case", TAMPERINGS)
def test_every_tampering_is_found(filled: Store, case: str) -> None:
    """Each change made past the store gives the findings that tell what was done."""
    change, expected = TAMPERINGS[case]
    report = tamper(filled, change)
    assert codes(report) == expected, report.findings


def _cut_tail(connection: Connection) -> None:
    """Undo the last two entries with all that came with them."""
    for table in (RECORDS, JUDGMENTS, TABLES["edges"]):
        connection.execute(delete(table).where(table.c.entry > 4))
    connection.execute(delete(ENTRIES).where(ENTRIES.c.number > 4))


def test_a_clean_cut_is_seen_by_the_witness_alone(filled: Store) -> None:
    """A tail cut with all its facts leaves one finding, made by the head kept outside."""
    assert codes(tamper(filled, _cut_tail)) == {"entries-cut"}


def test_a_head_from_elsewhere_serves_as_witness(filled: Store) -> None:
    """Without the file, a head that a release or a person kept finds the same cut."""
    kept = filled.head()
    assert filled.witness
    filled.witness.file.unlink()
    assert codes(tamper(filled, _cut_tail)) == {"no-witness"}
    assert codes(verify(filled, [kept])) == {"entries-cut"}
    assert verify(filled, [filled.head()]).ok


def test_a_wrong_head_from_elsewhere_is_found(filled: Store) -> None:
    """A head with another hash says that the entry is not the one that was witnessed."""
    forged = Checkpoint(number=3, hash="0" * 64)
    assert codes(verify(filled, [forged])) == {"entry-rewritten"}


def test_the_store_does_not_write_on_after_a_cut(filled: Store) -> None:
    """A writer that finds its witness ahead of the chain refuses, and the evidence stays."""
    tamper(filled, _cut_tail)
    with (
        pytest.raises(MachineError) as refused,
        filled.write("record.import", actor=ACTOR) as writing,
    ):
        writing.add([record(50)])
    assert refused.value.code == "audit-cut"
    assert codes(verify(filled)) == {"entries-cut"}


def test_after_the_witness_is_moved_away_the_store_goes_on(filled: Store) -> None:
    """Who restored a backup on purpose moves the witness away, and a new one is kept."""
    tamper(filled, _cut_tail)
    assert filled.witness
    filled.witness.file.rename(filled.witness.file.with_name("old.head"))
    with filled.write("record.import", actor=ACTOR) as writing:
        writing.add([record(50)])
    assert filled.witness.read() == filled.head()
    assert verify(filled).ok


def test_an_witness_that_lags_after_a_crash_is_no_finding(filled: Store) -> None:
    """The witness is written after the commit, so an older head in it is sound."""
    assert filled.witness
    older = filled.witness.file.read_bytes()
    with filled.write("record.import", actor=ACTOR) as writing:
        writing.add([record(50)])
    filled.witness.file.write_bytes(older)
    assert verify(filled).ok
    with filled.write("record.import", actor=ACTOR) as writing:
        writing.add([record(51)])
    assert filled.witness.read() == filled.head()


def test_an_witness_that_cannot_be_read_is_a_finding_and_stops_writers(filled: Store) -> None:
    """A damaged witness is reported, not silently replaced."""
    assert filled.witness
    filled.witness.file.write_text("not a head\n")
    assert "witness-unusable" in codes(verify(filled))
    with pytest.raises(MachineError, match="witness"), filled.write("a.b", actor=ACTOR):
        pass


def test_a_report_spells_out_a_bounded_number_of_findings(store: Store) -> None:
    """However much is wrong, all of it is counted and the first findings are spelt out."""
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add([record(number) for number in range(MOST_FINDINGS + 10)])
    report = tamper(store, lambda connection: connection.execute(update(RECORDS).values(kind="x")))
    assert report.found == MOST_FINDINGS + 10
    assert len(report.findings) == MOST_FINDINGS


def _later(store: Store) -> None:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add([record(20), judgment(record(3).id)])


def test_a_resumed_audit_reads_what_is_new(filled: Store) -> None:
    """From an entry on, the entries and rows behind it are read, and the report says from where."""
    since = filled.head()
    _later(filled)
    report = verify(filled, since=since)
    assert report.ok
    assert (report.entries, report.facts, report.edges, report.origins) == (1, 2, 0, 0)
    assert (report.since, report.head) == (since, filled.head())
    resumed_at_head = verify(filled, since=filled.head())
    assert (resumed_at_head.ok, resumed_at_head.entries, resumed_at_head.facts) == (True, 0, 0)


def test_a_changed_old_byte_is_found_by_a_whole_audit_alone(filled: Store) -> None:
    """What lies before the entry is not looked at; reading everything finds the change."""
    since = filled.head()
    _later(filled)
    with filled.snapshot() as connection:
        connection.execute(update(RECORDS).where(RECORDS.c.seq == 2).values(body=b"{}"))
        connection.commit()
    assert verify(filled, since=since).ok
    assert codes(verify(filled)) == {"fact-changed"}


def test_a_resumed_audit_finds_what_was_changed_behind_its_entry(filled: Store) -> None:
    """New rows are held against new entries as in any audit."""
    since = filled.head()
    _later(filled)
    with filled.snapshot() as connection:
        connection.execute(update(RECORDS).where(RECORDS.c.seq == 11).values(body=b"{}"))
        connection.commit()
    assert codes(verify(filled, since=since)) == {"fact-changed"}


@pytest.mark.parametrize("number", [3, 99])
def test_an_audit_begins_at_the_start_where_its_entry_is_gone(filled: Store, number: int) -> None:
    """An entry that was rewritten or cut off resumes nothing: everything is read."""
    report = verify(filled, since=Checkpoint(number=number, hash="0" * 64))
    assert (report.since, report.entries) == (None, 6)


def test_a_resumed_audit_holds_older_heads_against_the_chain(filled: Store) -> None:
    """A head from outside that lies before the entry is compared as well."""
    older = Checkpoint(number=2, hash="0" * 64)
    assert codes(verify(filled, [older], since=filled.head())) == {"entry-rewritten"}
