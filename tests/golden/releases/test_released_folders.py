"""A release that was signed once verifies for ever: every format version keeps its golden."""

import re
import shutil
from pathlib import Path

import pytest

from assay.releases.build import build
from assay.releases.checksums import digest_file
from assay.releases.keys import public_pem, read_public_key
from assay.releases.manifest import FORMAT, MANIFEST
from assay.releases.verify import verify
from simulators.ferries import ACTOR, KEY, filled_store, inputs
from simulators.release_tamperings import TRIED
from simulators.strangers import accepted_by_shell, run_shell

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


@pytest.mark.parametrize("manifest", FOLDERS, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_the_shell_lines_accept_a_release_of_any_format_version(
    manifest: Path, tmp_path: Path
) -> None:
    """The lines of today verify every release that was ever signed."""
    shutil.copytree(manifest.parent, tmp_path / "1.0.0")
    assert accepted_by_shell(tmp_path / "1.0.0")


def test_a_notice_of_today_is_refused_by_the_lines_of_older_releases(tmp_path: Path) -> None:
    """The weaker lines in their README check the payload type that a notice no longer has."""
    folder = tmp_path / "1.0.0"
    shutil.copytree(HERE / "v4" / "1.0.0", folder)
    lines = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)[0]
    assert run_shell(lines, folder).returncode == 0
    TRIED["a notice of today in the attestation's place"](folder)
    assert run_shell(lines, folder).returncode != 0


def test_there_is_a_golden_of_the_format_that_is_written() -> None:
    """The newest format has its folder here, so the next version cannot forget it."""
    assert (NEWEST / MANIFEST).is_file()


@pytest.mark.parametrize("series", ["records", "judgments", "adjudications", "verifications"])
def test_facts_are_still_written_to_the_same_bytes(tmp_path: Path, series: str) -> None:
    """The lines of facts that a build writes today are those that it wrote then."""
    folder = build(filled_store(), inputs(), KEY, tmp_path, actor=ACTOR).folder
    assert digest_file(folder / f"{series}.jsonl") == digest_file(NEWEST / f"{series}.jsonl")
