"""A release that was signed once verifies for ever: every format version keeps its golden."""

import shutil
from pathlib import Path

import pytest

from assay.releases.build import build
from assay.releases.checksums import digest_file
from assay.releases.keys import public_pem, read_public_key
from assay.releases.manifest import FORMAT, MANIFEST
from assay.releases.verify import verify
from simulators.ferries import ACTOR, KEY, filled_store, inputs

HERE = Path(__file__).parent
FOLDERS = sorted(HERE.glob("v*/*/manifest.json"))
NEWEST = HERE / f"v{FORMAT.rsplit('/', 1)[1]}" / "1.0.0"


@pytest.fixture(scope="module", autouse=True)
def _updated(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> None:
    if not pytestconfig.getoption("update_goldens"):
        return
    releases = tmp_path_factory.mktemp("golden")
    folder = build(filled_store(), inputs(), KEY, releases, actor=ACTOR).folder
    shutil.rmtree(NEWEST, ignore_errors=True)
    shutil.copytree(folder, NEWEST)
    (NEWEST.parent / "public.pem").write_bytes(public_pem(KEY.public_key()))


@pytest.mark.parametrize("manifest", FOLDERS, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_a_release_of_any_format_version_verifies(manifest: Path) -> None:
    """Its own public key is enough, whatever Assay has become since."""
    folder = manifest.parent
    key = read_public_key((folder.parent / "public.pem").read_bytes())
    verified = verify(folder, key)
    assert verified.issues == ()
    assert verified.version == folder.name


def test_there_is_a_golden_of_the_format_that_is_written() -> None:
    """The newest format has its folder here, so the next version cannot forget it."""
    assert (NEWEST / MANIFEST).is_file()


@pytest.mark.parametrize("series", ["records", "judgments", "adjudications", "verifications"])
def test_facts_are_still_written_to_the_same_bytes(tmp_path: Path, series: str) -> None:
    """The lines of facts that a build writes today are those that it wrote then."""
    folder = build(filled_store(), inputs(), KEY, tmp_path, actor=ACTOR).folder
    assert digest_file(folder / f"{series}.jsonl") == digest_file(NEWEST / f"{series}.jsonl")
