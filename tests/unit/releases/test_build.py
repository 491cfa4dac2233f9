"""A release is built whole or not at all, the same to the byte, and only through its gates."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from assay.core.clock import fixed_clock
from assay.core.errors import CheckError, InputError, MachineError, UsageError
from assay.core.issues import Issue
from assay.core.ports import FactStore
from assay.quality.disposition import Disposition
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.releases.build import Built, build
from assay.releases.inputs import ReleaseInputs
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.release import Release
from assay.releases.verify import verify
from assay.store.store import Store
from assay.verification.verification import Verification
from simulators import ferries
from simulators.ferries import (
    ACTOR,
    CREATED,
    KEY,
    TEXTS,
    add,
    agreed,
    dispose,
    documents,
    filled_store,
    first_facts,
    inputs,
    judgment,
    preference,
)
from simulators.memory_store import MemoryStore, MemoryWriting


def _build(store: FactStore, releases: Path, given: ReleaseInputs | None = None) -> Built:
    return build(store, given or inputs(), KEY, releases, actor=ACTOR)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _left_behind(releases: Path) -> list[str]:
    return sorted(path.name for path in releases.iterdir() if path.name != ".lock")


def _ids(folder: Path) -> set[str]:
    return {item.id for item, _ in read_manifest(folder / MANIFEST)[1]}


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    """Two builds agree in every byte, in whatever order the store was filled."""
    records = [fact for fact in first_facts() if isinstance(fact, Record)]
    others = [fact for fact in first_facts() if not isinstance(fact, Record)]
    one = _build(filled_store(), tmp_path / "a")
    other = _build(filled_store([*records[::-1], *others]), tmp_path / "b")
    assert _files(one.folder) == _files(other.folder)
    assert one.release == other.release


def test_the_real_store_gives_the_same_release(tmp_path: Path) -> None:
    """SQLite and memory lead to the same bytes, and the fact and its edges are committed."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store.open(url, fixed_clock(CREATED), create=True) as store:
        add(store, first_facts())
        dispose(store)
        built = _build(store, tmp_path / "sqlite")
        assert list(store.scan(Release)) == [built.release]
        roles = {edge.role for edge in store.parents(built.release.id)}
        assert roles == {"disposition", "contract", "rubric", "sources"}
    memory = _build(filled_store(), tmp_path / "memory")
    assert _files(built.folder) == _files(memory.folder)


def test_the_release_is_a_fact_that_leads_to_its_dispositions(tmp_path: Path) -> None:
    """One fact is committed, with root, digests and gates, and an edge to each disposition."""
    store = filled_store()
    built = _build(store, tmp_path)
    assert list(store.scan(Release)) == [built.release]
    assert built.release.merkle_root == built.head.merkle_root
    assert {gate.gate: gate.outcome for gate in built.release.gates} == {
        "rights": "passed", "quotas": "passed", "qa": "passed", "integrity": "passed", "duplicates": "passed",
        "versions": "passed",
        "agreement": "unknown", "reserve": "unknown", "verification": "unknown", "claims": "passed",
    }  # fmt: skip
    assert not any(gate.stops for gate in built.release.gates)
    parents = {edge.parent for edge in store.parents(built.release.id)}
    released = _ids(built.folder)
    assert parents == {each.id for each in store.scan(Disposition) if each.record in released}


def test_no_judgment_is_lost_or_merged(tmp_path: Path) -> None:
    """Every judgment of every released record is there, raw, in both files."""
    store = filled_store()
    folder = _build(store, tmp_path).folder
    released = _ids(folder)
    given = {each.id: each for each in store.scan(Judgment) if each.record in released}
    lines = (folder / "judgments.jsonl").read_bytes().splitlines()
    read = [msgspec.json.decode(line, type=Judgment) for line in lines]
    table = pq.read_table(folder / "judgments.parquet").to_pylist()
    assert {each.id for each in read} == given.keys() == {row["id"] for row in table}
    assert len(read) == len(given)
    assert {row["verdict"] for row in table} == {"prefers", "tie", "abstained"}


def test_what_has_no_right_or_waits_is_left_out_and_counted(tmp_path: Path) -> None:
    """A record without the right to the use is nowhere in the folder, and the manifest counts it."""
    store = filled_store()
    folder = _build(store, tmp_path).folder
    lent = next(each for each in store.scan(Record) if each.source_classes == ("lent",))
    assert not any(lent.id.encode() in content for content in _files(folder).values())
    left_out = json.loads((folder / MANIFEST).read_text())["left_out"]
    assert [(entry["code"], entry["records"]) for entry in left_out] == [
        ("rights", 1),
        ("waits", 1),
    ]


