"""Whoever lacks the key can pass off no other bytes, to Assay's check or to the shell lines."""

import shutil
from pathlib import Path

import pytest

from assay.releases.build import build
from simulators.ferries import ACTOR, KEY, filled_store, inputs
from simulators.held_back_tamperings import HELD_BACK
from simulators.release_tamperings import TRIED
from simulators.strangers import accepted_by_shell, checked_by_assay


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = tmp_path_factory.mktemp("releases")
    return build(filled_store(), inputs(), KEY, releases, actor=ACTOR).folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    folder = tmp_path / built.name
    shutil.copytree(built, folder)
    return folder


def test_both_checks_accept_the_release_as_it_was_built(release: Path) -> None:
    """What is refused below is refused for the tampering alone."""
    assert checked_by_assay(release).ok
    assert accepted_by_shell(release)


@pytest.mark.share(4)
@pytest.mark.parametrize("case", TRIED)
def test_both_checks_refuse_what_they_were_tried_on(release: Path, case: str) -> None:
    """Neither a changed file nor anything else that the key signed is taken for the release."""
    TRIED[case](release)
    assert not checked_by_assay(release).ok
    assert not accepted_by_shell(release)


@pytest.mark.share(4)
@pytest.mark.parametrize("case", HELD_BACK)
def test_both_checks_refuse_what_was_held_back(release: Path, case: str) -> None:
    """Nor are tamperings that the checks were not made for."""
    HELD_BACK[case](release)
    assert not checked_by_assay(release).ok
    assert not accepted_by_shell(release)
