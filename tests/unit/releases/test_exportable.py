"""Whether rows may leave a release today."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from assay.contracts.sources import SourceClass, Sources
from assay.core.errors import CheckError, UsageError
from assay.governance.permits import Permits
from assay.releases.build import build
from assay.releases.exportable import (
    records_to_leave_out,
    refuse_denied,
    refuse_expired,
    use_of_rows,
)
from assay.releases.service import withdraw
from simulators.ferries import (
    ACTOR,
    KEY,
    OTHER_KEY,
    filled_store,
    inputs,
    preference,
    record_handle,
)


@pytest.fixture(scope="module")
def to_evaluate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that was built to evaluate, from a source that may be kept until 2030-12-31."""
    releases = tmp_path_factory.mktemp("releases")
    return build(filled_store(), inputs(use="evaluate"), KEY, releases, actor=ACTOR).folder


@pytest.fixture
def withdrawn(tmp_path: Path) -> Path:
    """A release of which one record was withdrawn, with its notice next to it."""
    store = filled_store()
    built = build(store, inputs(), KEY, tmp_path, actor=ACTOR).folder
    withdraw(
        store, "1.0.0", reason="asked for", records=[preference(1).id], record_handle=record_handle,
        key=KEY, releases=tmp_path, moment="2026-03-01T10:00:00Z", actor=ACTOR,
    )  # fmt: skip
    return built


def test_the_last_day_of_a_source_is_permitted_and_the_next_is_not(to_evaluate: Path) -> None:
    """The refusal names the source and its day."""
    refuse_expired(to_evaluate, "2030-12-31")
    with pytest.raises(CheckError, match="lent could be kept until 2030-12-31") as refused:
        refuse_expired(to_evaluate, "2031-01-01")
    assert refused.value.code == "rights-expired"


def test_rows_of_a_release_that_was_not_built_to_train_need_a_named_use(
    to_evaluate: Path, built: Path
) -> None:
    """One that was built to train needs none."""
    assert use_of_rows(built) == "train"
    with pytest.raises(UsageError, match="built to evaluate") as refused:
        use_of_rows(to_evaluate)
    assert "--use evaluate" in (refused.value.hint or "")


def test_a_release_without_a_notice_needs_no_key(built: Path) -> None:
    """Nothing is left out of it."""
    assert records_to_leave_out(built, None) == frozenset()


def test_a_notice_that_nobody_can_verify_stops_an_export(withdrawn: Path) -> None:
    """Without a key nobody can say what it withdraws."""
    with pytest.raises(CheckError, match="notice of withdrawal") as refused:
        records_to_leave_out(withdrawn, None)
    assert refused.value.code == "notice-beside"


def test_a_verified_notice_names_what_stays_out(withdrawn: Path) -> None:
    """By the name that the release has for the record."""
    assert len(records_to_leave_out(withdrawn, KEY.public_key())) == 1


def test_a_release_that_does_not_verify_is_refused(built: Path, tmp_path: Path) -> None:
    """With another key, or with a changed byte."""
    with pytest.raises(CheckError) as refused:
        records_to_leave_out(built, OTHER_KEY.public_key())
    assert refused.value.code == "not-verified"
    copy = tmp_path / "copy"
    shutil.copytree(built, copy)
    with (copy / "records.jsonl").open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(CheckError):
        records_to_leave_out(copy, KEY.public_key())


def test_a_source_that_was_taken_away_since_stops_an_export(built: Path) -> None:
    """As the program's sources have it today: withdrawn, or no longer known."""
    sources = inputs().documents["sources"].document.read()
    assert isinstance(sources, Sources)

    def permits(*classes: SourceClass) -> Permits:
        return Permits(classes, on=date(2026, 2, 1), territory="EU")

    refuse_denied(built, permits(*sources.classes))
    withdrawn = [each.model_copy(update={"state": "withdrawn"}) for each in sources.classes]
    for changed in (permits(*withdrawn), permits()):
        with pytest.raises(CheckError) as refused:
            refuse_denied(built, changed)
        assert refused.value.code == "rights-denied"
