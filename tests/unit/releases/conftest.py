import shutil
from pathlib import Path

import pytest

from assay.releases.build import build
from simulators.ferries import ACTOR, KEY, filled_store, inputs


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = tmp_path_factory.mktemp("releases")
    return build(filled_store(), inputs(), KEY, releases, actor=ACTOR).folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    folder = tmp_path / built.name
    shutil.copytree(built, folder)
    return folder