def test_what_a_rule_set_aside_is_counted_by_its_rule(tmp_path: Path) -> None:
    """A record that was set aside is not in the release; the rule that did it is named."""
    store = filled_store()
    decided = next(each for each in store.scan(Disposition) if each.record == preference(1).id)
    aside = decided.replace(state="set_aside", rule="quay/returned", reason="the task is broken")
    add(store, [aside])
    left_out = {entry.reason: entry for entry in _build(store, tmp_path).head.left_out}
    assert left_out["by the rule quay/returned"].code == "set_aside"
    assert preference(1).id not in _ids(tmp_path / "1.0.0")


def test_a_verification_that_came_later_outdates_a_disposition(tmp_path: Path) -> None:
    """Standings rest on verifiers' results, so a new one asks for a new disposition."""
    store = filled_store()
    known = next(each for each in store.scan(Verification))
    add(store, [known.replace(version="2")])
    assert "judged or tested again" in _refusal(store, tmp_path / "a", inputs())


def test_a_disposition_without_standings_reads_verifications_only_where_it_cites_one(
    tmp_path: Path,
) -> None:
    """Dispositions from before standings are held to what their rule read."""
    store = filled_store()
    known = next(each for each in store.scan(Verification))
    decided = next(each for each in store.scan(Disposition) if each.record == known.record)
    read = tuple(each for each in decided.read if not each.startswith("ver_"))
    add(store, [decided.replace(read=read, standings=()), known.replace(version="2")])
    twin = MemoryStore()
    add(twin, list(store.facts.values()))
    assert _build(twin, tmp_path / "a").release.records == 5
    add(store, [decided.replace(read=(*read, known.id), standings=())])
    assert "judged or tested again" in _refusal(store, tmp_path / "b", inputs())


def test_a_release_needs_its_documents_and_a_moment(tmp_path: Path) -> None:
    """Without a contract, or with a date that is none, nothing can be built."""
    without = {kind: file for kind, file in documents().items() if kind != "sources"}
    with pytest.raises(UsageError, match="needs a contract, a rubric and sources"):
        _build(filled_store(), tmp_path, inputs(files=without))
    undated = msgspec.structs.replace(inputs(), created="yesterday")
    with pytest.raises(UsageError, match="not a moment"):
        _build(filled_store(), tmp_path, undated)


def test_the_use_that_is_asked_decides(tmp_path: Path) -> None:
    """For evaluation the lent record is in; to publish, it is out."""
    evaluate = _build(filled_store(), tmp_path / "a", inputs(use="evaluate"))
    publish = _build(filled_store(), tmp_path / "b", inputs(use="publish"))
    assert (evaluate.release.records, publish.release.records) == (6, 5)


def test_a_right_that_ended_takes_the_record_out(tmp_path: Path) -> None:
    """After the last day of its retention a source is left out, whatever its uses."""
    late = msgspec.structs.replace(inputs(use="evaluate"), created="2031-01-01T00:00:00Z")
    built = _build(filled_store(), tmp_path, late)
    assert built.release.records == 5
    assert "retention of 'lent' ended on 2030-12-31" in built.head.left_out[0].reason


def _refusal(store: MemoryStore, releases: Path, given: ReleaseInputs) -> str:
    with pytest.raises(CheckError) as refused:
        _build(store, releases, given)
    assert _left_behind(releases) == []
    assert list(store.scan(Release)) == []
    return refused.value.message


def test_all_gates_refuse_at_once_and_leave_nothing(tmp_path: Path) -> None:
    """Quotas, review, versions and claims refuse together; no folder and no fact remain."""
    store = filled_store(list(agreed(preference(1, day="weekday"))))
    add(store, [preference(2)])
    faulty = documents()
    issue = Issue(
        file="contract.yaml", line=1, path="", code="x", severity="error", message="bad", hint="h"
    )
    faulty["contract"] = msgspec.structs.replace(faulty["contract"], issues=(issue,))
    message = _refusal(store, tmp_path, inputs(files=faulty, limitations="It is certified."))
    assert "gate quotas: day=sunday has 0 of 1 records" in message
    assert "gate qa: 1 records have no disposition" in message
    assert "gate versions: contract.yaml:1: bad" in message
    assert "gate claims: LIMITATIONS.md says 'certified'" in message


def test_a_release_of_nothing_is_refused(tmp_path: Path) -> None:
    """Where no record permits the use, the rights gate refuses."""
    lent = [fact for number in (1, 2) for fact in agreed(preference(number, source="lent"))]
    assert "gate rights: 0 of 2" in _refusal(filled_store(lent), tmp_path, inputs())


