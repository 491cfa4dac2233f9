"""Nobody can confirm a guess of a record that a release does not hold by any byte that leaves.

The attacker has the release, its notices and exports, knows all of a record that was held back but for
one of a few hundred guesses, and knows how ids are made. For each guess the attacker makes the record's
id, and from it the ids of all that names it, and looks for them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from assay.core.clock import fixed_clock
from assay.core.fact import Fact
from assay.core.identity import digest_of
from assay.program.releases import export_release
from assay.records.judgment import Judgment
from assay.records.record import Lineage, Record, Transformation
from assay.records.task import Message
from assay.records.verdict import Prefers
from assay.releases.build import Built, build
from assay.releases.inputs import RenderedQualityReport
from assay.releases.keys import public_pem
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.service import Withdrawn, withdraw
from assay.releases.verify import verify
from assay.releases.withdrawal import Withdrawal
from assay.review.adjudication import Adjudication
from assay.verification.verification import Verification
from simulators.ferries import (
    ACTOR,
    CREATED,
    KEY,
    add,
    agreed,
    dispose,
    filled_store,
    first_facts,
    inputs,
    judgment,
    preference,
    record_handle,
)
from simulators.memory_store import MemoryStore

GUESSES = range(300)
SECRET = 217
"""What the attacker does not know of the record that is held back: one number of three hundred."""


def hidden(number: int) -> Record:
    """The record that no release holds, for a guess of its number."""
    message = Message(role="user", content=f"Which ferry takes passport {number}?")
    base = preference(7)
    task = base.task
    return base.replace(
        task=type(task)(messages=(message,), taxonomy=task.taxonomy, capability=task.capability)
    )


def child(parent: str) -> Record:
    """A released record that was made from the hidden one, which its transformation names as well."""
    parameters = msgspec.json.encode({"from": parent}).decode()
    made_by = Transformation(name="rewrite", version="1", parameters=parameters)
    return preference(8).replace(lineage=Lineage(parents=(parent,), transformation=made_by))


def grandchild(parent: str) -> Record:
    """A released record that was made from the child."""
    return preference(9).replace(lineage=Lineage(parents=(parent,)))


def written(parent: str) -> list[Judgment]:
    """Judgments of a released record, of which one names the hidden record as what it wrote."""
    record = preference(10)
    first, second = (
        judgment(record, name, Prefers(candidate=0, strength=2)) for name in ("prs_1", "prs_2")
    )
    first = first.replace(wrote=parent)
    return [first, second, second.replace(supersedes=second.id, occasion=1)]


def named(guess: int) -> Iterator[Fact]:
    """Every fact whose id follows from a guess, as the store holds them."""
    record = hidden(guess)
    yield record
    made = child(record.id)
    yield made
    yield grandchild(made.id)
    yield written(record.id)[0]
    for each in (made, grandchild(made.id)):
        yield from list(agreed(each))[1:]
    yield Withdrawal(release="rel_x", reason="consent", records=(made.id,))


@pytest.fixture
def store() -> MemoryStore:
    record = hidden(SECRET)
    made = child(record.id)
    facts: list[Fact] = [
        *first_facts(),
        record,
        *agreed(made),
        *agreed(grandchild(made.id)),
        preference(10),
        *written(record.id),
    ]
    return filled_store(facts)


def released(store: MemoryStore, releases: Path, version: str = "1.0.0") -> Built:
    """A release with a quality report that names the hidden record, whole and cut."""
    identity = hidden(SECRET).id
    text = f"# Quality\n\nSee {identity} and {identity[:16]} and {child(identity).id}.\n"
    made = inputs(version)
    report = RenderedQualityReport(
        json=json.dumps({"see": identity}).encode(), markdown=text.encode()
    )
    changed = msgspec.structs.replace(made, quality=report)
    return build(store, changed, KEY, releases, actor=ACTOR)


def leaves(folder: Path) -> bytes:
    """Every byte of a folder, tables also as the text of their cells."""
    found = []
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        found += [file.name.encode(), file.read_bytes()]
        if file.suffix == ".parquet":
            found.append(repr(pq.read_table(file).to_pylist()).encode())
    return b"\n".join(found)


def confirmed(content: bytes, guesses: Iterable[int]) -> set[int]:
    """The guesses of which some id, or a part of one long enough to tell, is in these bytes."""
    text = content.decode("utf-8", errors="replace")
    return {
        guess
        for guess in guesses
        for fact in named(guess)
        if fact.id[4:14] in text
        or digest_of(fact.id).hex()[:12] in text
        or digest_of(fact.id) in content
    }


def test_the_attack_finds_the_guess_where_ids_are_named(store: MemoryStore) -> None:
    """The control: whoever holds the store's own lines confirms the guess, and no other."""
    lines = b"\n".join(each.canonical() for each in store.scan(Record))
    assert confirmed(lines, GUESSES) == {SECRET}
    dispositions = b"\n".join(each.canonical() for each in store.scan(Judgment))
    assert confirmed(dispositions, GUESSES) == {SECRET}


