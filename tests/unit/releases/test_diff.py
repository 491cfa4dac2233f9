"""The difference between two releases is told item by item and document by document."""

from pathlib import Path

import msgspec
import pytest

from assay.core.errors import InputError
from assay.records.verdict import Prefers
from assay.releases.build import build, read_documents
from assay.releases.diff import compare_releases
from assay.releases.manifest import MANIFEST, read_manifest
from assay.releases.service import diff, read_card
from simulators.ferries import (
    ACTOR,
    KEY,
    TEXTS,
    add,
    agreed,
    dispose,
    documents,
    filled_store,
    inputs,
    judgment,
    preference,
)

RUBRIC = TEXTS["rubric"].replace("pleasant |", "kind |").replace("version: 1.0.0", "version: 1.1.0")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first release, and a second with one record more, one less and one judged again."""
    folder = tmp_path_factory.mktemp("two")
    store = filled_store()
    build(store, inputs(), KEY, folder, actor=ACTOR)
    doubt = judgment(preference(1), "prs_3", Prefers(candidate=1))
    more = [judgment(preference(2, day="weekday"), name, Prefers(candidate=0)) for name in "ab"]
    add(store, [doubt, *agreed(preference(9)), *more])
    changed = documents(rubric=RUBRIC)
    dispose(store, changed)
    build(store, inputs("1.1.0", files=changed), KEY, folder, actor=ACTOR)
    return folder


def test_added_and_changed_records_are_told(releases: Path) -> None:
    """New records, new judgments and new states are each told by the record's id."""
    found = diff(releases / "1.0.0", releases / "1.1.0")
    assert (found.before, found.after) == ("1.0.0", "1.1.0")
    assert found.added == (preference(9).id,)
    assert found.removed == ()
    changes = {(change.id, change.what): (change.before, change.after) for change in found.changed}
    assert changes[preference(1).id, "judgments"] == ("2", "3")
    assert changes[preference(1).id, "state"] == ("accepted", "disagreement_preserved")


def test_the_other_way_round_removes_what_was_added(releases: Path) -> None:
    """Before and after are not the same."""
    found = diff(releases / "1.1.0", releases / "1.0.0")
    assert (found.added, found.removed) == ((), (preference(9).id,))


def test_a_release_does_not_differ_from_itself(releases: Path) -> None:
    """Nothing is told where nothing changed."""
    found = diff(releases / "1.1.0", releases / "1.1.0")
    assert (found.added, found.removed, found.changed, found.documents) == ((), (), (), ())


def test_a_changed_document_is_told_with_its_meaning(releases: Path) -> None:
    """The rubric's versions and the part that changed are named."""
    [change] = diff(releases / "1.0.0", releases / "1.1.0").documents
    assert (change.kind, change.before, change.after) == ("rubric", "1.0.0", "1.1.0")
    assert change.meaning == (
        "`dimensions.tone.question` changed; judgments of tone need a re-review",
    )


def test_the_change_log_says_the_same(releases: Path) -> None:
    """What the second release's change log lists is what the comparison finds."""
    text = (releases / "1.1.0" / "CHANGELOG.md").read_text()
    assert "| added | 1 |" in text
    assert f"- `{preference(9).id}`" in text
    assert f"- `{preference(1).id}`: accepted to disagreement_preserved" in text
    assert "**rubric**: 1.0.0 to 1.1.0" in text
    assert "judgments of tone need a re-review" in text
    assert "first release" in (releases / "1.0.0" / "CHANGELOG.md").read_text()


def test_what_is_no_release_is_told(releases: Path, tmp_path: Path) -> None:
    """A folder without a manifest is refused by name."""
    with pytest.raises(InputError, match="no manifest"):
        diff(releases / "1.0.0", tmp_path)
    with pytest.raises(InputError, match="no manifest"):
        read_card(tmp_path)


def test_a_document_that_comes_or_goes_is_told(releases: Path) -> None:
    """A policy that is new, and one that is gone, are changes without a version on one side."""
    head, items = read_manifest(releases / "1.0.0" / MANIFEST)
    known = list(items)
    facts = read_documents(releases / "1.0.0", head)
    fewer = {kind: fact for kind, fact in facts.items() if kind != "rubric"}
    series = ([item for item, _ in known], [item for item, _ in known])
    [gone] = compare_releases(("1.0.0", "1.1.0"), series, (facts, fewer)).documents
    [new] = compare_releases(("1.0.0", "1.1.0"), series, (fewer, facts)).documents
    assert (gone.after, gone.meaning) == (None, ("the document is gone",))
    assert (new.before, new.meaning) == (None, ("the document is new",))


def test_a_right_that_was_lost_is_told(releases: Path) -> None:
    """The same record with fewer permitted uses is a change of its own."""
    head, items = read_manifest(releases / "1.0.0" / MANIFEST)
    before = [item for item, _ in items]
    after = [msgspec.structs.replace(item, permitted=("evaluate",)) for item in before[:1]]
    facts = read_documents(releases / "1.0.0", head)
    found = compare_releases(("1.0.0", "1.1.0"), (before, after), (facts, facts))
    assert [(change.what, change.before, change.after) for change in found.changed] == [
        ("permitted", "train, evaluate, publish", "evaluate")
    ]
    assert found.removed == tuple(item.id for item in before[1:])


def test_a_change_that_leaves_labels_alone_says_so(releases: Path, tmp_path: Path) -> None:
    """A new contact in the sources asks for no re-review."""
    head, _ = read_manifest(releases / "1.0.0" / MANIFEST)
    facts = read_documents(releases / "1.0.0", head)
    text = TEXTS["sources"].replace("contact: the harbour desk", "contact: the new desk")
    changed = facts | {"sources": documents(sources=text)["sources"].document}
    [change] = compare_releases(("1.0.0", "1.1.0"), ([], []), (facts, changed)).documents
    [meaning] = change.meaning
    assert meaning.startswith("`classes.desk.deletion_contact` changed, which by the rules of")


def test_a_gate_that_changed_its_state_is_listed(releases: Path) -> None:
    """A gate that is new or in another state is named with both; equal ones are not."""
    head, _ = read_manifest(releases / "1.1.0" / MANIFEST)
    before = [gate for gate in head.gates if gate.gate != "agreement"]
    after = [
        msgspec.structs.replace(gate, state="passed", passed=True)
        if gate.gate == "reserve"
        else gate
        for gate in head.gates
    ]
    found = compare_releases(("1", "2"), ([], []), ({}, {}), (before, after)).gates
    assert {(each.gate, each.before, each.after) for each in found} == {
        ("agreement", None, "unknown"),
        ("reserve", "unknown", "passed"),
    }
    assert diff(releases / "1.0.0", releases / "1.1.0").gates == ()