def test_a_judgment_that_came_later_stops_the_release(tmp_path: Path) -> None:
    """A disposition that did not read all judgments of its record is outdated."""
    store = filled_store()
    add(store, [judgment(preference(1), "prs_3", Prefers(candidate=1))])
    assert "judged or tested again" in _refusal(store, tmp_path, inputs())
    dispose(store)
    assert _build(store, tmp_path).release.records == 5


def test_dispositions_of_an_older_contract_do_not_count(tmp_path: Path) -> None:
    """Under a contract with another meaning every record must be decided anew."""
    changed = documents(contract=TEXTS["contract"].replace("passes: 2", "passes: 1"))
    message = _refusal(filled_store(), tmp_path, inputs(files=changed))
    assert "7 records have no disposition" in message


def test_claims_are_looked_for_in_documents_and_report(tmp_path: Path) -> None:
    """A forbidden claim in the contract or in the quality report stops the release."""
    boast = documents(contract=TEXTS["contract"].replace("with luggage", "with compliant luggage"))
    store = MemoryStore()
    add(store, first_facts())
    dispose(store, boast)
    message = _refusal(store, tmp_path, inputs(files=boast, quality="Access to chain of thought."))
    assert "contract.yaml says 'compliant'" in message
    assert "quality.md says" in message


def test_a_text_that_the_patterns_cannot_read_is_named_and_stops_nothing(tmp_path: Path) -> None:
    """Limitations in German are released with the gate unknown, which they say themselves."""
    given = ferries.inputs(limitations="Gefragt wurde nur an einem Hafen, und nur im Sommer.")
    built = build(filled_store(), given, KEY, tmp_path, actor=ACTOR)
    (claims,) = [gate for gate in built.release.gates if gate.gate == "claims"]
    assert (claims.outcome, claims.stops) == ("unknown", False)
    assert claims.reason.endswith(
        "LIMITATIONS.md 'Gefragt wurde nur an einem Hafen, und nur im Sommer.'"
    )
    assert "- Gate claims is unknown: " in (built.folder / "LIMITATIONS.md").read_text()
    assert verify(built.folder, KEY.public_key()).issues == ()


def test_a_version_is_never_built_twice_or_below(tmp_path: Path) -> None:
    """The same version and a lower one are refused, and the folder stays as it was."""
    store = filled_store()
    before = _files(_build(store, tmp_path, inputs("1.1.0")).folder)
    for version in ("1.1.0", "1.0.9", "1.1.0-rc.1"):
        with pytest.raises(UsageError):
            _build(store, tmp_path, inputs(version))
    assert _files(tmp_path / "1.1.0") == before
    with pytest.raises(UsageError, match="not a release version"):
        _build(store, tmp_path, inputs("../2"))


def test_a_release_names_the_one_before_it(tmp_path: Path) -> None:
    """Manifest, statement and fact of the second release point at the first."""
    store = filled_store()
    first = _build(store, tmp_path)
    add(store, list(agreed(preference(9))))
    dispose(store)
    second = _build(store, tmp_path, inputs("1.1.0"))
    assert second.release.previous == first.release.id
    assert second.head.previous is not None
    assert second.head.previous.manifest_digest == first.release.manifest_digest
    assert verify(second.folder, KEY.public_key(), newer_than="1.0.0").ok


def test_a_changed_previous_release_stops_the_next(tmp_path: Path) -> None:
    """The change log is made against the release that was built, or not at all."""
    store = filled_store()
    manifest = _build(store, tmp_path).folder / MANIFEST
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(InputError, match="missing or was changed"):
        _build(store, tmp_path, inputs("1.1.0"))


def test_a_document_that_changed_needs_a_new_version(tmp_path: Path) -> None:
    """A second release under a changed rubric with its old version is refused."""
    store = filled_store()
    _build(store, tmp_path)
    changed = documents(rubric=TEXTS["rubric"].replace("pleasant |", "kind |"))
    dispose(store, changed)
    with pytest.raises(CheckError, match="the rubric changed the meaning of tone"):
        _build(store, tmp_path, inputs("1.1.0", files=changed))


def test_two_builds_at_once_are_kept_apart(tmp_path: Path) -> None:
    """While one process builds, another is refused and sweeps nothing."""
    (tmp_path / ".building-1.0.0").mkdir()
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another build is running"):
            _build(filled_store(), tmp_path)
        assert (tmp_path / ".building-1.0.0").exists()
    assert _build(filled_store(), tmp_path).folder.exists()