def test_no_byte_of_a_release_confirms_what_it_does_not_hold(
    store: MemoryStore, tmp_path: Path
) -> None:
    """Parents, what was written, parameters and reports are named by handles; ids are made anew."""
    built = released(store, tmp_path)
    assert confirmed(leaves(built.folder), GUESSES) == set()
    assert verify(built.folder, KEY.public_key()).issues == ()
    handle = record_handle(hidden(SECRET).id)
    _, items = read_manifest(built.folder / MANIFEST)
    by_parents = {item.parents: item for item, _ in items if item.parents}
    assert (handle,) in by_parents
    youngest = by_parents[by_parents[handle,].id,]
    assert youngest.handle == record_handle(grandchild(child(hidden(SECRET).id).id).id)
    wrote = re.findall(rb'"wrote":"([^"]*)"', (built.folder / "judgments.jsonl").read_bytes())
    assert wrote == [handle.encode()]
    assert handle in (built.folder / "quality.md").read_text(encoding="utf-8")


def test_what_a_release_holds_keeps_its_ids(store: MemoryStore, tmp_path: Path) -> None:
    """A record whose parents are all released has the id that it has in the store, byte for byte."""
    built = released(store, tmp_path)
    lines = (built.folder / "records.jsonl").read_bytes().splitlines()
    stored = {each.canonical() for each in store.scan(Record)}
    assert len([line for line in lines if line not in stored]) == 2
    assert sum(b'"lineage"' in line for line in lines if line in stored) == 1
    for family, name in ((Adjudication, "adjudications"), (Verification, "verifications")):
        facts = {each.canonical() for each in store.scan(family)}
        assert facts >= set((built.folder / f"{name}.jsonl").read_bytes().splitlines())


def test_a_build_is_the_same_to_the_byte_with_handles(tmp_path: Path) -> None:
    """Handles depend on the key and the record alone, so a build repeats."""
    record = hidden(SECRET)
    facts: list[Fact] = [*first_facts(), record, *agreed(child(record.id))]
    one, two = (
        released(filled_store(order), tmp_path / name).folder
        for name, order in (("one", facts), ("two", [*facts[:3], *facts[3:]]))
    )
    assert leaves(one) == leaves(two)


def _withdraw(store: MemoryStore, releases: Path, record: str) -> Withdrawn:
    return withdraw(
        store,
        "1.0.0",
        reason="consent",
        records=(record,),
        record_handle=record_handle,
        key=KEY,
        releases=releases,
        moment=CREATED,
        actor=ACTOR,
    )


def test_a_notice_names_the_published_id_and_confirms_nothing(
    store: MemoryStore, tmp_path: Path
) -> None:
    """A record is withdrawn by its id in the store; its holders find it by the id that they have."""
    releases = tmp_path / "releases"
    built = released(store, releases)
    made = child(hidden(SECRET).id)
    done = _withdraw(store, releases, made.id)
    assert done.withdrawal.records == (made.id,)
    assert confirmed(leaves(releases), GUESSES) == set()
    issues = verify(built.folder, KEY.public_key()).issues
    assert [issue.code for issue in issues] == ["records-withdrawn"]
    key = tmp_path / "public.pem"
    key.write_bytes(public_pem(KEY.public_key()))
    report = export_release(
        built.folder,
        "trl:preference",
        tmp_path / "rows",
        public_key=key,
        clock=fixed_clock(CREATED),
    )
    assert {each.reason: each.records for each in report.drops}["withdrawn"] == 1
    assert confirmed(leaves(tmp_path / "rows"), GUESSES) == set()
    dispose(store)
    later = released(store, releases, "1.1.0")
    _, items = read_manifest(later.folder / MANIFEST)
    assert not any(item.parents == (record_handle(hidden(SECRET).id),) for item, _ in items)
    # What was made from the withdrawn record is not released either.
    assert {each.code: each.records for each in later.head.left_out}["withdrawn"] == 1
    assert (
        sum(each.records for each in later.head.left_out if each.reason == "withdrawn: consent")
        == 2
    )
    assert confirmed(leaves(later.folder), GUESSES) == set()


def test_no_export_names_a_record_that_it_dropped(store: MemoryStore, tmp_path: Path) -> None:
    """A dropped record is named by its line in the release: no row shows its content."""
    add(store, list(agreed(preference(11), None)))
    dispose(store)
    folder = released(store, tmp_path / "releases").folder
    export_release(folder, "trl:stepwise", tmp_path / "rows", clock=fixed_clock(CREATED))
    _, items = read_manifest(folder / MANIFEST)
    content = leaves(tmp_path / "rows").decode("utf-8", errors="replace")
    assert not [item.id for item, _ in items if item.id[4:14] in content]
    dropped = (tmp_path / "rows" / "dropped.jsonl").read_text(encoding="utf-8").splitlines()
    lines = [json.loads(line)["line"] for line in dropped]
    assert lines == list(range(1, len(lines) + 1))
