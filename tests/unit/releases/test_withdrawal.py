"""A withdrawn release is found out by everyone who verifies it beside its notice."""

from pathlib import Path

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.records.record import Record
from assay.releases.build import build
from assay.releases.service import Withdrawn, withdraw
from assay.releases.verify import verify
from assay.releases.withdrawal import Withdrawal
from simulators.ferries import (
    ACTOR,
    KEY,
    OTHER_KEY,
    filled_store,
    inputs,
    preference,
    record_handle,
)
from simulators.memory_store import MemoryStore

MOMENT = "2026-03-01T10:00:00Z"


@pytest.fixture
def store(tmp_path: Path) -> MemoryStore:
    filled = filled_store()
    build(filled, inputs(), KEY, tmp_path, actor=ACTOR)
    return filled


def _withdraw(store: MemoryStore, releases: Path, *records: str) -> Withdrawn:
    return withdraw(
        store, "1.0.0", reason="the desk asked for deletion", records=records,
        record_handle=record_handle, key=KEY, releases=releases, moment=MOMENT, actor=ACTOR,
    )  # fmt: skip


def _records(folder: Path) -> list[Record]:
    lines = (folder / "records.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Record) for line in lines]


def _errors(folder: Path) -> list[tuple[str, str]]:
    verified = verify(folder, KEY.public_key())
    return [(issue.code, issue.message) for issue in verified.issues]


def test_a_withdrawn_release_is_refused(store: MemoryStore, tmp_path: Path) -> None:
    """The folder stays as it is; its verification fails with the reason."""
    done = _withdraw(store, tmp_path)
    assert list(store.scan(Withdrawal)) == [done.withdrawal]
    assert _errors(tmp_path / "1.0.0") == [
        ("withdrawn", "this release is withdrawn: the desk asked for deletion")
    ]
    done.notice.unlink()
    assert _errors(tmp_path / "1.0.0") == []


def test_withdrawn_records_are_counted(store: MemoryStore, tmp_path: Path) -> None:
    """A withdrawal of records names them in the fact and refuses the folder as it is."""
    done = _withdraw(store, tmp_path, preference(1).id[:16])
    assert done.withdrawal.records == (preference(1).id,)
    assert _errors(tmp_path / "1.0.0")[0][0] == "records-withdrawn"


def test_a_withdrawn_record_is_in_no_later_release(store: MemoryStore, tmp_path: Path) -> None:
    """The next build leaves it out and says why."""
    _withdraw(store, tmp_path, preference(1).id)
    built = build(store, inputs(version="1.1.0"), KEY, tmp_path, actor=ACTOR)
    left = {each.code: (each.records, each.reason) for each in built.head.left_out}
    assert left["withdrawn"] == (1, "withdrawn: the desk asked for deletion")
    assert preference(1).id not in {record.id for record in _records(tmp_path / "1.1.0")}


def test_a_renamed_folder_or_notice_does_not_hide_it(store: MemoryStore, tmp_path: Path) -> None:
    """The notice is bound to the manifest, not to a name."""
    notice = _withdraw(store, tmp_path).notice
    (tmp_path / "1.0.0").rename(tmp_path / "copy")
    notice.rename(tmp_path / "other.withdrawal-x.json")
    assert _errors(tmp_path / "copy")[0][0] == "withdrawn"


def test_a_notice_that_cannot_be_believed_is_an_error(store: MemoryStore, tmp_path: Path) -> None:
    """A damaged notice, or one by another key, is not taken for nothing."""
    notice = _withdraw(store, tmp_path).notice
    content = notice.read_bytes()
    notice.write_bytes(content.replace(b"sig", b"gis"))
    assert _errors(tmp_path / "1.0.0")[0][0] == "notice-unbelievable"
    withdraw(
        store, "1.0.0", reason="the desk asked for deletion", record_handle=record_handle,
        key=OTHER_KEY, releases=tmp_path,
        moment=MOMENT, actor=ACTOR,
    )  # fmt: skip
    assert _errors(tmp_path / "1.0.0")[0][0] == "notice-unbelievable"


def test_a_notice_about_another_release_is_no_matter(store: MemoryStore, tmp_path: Path) -> None:
    """A notice beside the folder that speaks of another manifest says nothing about this one."""
    _withdraw(store, tmp_path)
    other = filled_store()
    built = build(other, inputs("2.0.0"), KEY, tmp_path, actor=ACTOR)
    assert _errors(built.folder) == []


def test_a_lost_notice_is_written_again(store: MemoryStore, tmp_path: Path) -> None:
    """Withdrawing twice is one fact and the same notice."""
    first = _withdraw(store, tmp_path)
    content = first.notice.read_bytes()
    first.notice.unlink()
    assert _withdraw(store, tmp_path).notice.read_bytes() == content
    assert store.count(Withdrawal) == 1


def test_what_was_not_released_cannot_be_withdrawn(store: MemoryStore, tmp_path: Path) -> None:
    """An unknown version and a record that waits are refused, and no fact is added."""
    with pytest.raises(UsageError, match=r"no release 3\.0\.0"):
        withdraw(
            store, "3.0.0", reason="r", record_handle=record_handle, key=KEY, releases=tmp_path,
            moment=MOMENT, actor=ACTOR,
        )  # fmt: skip
    with pytest.raises(UsageError, match="not in the release"):
        _withdraw(store, tmp_path, preference(4).id)
    assert store.count(Withdrawal) == 0


def test_a_notice_that_is_kept_elsewhere_can_be_given(store: MemoryStore, tmp_path: Path) -> None:
    """A notice that came by mail refuses the release as one beside it does."""
    notice = _withdraw(store, tmp_path).notice
    (tmp_path / "mail").mkdir()
    kept = notice.rename(tmp_path / "mail" / "notice")
    assert verify(tmp_path / "1.0.0", KEY.public_key()).notices == 0
    verified = verify(tmp_path / "1.0.0", KEY.public_key(), notices=[kept])
    assert [issue.code for issue in verified.issues] == ["withdrawn"]
    assert not verified.ok
    assert verified.notices == 1


def test_a_given_notice_that_proves_nothing_is_told(store: MemoryStore, tmp_path: Path) -> None:
    """A notice of another release is a warning; one that cannot be verified is an error."""
    notice = _withdraw(store, tmp_path).notice
    other = build(filled_store(), inputs("2.0.0"), KEY, tmp_path / "other", actor=ACTOR).folder
    elsewhere = verify(other, KEY.public_key(), notices=[notice])
    assert [(each.code, each.severity) for each in elsewhere.issues] == [
        ("notice-about-another", "warning")
    ]
    assert elsewhere.ok
    notice.write_text("{}")
    broken = verify(other, KEY.public_key(), notices=[notice, tmp_path / "none"])
    assert [each.code for each in broken.issues] == ["notice-unbelievable"] * 2
    assert not broken.ok


def test_a_superseded_release_names_the_one_that_follows(
    store: MemoryStore, tmp_path: Path
) -> None:
    """A later release beside it, or its attestation, says so; the release still holds."""
    _withdraw(store, tmp_path, preference(1).id).notice.unlink()
    later = build(store, inputs("1.1.0"), KEY, tmp_path, actor=ACTOR).folder
    first = verify(tmp_path / "1.0.0", KEY.public_key())
    assert [(each.code, each.severity) for each in first.issues] == [("superseded", "warning")]
    assert first.ok
    assert (first.superseded_by, first.notices) == ("1.1.0", 1)
    assert verify(later, KEY.public_key()).superseded_by is None
    away = later.rename(tmp_path.parent / f"{tmp_path.name}-later")
    assert verify(tmp_path / "1.0.0", KEY.public_key()).superseded_by is None
    given = verify(tmp_path / "1.0.0", KEY.public_key(), notices=[away / "attestation.json"])
    assert given.superseded_by == "1.1.0"


def test_a_later_release_by_another_key_supersedes_nothing(
    store: MemoryStore, tmp_path: Path
) -> None:
    """Whoever lacks the key cannot say that a release has a successor."""
    build(store, inputs("1.1.0"), OTHER_KEY, tmp_path, actor=ACTOR, again=True)
    assert verify(tmp_path / "1.0.0", KEY.public_key()).superseded_by is None