CUT = """
import os, resource, sys
from contextlib import contextmanager
from pathlib import Path
from simulators.ferries import ACTOR, KEY, add, dispose, filled_store, first_facts, inputs
from simulators.memory_store import MemoryStore, MemoryWriting
from assay.core.errors import MachineError
from assay.releases.build import build

class KilledAtCommit(MemoryStore):
    @contextmanager
    def write(self, action, **named):
        with super().write(action, **named) as transaction:
            yield transaction
            if action == "release.build":
                os._exit(9)

store = KilledAtCommit()
add(store, first_facts())
dispose(store)
if sys.argv[2] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    build(store, inputs(), KEY, Path(sys.argv[1]), actor=ACTOR)
except MachineError as error:
    sys.exit(error.code)
"""
"""A process that builds and is killed at its commit, or finds no room to write."""


def _cut_build(releases: Path, how: str) -> tuple[int, str]:
    """Run a build that does not end well; its exit code and what it said."""
    paths = f"{Path(ferries.__file__).parents[1]}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-c", CUT, releases, how],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.strip()


def test_a_build_that_is_killed_before_its_commit_is_swept(tmp_path: Path) -> None:
    """Nothing of it is visible, and the next build starts anew."""
    assert _cut_build(tmp_path, "killed") == (9, "")
    assert _left_behind(tmp_path) == [".building-1.0.0"]
    assert _build(filled_store(), tmp_path).release.records == 5
    assert _left_behind(tmp_path) == ["1.0.0"]


def test_a_build_that_is_killed_after_its_commit_is_finished(tmp_path: Path) -> None:
    """Its fact is there, so the next build first gives the finished folder its name."""
    committed = _build(filled_store(), tmp_path / "twin").release
    releases = tmp_path / "releases"
    assert _cut_build(releases, "killed") == (9, "")
    store = filled_store([*first_facts(), *agreed(preference(9))])
    add(store, [committed])
    second = _build(store, releases, inputs("1.1.0"))
    assert _left_behind(releases) == ["1.0.0", "1.1.0"]
    assert verify(releases / "1.0.0", KEY.public_key()).ok
    assert second.release.previous == committed.id


class _NoWitness(MemoryStore):
    """A store that commits and then fails, as one whose witness file cannot be written."""

    @contextmanager
    def write(
        self, action: str, *, actor: str, subject: str = "", documents: Mapping[str, str] = {}
    ) -> Iterator[MemoryWriting]:
        with super().write(action, actor=actor, subject=subject, documents=documents) as writing:
            yield writing
        if action == "release.build":
            raise MachineError(code="witness", message="the witness cannot be written")


def test_a_failure_after_the_commit_does_not_take_the_release_away(tmp_path: Path) -> None:
    """The error is told, and the folder whose fact is committed stands."""
    store = _NoWitness()
    add(store, first_facts())
    dispose(store)
    with pytest.raises(MachineError, match="witness"):
        _build(store, tmp_path)
    assert _left_behind(tmp_path) == ["1.0.0"]
    assert verify(tmp_path / "1.0.0", KEY.public_key()).ok


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """When the machine cannot write, the error says so and no part of the release remains."""
    assert _cut_build(tmp_path, "full") == (1, "release-not-written")
    assert _left_behind(tmp_path) == []


def test_a_release_that_repeats_the_last_one_is_refused(tmp_path: Path) -> None:
    """Two versions of the same data are built only when they are asked for."""
    store = filled_store()
    _build(store, tmp_path)
    with pytest.raises(
        CheckError, match=r"nothing has changed since the release 1\.0\.0"
    ) as refused:
        _build(store, tmp_path, inputs("1.0.1"))
    assert refused.value.code == "nothing-changed"
    assert _left_behind(tmp_path) == ["1.0.0"]
    assert store.count(Release) == 1
    again = build(store, inputs("1.0.1"), KEY, tmp_path, actor=ACTOR, again=True)
    assert verify(again.folder, KEY.public_key()).ok


@pytest.mark.parametrize(
    "changed",
    [
        {"use": "publish"},
        {"limitations": "Only one harbour, in winter."},
        {"quality": "# Quality\n\nThree people looked at each record.\n"},
        {"files": documents(sources=TEXTS["sources"].replace("1.0.0", "1.0.1"))},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_changed_makes_another_release(tmp_path: Path, changed: dict[str, Any]) -> None:
    """Another use, limit, report or document is something new, with the same records."""
    store = filled_store()
    _build(store, tmp_path)
    if files := changed.get("files"):
        dispose(store, files)
    _build(store, tmp_path, inputs("1.0.1", **changed))
    assert _left_behind(tmp_path) == ["1.0.0", "1.0.1"]
