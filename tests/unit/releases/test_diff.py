"""The difference between two releases is told item by item and document by document."""

from pathlib import Path

import pytest

from assay.core.errors import InputError
from assay.records.verdict import Prefers
from assay.releases.build import build
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
        "`dimensions.tone.question` changed; judgments of tone need a second look",
    )


def test_the_change_log_says_the_same(releases: Path) -> None:
    """What the second release's change log lists is what the comparison finds."""
    text = (releases / "1.1.0" / "CHANGELOG.md").read_text()
    assert "| added | 1 |" in text
    assert f"- `{preference(9).id}`" in text
    assert f"- `{preference(1).id}`: accepted to disagreement_preserved" in text
    assert "**rubric**: 1.0.0 to 1.1.0" in text
    assert "judgments of tone need a second look" in text
    assert "first release" in (releases / "1.0.0" / "CHANGELOG.md").read_text()


def test_what_is_no_release_is_told(releases: Path, tmp_path: Path) -> None:
    """A folder without a manifest is refused by name."""
    with pytest.raises(InputError, match="no manifest"):
        diff(releases / "1.0.0", tmp_path)
    with pytest.raises(InputError, match="no manifest"):
        read_card(tmp_path)
