"""A stranger verifies a release with sha256sum and openssl alone, by the lines of the page."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.releases.card import VERIFY_SCRIPT
from simulators.ferries import OTHER_KEY, reseal
from simulators.strangers import checked_by_assay, run_shell, shell_lines

BLOCKS = shell_lines()


def test_the_lines_of_the_page_accept_a_release(release: Path) -> None:
    """Precisely the code block of the page ends well and shows the version."""
    done = run_shell(BLOCKS[0], release)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "verified: release 1.0.0"


def test_page_and_readme_show_the_same_lines(release: Path) -> None:
    """What the page shows is what each release carries, and what the package holds."""
    readme = (release / "README.md").read_text()
    assert VERIFY_SCRIPT.read_text() in BLOCKS[0]
    assert f"```sh\n{BLOCKS[0]}```" in readme


def _change(name: str) -> Callable[[Path], object]:
    def tamper(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return tamper


def _link(folder: Path) -> None:
    shutil.move(folder / "README.md", folder.parent / "elsewhere.md")
    (folder / "README.md").symlink_to("../elsewhere.md")


TAMPERED: dict[str, Callable[[Path], object]] = {
    "records": _change("records.jsonl"),
    "a table": _change("records.parquet"),
    "the manifest": _change("manifest.json"),
    "the list": _change("SHA256SUMS"),
    "the attestation": _change("attestation.json"),
    "a document": _change("documents/contract.yaml"),
    "a missing file": lambda folder: (folder / "LIMITATIONS.md").unlink(),
    "an extra file": lambda folder: (folder / "extra.sh").touch(),
    "a hidden file": lambda folder: (folder / "documents" / ".x").touch(),
    "a symlink": _link,
    "a missing list": lambda folder: (folder / "SHA256SUMS").unlink(),
    "a missing attestation": lambda folder: (folder / "attestation.json").unlink(),
    "another key": lambda folder: reseal(folder, OTHER_KEY),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_the_lines_of_the_page_refuse_a_tampered_release(release: Path, case: str) -> None:
    """Whatever was changed, the block ends with an error, as Assay's check does."""
    TAMPERED[case](release)
    assert not checked_by_assay(release).ok
    assert run_shell(BLOCKS[0], release).returncode != 0


def test_a_path_out_of_the_folder_is_refused_by_the_page(release: Path) -> None:
    """Even if the list with the path were signed, what is listed is not what is there."""
    (release.parent / "outside").write_text("x")
    digest = subprocess.run(
        ["sha256sum", release.parent / "outside"], capture_output=True, text=True, check=True
    ).stdout[:64]
    reseal(release)
    lines = [*(release / "SHA256SUMS").read_text().splitlines(), f"{digest}  ../outside"]
    (release / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    assert run_shell(BLOCKS[0], release).returncode != 0


def test_the_id_of_a_line_is_computed_by_the_page(release: Path) -> None:
    """The page's one-liner gives the id of the first record."""
    done = run_shell(BLOCKS[1], release)
    assert f'"id":"rec_{done.stdout.strip()}"' in (release / "manifest.json").read_text()
