"""What is compiled is kept where nobody else can write, since it is run from there."""

from pathlib import Path

from assay.core.compiled import private_folder


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Others may neither read nor write it."""
    folder = tmp_path / "cache" / "compiled"
    assert private_folder(folder) == str(folder)
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    """Nor a link to one, nor a file."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert private_folder(shared) == ""
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(own)
    assert private_folder(link) == ""
    file = tmp_path / "file"
    file.touch(0o600)
    assert private_folder(file) == ""
